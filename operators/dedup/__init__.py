"""Operators that find duplicates across the whole dataset."""
