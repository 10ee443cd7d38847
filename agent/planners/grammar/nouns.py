"""Reads phrases that stand for rows: "lost parcels from DHL that cost less than 20", "anything under a kilo"."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Final

from ....operators.core.expression import Column, Expression, TextTest, Value
from ....tools.profile import Profile
from ..columns import column_at
from ..condition_words import role_column
from ..conditions import joined
from ..directions import Interval, Limit
from ..idioms import FILLER
from ..marks import Marked
from ..quantities import find_quantities
from ..row_nouns import is_row_noun
from ..vocabulary import EXAMPLE_NOUNS
from .amounts import NUMBERS, Amounts
from .phrases import (
    ARTICLES,
    COMPOUNDS,
    COPULAS,
    DEFINES,
    DETERMINERS,
    EXCEPT,
    GIVEN,
    HAVING,
    HEADS,
    LACKING,
    NOBODY,
    NOT,
    NULLS,
    PREPOSITIONS,
    RELATIVES,
    VAGUE,
)
from .rows import Rows
from .things import pattern_of, things_at
from .values import Found, Values, nothing
from .wordings import texts_at

_ADVERBS: Final = frozenset("also still already ever even actually really only just all both either simply".split())
_AUXILIARIES: Final = frozenset("do does did has have had will would can could may might must should".split())
_AND: Final = frozenset({"and", "but", "&", ",", "plus"})
_OR: Final = frozenset({"or", "nor", "/"})
_PEOPLE: Final = frozenset(
    "people persons readers users reviewers voters visitors customers buyers annotators times".split()
)
_CONTAINING: Final = frozenset(
    "containing contain contains holding hold holds including include includes carry".split()
)
_OUR: Final = frozenset("our my the their your".split())
_WE: Final = _OUR | frozenset("we they i you he she people customers users guests somebody someone".split())
"""Who did what is said of rows."""
_GRADING: Final = frozenset("gave give got get given rated rate scored score received receive earned awarded".split())
_DID: Final = frozenset("wrote made sent sold did posted brought took gave held ran built asked written taken held".split())
_GRADES: Final = frozenset("rating ratings stars star score grade human_score marks points".split())
_STARS: Final = frozenset("stars star points marks".split())
_MOST: Final = 60
"""Readings of one phrase that are followed."""

Method = Callable[["NounPhrases", int], Iterator[Found]]


def _once(read: Method) -> Callable[["NounPhrases", int], list[Found]]:
    """Each phrase is read once at a position."""

    @wraps(read)
    def reading(self: "NounPhrases", at: int) -> list[Found]:
        key = (read.__name__, at)
        if key not in self.known:
            self.known[key] = []  # what leads back to itself finds nothing
            self.known[key] = list(dict.fromkeys(read(self, at)))[:_MOST]
        return self.known[key]

    return reading


class NounPhrases:
    """Reads phrases that stand for rows.

    Args:
        marked: the request.
        profile: the data.
        main: the column with the main text.
    """

    def __init__(self, marked: Marked, profile: Profile, main: str | None) -> None:
        self.tokens, self.profile, self._main = marked.tokens, profile, main
        self.known: dict[tuple[str, int], list[Found]] = {}
        single = Interval(1, 1)  # "answers of one word"
        sized = (one if one.stated else replace(one, interval=single) for one in marked.limits if one.unit)
        self._limits = {one.start: one for one in sized if one.stated or self._is_one(one)}
        self._values = Values(marked, profile)
        quantities = {one.start: one for one in find_quantities(marked.tokens)}
        self._amounts = Amounts(marked.tokens, quantities, profile)

    def _is_one(self, limit: Limit) -> bool:
        return any(self.low(at) in ("one", "1", "single") for at in range(limit.start, limit.end))

    def low(self, at: int) -> str:
        """The word at a position in lower case; empty beyond the end."""
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    # Whole phrases

    @_once
    def several(self, at: int) -> Iterator[Found]:
        """Phrases joined by "and" or "or", which together mean all their rows."""
        for rows, end in self.phrase(at):
            yield rows, end
            after = end
            while self.low(after) in _AND | _OR or (after > end and self.low(after) in ("also", "any", "all")):
                after += 1
            if after == end:
                continue
            narrows = _OR.isdisjoint(self.low(one) for one in range(end, after)) and self._head(end - 1) is None
            for other, last in self.several(after):
                joined = rows.either(other)
                if narrows and _columns(rows) and _columns(other) and _columns(rows).isdisjoint(_columns(other)):
                    both = rows.both(other)
                    joined = None if both is None else replace(both, mixed=True)
                if joined is not None and not rows.is_all and not other.is_all:
                    yield joined, last

    @_once
    def phrase(self, at: int) -> Iterator[Found]:
        """One noun phrase, with what is excepted from it."""
        for rows, end in self._plain(at):
            yield rows, end
            comma = end + (self.low(end) == ",")
            for after in EXCEPT.ends(self.tokens, comma):
                if self.low(after) in NOT and self.low(after - 1) not in NOT:  # "but not lost" denies once
                    continue
                for other, last in self.several(after):
                    rest = other.inverse()
                    both = None if rest is None or other.is_all else rows.both(rest)
                    if both is not None:
                        yield both, last

    def _plain(self, at: int) -> Iterator[Found]:
        starts = [at, *DETERMINERS.ends(self.tokens, at)]
        for start in dict.fromkeys(starts):
            yield from self._described(start, Rows(), bare=True)
            yield from self._stated(start)
            yield from self._defined(start)

    def _defined(self, at: int) -> Iterator[Found]:
        """Reads a vague word by what it is said to mean: "low scores, meaning anything under 4"."""
        end = at
        while self.low(end) in VAGUE:
            end += 1
        if end == at:
            return
        named = self._values.column(end)
        nouns = [*self._described(end, Rows(), bare=True), *([] if named is None else [(Rows(), named[1])])]
        nouns += [(Rows(), end)] if self.low(end) == "(" else []  # "insured and heavy (15 kg and up)"
        for narrow, noun in dict.fromkeys(nouns):
            for begin in DEFINES.ends(self.tokens, noun):
                opened = self.low(noun) == "("
                for rows, last in [*self.phrase(begin), *self.said(begin), *self._elliptic(end, begin)]:
                    both = None if rows.is_all or (opened and self.low(last) != ")") else narrow.both(rows)
                    if both is not None:
                        yield replace(both, defined=True), last + opened

    def _elliptic(self, name: int, at: int) -> Iterator[Found]:
        """A number of the column that was named before: "bad ratings (2 or less)", "low scores, so under 4"."""
        named = self._amounts.named(name)
        for begin in dict.fromkeys([at, *filter(None, [self._head(at)])] if named is not None else []):
            for condition, end in self._amounts.of(named[0], begin) if named is not None else ():
                yield Rows(condition), end

    def _described(self, at: int, so_far: Rows, *, bare: bool) -> Iterator[Found]:
        """Adjectives, the noun, and what stands behind it."""
        for rows, end in self.adjective(at):
            both = so_far.both(rows)
            if both is not None and _columns(so_far).isdisjoint(_columns(rows)):
                yield from self._described(
                    end + (self.low(end) in (",", "and") and bool(self.adjective(end + 1))), both, bare=False
                )
        noun = self._head(at)
        text = None if noun is None else self._text_at(at)
        headed = so_far if text is None else so_far.both(Rows(column=text))
        if noun is not None and headed is not None:
            yield from self._followed(noun, headed)
        if not bare:
            yield from self._followed(at, so_far)

    def _followed(self, at: int, so_far: Rows) -> Iterator[Found]:
        yield so_far, at
        while self.low(at) == FILLER:
            at += 1
        comma = at + (self.low(at) == "," and self.low(at + 1) in RELATIVES)
        for rows, end in self.behind(comma):
            both = so_far.both(rows)
            if both is not None:
                yield from self._followed(end, both)

    def _stated(self, at: int) -> Iterator[Found]:
        """Reads rows by a condition alone: "ratings of 4 and above", "price under 20", "10+ votes"."""
        for rows, end in self.condition(at):
            yield from self._followed(end, rows)
            head = self._head(end)
            if head is not None:
                yield from self._followed(head, rows)

    def _head(self, at: int) -> int | None:
        """Where a noun for rows ends; None where none stands."""
        end = HEADS.end(self.tokens, at)
        if end is not None:
            return self._head(end) if self.low(at) in ("all", "any", "these", "those") and self._head(end) else end
        if self.low(at) in COMPOUNDS and self._head(at + 1) is not None:
            return self._head(at + 1)
        if is_row_noun(self.tokens, at) or self.low(at) in EXAMPLE_NOUNS:
            return at + 1
        named = column_at(self.tokens, at, self.profile) if at < len(self.tokens) else None
        if (
            named is not None
            and self.profile.column(named[0]).dtype == "text"
            and not self.profile.column(named[0]).labels
        ):
            return named[1]
        return None

    def _text_at(self, at: int) -> str | None:
        """The column of texts that is named here."""
        named = column_at(self.tokens, at, self.profile) if at < len(self.tokens) else None
        column = None if named is None else self.profile.column(named[0])
        return column.name if column is not None and column.dtype == "text" and not column.labels else None

    # Parts

    @_once
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

    @_once
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

    @_once
    def behind(self, at: int) -> Iterator[Found]:
        """What stands behind the noun, several joined by "and" or "or"."""
        for rows, end in self._one_behind(at):
            yield rows, end
            word = self.low(end)
            after = end + 1
            if word == "," and self.low(after) in _AND | _OR:
                word, after = self.low(after), after + 1
            if word not in _AND | _OR:
                continue
            for other, last in [*self.behind(after), *self.said(after)]:
                joined = rows.either(other) if word in _OR else rows.both(other)
                if joined is not None:
                    yield joined, last

    @_once
    def _one_behind(self, at: int) -> Iterator[Found]:
        word = self.low(at)
        yield from self._values.read(at)
        yield from self._values.dates(at)
        yield from self._values.keys(at)
        for condition, end in self._amounts.conditions(at):
            yield Rows(condition, cost=1), end
        yield from self._sized(at)
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
        if word in PREPOSITIONS:
            begin = at + 1 + (self.low(at + 1) in ("the", "a", "an", "our", "either"))
            yield from self._values.labels(begin)
            yield from self._values.read(begin)
            yield from self._values.sites(begin)
            if word in ("in", "from", "of", "with", "on"):
                yield from self.condition(begin)
            if word in ("with", "of"):
                yield from self._defined(begin)
        yield from self._holding(at)
        yield from self._by_people(at)
        yield from self._with_things(at)
        yield from self._worded(at)
        for rows, end in self._values.labels(at):  # "anything Lee or Ana wrote"
            if self.low(end) in _DID or self.low(end).endswith("ed"):
                yield replace(rows, cost=rows.cost + 1), end + 1
        if word.endswith("ed") or word in _DID:  # "questions asked in 2024"
            yield from ((replace(rows, cost=rows.cost + 1), end) for rows, end in self._values.dates(at + 1))
        if word in NOT or word.endswith(("ing", "ed", "en")) or word in ("left", "made", "sent", "sold"):
            yield from self.said(at)
        yield from self._untouched(at)

    @_once
    def said(self, at: int) -> Iterator[Found]:
        """What a verb phrase says of rows: "are lost", "cost less than 20", "haven't been rated", "have no rating"."""
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
            column = self._values.by_verb(end)
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

    def _graded(self, at: int) -> Iterator[Found]:
        """Reads "a 4 or a 5" as grades, where one column holds such."""
        column = role_column(self.profile, _GRADES, NUMBERS)
        for condition, end in self._amounts.of(column, at) if column is not None else ():
            yield Rows(condition), end + (self.low(end) in _STARS)

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

    def _holding(self, at: int, *, had: bool = False) -> Iterator[Found]:
        """Reads "with a rating of 4", "without a rating", "with no tests", "have tests"."""
        word = self.low(at)
        if not (had or word in HAVING | LACKING | {"no"}):
            return
        lacking, begin = word in LACKING | {"no"}, at + 1
        while self.low(begin) in ARTICLES | {"no", "not", "either", "only"}:
            lacking = lacking or self.low(begin) in ("no", "not")
            begin += 1
        found: list[Found] = [*self._values.flags(begin, held=True)]
        named = self._values.column(begin)
        if named is not None and named[0].dtype != "boolean":
            found.append((Rows(nothing(named[0], present=True), cost=2), named[1]))
        for rows, end in found:
            said = rows.inverse() if lacking else rows
            if said is not None:
                yield said, end
        if not lacking:
            yield from self.condition(begin)
            yield from self._sized(begin)
            for condition, end in self._amounts.conditions(begin):
                yield Rows(condition, cost=1), end

    def _untouched(self, at: int) -> Iterator[Found]:
        """Reads "that nobody rated", "no one has reviewed"."""
        for end in NOBODY.ends(self.tokens, at):
            begin = end + (self.low(end) in ("has", "have", "had", "ever"))
            begin += self.low(begin) in ("found", "finds", "called", "marked", "considered")
            column = self._values.by_verb(begin)
            if column is not None:
                truth = [rows.inverse() for rows, _ in self._values.flags(begin)]
                said = truth[0] if truth else Rows(nothing(column))
                if said is not None:
                    yield said, begin + 1 + (self.low(begin + 1) in ("for", "on", "to", "yet", "so", "at"))

    def _with_things(self, at: int) -> Iterator[Found]:
        """Reads "with a link", "without emoji", "that contain phone numbers": what the main text holds or lacks."""
        word = self.low(at)
        if self._main is None or word not in HAVING | LACKING | _CONTAINING | {"no"}:
            return
        lacking, begin = word in LACKING | {"no"}, at + 1
        while self.low(begin) in ARTICLES | {"no", "not", "either", "only", "at", "least", "one"}:
            lacking = lacking or self.low(begin) in ("no", "not")
            begin += 1
        for kinds, end in things_at(self.tokens, begin):
            patterns = [pattern_of(kind) for kind in kinds]
            tests = [TextTest(Column(self._main), "matches", Value("text", one)) for one in patterns if one]
            if len(tests) < len(kinds) or (len(tests) > 1 and not lacking):
                continue
            rows = Rows(joined("or", [*tests]), column=self._main)
            said = rows.inverse() if lacking else rows
            within = self.low(end) in ("in", "inside") and self.low(end + 1) in ("it", "them", "there")
            place = end + 2 if within else end
            if said is not None:
                yield said, place

    def _worded(self, at: int) -> Iterator[Found]:
        """What a text says, of the one that is named before or the main one."""
        texts = [one.name for one in self.profile.columns if one.dtype == "text" and not one.labels]
        for name in dict.fromkeys([self._main, *texts] if self._main else texts):
            for condition, end in texts_at(self.tokens, at, name):
                place = end + 1 + (self.low(end + 1) in ARTICLES | {"our"})
                within = self._text_at(place) if self.low(end) in ("in", "inside") else None
                if within is None:
                    yield Rows(condition, column=name, cost=int(name != self._main)), end
                elif within == name:
                    yield Rows(condition, column=name), place + 1

    def _by_people(self, at: int) -> Iterator[Found]:
        """Reads "liked by more than 200 people", "voted for by at least ten"."""
        column = self._values.by_verb(at)
        begin = at + 1 + (self.low(at + 1) in ("for", "on"))
        if column is None or column.dtype not in NUMBERS or self.low(begin) != "by":
            return
        for condition, end in self._amounts.of(column, begin + 1, any_unit=True):
            yield Rows(condition), end + (self.low(end) in _PEOPLE)

    def _sized(self, at: int) -> Iterator[Found]:
        """How long texts are: "of at least 20 words", "under 5 sentences long"."""
        begin = at
        while self.low(begin) in ("with", "of", "having", "have", "has", "are", "is", "run", "runs", "that"):
            begin += 1
        limit = self._limits.get(begin)
        if limit is not None and limit.unit is not None and self._amounts.counting(limit.unit) is None:
            end = limit.end
            while self.low(end) in ("long", "in", "length", "of", "text", "or", "so"):
                end += 1
            yield Rows(sizes=((limit.unit, limit.interval),)), end


def _columns(rows: Rows) -> frozenset[str]:
    """The columns of which something is said."""
    return frozenset() if rows.condition is None else frozenset(Expression(rows.condition).columns())
