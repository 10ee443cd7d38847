"""Operators that score texts."""
