"""Runs a workflow over a dataset, part by part, and remembers each part by its content."""
