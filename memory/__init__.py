"""What the agent remembers: the operator index, past workflows, the store behind them."""
