"""A grammar of requests that keep or drop whole rows, for clauses that other rules leave open."""

from .reader import SecondReader

__all__ = ["SecondReader"]
