"""Which columns some words are near to in meaning: "under the open sky" to `outdoor`, "had to wait" to `wait_min`."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...operators.core.embedder import default_embedder
from ...tools.profile import ColumnProfile, Profile
from .columns import is_key, words_of
from .wording import NUMBERS

_UNITS: Final = frozenset(
    "eur usd gbp min mins ms s sec secs h hours kg g km m cm pct percent n num no is has was are id".split()
)
"""Parts of names that say in what a column counts, not what."""
_SHORTEST: Final = 4
"""Characters of a name that says enough: unknown words are near to anything."""
_FLAG_NEAR: Final = 0.3
_FLAG_APART: Final = 0.12
_NUMBER_NEAR: Final = 0.4
_NUMBER_APART: Final = 0.08
"""How near words must be to a column at least, as a cosine, and how much nearer than to the next one."""


class Nearness:
    """Compares words with the names of columns by static vectors, which know neither order nor negation.

    Args:
        profile: the data.
    """

    def __init__(self, profile: Profile) -> None:
        self._columns = {
            phrase: one for one in profile.columns if not is_key(one) and len(phrase := _phrase(one.name)) >= _SHORTEST
        }

    def flag(self, words: Sequence[str]) -> ColumnProfile | None:
        """The column of truths that words are about; None where no one is clearly the nearest of all columns."""
        found = self._nearest(words, _FLAG_NEAR, _FLAG_APART)
        return found if found is not None and found.dtype == "boolean" else None

    def number(self, words: Sequence[str]) -> ColumnProfile | None:
        """The column of numbers that words are about; None where no one is clearly the nearest of these."""
        return self._nearest(words, _NUMBER_NEAR, _NUMBER_APART, frozenset(NUMBERS))

    def _nearest(
        self, words: Sequence[str], near: float, apart: float, dtypes: frozenset[str] = frozenset()
    ) -> ColumnProfile | None:
        phrases = tuple(phrase for phrase, one in self._columns.items() if not dtypes or one.dtype in dtypes)
        if not words or not phrases:
            return None
        said = default_embedder().embed([" ".join(words)])[0]
        ranked = sorted(zip((_vectors(phrases) @ said).tolist(), phrases, strict=True), reverse=True)
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        clear = ranked[0][0] >= near and ranked[0][0] - second >= apart
        return self._columns[ranked[0][1]] if clear else None


@lru_cache(maxsize=256)
def _vectors(phrases: tuple[str, ...]) -> NDArray[np.float32]:
    return default_embedder().embed(phrases)


def _phrase(name: str) -> str:
    """The name of a column as people would say it."""
    return " ".join(part for part in words_of(name) if part not in _UNITS)
