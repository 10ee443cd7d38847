"""MinHash signatures, and the bands by which similar texts meet."""

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from ._groups import run_starts
from ._shingles import Shingled, mix

RECALL = 0.98
"""Share of the pairs right at the threshold that must meet in a band; more similar pairs meet more often."""
_SEED = 1
"""Of the permutations; another one gives other signatures."""


def signatures(texts: Shingled, permutations: int) -> NDArray[np.uint32]:
    """The smallest hash of each text under each permutation; the permutations are fixed.

    Two texts agree in a column with a chance of their Jaccard similarity.

    Returns:
        Shape (n_texts, permutations).

    Source: Broder 1997, "On the resemblance and containment of documents"; the hashing is rensa's.
    """
    if not len(texts.starts):
        return np.empty((0, permutations), np.uint32)
    offsets = np.append(texts.starts, len(texts.hashes)).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(texts.hashes, offsets, permutations, _SEED)
    return np.array(matrix.to_rows(), dtype=np.uint32)


def choose_bands(threshold: float, permutations: int) -> tuple[int, int]:
    """How many bands of how many rows: the longest rows with which pairs at the threshold still meet.

    Returns:
        Bands and rows a band; bands times rows is at most `permutations`.

    >>> choose_bands(0.8, 128)
    (18, 7)
    """
    fitting = [
        rows for rows in range(1, permutations + 1) if 1 - (1 - threshold**rows) ** (permutations // rows) >= RECALL
    ]
    rows = max(fitting, default=1)
    return permutations // rows, rows


def band_hashes(table: NDArray[np.uint32], bands: int, rows: int) -> NDArray[np.uint32]:
    """One hash per band of each signature, shape (n_texts, bands)."""
    cut = table[:, : bands * rows].reshape(len(table), bands, rows).astype(np.uint64)
    total = np.zeros((len(table), bands), dtype=np.uint64)
    for row in range(rows):
        total = mix(total + cut[:, :, row])
    return (total >> np.uint64(32)).astype(np.uint32)


class Meetings:
    """Which texts meet others in a band.

    Args:
        bands: a column of shape (n_texts,) for each band.

    `texts` are the positions of those that meet another, ascending.
    """

    def __init__(self, bands: Iterable[NDArray[np.uint32]]) -> None:
        found = [_shared(column) for column in bands]
        sizes = [int(buckets.max(initial=-1)) + 1 for _, buckets in found]
        text = np.concatenate([np.empty(0, np.int64), *(texts for texts, _ in found)])
        before = np.cumsum([0, *sizes])
        bucket = np.concatenate([np.empty(0, np.int64), *(b + n for (_, b), n in zip(found, before, strict=False))])
        order = np.argsort(text, kind="stable")
        self._buckets = bucket[order]
        self.texts, self._starts = np.unique(text[order], return_index=True)

    def buckets(self, place: int) -> list[int]:
        """The buckets of the text at a place in `texts`."""
        end = self._starts[place + 1] if place + 1 < len(self._starts) else len(self._buckets)
        return list(map(int, self._buckets[self._starts[place] : end]))


def merge_into_kept(
    meetings: Meetings, similarity: Callable[[int, int], float], threshold: float
) -> dict[int, tuple[int, float]]:
    """Compare each text with those kept before it, in order, as far as they meet.

    Args:
        similarity: of two texts, by their places in `meetings.texts`.
        threshold: least similarity of a duplicate.

    Returns:
        For each duplicate the first kept text that is similar enough, by place, and how similar.
    """
    kept: dict[int, list[int]] = defaultdict(list)
    merged: dict[int, tuple[int, float]] = {}
    for place in range(len(meetings.texts)):
        buckets = meetings.buckets(place)
        for other in sorted({other for bucket in buckets for other in kept[bucket]}):
            found = similarity(other, place)
            if found >= threshold:
                merged[place] = (other, found)
                break
        else:
            for bucket in buckets:
                kept[bucket].append(place)
    return merged


def _shared(column: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The texts whose value another text has too, and the number of that value."""
    order = np.argsort(column, kind="stable")
    run = np.cumsum(run_starts(column[order])) - 1 if len(order) else np.empty(0, np.int64)
    shared = np.bincount(run)[run] > 1 if len(order) else np.empty(0, bool)
    numbers = np.unique(run[shared], return_inverse=True)[1]
    return order[shared], numbers.astype(np.int64)
