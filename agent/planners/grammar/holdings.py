"""Reads what rows have, hold and lack, and how long their texts are: "with a rating", "without links"."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Final, Protocol, TypeVar

from ....operators.core.expression import Column, TextTest, Value
from ....tools.profile import Profile
from ..columns import column_at
from ..condition_words import role_column
from ..conditions import joined
from ..directions import Interval, Limit
from ..marks import Marked
from ..quantities import find_quantities
from .amounts import NUMBERS, Amounts
from .phrases import ARTICLES, HAVING, LACKING, NOBODY
from .rows import Rows
from .things import pattern_of, things_at
from .values import Found, Values, nothing
from .wordings import texts_at

_PEOPLE: Final = frozenset(
    "people persons readers users reviewers voters visitors customers buyers annotators times".split()
)
_CONTAINING: Final = frozenset(
    "containing contain contains holding hold holds including include includes carry".split()
)
_GRADES: Final = frozenset("rating ratings stars star score grade human_score marks points".split())
_STARS: Final = frozenset("stars star points marks".split())
_DESCRIBING: Final = frozenset(
    "that which who with without shorter longer under over below above of less fewer more".split()
)
"""Words by which a noun is described."""
_MOST: Final = 60
"""Readings of one phrase that are followed."""


class Remembering(Protocol):
    """Whose phrases are read once at a position."""

    known: dict[tuple[str, int], list[Found]]


R = TypeVar("R", bound=Remembering)


def once(read: Callable[[R, int], Iterator[Found]]) -> Callable[[R, int], list[Found]]:
    """Each phrase is read once at a position."""

    @wraps(read)
    def reading(self: R, at: int) -> list[Found]:
        key = (read.__name__, at)
        if key not in self.known:
            self.known[key] = []  # what leads back to itself finds nothing
            self.known[key] = list(dict.fromkeys(read(self, at)))[:_MOST]
        return self.known[key]

    return reading


class Holdings:
    """Reads what rows have and hold.

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

    def _text_at(self, at: int) -> str | None:
        """The column of texts that is named here."""
        named = column_at(self.tokens, at, self.profile) if at < len(self.tokens) else None
        column = None if named is None else self.profile.column(named[0])
        return column.name if column is not None and column.dtype == "text" and not column.labels else None

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
        described = lacking and named is not None and self._goes_on(named[1])
        if named is not None and named[0].dtype != "boolean" and not described:
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

    def _graded(self, at: int) -> Iterator[Found]:
        """Reads "a 4 or a 5" as grades, where one column holds such."""
        column = role_column(self.profile, _GRADES, NUMBERS)
        for condition, end in self._amounts.of(column, at) if column is not None else ():
            yield Rows(condition), end + (self.low(end) in _STARS)

    def _goes_on(self, at: int) -> bool:
        """Whether what is lacked is described further: "no comments shorter than 3 words"."""
        return at in self._limits or self.low(at) in _DESCRIBING

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

    def condition(self, at: int) -> list[Found]:
        """A column and what is said of it."""
        raise NotImplementedError
