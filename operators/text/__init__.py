"""Operators that refine and filter texts."""
