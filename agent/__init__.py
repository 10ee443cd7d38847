"""The planner-executor: from a request in words to a run."""
