"""Makes `python -m dataflow_agent` the same as the `dataflow-agent` command."""

from dataflow_agent.ui.cli import main

if __name__ == "__main__":
    main()
