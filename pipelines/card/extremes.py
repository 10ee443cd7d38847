"""The rows at both ends of a metric, found in one pass."""

import math
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .model import Extreme

SHOWN = 3
"""Rows at each end."""
EXCERPT = 160
"""Longest excerpt of a text, in characters."""


@dataclass
class End:
    """The rows at one end of a metric: different texts, the first of those with equal values.

    Args:
        sign: 1 for the lowest values, -1 for the highest.
    """

    sign: int
    _found: list["_Found"] = field(default_factory=list)

    def offer(self, values: NDArray[np.float64], texts: pl.Series, ids: pl.Series, place: Callable[[str], str]) -> None:
        """Look at more rows, which come after those before.

        Args:
            values: one per row, NaN where it has none.
            texts: of the same rows.
            ids: their `_row`.
            place: `file:position` of a row.
        """
        keys = self.sign * values
        for at in np.argsort(keys, kind="stable"):
            key = float(keys[at])
            if math.isnan(key) or (len(self._found) == SHOWN and key >= self._found[-1].key):
                return
            text = texts[int(at)]
            if all(text != one.text for one in self._found):
                insort(self._found, _Found(key, text, place(ids[int(at)])), key=lambda one: one.key)
                del self._found[SHOWN:]

    def rows(self) -> tuple[Extreme, ...]:
        """The rows found, the most extreme first."""
        return tuple(
            Extreme(place=one.place, value=self.sign * one.key + 0.0, excerpt=excerpt(one.text)) for one in self._found
        )


@dataclass(frozen=True)
class _Found:
    key: float
    text: str
    place: str


def excerpt(text: str) -> str:
    """The beginning of a text in one line.

    >>> excerpt("two\\n  lines")
    'two lines'
    """
    short = " ".join(text[: 4 * EXCERPT].split())[:EXCERPT]
    return f"{short}…" if len(short) < len(" ".join(text.split())) else short
