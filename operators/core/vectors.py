"""Where vectors are kept and searched: the contract, and the store that lives in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

SIMILARITY_DECIMALS = 6
"""Similarities are rounded to these, so that float noise cannot reorder equals and all stores agree."""

Vectors = NDArray[np.floating[Any]]


class LostIndex(Exception):
    """The store no longer holds what it held (its files are damaged or gone): replace it and ask again."""


class VectorStore(Protocol):
    """Named vectors under one stamp. The stamp says what they were made from, so a stale store is known by it."""

    @property
    def kind(self) -> str:
        """Which implementation this is, for people: `memory`, `chroma`."""
        ...

    def stamp(self) -> str | None:
        """The stamp of what `nearest` searches; None when nothing usable is there."""
        ...

    def replace(self, stamp: str, names: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
        """Put these vectors in the place of all there were; readers see the old ones or the new ones, never a mix.

        Args:
            stamp: says what the vectors were made from.
            names: one for each vector, all different.
            vectors: shape (len(names), dimension), of any length; zero vectors are near to nothing.
            documents: the text behind each vector, for those who inspect the store.

        Raises:
            ValueError: the numbers of names, vectors and documents differ, or a name occurs twice.
        """
        ...

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """The `k` names with the highest cosine similarity, best first, ties in name order; fewer when there are fewer.

        Args:
            vector: shape (dimension,).

        Raises:
            ValueError: the vector has another dimension than those of the store.
            LostIndex: what was there is gone, and `stamp` no longer names it.
        """
        ...

    def count(self) -> int:
        """How many vectors are there."""
        ...


@dataclass(frozen=True)
class _Held:
    stamp: str
    names: tuple[str, ...]
    vectors: NDArray[np.float32]


class InMemoryStore:
    """Exact search over one matrix; gone with the process."""

    kind = "memory"

    def __init__(self) -> None:
        self._held: _Held | None = None

    def stamp(self) -> str | None:
        """See `VectorStore.stamp`."""
        return self._held.stamp if self._held else None

    def count(self) -> int:
        """See `VectorStore.count`."""
        return len(self._held.names) if self._held else 0

    def replace(self, stamp: str, names: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
        """See `VectorStore.replace`; the documents are not kept."""
        matrix = checked(names, vectors, documents)
        in_name_order = sorted(range(len(names)), key=names.__getitem__)
        self._held = _Held(stamp, tuple(names[i] for i in in_name_order), matrix[in_name_order])

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """See `VectorStore.nearest`."""
        held = self._held
        if held is None or not held.names or k < 1:
            return []
        similarity = np.round(held.vectors @ query_row(vector, held.vectors.shape[1]), SIMILARITY_DECIMALS)
        # Names are in order and the sort is stable, so ties stay in name order.
        best = np.argsort(-similarity, kind="stable")[:k]
        return [(held.names[i], _plain(similarity[i])) for i in best]


def checked(names: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> NDArray[np.float32]:
    """The vectors with rows of length 1, after what `VectorStore.replace` demands was checked."""
    if vectors.ndim != 2 or not len(names) == len(vectors) == len(documents):
        raise ValueError(f"{len(names)} names and {len(documents)} documents need as many rows, got {vectors.shape}")
    if len(set(names)) != len(names):
        raise ValueError("a name occurs twice")
    return unit_rows(vectors)


def query_row(vector: Vectors, dimension: int) -> NDArray[np.float32]:
    """The vector with length 1, after its shape was checked."""
    if vector.shape != (dimension,):
        raise ValueError(f"the index has vectors of shape ({dimension},), got {vector.shape}")
    return np.asarray(unit_rows(vector.reshape(1, -1))[0])


def best_first(found: Iterable[tuple[str, float]], k: int) -> list[tuple[str, float]]:
    """The first `k` by similarity, rounded, ties in name order.

    >>> best_first([("b", 0.5), ("a", 0.50000001), ("c", 0.9)], 2)
    [('c', 0.9), ('a', 0.5)]
    """
    rounded = [(name, _plain(round(similarity, SIMILARITY_DECIMALS))) for name, similarity in found]
    return sorted(rounded, key=lambda pair: (-pair[1], pair[0]))[:k]


def unit_rows(vectors: Vectors) -> NDArray[np.float32]:
    """Each row divided by its length; rows of zeros stay."""
    length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1.0), dtype=np.float32)


def _plain(similarity: Any) -> float:
    return round(float(similarity), SIMILARITY_DECIMALS) + 0.0  # never -0.0


def in_memory(_name: str) -> VectorStore:
    """A store for one index, whatever its name, that is gone with the process."""
    return InMemoryStore()
