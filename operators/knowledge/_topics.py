"""Puts neighbouring sentences together where they are about the same."""

import numpy as np
from numpy.typing import NDArray

from ..core.embedder import Embedder
from ._ruler import Place, Ruler

WINDOW = 3
"""Sentences on each side of a border whose mean meanings are compared: one alone says too little."""


def by_topics(ruler: Ruler, parts: list[Place], size: int, embedder: Embedder) -> list[Place]:
    """Sentences put together, the most similar neighbours first, as long as they fit.

    Borders are left where the sentences before and after differ most. Any two neighbours of the result would not fit
    together.
    """
    if len(parts) < 2 or ruler.length(parts[0][0], parts[-1][1]) <= size:
        return [(parts[0][0], parts[-1][1])] if parts else []
    vectors = embedder.embed([ruler.text[start:end] for start, end in parts])
    order = np.argsort(-similarities(vectors), kind="stable")
    first, last = list(range(len(parts))), list(range(len(parts)))
    for gap in order.tolist():
        begin, end = first[gap], last[gap + 1]
        if ruler.length(parts[begin][0], parts[end][1]) <= size:
            # Only the ends of a group are looked at: they know each other.
            last[begin], first[end] = end, begin
    groups, at = list[Place](), 0
    while at < len(parts):
        groups.append((parts[at][0], parts[last[at]][1]))
        at = last[at] + 1
    return groups


def similarities(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """How near the sentences before and after each border are: cosine of their mean meanings, to six decimals.

    Args:
        vectors: shape (n, dimension), n at least 2; one row a sentence, zeros for one without meaning.

    Returns:
        Shape (n - 1,).
    """
    count = len(vectors)
    sums = np.concatenate((np.zeros((1, vectors.shape[1])), np.cumsum(vectors, axis=0, dtype=np.float64)))
    at = np.arange(1, count)
    before = sums[at] - sums[np.maximum(at - WINDOW, 0)]
    after = sums[np.minimum(at + WINDOW, count)] - sums[at]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    dots = (before * after).sum(axis=1)
    # Rounded, so that the order does not hang on the last bit of a sum.
    rounded: NDArray[np.float64] = np.round(np.divide(dots, lengths, out=np.zeros(count - 1), where=lengths > 1e-9), 6)
    return rounded
