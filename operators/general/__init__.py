"""Operators for any column."""
