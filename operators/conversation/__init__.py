"""Operators for conversations, with and without tools."""
