"""Operators for source code."""
