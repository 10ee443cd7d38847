"""Properties that a clause states beside its verb, such as limits, languages and conditions, and who serves them."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ...operators.core.expression import Column, Condition, Expression, Length, TextTest, Value
from ..state import Check
from . import doubts, proofs
from .cards import OperatorCard
from .clauses import Clause
from .conditions import complement, joined, within
from .counting import count_of, fill_count, places
from .directions import Interval, Limit
from .doubts import Doubt
from .matching import Match, Matcher
from .slots import EXPRESSION, LANGUAGES, Options, fill_languages, fill_limit
from .vocabulary import stem

ROLE_QUERIES: Final = MappingProxyType(
    {
        LANGUAGES: "keep or drop texts by their language",
        EXPRESSION: "keep rows where a condition on columns holds",
    }
)
"""What finds the operator that has an option with a fixed meaning."""
COUNT_SPACES: Final = "count_white_space"
"""The option by which a count of characters includes white space."""
NEAR: Final = 3
"""How many words from a number those stand that may say what it is for."""
PATTERNS: Final = MappingProxyType(
    {
        "url": r"https?://|www\.",
        "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}",
        "html": r"</?[A-Za-z][A-Za-z0-9]*(\s[^<>]*)?/?>",
        "phone": r"\+?\d[\d ()/.-]{7,}\d",
        "hashtag": r"(^|\s)#\w",
        "digit": r"\d",
        "emoji": r"[\x{1F300}-\x{1FAFF}\x{2600}-\x{27BF}]",
    }
)
"""What rows may be kept or dropped for containing, and how it is found."""


@dataclass(frozen=True)
class Facet:
    """One property that a clause states, and the operator that serves it.

    Args:
        text: the piece of the request that says it.
        options: the operator's options for it.
        check: how it is proven.
        words: the tokens that say what is counted, where it is a number of things.
    """

    text: str
    card: OperatorCard
    options: Options
    check: Check
    words: range = range(0)


def _columns_read(card: OperatorCard) -> int:
    """How many columns an operator reads that nobody has to name."""
    return sum(bool(option.reads and isinstance(option.field.default, str)) for option in card.options.values())


class FacetBinder:
    """Binds what one clause states.

    Args:
        clause: the clause.
        column: the column that it is about, None where that is open.
        concepts: what its words are about.
        best: the operator that the words choose.
        cut: whether texts were cut into pieces before.
    """

    def __init__(
        self,
        clause: Clause,
        column: str | None,
        concepts: Sequence[str],
        best: Match | None,
        matcher: Matcher,
        *,
        cut: bool = False,
    ) -> None:
        self.cut = cut
        self.clause, self.column, self.concepts, self.best = clause, column, concepts, best
        self.matcher = matcher

    def role(self, option: str) -> OperatorCard | None:
        """The operator that has an option with this fixed meaning."""
        found = (self.matcher.card(name) for name, _ in self.matcher.nearest(ROLE_QUERIES[option]))
        return next((card for card in found if option in card.options), None)

    def unit_cards(self, unit: str) -> list[OperatorCard]:
        """The filters that limit a number of these, the likeliest first."""
        ranked = [match.card for match in self.matcher.rank([*self.concepts, unit], self.clause.text)]
        asked = self.matcher.nearest(f"{unit} count filter: keep texts with at least so many {unit}")
        cards = {card.name: card for card in [*ranked, *(self.matcher.card(name) for name, _ in asked)]}
        filters = (card for card in cards.values() if card.cls.kind == "filter")
        counting = [card for card in filters if any(option.unit == unit for option in card.limits())]
        # What is named after the unit counts it and does nothing else besides.
        # So does what reads the text alone, and no other column that the data may not have.
        return sorted(counting, key=lambda card: (stem(unit) not in card.name_concepts, _columns_read(card)))

    def takes(self, limit: Limit) -> bool:
        """Whether a number needs no direction: the words choose an operator with an option just for it, or none has."""
        plain = self.best is not None and fill_limit(self.best.card, limit, None, self.near(limit)) is not None
        return plain or not self.unit_cards(limit.unit or "")

    def near(self, limit: Limit) -> list[str]:
        """What the words right before and behind a number are about; all of the clause where these say nothing."""
        places = (range(limit.start - NEAR, limit.start), range(limit.end, limit.end + NEAR))
        found = ([concept for at, concept in self.clause.concepts if at in place] for place in places)
        return next(filter(None, found), list(self.concepts))

    def limits(self) -> tuple[list[Facet], list[Limit]]:
        """Each limit in the operator of the words, or in one of its own; and those that fit nowhere."""
        bound, unbound = list[Facet](), list[Limit]()
        for limit in self.clause.limits:
            keeps = self.clause.keeps(limit.start)
            facet = self._limit(limit, limit.interval if keeps else limit.interval.outside())
            if facet is None:
                unbound.append(limit)
            else:
                bound.append(facet)
        return bound, unbound

    def open_unit(self, unbound: Sequence[Limit]) -> Doubt | None:
        """Asks for the unit of a bare number, where nothing else says what is counted."""
        loose = [limit for limit in unbound if limit.unit is None and not limit.share and limit.stated]
        if not loose or self.concepts or self.clause.columns:
            return None
        return doubts.which_unit(self.clause, loose[0], ("words", "chars"))

    def languages(self) -> list[Facet] | None:
        """Each mention of languages; None where no operator knows languages."""
        facets = []
        for mention in self.clause.languages:
            exclude = self.clause.keeps(mention.start) == mention.foreign
            card = self.role(LANGUAGES)
            options = None if card is None else fill_languages(card, mention.codes, exclude=exclude)
            if card is None or options is None:
                return None
            check = proofs.language_check(mention.codes, self.column, exclude=exclude)
            facets.append(Facet(self.clause.marked.text(mention.start, mention.end), card, options, check))
        return facets

    def kept_rows(self) -> Facet | None:
        """The filter for the rows that the clause's conditions keep, or leave after they were dropped."""
        first, last = self.clause.conditions[0], self.clause.conditions[-1]
        return self.filter_by(self.clause.stated_condition(), self.clause.marked.text(first.start, last.end))

    @property
    def lacks_column(self) -> bool:
        """Whether rows are to be chosen by what they contain, and it is open in which column."""
        held = bool(self.concepts) and all(concept in PATTERNS for concept in self.concepts)
        return held and self.column is None and self._by_content()

    def _by_content(self) -> bool:
        """Whether it speaks of rows that contain something, and no filter is named after that."""
        if self.clause.polarity not in ("keep", "drop") or not self.clause.about_rows:
            return False
        return self.best is None or not self.best.card.name_concepts & {*self.concepts}

    def containing(self) -> Facet | None:
        """The filter for rows whose text contains a URL, an emoji and the like."""
        about = [(at, concept) for at, concept in self.clause.concepts if concept in self.concepts]
        if (
            self.column is None
            or not self._by_content()
            or not about
            or any(concept not in PATTERNS for _, concept in about)
        ):
            return None
        tests: list[Condition] = [
            TextTest(Column(self.column), "matches", Value("text", PATTERNS[concept])) for _, concept in about
        ]
        stated = joined("or", tests)
        if self.clause.lacks(about[0][0]):
            stated = complement(stated)
        return self.filter_by(stated, self.clause.text)

    def filter_by(self, stated: Condition, text: str) -> Facet | None:
        """The filter for a condition under the verb of the clause."""
        card = self.role(EXPRESSION)
        if card is None:
            return None
        kept = str(Expression(stated if self.clause.polarity != "drop" else complement(stated)))
        return Facet(text, card, {EXPRESSION: kept}, proofs.condition_check(kept))

    def counted(self, card: OperatorCard, limit: Limit) -> Facet | None:
        """A number of things in the option of an operator that counts them: "three questions per chunk"."""
        count = count_of(self.clause.marked, limit, self.clause.end)
        fits = self.clause.polarity != "drop" and (count is None or count.of_pieces or not self.cut)
        kept = limit.interval if fits else None
        options = None if count is None else fill_count(count, card, self.matcher, kept)
        if count is None or options is None:
            return None
        said = self.clause.marked.text(limit.start, count.end)
        return Facet(said, card, options, Check(), range(limit.start, count.end))

    def counts_otherwise(self, card: OperatorCard, limit: Limit) -> bool:
        """Whether an operator counts such things, and cannot say this number: "at least 5 questions per text"."""
        count = count_of(self.clause.marked, limit, self.clause.end)
        return count is not None and bool(places(count, card, self.matcher))

    def _limit(self, limit: Limit, kept: Interval | None) -> Facet | None:
        cards = [] if self.best is None else [self.best.card]
        things = self.counted(cards[0], limit) if cards else None
        if things is not None or (cards and self.counts_otherwise(cards[0], limit)):
            return things
        if limit.unit is not None:
            cards += self.unit_cards(limit.unit)
        text = self.clause.marked.text(limit.start, limit.end)
        for card in cards:
            options = fill_limit(card, limit, kept, self.near(limit)) or fill_limit(card, limit, kept, self.concepts)
            if options is not None:
                spaces = self.clause.counts_spaces and COUNT_SPACES in card.options
                options = {**options, COUNT_SPACES: True} if spaces else options
                check = proofs.limit_check(limit.unit, kept, self.column, white_space=spaces)
                return Facet(text, card, options, check)
        return self._length(text, kept) if limit.unit == "chars" and kept is not None else None

    def _length(self, text: str, kept: Interval) -> Facet | None:
        """A limit of characters as a condition, where no operator counts them."""
        card = self.role(EXPRESSION)
        if self.column is None or card is None:
            return None
        expression = str(Expression(within(Length(Column(self.column)), kept)))
        check = proofs.limit_check("chars", kept, self.column, white_space=True)
        return Facet(text, card, {EXPRESSION: expression}, check)
