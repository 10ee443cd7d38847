"""How different texts are among themselves, and two sets of texts from each other, by their embeddings."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
BLOCK = 1024
"""Rows of a kernel that are held at once."""


def vendi_score(vectors: Vectors) -> float:
    """The effective number of different texts: 1 where all are the same, n where all n are orthogonal.

    The exponential of the entropy of the eigenvalues of the cosine kernel over n.

    Args:
        vectors: shape (n, dimension), each of length 1; at least one.

    Source: Friedman and Dieng 2023, "The Vendi Score".
    """
    # The kernel's eigenvalues other than 0 are those of the far smaller matrix of the dimensions.
    values = np.linalg.eigvalsh(vectors.T.astype(np.float64) @ vectors / len(vectors))
    values = values[values > 0]
    return float(np.exp(-np.sum(values * np.log(values))))


def squared_mmd(left: Vectors, right: Vectors, sigma: float = 1.0) -> float:
    """The squared maximum mean discrepancy between two sets of vectors: 0 for equal sets, larger the more they differ.

    The biased estimate with a Gaussian kernel, exp(-distance² / 2 sigma²).

    Args:
        left: shape (n, dimension).
        right: shape (m, dimension).
        sigma: width of the kernel, in units of distance between vectors of length 1.

    Source: Gretton et al. 2012, "A Kernel Two-Sample Test", equation 5.
    """
    means = (_mean_kernel(one, other, sigma) for one, other in ((left, left), (right, right), (left, right)))
    within_left, within_right, between = means
    return max(0.0, within_left + within_right - 2 * between)


def _mean_kernel(left: Vectors, right: Vectors, sigma: float) -> float:
    total = 0.0
    lengths = np.square(right.astype(np.float64)).sum(axis=1)
    for start in range(0, len(left), BLOCK):
        block = left[start : start + BLOCK].astype(np.float64)
        distances = np.square(block).sum(axis=1)[:, None] + lengths - 2 * block @ right.T
        total += float(np.exp(-np.maximum(distances, 0) / (2 * sigma**2)).sum())
    return total / (len(left) * len(right))
