"""Pieces of reference implementations that several parts of the benchmark are made of."""

from collections.abc import Callable
from typing import Any

from cases import Expected, Holds, Row, Rows

Test = Callable[[Row], Any]


def keep(test: Test) -> Expected:
    """The rows that pass."""
    return lambda rows: [row for row in rows if test(row)]


def every(test: Test) -> Holds:
    """Whether all rows that came out pass, and some did."""
    return lambda _, out: bool(out) and all(test(row) for row in out)


def first_of(*columns: str) -> Expected:
    """The first row of each combination of values."""

    def dedup(rows: Rows) -> Rows:
        seen: dict[tuple[Any, ...], Row] = {}
        for row in rows:
            seen.setdefault(tuple(row.get(name) for name in columns), row)
        return list(seen.values())

    return dedup


def unique(*columns: str) -> Holds:
    """Whether no combination of values came out twice."""
    return lambda _, out: bool(out) and len(first_of(*columns)(out)) == len(out)


def by(column: str, falling: bool = False) -> Expected:
    """The rows in order of a column; equal ones stay as they are, and those without a value are last."""

    def order(rows: Rows) -> Rows:
        known = sorted((r for r in rows if r.get(column) is not None), key=lambda r: r[column], reverse=falling)
        return known + [row for row in rows if row.get(column) is None]

    return order


def ordered(column: str, falling: bool = False) -> Holds:
    """Whether the rows came out in order of a column."""
    return lambda _, out: (
        bool(out) and [r.get(column) for r in by(column, falling)(out)] == [r.get(column) for r in out]
    )
