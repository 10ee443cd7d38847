"""Rows that share a key, found by sorting."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def first_of_equals(*keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """For each row the position of the first row with the same keys.

    Args:
        keys: one or more arrays of shape (n_rows,); rows are equal when all of them are.

    Returns:
        Shape (n_rows,).

    >>> first_of_equals(np.array([7, 5, 7], dtype="u8"), np.array([1, 1, 1], dtype="u8")).tolist()
    [0, 1, 0]
    """
    order = np.lexsort(keys[::-1])
    starts = run_starts(*(key[order] for key in keys))
    group = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    first = np.empty(len(order), dtype=np.int64)
    first[order] = order[group]
    return first


def run_starts(*ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a run of equal values begins, in arrays of one length that were sorted together."""
    starts = np.ones(len(ordered[0]), dtype=bool)
    starts[1:] = np.any([values[1:] != values[:-1] for values in ordered], axis=0)
    return starts
