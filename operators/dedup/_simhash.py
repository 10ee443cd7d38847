"""SimHash fingerprints, and keys under which close ones meet for certain."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray

from ._shingles import Shingled, mix

BITS = 64
_MOST_TABLES = 100


def fingerprints(texts: Shingled) -> NDArray[np.uint64]:
    """One number per text whose bits are the majorities among the bits of its shingles.

    Texts that share most shingles, counted with repeats, differ in few bits.

    Returns:
        Shape (n_texts,).

    Source: Charikar 2002, "Similarity estimation techniques from rounding algorithms".
    """
    if not len(texts.starts):
        return np.empty(0, np.uint64)
    bits = np.unpackbits(texts.hashes.view(np.uint8).reshape(-1, 8), axis=1)
    ones = np.add.reduceat(bits, texts.starts, axis=0, dtype=np.int64)
    lengths = np.diff(texts.starts, append=len(texts.hashes))
    majority = np.packbits(2 * ones > lengths[:, None], axis=1)
    return np.asarray(majority.view(np.uint64).ravel())


def choose_blocks(distance: int, rows: int) -> int:
    """Into how many blocks to cut the bits, so that keys tell most of so many rows apart.

    Of `blocks` blocks at least `blocks - distance` are equal in two fingerprints that differ in `distance` bits: each
    choice of so many blocks is a key. More blocks make longer keys, and more of them.

    Source: Manku et al. 2007, "Detecting near-duplicates for web crawling".

    >>> choose_blocks(3, 2_000_000)
    5
    """
    blocks = distance + 1
    while BITS * (blocks - distance) // blocks < rows.bit_length() and comb(blocks + 1, distance) <= _MOST_TABLES:
        blocks += 1
    return blocks


def keys(fingerprint: NDArray[np.uint64], distance: int, blocks: int) -> Iterator[NDArray[np.uint32]]:
    """Columns of keys: fingerprints that differ in at most `distance` bits are equal in one of them, or in more."""
    cuts = np.linspace(0, BITS, blocks + 1).astype(int)
    masks = [((1 << int(end - start)) - 1) << int(start) for start, end in pairwise(cuts)]
    for chosen in combinations(masks, blocks - distance):
        yield (mix(fingerprint & np.uint64(sum(chosen))) >> np.uint64(32)).astype(np.uint32)
