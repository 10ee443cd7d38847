"""Which way a limit points: comparators, ranges and their negations, as intervals of a number."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from .quantities import UNITS, Quantity
from .row_nouns import is_row_noun
from .tokens import Token

Sign = Literal["<", "<=", ">", ">=", "="]

_OPPOSITE: Final[Mapping[Sign, Sign]] = MappingProxyType({"<": ">=", "<=": ">", ">": "<=", ">=": "<"})


def _table(entries: Mapping[Sign, str]) -> Mapping[tuple[str, ...], Sign]:
    return MappingProxyType({tuple(one.split()): sign for sign, some in entries.items() for one in some.split("|")})


_BEFORE: Final = _table(
    {
        ">=": "reach|reaches|reaching|attain|attains|"
        "at least|minimum|minimum of|min|a minimum of|minimum is|>=|=>|≥|no less than|no fewer than|"
        "no shorter than|no under|no below|no smaller than|no lower than|starting at|upwards of|"
        "still has|still have|still having|still contain|still contains|still with|still hold|has still|have still|"
        "at the least|= >|from at least|minimum length|minimum length of|minimum to|min of",
        ">": "more than|over|above|greater than|longer than|larger than|bigger than|higher than|exceeding|"
        "exceed|exceeds|exceeded|beyond|>|bigger|in excess of|better than|older than|more expensive than|dearer than|"
        "pricier than|costlier than|newer than|later than|more recent than|heavier than|slower than|upward of",
        "<=": "at most|maximum|maximum of|max|a maximum of|maximum is|<=|≤|no more than|no longer than|no over|"
        "no above|no greater than|no larger than|no bigger than|no higher than|up to|no exceeding|"
        "capped at|cap at|cap of|limited to|limit to|within|limit of|a limit of|maximum length|"
        "maximum length of|= <|max of|maximum to|no beyond",
        "<": "less than|fewer than|under|sub|below|shorter than|smaller than|lower than|<|beneath|worse than|"
        "younger than|"
        "cheaper than|less expensive than|less recent than|earlier than|lighter than|quicker than|faster than|"
        "short of",
        "=": "exactly|precisely|equal to|equals|=|==",
    }
)
_AFTER: Final = _table(
    {
        ">=": "is the minimum|is the least|is the lower limit|is the floor|are the minimum|are the least|are a "
        "minimum|is a minimum|as a minimum|are needed|is needed|are required|is required|is a must|are a must|being "
        "the minimum|"
        "or more|or longer|or above|or over|or higher|or greater|or better|and up|and above|and more|"
        "and over|and longer|upwards|minimum|min|+|plus|at least|at minimum|at the least|at a minimum|"
        "or up|or bigger|or larger|and better|and higher|and bigger|and larger|or upwards|and upwards|upward|"
        "and upward|or beyond|and beyond|or newer|or later|or dearer",
        "<=": "is the maximum|is the limit|is the max|is the upper limit|is the cap|is the most|is the ceiling|are "
        "the maximum|are the limit|are the max|are the most|is a maximum|as a maximum|being the maximum|being the "
        "limit|"
        "or less|or fewer|or shorter|or below|or under|or lower|or smaller|and below|and under|and less|"
        "and fewer|and shorter|maximum|max|at most|tops|at the most|at maximum|at a maximum|or worse|and worse|"
        "and lower|and smaller|and down|or down|downwards|or cheaper|and cheaper|or earlier|or older",
    }
)
_LONGEST_BEFORE: Final = max(map(len, _BEFORE))
_LONGEST_AFTER: Final = max(map(len, _AFTER))
_NEGATE: Final = frozenset({"not", "never", "no", "cannot", "neither", "nor"})
_LINKS: Final = frozenset(
    "be been have has having contain contains is are was were get being any strictly the text texts length it a".split()
)
_COUNT_WORDS: Final = frozenset({"count", "counts", "number", "should", "must", "with", ":", "of"})
_FILLERS: Final = frozenset({"about", "around", "roughly", "approximately", "some", "the", "just", "of"})


@dataclass(frozen=True)
class Interval:
    """Numbers from `low` to `high`; an open bound does not belong to it."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def of(cls, sign: Sign, value: float) -> "Interval":
        """The numbers that stand in this relation to a value."""
        if sign == "=":
            return cls(value, value)
        if sign in (">", ">="):
            return cls(low=value, low_open=sign == ">")
        return cls(high=value, high_open=sign == "<")

    def outside(self) -> "Interval | None":
        """The numbers that are not in it; None where these are no interval.

        >>> Interval.of("<", 50).outside()
        Interval(low=50, high=None, low_open=False, high_open=False)
        """
        if self.low is not None and self.high is not None:
            return None
        if self.low is not None:
            return Interval(high=self.low, high_open=not self.low_open)
        return Interval(low=self.high, low_open=not self.high_open)

    def whole(self) -> "Interval":
        """The same among whole numbers, bounds inclusive: more than 50 is at least 51."""
        low, high = self.low, self.high
        if low is not None:
            low = math.floor(low) + 1 if self.low_open else math.ceil(low)
        if high is not None:
            high = math.ceil(high) - 1 if self.high_open else math.floor(high)
        return Interval(low, high)


