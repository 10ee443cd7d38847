"""A grammar of requests that keep or drop whole rows, tried on clauses that the reader of single phrases leaves open."""

from .reader import SecondReader

__all__ = ["SecondReader"]
