"""Planners: from words and a profile to a workflow."""
