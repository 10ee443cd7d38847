"""Shingles of texts as 64-bit hashes, the same in every process and on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core import TextView

Unit = Literal["word", "char"]
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_NOTHING = "\0"
"""The one unit of an empty text."""


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
        return [np.unique(part) for part in np.split(self.hashes, self.starts[1:])] if len(self.starts) else []

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
        words = [_words(text) for text in texts]
        lengths, flat = _lengths(words), _word_hashes(words)
    else:
        characters = [_characters(text) for text in texts]
        lengths, flat = _lengths(characters), mix(_codes("".join(characters)) + _FACTOR)
    ends = np.cumsum(lengths)
    counts = np.maximum(lengths - size + 1, 1)
    starts = np.cumsum(counts) - counts
    hashes = np.empty(int(counts.sum()), dtype=np.uint64)
    is_short = np.repeat(lengths < size, counts)
    hashes[~is_short] = _windows(flat, size)[_fits(lengths, ends, size)]
    short = [_windows(flat[end - n : end], n) + np.uint64(n) for n, end in zip(lengths, ends, strict=True) if n < size]
    hashes[is_short] = np.concatenate([np.empty(0, np.uint64), *short])
    return Shingled(mix(hashes), starts)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of each value (the finaliser of splitmix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


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
    """The hash of each run of `size` neighbours."""
    total = np.zeros(max(len(flat) - size + 1, 0), dtype=np.uint64)
    for offset in range(size):
        total = total * _FACTOR + flat[offset : offset + len(total)]
    return total


def _fits(lengths: NDArray[np.int64], ends: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Which runs of `size` neighbours lie within one text."""
    count = max(int(lengths.sum()) - size + 1, 0)
    return np.arange(count) + size <= np.repeat(ends, lengths)[:count]


def _lengths(units: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    return np.array([len(part) for part in units], dtype=np.int64)


def _words(text: TextView) -> Sequence[str]:
    return text.words or [" ".join(text.lower.split()) or _NOTHING]


def _characters(text: TextView) -> str:
    return " ".join(text.lower.split()) or _NOTHING


def _word_hashes(texts: Sequence[Sequence[str]]) -> NDArray[np.uint64]:
    codes = _codes("\n".join(chain.from_iterable(texts)).lower())
    starts = np.flatnonzero(np.append(True, codes[:-1] == ord("\n"))) if len(codes) else np.empty(0, np.int64)
    place = np.arange(len(codes)) - np.repeat(starts, np.diff(starts, append=len(codes)))
    hashed = mix(codes + place.astype(np.uint64) * _FACTOR) * (codes != ord("\n"))
    return np.add.reduceat(hashed, starts) if len(codes) else hashed


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
