"""Operators, datasets and workflows as typed tools, and the wiring of their Context."""
