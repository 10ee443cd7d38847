"""What a filter keeps: an interval of a metric, or a set of values."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import polars as pl


@dataclass(frozen=True)
class Range:
    """Keep values in an interval; a bound of None is open to infinity.

    Args:
        low: smallest value.
        high: largest value.
        closed: which bounds belong to the interval.

    >>> Range(3, 10, closed="left").contains(10)
    False
    """

    low: float | None = None
    high: float | None = None
    closed: Literal["both", "left", "right", "none"] = "both"

    def contains(self, value: float) -> bool:
        """Whether one value is kept; NaN never is."""
        return not math.isnan(value) and not self._below(value) and not self._above(value)

    def _below(self, value: float) -> bool:
        if self.low is None:
            return False
        return value < self.low or (value == self.low and self.closed in ("right", "none"))

    def _above(self, value: float) -> bool:
        if self.high is None:
            return False
        return value > self.high or (value == self.high and self.closed in ("left", "none"))

    def reasons(self, metric: str) -> pl.Expr:
        """Null where the value of the column `metric` is kept, else the reason code."""
        value, nothing = pl.col(metric), pl.lit(False)
        low, high = pl.lit(self.low), pl.lit(self.high)
        below = nothing if self.low is None else (value < low if self.closed in ("both", "left") else value <= low)
        above = nothing if self.high is None else (value > high if self.closed in ("both", "right") else value >= high)
        return pl.when(below).then(pl.lit(f"{metric}_too_low")).when(above).then(pl.lit(f"{metric}_too_high"))

    def __str__(self) -> str:
        if self.low is None and self.high is None:
            return "any value"
        parts = []
        if self.low is not None:
            parts.append(f"{'at least' if self.closed in ('both', 'left') else 'more than'} {_plain(self.low)}")
        if self.high is not None:
            parts.append(f"{'at most' if self.closed in ('both', 'right') else 'below'} {_plain(self.high)}")
        return " and ".join(parts)


@dataclass(frozen=True)
class OneOf:
    """Keep values that are in a set, or with `exclude` those that are not."""

    values: frozenset[str | int | bool] = field(default_factory=frozenset)
    exclude: bool = False

    @classmethod
    def of(cls, values: Iterable[str | int | bool], *, exclude: bool = False) -> "OneOf":
        """From any iterable."""
        return cls(frozenset(values), exclude)

    def contains(self, value: str | int | bool) -> bool:
        """Whether one value is kept."""
        return (value in self.values) != self.exclude

    def reasons(self, metric: str) -> pl.Expr:
        """Null where the value of the column `metric` is kept, else the reason code."""
        inside = pl.col(metric).is_in(sorted(self.values, key=str))
        bad = inside if self.exclude else ~inside
        return pl.when(bad).then(pl.lit(f"{metric}_excluded" if self.exclude else f"{metric}_not_allowed"))

    def __str__(self) -> str:
        listed = ", ".join(str(value) for value in sorted(self.values, key=str))
        return f"not {listed}" if self.exclude else listed


Rule = Range | OneOf


def _plain(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"
