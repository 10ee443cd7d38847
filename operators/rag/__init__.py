"""Questions for agents that search: atomic, deeper and wider, each with its checks."""
