"""Finds runs of words that texts share with the texts of a benchmark."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core._segmentation import UNSPACED

_LETTER = rf"[[\p{{L}}\p{{N}}]--[{UNSPACED}]]"
_WORD = rf"[{UNSPACED}]\p{{M}}*|{_LETTER}[{_LETTER}\p{{M}}]*"
# Not the zero-width space, which divides words.
_INVISIBLE = r"[\p{Cf}--\u{200B}]"
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_FLAG_BITS = 3
"""Flags for each hash of a table, as a power of two: a run that no benchmark has passes one time in so many."""


@dataclass(frozen=True)
class Shared:
    """What some texts share with a benchmark.

    Args:
        runs: shape (n_texts,). At how many of its words a shared run begins.
        words: shape (n_texts,). How many of its words lie in a shared run.
        texts: shape (n_met,). The places of the texts that share a run.
        starts: shape (n_met,). The first word of the first run in each of these; of several there the longest.
        sizes: shape (n_met,). The number of words of that run.
        owners: shape (n_met,). The place of the first benchmark text that has it.
    """

    runs: NDArray[np.int64]
    words: NDArray[np.int64]
    texts: NDArray[np.int64]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    owners: NDArray[np.uint32]


def plain_words(texts: pl.Series) -> pl.Series:
    """The words by which texts are compared, as lists; null where there is no text.

    Lower-case runs of letters, digits and marks, one per character in scripts written without spaces, after Unicode's
    NFKC: so case, punctuation, full-width forms, composed accents and invisible characters make no difference.
    """
    is_ascii = texts.str.len_bytes() == texts.str.len_chars()
    others = pl.select(pl.when(~is_ascii).then(texts)).to_series().str.normalize("NFKC").str.replace_all(_INVISIBLE, "")
    plain = pl.select(pl.when(is_ascii).then(texts).otherwise(others)).to_series()
    return plain.str.to_lowercase().str.extract_all(_WORD)


class RunIndex:
    """The runs of words that a benchmark consists of, as 64-bit hashes; its texts are not kept.

    Args:
        texts: the benchmark, in pieces: the words of some texts, as `plain_words` gives them.
        size: words in a run. A shorter text is one run as a whole.
        shortest: texts of fewer words are left out.
    """

    def __init__(self, texts: Iterable[pl.Series], size: int, shortest: int) -> None:
        found: dict[int, list[tuple[NDArray[np.uint64], NDArray[np.uint32]]]] = {}
        before = 0
        for words in texts:
            lengths, codes = _lengths(words), _codes(words)
            owners = np.repeat(np.arange(before, before + len(lengths), dtype=np.uint32), lengths)
            ends = np.repeat(np.cumsum(lengths), lengths)
            wanted = np.repeat(np.where(lengths < shortest, 0, np.minimum(lengths, size)), lengths)
            for length, hashes in _windows(codes, size):
                count = len(hashes)
                taken = (wanted[:count] == length) & (np.arange(count) + length <= ends[:count])
                if taken.any():
                    found.setdefault(length, []).append((hashes[taken], owners[:count][taken]))
            before += len(lengths)
        self._tables = {
            length: _Table.of(*map(np.concatenate, zip(*parts, strict=True))) for length, parts in found.items()
        }

    def __len__(self) -> int:
        """The number of different runs."""
        return sum(len(table.hashes) for table in self._tables.values())

    def shared(self, words: pl.Series) -> Shared:
        """What texts share with the benchmark, given their words as `plain_words` gives them."""
        lengths, codes = _lengths(words), _codes(words)
        ends = np.cumsum(lengths)
        starts, sizes, owners = self._met(codes)
        texts = np.searchsorted(ends, starts, side="right")
        inside = starts + sizes <= ends[texts]
        starts, sizes, owners, texts = starts[inside], sizes[inside], owners[inside], texts[inside]
        is_next = np.diff(starts, prepend=-1) > 0  # at one word runs of several lengths may begin
        met, first = np.unique(texts, return_index=True)
        return Shared(
            runs=np.bincount(texts[is_next], minlength=len(lengths)),
            words=_covered(starts, sizes, ends),
            texts=met,
            starts=starts[first] - (ends - lengths)[met],
            sizes=sizes[first],
            owners=owners[first],
        )

    def _met(self, codes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """Where runs of the benchmark begin, how long they are and whose; by place, the longest first."""
        nothing = np.zeros(0, dtype=np.int64)
        starts, sizes, owners = [nothing], [nothing], [np.zeros(0, dtype=np.uint32)]
        for length, hashes in _windows(codes, max(self._tables, default=0)):
            if length in self._tables:
                places, whose = self._tables[length].find(hashes)
                starts.append(places)
                sizes.append(np.full(len(places), length))
                owners.append(whose)
        start, size = np.concatenate(starts), np.concatenate(sizes)
        order = np.lexsort((-size, start))
        return start[order], size[order], np.concatenate(owners)[order]


@dataclass(frozen=True)
class _Table:
    """Hashes of runs of one length, ascending, each with its first owner, and flags that rule most others out."""

    hashes: NDArray[np.uint64]
    owners: NDArray[np.uint32]
    flags: NDArray[np.bool_]
    shift: np.uint64

    @classmethod
    def of(cls, hashes: NDArray[np.uint64], owners: NDArray[np.uint32]) -> "_Table":
        known, first = np.unique(hashes, return_index=True)
        bits = len(known).bit_length() + _FLAG_BITS
        shift = np.uint64(64 - bits)
        flags = np.zeros(1 << bits, dtype=bool)
        flags[known >> shift] = True
        return cls(known, owners[first], flags, shift)

    def find(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """The places of the hashes that are in the table, and the owner of each."""
        places = np.flatnonzero(self.flags[hashes >> self.shift])
        entries = np.minimum(np.searchsorted(self.hashes, hashes[places]), len(self.hashes) - 1)
        same = self.hashes[entries] == hashes[places]
        return places[same], self.owners[entries[same]]


def _lengths(words: pl.Series) -> NDArray[np.int64]:
    return words.list.len().fill_null(0).cast(pl.Int64).to_numpy()


def _codes(words: pl.Series) -> NDArray[np.uint64]:
    return words.explode().drop_nulls().hash().to_numpy()


def _windows(codes: NDArray[np.uint64], size: int) -> Iterable[tuple[int, NDArray[np.uint64]]]:
    """For each length up to `size` the hash of every run of so many neighbours."""
    total = np.zeros(len(codes), dtype=np.uint64)
    for length in range(1, min(size, len(codes)) + 1):
        total = total[: len(codes) - length + 1] * _FACTOR + codes[length - 1 :]
        yield length, total


def _covered(starts: NDArray[np.int64], sizes: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many words of each text lie in runs."""
    total = int(ends[-1]) if len(ends) else 0
    opened = np.bincount(starts, minlength=total + 1) - np.bincount(starts + sizes, minlength=total + 1)
    inside = np.append(0, np.cumsum(np.cumsum(opened) > 0))
    return np.diff(inside[ends], prepend=0)
