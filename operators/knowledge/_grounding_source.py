"""A source text prepared for finding the sentences that support a claim."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from ..core import TextView
from ..core.quoting import Quotable
from ._grounding_clauses import Clause, clauses_of, pieces_of_sentence, segments_of

_LOOKED_AT = 3000
"""Most places of terms that are gone through for one claim."""
_CANDIDATES = 12


@dataclass(frozen=True)
class Sentence:
    """A sentence of a source with its clauses."""

    place: int
    text: str

    @cached_property
    def clauses(self) -> list[Clause]:
        """The clauses, in order."""
        return clauses_of(self.text)

    @cached_property
    def segments(self) -> list[Clause]:
        """The parts with subjects of their own, in order."""
        return segments_of(self.text)

    @cached_property
    def whole(self) -> Clause:
        """The sentence as one clause."""
        return Clause(self.text, opens=True)

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of all clauses."""
        return frozenset[str]().union(*(clause.terms for clause in self.clauses))


class Source:
    """The sentences of a text, and where each term stands."""

    def __init__(self, text: str) -> None:
        pieces = [piece for one in TextView(text).sentences for piece in pieces_of_sentence(one)]
        self.sentences = [Sentence(n, piece) for n, piece in enumerate(pieces)]
        self._weights: dict[str, float] = {}
        self._text = text

    @cached_property
    def quotable(self) -> Quotable:
        """The text, for finding quotations in it."""
        return Quotable(self._text)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """The numbers of the sentences in which each term stands."""
        found: dict[str, list[int]] = {}
        for sentence in self.sentences:
            for term in sentence.terms:
                found.setdefault(term, []).append(sentence.place)
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the text that may be names, in lower case."""
        found = (clause for sentence in self.sentences for clause in sentence.clauses)
        return frozenset(
            name.lower() for clause in found for name in (*clause.names, *filter(None, [clause.first_name]))
        )

    @cached_property
    def inner_names(self) -> frozenset[str]:
        """The names that do not open a sentence, in lower case."""
        found = (clause for sentence in self.sentences for clause in sentence.clauses)
        return frozenset(name.lower() for clause in found for name in clause.names)

    @cached_property
    def words(self) -> frozenset[str]:
        """All words, in lower case."""
        return frozenset(
            word.low for sentence in self.sentences for clause in sentence.clauses for word in clause.words
        )

    def weight(self, term: str) -> float:
        """How much a term tells the sentences apart: rare ones and numbers tell most, absent ones as much as those."""
        found = self._weights.get(term)
        if found is None:
            count = max(len(self.places.get(term, ())), 1)
            found = self._weights[term] = 1.0 + log((1 + len(self.sentences)) / (1 + count))
        return found

    def near(self, terms: Iterable[str]) -> list[Sentence]:
        """The sentences that share most with some terms, best first; the work is bounded, however long the text is."""
        scores: dict[int, float] = {}
        looked_at = 0
        known = sorted({term for term in terms if term in self.places}, key=lambda term: (len(self.places[term]), term))
        for term in known:
            places = self.places[term]
            looked_at += len(places)
            if looked_at > _LOOKED_AT and scores:
                break
            weight = self.weight(term)
            for place in places[:_LOOKED_AT]:
                scores[place] = scores.get(place, 0.0) + weight
        best = sorted(scores, key=lambda place: (-scores[place], place))[:_CANDIDATES]
        return [self.sentences[place] for place in best]

    def windows(self, best: Sequence[Sentence]) -> Iterator[tuple[Sentence, ...]]:
        """Each of some sentences alone, then with the one before it, then with the one after it."""
        yield from ((one,) for one in best)
        for one in best:
            if one.place > 0:
                yield self.sentences[one.place - 1], one
            if one.place + 1 < len(self.sentences):
                yield one, self.sentences[one.place + 1]


__all__ = ["Sentence", "Source"]
