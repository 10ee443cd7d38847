"""Compares vectors with those kept before them, all of them or, for many rows, those in the nearest cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

COMPARED_WITH_ALL = 50_000
"""Up to so many vectors each is compared with every one kept before it."""
_BLOCK = 2048
_CHUNK = 8192
_PROBES = 8
_ROUNDS = 5
_PER_CELL = 32
"""Vectors that are looked at for each cell when cells are laid out."""
_NOISE = 5e-7
"""Half of the last decimal that counts in a similarity."""
_NONE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Cells:
    """A partition of the space by nearest centre.

    Args:
        centres: shape (n_cells, dimension).
    """

    centres: Vectors

    @classmethod
    def over(cls, vectors: Vectors, count: int) -> "Cells":
        """Cells whose centres are means of what lies in them: k-means over vectors taken at even distances.

        Source: Sivic and Zisserman 2003, "Video Google"; the inverted file of vector search.
        """
        some = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), count * _PER_CELL)).astype(np.int64)]
        cells = cls(some[np.linspace(0, len(some) - 1, count).astype(np.int64)])
        for _ in range(_ROUNDS):
            nearest = np.concatenate([found[:, 0] for found in cells.nearest(some, 1)])
            sums = np.zeros_like(cells.centres)
            np.add.at(sums, nearest, some)
            length = np.linalg.norm(sums, axis=1, keepdims=True)
            cells = cls(np.where(length > 0, sums / np.where(length > 0, length, 1), cells.centres))
        return cells

    def nearest(self, vectors: Vectors, count: int) -> Iterator[NDArray[np.int64]]:
        """For each vector its nearest cells, nearest first; shapes (some, count), in order."""
        count = min(count, len(self.centres))
        for start in range(0, len(vectors), _BLOCK):
            near = vectors[start : start + _BLOCK] @ self.centres.T
            yield np.argsort(-near, axis=1, kind="stable")[:, :count]


def merge_by_cosine(
    vectors: Vectors, threshold: float, compared_with_all: int = COMPARED_WITH_ALL
) -> NDArray[np.int64]:
    """Merge each vector into the first one kept before it whose cosine with it is at least `threshold`.

    Args:
        vectors: shape (n, dimension), each of length 1.
        threshold: least cosine, up to the sixth decimal.
        compared_with_all: beyond so many vectors only those in the `_PROBES` nearest cells are compared.

    Returns:
        Shape (n,). The position of the vector that each is merged into, or its own.
    """
    count = 1 if len(vectors) <= compared_with_all else isqrt(len(vectors))
    cells = Cells.over(vectors, count) if count > 1 else Cells(np.zeros((1, vectors.shape[1]), np.float32))
    kept: list[list[NDArray[np.int64]]] = [[] for _ in range(count)]
    target = np.arange(len(vectors))
    for start, probes in zip(range(0, len(vectors), _BLOCK), cells.nearest(vectors, _PROBES), strict=True):
        block = vectors[start : start + len(probes)]
        found = np.full(len(block), _NONE)
        for cell in np.unique(probes):
            members = np.concatenate([np.empty(0, np.int64), *kept[cell]])
            rows = np.flatnonzero((probes == cell).any(axis=1))
            found[rows] = np.minimum(found[rows], _first_alike(vectors, members, block[rows], threshold))
        found = _within(block, found, start, threshold)
        stays = found == _NONE
        target[start : start + len(block)] = np.where(stays, target[start : start + len(block)], found)
        for cell in np.unique(probes[stays, 0]):
            kept[cell].append(start + np.flatnonzero(stays & (probes[:, 0] == cell)))
    return target


def _first_alike(vectors: Vectors, members: NDArray[np.int64], block: Vectors, threshold: float) -> NDArray[np.int64]:
    """For each vector of the block the first member that is alike, or `_NONE`."""
    found = np.full(len(block), _NONE)
    for start in range(0, len(members), _CHUNK):
        chunk = members[start : start + _CHUNK]
        alike = vectors[chunk] @ block.T >= threshold - _NOISE
        first = chunk[alike.argmax(axis=0)]
        found = np.where(alike.any(axis=0), np.minimum(found, first), found)
    return found


def _within(block: Vectors, found: NDArray[np.int64], start: int, threshold: float) -> NDArray[np.int64]:
    """The targets with those inside the block: of vectors that met none before, each is compared with those kept."""
    alike = np.tril(block @ block.T >= threshold - _NOISE, k=-1)
    alike[:, found != _NONE] = False
    for row in np.flatnonzero(alike.any(axis=1) & (found == _NONE)):
        candidates = np.flatnonzero(alike[row])
        if len(candidates):
            found[row] = start + candidates[0]
            alike[:, row] = False
    return found
