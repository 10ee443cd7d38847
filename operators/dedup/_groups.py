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
    differs = np.zeros(len(order), dtype=bool)
    for key in keys:  # one at a time: each sorted copy is as large as the key
        differs |= run_starts(key[order])
    starts = np.flatnonzero(differs)
    first = np.empty(len(order), dtype=np.int64)
    first[order] = np.repeat(order[starts], np.diff(starts, append=len(order)))
    return first


def run_starts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a run of equal values begins in a sorted array."""
    starts = np.ones(len(ordered), dtype=bool)
    starts[1:] = ordered[1:] != ordered[:-1]
    return starts
