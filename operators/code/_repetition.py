"""How much a document repeats itself: its lines, its n-grams of words, and the entropy of its words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from math import log2

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"\w+")


def repeated_share(items: Iterable[str]) -> float:
    """The share of items that are there more than once, the first among them; 0 for none.

    >>> repeated_share(["a", "b", "a", "c"])
    0.5
    """
    counts = Counter(items)
    total = sum(counts.values())
    return sum(often for often in counts.values() if often > 1) / total if total else 0.0


def repeated_ngram_shares(words: Sequence[str], longest: int) -> list[float]:
    """The share of n-grams that are there more than once, for n from 2 to `longest`; 0 where there is none.

    Exact, in time of len(words) · log(len(words)) for each n: an n-gram is a number, made of that of its first n - 1
    words, and is only looked at where those are there more than once.

    >>> repeated_ngram_shares("a b c a b".split(), 3)
    [0.5, 0.0]
    """
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    single: NDArray[np.int64] = np.fromiter(map(numbers.__getitem__, words), np.int64, len(words))
    at, ngrams, shares = np.arange(len(words)), single, list[float]()
    for length in range(2, longest + 1):
        whole = at + length <= len(words)
        at, ngrams = at[whole], ngrams[whole]
        if not len(at):
            return shares + [0.0] * (longest + 1 - length)
        pairs = ngrams * len(numbers) + single[at + length - 1]
        _, ngrams, counts = np.unique(pairs, return_inverse=True, return_counts=True)
        repeated = counts[ngrams] > 1
        at, ngrams = at[repeated], ngrams[repeated]
        shares.append(len(at) / (len(words) - length + 1))
    return shares


def word_entropy(counts: Mapping[str, int]) -> float:
    """The entropy of words that are there so often, in bits a word; 0 for none.

    >>> word_entropy({"a": 2, "b": 2})
    1.0
    """
    often: NDArray[np.int64] = np.fromiter(counts.values(), np.int64, len(counts))
    total = int(often.sum())
    return max(0.0, log2(total) - float((often * np.log2(often)).sum()) / total) if total else 0.0
