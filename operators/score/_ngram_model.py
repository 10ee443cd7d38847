"""A model of which characters follow which, learned from reference texts, that says how well others are like them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

_ORDER = 6
"""Most characters of an n-gram; fewer where an alphabet is so large that 64 bits do not hold six."""
_BITS = 64
_PAD, _UNKNOWN = 0, 1
_CODE_POINTS = 0x110000

Codes = NDArray[np.uint64]


@dataclass(frozen=True)
class _Order:
    """What is known of n-grams of one length: those seen, with probability, and contexts, with back-off weight."""

    grams: Codes
    probabilities: NDArray[np.float64]
    contexts: Codes
    weights: NDArray[np.float64]


class CharacterModel:
    """Interpolated Kneser-Ney over the characters of texts, by n-grams of up to six.

    Upper and lower case are one, as all digits are, and white space counts as one space. Characters that the reference
    never uses are all the same unlikely one. Text boundaries are seen as beginnings only: an end is not guessed.

    Args:
        texts: the reference in pieces.
        most_characters: how much of it is read.

    Raises:
        ValueError: the reference holds nothing but white space.

    Source: Kneser and Ney 1995; in the form of Chen and Goodman 1999, with one discount for each length.
    """

    def __init__(self, texts: Iterable[pl.Series], most_characters: int) -> None:
        points = _collected(texts, most_characters)
        known = np.unique(points[points != _PAD])
        if not len(known):
            raise ValueError("there is no text to learn from")
        self._symbols = np.full(_CODE_POINTS, _UNKNOWN, dtype=np.uint64)
        self._symbols[_PAD] = _PAD
        self._symbols[known] = np.arange(len(known)) + _UNKNOWN + 1
        self._bits = int(len(known) + _UNKNOWN).bit_length()
        self._longest = min(_ORDER, _BITS // self._bits)
        self._alphabet = len(known) + 1
        self._orders = self._learned(points)

    def perplexities(self, texts: pl.Series) -> pl.Series:
        """The perplexity of each text for each character; null for null, and for a text of white space only."""
        clean = _normalized(texts).fill_null("")
        sizes = clean.str.len_chars().to_numpy().astype(np.int64)
        points = _points(clean)
        real = np.flatnonzero(points != _PAD)
        losses = -np.log(self._probabilities(points, real))
        filled = sizes > 0
        means = np.full(len(sizes), np.nan)
        if filled.any():
            starts = (np.cumsum(sizes) - sizes)[filled]
            means[filled] = np.add.reduceat(losses, starts) / sizes[filled]
        return pl.Series(np.exp(means), dtype=pl.Float64).fill_nan(None)

    def _keys(self, points: NDArray[np.uint32], real: NDArray[np.int64]) -> Iterable[tuple[int, Codes]]:
        """For each length the n-gram that ends at each real character, its last character in the lowest bits."""
        symbols = self._symbols[points]
        keys = np.zeros(len(real), dtype=np.uint64)
        for length in range(1, self._longest + 1):
            keys = keys | (symbols[real - (length - 1)] << np.uint64(self._bits * (length - 1)))
            yield length, keys

    def _learned(self, points: NDArray[np.uint32]) -> list[_Order]:
        real = np.flatnonzero(points != _PAD)
        seen = {length: np.unique(keys, return_counts=True) for length, keys in self._keys(points, real)}
        orders: list[_Order] = []
        for length in range(1, self._longest + 1):
            grams, counts = seen[length]
            if length < self._longest:
                # How many different characters stand before an n-gram says more than how often it occurs.
                mask = np.uint64((1 << (self._bits * length)) - 1)
                grams, counts = np.unique(seen[length + 1][0] & mask, return_counts=True)
            orders.append(self._order(grams, counts.astype(np.float64), orders))
        return orders

    def _order(self, grams: Codes, counts: NDArray[np.float64], lower: list[_Order]) -> _Order:
        contexts, owner = np.unique(grams >> np.uint64(self._bits), return_inverse=True)
        totals = np.bincount(owner, weights=counts)
        once, twice = float((counts == 1).sum()), float((counts == 2).sum())
        discount = once / (once + 2 * twice) if once and twice else 0.5
        weights = discount * np.bincount(owner) / totals
        if lower:
            mask = np.uint64((1 << (self._bits * len(lower))) - 1)
            below = lower[-1].probabilities[np.searchsorted(lower[-1].grams, grams & mask)]
        else:
            below = np.full(len(grams), 1 / self._alphabet)
        return _Order(grams, (counts - discount) / totals[owner] + weights[owner] * below, contexts, weights)

    def _probabilities(self, points: NDArray[np.uint32], real: NDArray[np.int64]) -> NDArray[np.float64]:
        found = np.full(len(real), 1 / self._alphabet)
        for (_, keys), order in zip(self._keys(points, real), self._orders, strict=True):
            places, there = _find(order.grams, keys)
            backed = np.flatnonzero(~there)
            contexts, known = _find(order.contexts, keys[backed] >> np.uint64(self._bits))
            found[backed] *= np.where(known, order.weights[contexts], 1.0)
            found[there] = order.probabilities[places[there]]
        return found


def _find(table: Codes, wanted: Codes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each number would stand in a sorted table, and whether it is there."""
    places = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return places, table[places] == wanted


def _normalized(texts: pl.Series) -> pl.Series:
    lower = texts.str.normalize("NFC").str.to_lowercase()
    return lower.str.replace_all(r"\p{Nd}", "0").str.replace_all(r"[\s\x00]+", " ").str.strip_chars(" ")


def _points(texts: pl.Series) -> NDArray[np.uint32]:
    """The code points of all texts, each behind so much padding that no n-gram reaches into the text before."""
    padding = "\0" * (_ORDER - 1)
    joined = "".join(f"{padding}{text}" for text in texts)
    return np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)


def _collected(texts: Iterable[pl.Series], most_characters: int) -> NDArray[np.uint32]:
    pieces: list[NDArray[np.uint32]] = []
    left = most_characters
    for some in texts:
        clean = _normalized(some.drop_nulls())
        points = _points(clean.filter(clean != ""))[: max(left, 0)]
        pieces.append(points)
        left -= len(points)
        if left <= 0:
            break
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint32)
