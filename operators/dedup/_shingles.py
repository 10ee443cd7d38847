"""Shingles of texts as 64-bit hashes, the same in every process and on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import TextView
from ..core.textcolumn import unicode_words
from ._groups import run_starts

Unit = Literal["word", "char"]
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_NOTHING = "\0"
"""The one unit of an empty text."""
_NO_BLANK = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"


@dataclass(frozen=True)
class Shingled:
    """The shingles of some texts, one text after the other, with repeats.

    Args:
        hashes: shape (n_shingles,).
        starts: shape (n_texts,). Where each text begins in `hashes`; each has at least one shingle.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]

    def sets(self) -> list[NDArray[np.uint64]]:
        """The distinct shingles of each text, sorted."""
        return [_distinct(part) for part in np.split(self.hashes, self.starts[1:])] if len(self.starts) else []

    def keys(self) -> NDArray[np.uint64]:
        """Shape (n_texts,). One number per text that tells apart other words and another order of words."""
        if not len(self.starts):
            return np.empty(0, np.uint64)
        ends = np.append(self.starts[1:], len(self.hashes))
        place = np.arange(len(self.hashes)) - np.repeat(self.starts, ends - self.starts)
        return np.add.reduceat(mix(self.hashes + place.astype(np.uint64) * _FACTOR), self.starts)


def shingled(texts: Sequence[TextView], unit: Unit, size: int) -> Shingled:
    """The shingles of each text, without regard to case, punctuation between words and kind of white space.

    A text of fewer than `size` units is one shingle, so it equals only the same units; a text without any word is
    compared by its characters.

    Args:
        unit: `word` for the words of `TextView`, `char` for characters with runs of white space as one space.
        size: units in a shingle.
    """
    if unit == "word":
        words = unicode_words(pl.Series([text.text for text in texts], dtype=pl.String))
        has_words = words.list.len() > 0
        if not has_words.all():
            instead = [None if has else [_characters(text)] for has, text in zip(has_words, texts, strict=True)]
            words = words.zip_with(has_words, pl.Series(instead, dtype=words.dtype))
        lengths, flat = words.list.len().cast(pl.Int64).to_numpy(), _word_hashes(words.explode().to_list())
    else:
        characters = [_characters(text) for text in texts]
        lengths, flat = _lengths(characters), mix(_codes("".join(characters)) + _FACTOR)
    ends = np.cumsum(lengths)
    counts = np.maximum(lengths - size + 1, 1)
    starts = np.cumsum(counts) - counts
    hashes = np.empty(int(counts.sum()), dtype=np.uint64)
    is_short = np.repeat(lengths < size, counts)
    hashes[~is_short] = _windows(flat, size)[_fits(ends, size)]
    short = [_windows(flat[end - n : end], n) + np.uint64(n) for n, end in zip(lengths, ends, strict=True) if n < size]
    hashes[is_short] = np.concatenate([np.empty(0, np.uint64), *short])
    return Shingled(mix(hashes), starts)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of each value (the finaliser of splitmix64, Steele et al. 2014)."""
    mixed = values >> np.uint64(30)
    mixed ^= values
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    shifted = mixed >> np.uint64(27)
    mixed ^= shifted
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= np.right_shift(mixed, np.uint64(31), out=shifted)
    return mixed


def jaccard(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
    """Shared shingles divided by all shingles of two sets, 0 to 1.

    >>> jaccard(np.array([1, 2, 3], dtype="u8"), np.array([2, 3, 4], dtype="u8"))
    0.5
    """
    if len(left) > len(right):
        left, right = right, left
    places = np.searchsorted(right, left)
    shared = int(np.count_nonzero(right[np.minimum(places, len(right) - 1)] == left))
    return shared / (len(left) + len(right) - shared)


def _windows(flat: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """The hash of each run of `size` neighbours: a polynomial in `_FACTOR`, put together from those of shorter runs."""
    count = max(len(flat) - size + 1, 0)
    total, covered = np.zeros(count, dtype=np.uint64), 0
    runs, length, factor = flat, 1, int(_FACTOR)
    while True:
        if size & length:
            total *= np.uint64(factor)
            total += runs[covered : covered + count]
            covered += length
        if covered == size or not count:
            return total
        doubled = runs[:-length] * np.uint64(factor)
        doubled += runs[length:]
        runs, length, factor = doubled, 2 * length, factor * factor % 2**64


def _fits(ends: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Which runs of `size` neighbours lie within one text."""
    fits = np.ones(max(int(ends[-1]) - size + 1, 0) if len(ends) else 0, dtype=bool)
    crossing = (ends[:, None] - np.arange(1, size)).ravel()
    fits[crossing[(crossing >= 0) & (crossing < len(fits))]] = False
    return fits


def _distinct(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    ordered: NDArray[np.uint64] = np.sort(hashes)
    return ordered[run_starts(ordered)]


def _lengths(units: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    return np.array([len(part) for part in units], dtype=np.int64)


def _characters(text: TextView) -> str:
    lower = text.lower
    return (lower if _has_single_blanks(lower) else " ".join(lower.split())) or _NOTHING


def _has_single_blanks(text: str) -> bool:
    """Whether there is no white space but single blanks between words; False for texts beyond ASCII, to be quick."""
    return text.isascii() and "  " not in text and text.strip() == text and not any(map(text.__contains__, _NO_BLANK))


def _word_hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    codes = _codes("\n".join(words).lower())
    starts = np.flatnonzero(np.append(True, codes[:-1] == ord("\n"))) if len(codes) else np.empty(0, np.int64)
    place = np.arange(len(codes)) - np.repeat(starts, np.diff(starts, append=len(codes)))
    hashed = mix(codes + place.astype(np.uint64) * _FACTOR) * (codes != ord("\n"))
    return np.add.reduceat(hashed, starts) if len(codes) else hashed


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
