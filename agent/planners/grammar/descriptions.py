"""Reads what describes rows, before and behind their noun: "lost", "from DHL", "that cost less than 20"."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ....operators.core.expression import Expression
from ..idioms import FILLER
from .holdings import Holdings, once
from .phrases import ARTICLES, COPULAS, EXCEPT, GIVEN, HAVING, NOT, NULLS, PREPOSITIONS, RELATIVES
from .rows import Rows
from .values import Found, nothing

_ADVERBS: Final = frozenset("also still already ever even actually really only just all both either simply".split())
_AUXILIARIES: Final = frozenset("do does did has have had will would can could may might must should".split())
AND: Final = frozenset({"and", "but", "&", ",", "plus"})
OR: Final = frozenset({"or", "nor", "/"})
_OUR: Final = frozenset("our my the their your".split())
_WE: Final = _OUR | frozenset("we they i you he she people customers users guests somebody someone".split())
"""Who did what is said of rows."""
_GRADING: Final = frozenset("gave give got get given rated rate scored score received receive earned awarded".split())
_READY: Final = frozenset("done ready finished cooked made over completed prepared".split())
_HOW_WELL: Final = frozenset("well highly badly poorly low high best worst better worse higher lower".split())
"""Words behind "rated" by which it says more than that there is a rating."""
_NO_ONE: Final = frozenset("nobody noone no none".split())
_GAVE: Final = frozenset("left leave leaves wrote write writes gave give gives added posted entered made sent".split())
"""What people do with what a column holds."""
_DID: Final = frozenset(
    "wrote made sent sold did posted brought took gave held ran built asked written taken held".split()
)


class Descriptions(Holdings):
    """Reads what stands before and behind a noun for rows."""

    @once
    def adjective(self, at: int) -> Iterator[Found]:
        """What stands before the noun: "lost", "DHL or UPS", "uninsured", "not verified", "German", "five-star"."""
        if self.low(at) in ("not", "non"):
            for rows, end in self.adjective(at + 1):
                inverse = rows.inverse()
                if inverse is not None:
                    yield inverse, end
        yield from self._values.read(at)
        yield from self._values.flags(at)
        yield from self._values.labels(at)
        yield from self._values.undone(at)
        yield from self._values.years(at)
        yield from self._values.keys(at)
        for rows, end in self._values.labels(at):  # "the physics topic"
            named = self._values.column(end)
            said = set() if rows.condition is None else {*Expression(rows.condition).columns()}
            if named is not None and named[0].name in said:
                yield rows, named[1]
        for condition, end in self._amounts.conditions(at):
            yield Rows(condition, cost=1), end
        if at in self._limits:  # "one-sentence answers"
            yield from self._sized(at)
        empty = self._values.column(at + 1) if self.low(at) in NULLS else None
        if empty is not None:  # "empty ratings"
            yield Rows(nothing(empty[0], counts=False), column=self._text_at(at + 1)), empty[1]

    @once
    def condition(self, at: int) -> Iterator[Found]:
        """A column and what is said of it."""
        for condition, end in self._amounts.conditions(at):
            yield Rows(condition, cost=1), end
        begin = at + (self.low(at) in ARTICLES)
        named = self._values.column(begin)
        if named is None:
            return
        column, here = named
        end, denied, linked = self._copula(here)
        found: list[Found] = []
        if self.low(end) in NULLS and (linked or column.dtype != "text" or column.labels):
            found.append((Rows(nothing(column, counts=False), cost=1), end + 1))
        if self.low(end) in GIVEN:
            found.append((Rows(nothing(column, present=True)), end + 1))
        found += self._values.labels(end, column.name)
        for after in EXCEPT.ends(self.tokens, here):  # "in languages other than Python"
            found += [
                (rest, last) for rows, last in self._values.labels(after, column.name) if (rest := rows.inverse())
            ]
        for rows, after in found:
            said = rows.inverse() if denied else rows
            if said is not None:
                yield said, after

    @once
    def behind(self, at: int) -> Iterator[Found]:
        """What stands behind the noun, several joined by "and" or "or"."""
        for rows, end in self._one_behind(at):
            yield rows, end
            word = self.low(end)
            after = end + 1
            if word == "," and self.low(after) in AND | OR:
                word, after = self.low(after), after + 1
            if word not in AND | OR:
                continue
            for other, last in [*self.behind(after), *self.said(after)]:
                joined = rows.either(other) if word in OR else rows.both(other)
                if joined is not None:
                    yield joined, last

    @once
    def _one_behind(self, at: int) -> Iterator[Found]:
        yield from self._values.read(at)
        yield from self._values.dates(at)
        yield from self._values.keys(at)
        for condition, end in self._amounts.conditions(at):
            yield Rows(condition, cost=1), end
        yield from self._sized(at)
        yield from self._subordinate(at)
        if self.low(at) in PREPOSITIONS:
            yield from self._placed(at)
        yield from self._holding(at)
        yield from self._given_by_people(at)
        yield from self._by_people(at)
        yield from self._with_things(at)
        yield from self._worded(at)
        yield from self._done(at)
        yield from self._untouched(at)

    def _subordinate(self, at: int) -> Iterator[Found]:
        """Reads "that are lost", "we lost", "whose rating is 4", "where the rating is 4", "(lost)"."""
        word = self.low(at)
        if word in RELATIVES:
            yield from self.said(at + 1)
            yield from self._untouched(at + 1)
            yield from self._told(at + 1)
        elif word in _WE:
            yield from self._told(at)
        elif word == "whose":
            yield from self.condition(at + 1)
        elif word in ("where", "when", "if"):
            yield from self.condition(at + 1)
            yield from self.said(at + 1 + (self.low(at + 1) in ("they", "it", "the")))
        elif word == "(":
            for rows, end in [*self.behind(at + 1), *self.condition(at + 1)]:
                if self.low(end) == ")":
                    yield rows, end + 1

    def _given_by_people(self, at: int) -> Iterator[Found]:
        """Reads "where the customer left a comment", "for which nobody ever gave a rating"."""
        led = 1 if self.low(at) in ("where", "when") else 2 if self.low(at + 1) == "which" else 0
        place = at + led + (self.low(at + led) in ARTICLES | _OUR)
        if not led or self.low(place) in COPULAS:
            return
        denied = self.low(place) in _NO_ONE
        place += 1 + (self.low(place) == "no" and self.low(place + 1) == "one")
        while self.low(place) in _ADVERBS | NOT | {"did", "has", "have", "had"}:
            denied = denied or self.low(place) in NOT
            place += 1
        begin = place + 1
        while self.low(begin) in ARTICLES | {"no", "not", "single"}:
            denied = denied or self.low(begin) in ("no", "not")
            begin += 1
        named = self._values.column(begin) if self.low(place) in _GAVE else None
        if named is not None and named[0].dtype != "boolean":
            yield Rows(nothing(named[0], present=not denied, counts=False), cost=1), named[1]

    def _placed(self, at: int) -> Iterator[Found]:
        """Reads "from DHL", "in German", "with a rating of 4", "from docs.example.com"."""
        word = self.low(at)
        begin = at + 1 + (self.low(at + 1) in ("the", "a", "an", "our", "either"))
        yield from self._values.labels(begin)
        yield from self._values.read(begin)
        yield from self._values.sites(begin)
        if word in ("in", "from", "of", "with", "on"):
            yield from self.condition(begin)
        if word in ("with", "of"):
            yield from self._defined(begin)

    def _done(self, at: int) -> Iterator[Found]:
        """Reads "Lee or Ana wrote", "asked in 2024", "rated 4"."""
        word = self.low(at)
        for rows, end in self._values.labels(at):
            if self.low(end) in _DID or self.low(end).endswith("ed"):
                yield replace(rows, cost=rows.cost + 1), end + 1
        if word.endswith("ed") or word in _DID:
            yield from ((replace(rows, cost=rows.cost + 1), end) for rows, end in self._values.dates(at + 1))
        if word in _READY and self.low(at + 1) in ("in", "within", "under", "after"):
            yield from ((Rows(said, cost=1), end) for said, end in self._amounts.conditions(at + 2))
        if word in NOT or word.endswith(("ing", "ed", "en")) or word in ("left", "made", "sent", "sold"):
            yield from self.said(at)

    @once
    def said(self, at: int) -> Iterator[Found]:
        """What a verb phrase says of rows: "are lost", "cost less than 20", "haven't been rated", "have no "
        "rating"."""
        end, denied, _ = self._copula(at)
        if self.low(end) == "neither":
            yield from self._neither(end + 1)
        found: list[Found] = []
        found += self._values.read(end)
        found += self._values.flags(end)
        found += self._values.labels(end)
        found += self._values.dates(end)
        found += [(Rows(condition, cost=1), last) for condition, last in self._amounts.conditions(end)]
        found += self._sized(end)
        found += self._holding(end)
        found += self._values.undone(end)
        found += self._by_people(end)
        found += self._with_things(end)
        found += self._worded(end)
        if end > at and self.low(end - 1) in HAVING | ARTICLES:
            found += self._holding(end - 1, had=True)
            found += self.condition(end)
        word = self.low(end)
        if word in PREPOSITIONS:
            found += self._values.labels(end + 1 + (self.low(end + 1) in ("the", "a", "an")))
        if word.endswith(("ed", "en")) or word in ("left", "made", "sent", "sold", "came", "come", "comes"):
            last = end + 1
            while self.low(last) in PREPOSITIONS | {"the", "a", "out", "in"}:
                last += 1
            if last > end + 1:
                found += self._values.labels(last)
            column = self._values.by_verb(end) if self.low(end + 1) not in _HOW_WELL else None
            if column is not None and column.dtype not in ("boolean",) and not column.labels:
                found.append((Rows(nothing(column, present=True), cost=2), end + 1))
        for rows, last in found:
            said = rows.inverse() if denied else rows
            if said is not None:
                yield said, last

    def _told(self, at: int) -> Iterator[Found]:
        """Reads "(that) we lost", "our customers gave a 4", "that went out before May": somebody did it."""
        begin = at + (self.low(at) in _WE)
        begin += begin > at and self.low(at) in _OUR
        for rows, end in self.said(begin) if begin > at else ():
            yield replace(rows, cost=rows.cost + 1), end
        given = begin + 1 + (self.low(begin + 1) in ARTICLES)
        if self.low(begin) in _GRADING:
            yield from self._graded(given)
        for place in (begin + 1, begin + 2):
            if all(self._is_plain(word) for word in range(begin, place)):
                yield from ((replace(rows, cost=rows.cost + 2), end) for rows, end in self._values.dates(place))

    def _is_plain(self, at: int) -> bool:
        """Whether a word says nothing of rows by itself."""
        known = self._values.column(at) or any(self._values.labels(at)) or any(self._values.flags(at))
        return at < len(self.tokens) and self.tokens[at].is_word and not known and self.low(at) not in NOT

    def _neither(self, at: int) -> Iterator[Found]:
        """Reads "neither remote nor in Berlin"."""
        for one, middle in [*self.said(at), *self._one_behind(at)]:
            if self.low(middle) not in ("nor", "or"):
                continue
            for other, last in [*self.said(middle + 1), *self._one_behind(middle + 1)]:
                first, second = one.inverse(), other.inverse()
                both = None if first is None or second is None else first.both(second)
                if both is not None:
                    yield both, last

    def _copula(self, at: int) -> tuple[int, bool, bool]:
        """Steps over auxiliaries: where they end, whether they deny, whether there was one."""
        end, denied = at, False
        while True:
            word = self.low(end)
            if word in NOT or (word.endswith("n't") and len(word) > 3):
                denied = not denied
            elif not (
                word in COPULAS
                or word in _AUXILIARIES
                or word in _ADVERBS
                or word == FILLER
                or word in ("=", ":", "as", "they", "it", "equals")
            ):
                return end, denied, end > at
            end += 1

    def _defined(self, at: int) -> Iterator[Found]:
        """A vague word and what it is said to mean."""
        raise NotImplementedError