@dataclass(frozen=True)
class Limit:
    """A number with a direction, where it stands, and its unit.

    `stated` is False for a number without any comparator, as in "with 50 words". `requirement` tells limits that say
    what is wanted ("at least", "minimum") from those that describe ("under", "longer than").
    """

    start: int
    end: int
    interval: Interval
    unit: str | None = None
    share: bool = False
    stated: bool = True
    requirement: bool = False


def find_limits(tokens: Sequence[Token], quantities: Sequence[Quantity]) -> list[Limit]:
    """One limit for each number, ranges joined; where a unit is said once for two limits, both have it."""
    limits: list[Limit] = []
    at = 0
    while at < len(quantities):
        joined = _range(tokens, quantities, at)
        limits.append(joined or _single(tokens, quantities[at]))
        at += 2 if joined else 1
    return _as_ranges(tokens, _share_units(tokens, limits))


def comparator_before(tokens: Sequence[Token], end: int) -> tuple[int, Sign] | None:
    """The comparator that ends right before a position: where it starts and what it means, "not" included."""
    for size in range(min(_LONGEST_BEFORE, end), 0, -1):
        words = tuple("no" if token.low in _NEGATE else token.low for token in tokens[end - size : end])
        sign = _BEFORE.get(words)
        if sign is not None:
            start = end - size
            negation = None if words[0] == "no" else _negation(tokens, start)
            return (start, sign) if negation is None else (negation, _OPPOSITE.get(sign, sign))
    return None


def comparator_at(tokens: Sequence[Token], at: int) -> tuple[int, Sign] | None:
    """The longest comparator that begins at a position: where it ends and what it means."""
    for size in range(min(_LONGEST_BEFORE, len(tokens) - at), 0, -1):
        sign = _BEFORE.get(tuple(token.low for token in tokens[at : at + size]))
        if sign is not None:
            return at + size, sign
    return None


def comparator_behind(tokens: Sequence[Token], at: int) -> tuple[int, Sign] | None:
    """The longest comparator that may stand behind a number, such as "or more": where it ends and what it means."""
    for size in range(_LONGEST_AFTER, 0, -1):
        sign = _AFTER.get(tuple(token.low for token in tokens[at : at + size])) if at + size <= len(tokens) else None
        if sign is not None and not _continues(tokens, at, size):
            return at + size, sign
    return None


def _negation(tokens: Sequence[Token], start: int) -> int | None:
    """Where the "not" stands that turns the comparator round, verbs such as "have" between them."""
    at = start - 1
    while at >= 0 and tokens[at].low in _LINKS:
        at -= 1
    if at < 0 or not (tokens[at].low in _NEGATE - {"no"} or tokens[at].low.endswith("n't")):
        return None
    # "don't want more than 50 words" and "don't keep" speak of rows, which the verb's own rule reads.
    return at


def _single(tokens: Sequence[Token], quantity: Quantity) -> Limit:
    start = quantity.start
    while start > 0 and tokens[start - 1].low in _FILLERS:
        start -= 1
    found = comparator_before(tokens, start) or comparator_before(tokens, quantity.start)
    unit = quantity.unit
    if found is not None:
        begin, sign = found
        # "share of alphabetic words above 0.7" counts no words.
        counts = unit is None and not quantity.share and not 0 < quantity.value < 1
        before = _unit_before(tokens, begin) if counts else None
        requirement = sign in (">=", "<=")
        interval = Interval.of(sign, quantity.value)
        return Limit(begin, quantity.end, interval, unit or before, quantity.share, requirement=requirement)
    for size in range(_LONGEST_AFTER, 0, -1):
        words = tuple(token.low for token in tokens[quantity.end : quantity.end + size])
        if len(words) == size and words in _AFTER and not _continues(tokens, quantity.end, size):
            end = quantity.end + size
            if unit is None and end < len(tokens) and tokens[end].low in UNITS:
                unit, end = UNITS[tokens[end].low], end + 1
            interval = Interval.of(_AFTER[words], quantity.value)
            return Limit(quantity.start, end, interval, unit, quantity.share, requirement=True)
    return _bare(tokens, quantity)


def _bare(tokens: Sequence[Token], quantity: Quantity) -> Limit:
    inside = quantity.end - 1
    plus = any(token.text == "+" for token in tokens[quantity.start : inside + 1])
    interval = Interval.of(">=" if plus else "=", quantity.value)
    stated = plus or _describes(tokens, quantity)
    return Limit(quantity.start, quantity.end, interval, quantity.unit, quantity.share, stated=stated, requirement=plus)


