"""Finds the operator that a clause means: hybrid retrieval proposes, the clause's own words decide."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Final

from ...memory.catalog import Catalog, data_terms
from ...operators.core.operator import Kind, Operator
from ...tools.profile import Profile
from .cards import MODEL_CONCEPTS, OperatorCard, card_of
from .columns import column_at
from .idioms import FILLER, plain_words
from .marks import Marked
from .tokens import tokenize
from .vocabulary import DROP, KEEP, NEGATIONS, concept_set, stem
from .vocabulary import concepts as concepts_of

CANDIDATES: Final = 12
ACCEPTED_COVERAGE: Final = 0.6
"""Smallest share of what a clause is about, rare words counting more, that an operator must answer to."""
ACCEPTED_MEANT: Final = 0.5
"""Smallest share of an operator's name or of a phrase of it that a clause must say: "html" is not "HTML entity"."""

NAMED: Final = 0.75
"""From how much on a concept is one that an operator is named or described by."""
ALIKE: Final = 0.5
"""From how much on a clause is about the same as a phrase, whichever way round."""
SURE: Final = 0.5
"""From how much on an operator answers to a single concept."""

BY_WORDING: Final = frozenset(
    "top_rows sample_rows coreset_select sort_rows shuffle_rows split_dataset reshape_rows convert_format mix_sources "
    "join_table".split()
)
"""Operators that only fixed wordings ask for: their words ("row", "source", "split") are those of all requests."""

_TELLS: Final[Mapping[Kind, frozenset[str]]] = {
    "evaluate": frozenset(map(stem, "rate score measure compute calculate evaluate assess grade give add".split())),
    "generate": frozenset(map(stem, "write make create generate produce synthesize give about".split())),
}
"""Concepts of verbs that say no more than that such an operator is meant."""
_CUTS: Final = (" and ", " or ", ", ", " & ")
_VAGUE: Final = frozenset(map(stem, "bad good best better worse worst nice poor great fine proper right wrong".split()))
"""What people find of rows; alone it names no operator."""
_SAY_LITTLE: Final = MODEL_CONCEPTS.union(_VAGUE, *_TELLS.values())

_WEIGHTS: Final[Mapping[str, float]] = {"coverage": 0.5, "phrase": 0.2, "name": 0.15, "retrieval": 0.15}


def _way(phrase: str) -> bool | None:
    """Whether a phrase keeps what it names, each "not" in it turning that round; None where it says neither."""
    words = phrase.lower().split()
    verbs = [word in KEEP for word in words if word in KEEP | DROP]
    denied = sum(word in NEGATIONS for word in words) % 2
    return None if not verbs else verbs[0] != bool(denied)


@dataclass(frozen=True)
class Match:
    """An operator for a clause.

    Args:
        coverage: share of the clause's concepts that it answers to, 0 to 1.
        score: what candidates are compared by, 0 to 1.
        missing: concepts that it does not answer to.
        named: whether a concept is one that the operator is named or described by; its options alone choose none.
        meant: share of its name, or of the phrase that comes nearest, that the clause says, 0 to 1.
    """

    card: OperatorCard
    coverage: float
    score: float
    missing: tuple[str, ...] = ()
    named: bool = True
    meant: float = 1.0

    @property
    def covers(self) -> bool:
        """Whether it answers to enough of the clause."""
        return self.coverage >= ACCEPTED_COVERAGE

    @property
    def accepted(self) -> bool:
        """Whether the evidence is enough both ways: it answers to the clause, and the clause says what it is for."""
        return self.covers and (self.meant >= ACCEPTED_MEANT or not self.named)


