"""Operators for instruction tuning data."""
