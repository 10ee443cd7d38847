"""Histograms of one number per row, on edges that a person can read and that a few wild values do not stretch."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator

ROBUST = (0.01, 0.99)
"""The shares of the values between which the ordinary ones lie."""
MARGIN = 0.5
"""How far beyond them the edges reach for the rest, in widths of the ordinary range."""
ROUND = (1, 2, 5, 10)
"""Multiples of a power of ten that people like as a width."""
LARGEST = 1e300
"""Edges beyond this size would overflow."""


class Histogram(BaseModel):
    """How often values fall into neighbouring bins.

    Bin `i` holds the values from `edges[i]` (inclusive) to `edges[i + 1]` (exclusive; inclusive for the last bin).
    Values beyond the edges are counted in the end bins; `missing` counts those that are no number (null, NaN).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int = 0

    @model_validator(mode="after")
    def _fits(self) -> "Histogram":
        if not self.counts or len(self.edges) != len(self.counts) + 1:
            raise ValueError(f"{len(self.counts)} bins need one edge more, got {len(self.edges)} edges")
        if any(left >= right for left, right in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError(f"edges must ascend, got {self.edges}")
        return self

    @property
    def total(self) -> int:
        """The values that are numbers."""
        return sum(self.counts)


def histogram(values: pl.Series, *, bins: int = 20) -> Histogram:
    """The histogram of a column.

    Args:
        values: numbers or booleans.
        bins: most bins; there are fewer where round edges, or whole numbers, need no more.

    Returns:
        Bins of one width with round edges, whole ones where all values are whole. Far outliers are counted in the
        end bins. Without any value there is one empty bin.
    """
    return rebin(values, shared_edges([values], bins=bins))


def shared_edges(values: Sequence[pl.Series], *, bins: int = 20) -> tuple[float, ...]:
    """Edges that suit several columns alike, however different their lengths, for `rebin`."""
    if bins < 1:
        raise ValueError(f"a histogram has at least one bin, got {bins}")
    columns = [finite for one in values if (finite := _finite(_numbers(one))).size]
    if not columns:
        return (0.0, 1.0)
    ranges = [_ordinary_range(column) for column in columns]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    whole = all(np.equal(np.floor(column), column).all() for column in columns) and max(-low, high) < 2**53
    return _ascending(_round_edges(low, high, bins, whole=whole), low, high)


def rebin(values: pl.Series, edges: Sequence[float]) -> Histogram:
    """The histogram of a column on given edges; values beyond them are counted in the end bins."""
    numbers = _numbers(values)
    bins = len(edges) - 1
    places = np.searchsorted(np.asarray(edges, dtype=np.float64), numbers, side="right") - 1
    counts = np.bincount(np.clip(places, 0, bins - 1), minlength=bins)
    return Histogram(edges=tuple(edges), counts=tuple(counts.tolist()), missing=len(values) - numbers.size)


def _numbers(values: pl.Series) -> NDArray[np.float64]:
    """What is a number, infinite ones included."""
    return values.cast(pl.Float64, strict=False).drop_nulls().drop_nans().to_numpy()


def _finite(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return numbers[np.isfinite(numbers)].clip(-LARGEST, LARGEST)


def _ordinary_range(numbers: NDArray[np.float64]) -> tuple[float, float]:
    """From the smallest to the largest value, but not far beyond the range of nearly all of them."""
    least, most = float(numbers.min()), float(numbers.max())
    low, high = (float(bound) for bound in np.quantile(numbers, ROBUST))
    margin = MARGIN * (high - low)
    return (max(least, low - margin), min(most, high + margin)) if margin else (least, most)


def _round_edges(low: float, high: float, bins: int, *, whole: bool) -> Iterable[float]:
    """Multiples of the smallest round width of which at most `bins` cover the range."""
    if whole:
        low, high = math.floor(low), math.floor(high) + 1
    width = (high - low) / bins
    if not width or not math.isfinite(math.log10(width)):
        return ()
    exponent = max(math.floor(math.log10(width)), 0 if whole else -300)
    while True:
        for factor in ROUND:
            step = _scaled(factor, exponent)
            first, last = math.floor(low / step), math.ceil(high / step)
            if last - first <= bins:
                return (_scaled(count * factor, exponent) for count in range(first, last + 1))
            if bins == 1 and first < 0 < last:  # no round width spans zero with one bin
                return ()
        exponent += 1


def _scaled(count: int, exponent: int) -> float:
    """A decimal as near as a float comes: 3 tenths are 0.3, not 3 * 0.1."""
    return float(count * 10**exponent) if exponent >= 0 else count / 10.0**-exponent


def _ascending(edges: Iterable[float], low: float, high: float) -> tuple[float, ...]:
    """The edges where they are told apart, or else one bin around the range."""
    distinct = sorted(set(edges))
    if len(distinct) > 1:
        return tuple(distinct)
    if low < high:
        return (low, high)
    reach = max(abs(low), 1.0) / 2
    return (low - reach, high + reach)