class Matcher:
    """Searches one catalogue; only operators that the catalogue holds are ever proposed.

    Args:
        catalog: where operators are looked up.
        operators: the classes of the operators, by name.
        has_model: whether a language model is configured that operators may ask.
        data: the terms of the data's columns and labels, see `memory.catalog.data_terms`.
        profile: the data, by which names of columns are told from words for what is done.
    """

    def __init__(
        self,
        catalog: Catalog,
        operators: Mapping[str, type[Operator]],
        *,
        has_model: bool = False,
        data: frozenset[str] = frozenset(),
        profile: Profile | None = None,
    ) -> None:
        self.catalog, self.operators, self.has_model, self.data = catalog, operators, has_model, data
        self.profile = profile
        self._searches: dict[str, tuple[tuple[str, float], ...]] = {}
        self._rarities: dict[str, float] = {}
        self._marked: dict[Hashable, Marked] = {}

    @classmethod
    def for_data(
        cls, catalog: Catalog, operators: Mapping[str, type[Operator]], profile: Profile, *, has_model: bool = False
    ) -> "Matcher":
        """The matcher for requests about some data; what speaks of its columns is likelier to be about columns."""
        # Texts are treated, whatever they are called; columns of other types, and labels, are what rows are chosen by.
        stated = [column for column in profile.columns if column.labels or column.dtype != "text"]
        names = [name for column in stated for name in (column.name, *column.labels)]
        return cls(catalog, operators, has_model=has_model, data=data_terms(names), profile=profile)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """Concepts that begin the names of operators which refine or generate: mask, normalize, sample."""
        first = (name.partition("_")[0] for name in self.operators if name not in BY_WORDING)
        return frozenset(concept for word in first for concept in concept_set(word))

    def card(self, name: str) -> OperatorCard:
        """The card of an operator."""
        return card_of(self.operators[name])

    def marked(self, key: Hashable, read: Callable[[], Marked]) -> Marked:
        """What rules read of a request, once for all who ask.

        Args:
            key: all that the result depends on beside what this matcher was made for.
            read: reads it.
        """
        if key not in self._marked:
            self._marked[key] = read()
        return self._marked[key]

    def rank(self, concepts: Sequence[str], text: str, kinds: Iterable[Kind] | None = None) -> list[Match]:
        """The operators for a clause, best first, ties in name order; accepted or not.

        Args:
            concepts: what the clause is about.
            text: the clause as written.
            kinds: only operators of these kinds.
        """
        if not concepts:
            return []
        allowed = None if kinds is None else frozenset(kinds)
        # By the concepts alone too: the other words of a clause may draw many operators that only share those.
        scores = {**dict(self.nearest(" ".join(concepts))), **dict(self.nearest(" ".join([text, *concepts])))}
        found = ((self.card(name), score) for name, score in scores.items() if name not in BY_WORDING)
        kept = ((card, score) for card, score in found if allowed is None or card.cls.kind in allowed)
        if _SAY_LITTLE.issuperset(concepts):  # "score" alone names dozens of operators, and means none
            whole = " ".join(text.lower().split())
            kept = ((card, score) for card, score in kept if whole in card.phrase_texts)
        spoken = frozenset(concepts) | concept_set(text)
        matches = [self._match(card, concepts, text, spoken, score) for card, score in kept]
        return sorted(matches, key=lambda match: (-round(match.score, 6), match.card.name))

    def hits(self, text: str) -> tuple[tuple[str, float], ...]:
        """Names and scores of the operators that retrieval proposes: for the text, for plain words, for what they mean.

        The proposals for these take turns; each has the best of its scores.
        """
        plainly = self.plainly(text)
        meant = " ".join(concept for _, _, some in concepts_of(plainly.split()) for concept in some)
        lists = [self.nearest(one) for one in dict.fromkeys((text, plainly, meant)) if one]
        best: dict[str, float] = {}
        for name, score in (one for found in lists for one in found):
            best[name] = max(score, best.get(name, 0.0))
        turns = (found[at][0] for at in range(CANDIDATES) for found in lists if at < len(found))
        return tuple((name, best[name]) for name in dict.fromkeys(turns))

    def nearest(self, text: str) -> tuple[tuple[str, float], ...]:
        """Names and scores of the operators that retrieval proposes for a text as it stands."""
        if text not in self._searches:
            hits = self.catalog.search(text, k=CANDIDATES, kind="operator", data=self.data)
            self._searches[text] = tuple((hit.name, hit.score) for hit in hits if hit.name in self.operators)
        return self._searches[text]

    def plainly(self, text: str) -> str:
        """The text in plain words, with "column" for the names of columns, which say nothing of what is done."""
        if self.profile is None:
            return text
        tokens, words, at = plain_words(tokenize(text), self.profile), list[str](), 0
        while at < len(tokens):
            column = column_at(tokens, at, self.profile)
            if tokens[at].low != FILLER or column:
                words.append("column" if column else tokens[at].low)
            at = column[1] if column else at + 1
        return " ".join(words)

    def answers(self, card: OperatorCard, concept: str) -> float:
        """How well an operator answers to a concept, 0 to 1; a verb such as "rate" says only that there is a score."""
        kind, asks_model = card.cls.kind, card.asks_model
        if concept in _TELLS.get(kind, ()) or (asks_model and concept in MODEL_CONCEPTS):
            return 1.0
        return max(card.sureness.get(concept, 0.0), card.sureness.get(stem(concept), 0.0))

    def rarity(self, concept: str) -> float:
        """How much a concept tells operators apart; one that no operator knows counts most."""
        if concept not in self._rarities:
            known = max(self._counts[concept], self._counts[stem(concept)])
            self._rarities[concept] = log(1 + (len(self.operators) + 1) / (known + 0.5))
        return self._rarities[concept]

    def share(self, said: frozenset[str], whole: frozenset[str]) -> float:
        """How much of a phrase was said, rare words counting more."""
        total = sum(self.rarity(one) for one in whole)
        return sum(self.rarity(one) for one in whole if one in said or stem(one) in said) / total if total else 0.0

    def is_known(self, concept: str) -> bool:
        """Whether any operator is named or asked for by a concept."""
        return concept in self._main or stem(concept) in self._main

    def is_treated(self, concept: str) -> bool:
        """Whether an operator that takes rows away or treats texts is named or asked for by a concept."""
        return concept in self._treated or stem(concept) in self._treated

    def is_in_texts(self, concept: str) -> bool:
        """Whether an operator that treats texts is named or asked for by a concept, so that it may stand in them."""
        return concept in self._in_texts

    @cached_property
    def _in_texts(self) -> frozenset[str]:
        cards = [self.card(name) for name in self.operators if name not in BY_WORDING]
        some = (card for card in cards if card.cls.kind == "refine" and not card.cls.needs)
        return frozenset().union(*(card.name_concepts | card.main_concepts for card in some))

    @cached_property
    def joined_phrases(self) -> Mapping[tuple[str, ...], str]:
        """Operators that need no option, by those of their phrases that a clause would be cut in: "write a and b"."""
        cards = (self.card(name) for name in self.operators)
        whole = [card for card in cards if not card.needs_options]
        return {
            tuple(token.low for token in tokenize(phrase)): card.name
            for card in whole
            for phrase in card.cls.phrases
            if any(sign in phrase for sign in _CUTS)
        }

    @cached_property
    def _treated(self) -> frozenset[str]:
        cards = [self.card(name) for name in self.operators if name not in BY_WORDING]
        some = (card for card in cards if card.cls.kind in ("filter", "refine") and not card.cls.needs)
        return frozenset().union(*(card.name_concepts | card.main_concepts for card in some))

    @cached_property
    def _main(self) -> frozenset[str]:
        cards = [self.card(name) for name in self.operators if name not in BY_WORDING]
        return frozenset().union(*(card.name_concepts | card.main_concepts for card in cards))

    @cached_property
    def _counts(self) -> Counter[str]:
        """In how many operators each concept occurs."""
        cards = [self.card(name) for name in self.operators]
        return Counter(concept for card in cards for concept in card.own_concepts)

    def _match(
        self, card: OperatorCard, concepts: Sequence[str], text: str, spoken: frozenset[str], retrieved: float
    ) -> Match:
        wanted = dict.fromkeys(concepts)
        total = sum(self.rarity(concept) for concept in wanted)
        # A phrase that is said whole leaves none of its words in doubt, however many others know them.
        whole = frozenset().union(*(one for one in card.phrase_concepts if len(one) > 1 and one <= spoken))
        answered = {concept: 1.0 if concept in whole else self.answers(card, concept) for concept in wanted}
        coverage = round(sum(self.rarity(concept) * sure for concept, sure in answered.items()) / total, 6)
        said = frozenset(wanted)
        if " ".join(text.lower().split()) in card.phrase_texts:
            coverage, said = 1.0, said | card.name_concepts
        parts = {
            "coverage": coverage,
            "phrase": max((self._likeness(said, phrase) for phrase in card.phrase_concepts), default=0.0),
            "name": self._likeness(said, card.name_concepts),
            "retrieval": retrieved,
        }
        score = sum(_WEIGHTS[part] * value for part, value in parts.items())
        missing = () if coverage == 1 else tuple(concept for concept, sure in answered.items() if not sure)
        named = coverage == 1 or max(answered.values()) >= NAMED
        about = said | (spoken if whole else frozenset())
        shares = (
            self.share(about, some) for some in (card.name_concepts, card.summary_concepts, *card.phrase_concepts)
        )
        return Match(card, coverage, score, missing, named, max(shares, default=0.0))

    def turned_round(self, card: OperatorCard, concepts: Iterable[str], *, keeps: bool) -> bool:
        """Whether a filter is asked for the other way round than its phrases say: "remove answers that are grounded".

        Args:
            keeps: whether the clause keeps what it names, each "not" in it turning that round.
        """
        said = frozenset(concepts)
        told = [
            (self._likeness(said, concept_set(one)), way) for one in card.cls.phrases if (way := _way(one)) is not None
        ]
        best = max((likeness for likeness, _ in told), default=0.0)
        return best >= ALIKE and all(way != keeps for likeness, way in told if likeness == best)

    def _likeness(self, left: frozenset[str], right: frozenset[str]) -> float:
        """Shared rarity over all rarity of two sets of concepts."""
        together = sum(self.rarity(one) for one in left | right)
        return sum(self.rarity(one) for one in left & right) / together if together else 0.0