def _describes(tokens: Sequence[Token], quantity: Quantity) -> bool:
    """Whether a number with its unit stands before what it describes: "one-word reviews" have just that many."""
    unit = tokens[quantity.end - 1].low
    return bool(quantity.unit) and not unit.endswith("s") and unit in UNITS and is_row_noun(tokens, quantity.end)


def _continues(tokens: Sequence[Token], at: int, size: int) -> bool:
    """Whether the words after a number begin the next limit, as in "50 words, at least 5 sentences"."""
    after = tokens[at + size] if at + size < len(tokens) else None
    return after is not None and after.kind == "number" and tokens[at + size - 1].low != "plus"


def _unit_before(tokens: Sequence[Token], at: int) -> str | None:
    """The unit in "word count at least", "number of words above"; none in "letters per word at most"."""
    for place in range(at - 1, max(-1, at - 5), -1):
        word = tokens[place].low
        if word in UNITS:
            before = tokens[place - 1].low if place else ""
            return None if before in ("per", "each", "every") else UNITS[word]
        if not (word in _LINKS - {"length"} or word in _COUNT_WORDS):
            return None
    return None


def _range(tokens: Sequence[Token], quantities: Sequence[Quantity], at: int) -> Limit | None:
    if at + 1 >= len(quantities):
        return None
    low, high = quantities[at], quantities[at + 1]
    between = [token.low for token in tokens[low.end : high.start]]
    before = tokens[low.start - 1].low if low.start else ""
    either = between == ["or"] and bool(high.unit) and not low.unit and high.value == low.value + 1
    dash = either or between in (["-"], ["–"], ["—"], ["to"], ["through"], ["until"], ["till"], ["up", "to"])
    if not dash and not (before == "between" and between == ["and"]):
        return None
    unit = high.unit or low.unit
    start = low.start - 1 if before in ("between", "from") else low.start
    share = high.share
    first = low.value / 100 if share and not low.share else low.value
    if first > high.value:
        first, high = high.value, replace(high, value=first)
    return Limit(start, high.end, Interval(first, high.value), unit, share, requirement=True)


def _as_ranges(tokens: Sequence[Token], limits: Sequence[Limit]) -> list[Limit]:
    """In "at least 50 but at most 500 words" both limits are one range: dropping that is not dropping either."""
    joined: list[Limit] = []
    for limit in limits:
        before = joined[-1] if joined else None
        together = None if before is None else _range_of(before, limit)
        between = {token.low for token in tokens[before.end : limit.start]} if before else set()
        if before is None or together is None or not between or not between <= {"and", "but", ","}:
            joined.append(limit)
            continue
        start, end, share = before.start, limit.end, before.share
        joined[-1] = Limit(
            start, end, together, limit.unit, share, requirement=before.requirement and limit.requirement
        )
    return joined


def _range_of(one: Limit, other: Limit) -> Interval | None:
    """What lies in both of two intervals that are open to different sides; None where that is nothing."""
    if not (one.stated and other.stated) or (one.unit, one.share) != (other.unit, other.share):
        return None
    lower, upper = (one, other) if one.interval.high is None else (other, one)
    low, high = lower.interval, upper.interval
    if low.high is not None or high.low is not None or low.low is None or high.high is None or low.low >= high.high:
        return None
    return Interval(low.low, high.high, low.low_open, high.high_open)


def _directed_as(one: Limit, other: Limit) -> Limit:
    """In "at least 50 words and 3 sentences" the direction belongs to both."""
    low, high = one.interval.low, one.interval.high
    if low is not None and high is not None:
        return other
    value = other.interval.low
    lower, upper = (value, None) if low is not None else (None, value)
    interval = Interval(lower, upper, one.interval.low_open, one.interval.high_open)
    return replace(other, interval=interval, stated=True, requirement=one.requirement)


def _share_units(tokens: Sequence[Token], limits: list[Limit]) -> list[Limit]:
    """In "at least 50 and at most 500 words" the unit belongs to both."""
    shared = list(limits)
    for i in range(len(shared) - 1, 0, -1):
        one, other = shared[i - 1], shared[i]
        between = {token.low for token in tokens[one.end : other.start]}
        if one.unit is None and not one.share and other.unit and between <= {"and", "or", "but", ",", "to"}:
            shared[i - 1] = replace(one, unit=other.unit)
    for i in range(1, len(shared)):
        one, other = shared[i - 1], shared[i]
        between = {token.low for token in tokens[one.end : other.start]}
        if other.unit is None and not other.share and one.unit and between <= {"and", "or", "but", ","}:
            shared[i] = replace(other, unit=one.unit)
        elif not other.stated and other.unit not in (None, one.unit) and one.stated and between <= {"and", ","}:
            shared[i] = _directed_as(one, other)
    return shared
