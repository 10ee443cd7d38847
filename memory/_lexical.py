"""Search by shared words: terms of a text, BM25 over entries, and overlap with their phrases."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.5
"""Descriptions differ in length by the number of options, which says little; so length counts less than usual."""

NUMBER = "#"
"""Stands for every number: "at least 50 words" and "at least 80 words" ask for the same."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_]+")
_STOP_WORDS = frozenset(
    _TOKEN.findall(
        "a an and any are as at be been being but by can could do does each for from has have how i if in into is it "
        "its just like me my of on only or our please shall should so some such that the their them then there these "
        "they this those to us very want was we were what when where which who will with would you your"
    )
)
_VOWEL = re.compile("[aeiouy]")


def terms(text: str) -> list[str]:
    """The words that count, in order, lower case, without endings; numbers become one term.

    Scripts without spaces give one term a character.

    >>> terms("Dropping the duplicated rows with 5 words")
    ['drop', 'duplicat', 'row', '#', 'word']
    """
    words = _TOKEN.findall(text.lower())
    return [NUMBER if word[0].isdigit() else _stem(word) for word in words if word not in _STOP_WORDS]


class LexicalIndex:
    """What words say about entries; both scores are 0 to 1 and comparable between queries.

    Args:
        documents: for each entry, its terms and how much each counts.
        phrases: for each entry, its phrases, each as terms.
    """

    def __init__(self, documents: Sequence[Mapping[str, float]], phrases: Sequence[Sequence[Collection[str]]]) -> None:
        self._n = len(documents)
        in_entries = Counter(term for document in documents for term in document)
        self._rarity = {term: log(1 + (self._n - n + 0.5) / (n + 0.5)) for term, n in in_entries.items()}
        self._unknown = log(1 + (self._n + 0.5) / 0.5)
        self._impacts = self._postings(documents)
        flat = [(owner, frozenset(phrase)) for owner, some in enumerate(phrases) for phrase in some if phrase]
        self._owner = np.array([owner for owner, _ in flat], dtype=np.intp)
        self._mass = np.array([self._weight(phrase) for _, phrase in flat])
        self._in_phrases = _rows_by_term([phrase for _, phrase in flat])

    def bm25(self, query: Collection[str]) -> NDArray[np.float64]:
        """Shape (n entries,). BM25 as a share of the most that any entry could reach for these terms.

        A term that no entry has counts as the rarest, so that a query about something else stays low.

        Source: Robertson and Zaragoza 2009, "The probabilistic relevance framework: BM25 and beyond".
        """
        score = np.zeros(self._n)
        for term in sorted(set(query)):
            if term in self._impacts:
                rows, impact = self._impacts[term]
                score[rows] += impact
        most = self._weight(query) * (K1 + 1)
        return score / most if most else score

    def phrase(self, query: Collection[str]) -> NDArray[np.float64]:
        """Shape (n entries,). Likeness to the nearest phrase: weighted cosine of the two sets of terms; 1 for equal."""
        best = np.zeros(self._n)
        mass = self._weight(query)
        if not mass or not len(self._owner):
            return best
        shared = np.zeros(len(self._owner))
        for term in sorted(set(query)):
            if term in self._in_phrases:
                shared[self._in_phrases[term]] += self._rarity.get(term, self._unknown)
        np.maximum.at(best, self._owner, shared / np.sqrt(self._mass * mass))
        return np.minimum(best, 1.0)

    def _weight(self, some: Collection[str]) -> float:
        return sum(self._rarity.get(term, self._unknown) for term in sorted(set(some)))

    def _postings(
        self, documents: Sequence[Mapping[str, float]]
    ) -> dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]]:
        lengths = np.array([sum(document.values()) for document in documents])
        usual = lengths.mean() if len(lengths) and lengths.any() else 1.0
        penalty = K1 * (1 - B + B * lengths / usual)
        postings = {}
        for term, rows in _rows_by_term(documents).items():
            often = np.array([documents[row][term] for row in rows])
            postings[term] = (rows, self._rarity[term] * often * (K1 + 1) / (often + penalty[rows]))
        return postings


def _rows_by_term(rows: Sequence[Collection[str]]) -> dict[str, NDArray[np.intp]]:
    found: dict[str, list[int]] = {}
    for row, some in enumerate(rows):
        for term in some:
            found.setdefault(term, []).append(row)
    return {term: np.array(where, dtype=np.intp) for term, where in found.items()}


def _stem(word: str) -> str:
    """Endings of plural, -ing, -ed, -ion and a last -e removed; not a stemmer for other languages."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least in (("ing", 3), ("ed", 4)):
        root = word.removesuffix(ending)
        if root != word and len(root) >= least and _VOWEL.search(root):
            word = root[:-1] if root[-1] == root[-2] and root[-1] not in "aeiouylsz" else root
            break
    if word.endswith(("sion", "tion")) and len(word) > 6:
        word = word[:-3]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
