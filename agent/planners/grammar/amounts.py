"""Reads amounts of a column of numbers: "over 30 euros", "10+ votes", "rated 4 or better"."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ....operators.core.expression import Among, Column, Compare, Condition, Value
from ....tools.profile import ColumnProfile, Profile
from ..columns import column_at, is_key, words_of
from ..condition_words import COMPARED, MEASURING, near_column, role_column, singular
from ..conditions import within
from ..directions import Interval, comparator_at, comparator_behind
from ..idioms import FILLER
from ..quantities import Quantity, plain
from ..tokens import Token
from .numbers import ABOUT, ROLES, Amount, Numbers

NUMBERS: Final = ("integer", "number")
"""Types of columns of numbers."""
_TO_NUMBER: Final = frozenset(
    {FILLER, *"is are was were of = : at be being must should has have to in ( lies lie been value".split()}
)
"""What may stand between the name of a column and its number."""
_FREE: Final = frozenset("nothing zero nil nada".split())
_NEAR: Final = 12
"""Words within which a column that was named is still meant."""


def _scales(lines: Mapping[str, float]) -> Mapping[str, float]:
    return MappingProxyType({word: factor for words, factor in lines.items() for word in words.split()})


_DIMENSIONS: Final = (
    _scales(
        {
            "s sec secs second seconds": 1,
            "m min mins minute minutes": 60,
            "h hr hrs hour hours": 3600,
            "d day days": 86400,
            "week weeks": 604800,
        }
    ),
    _scales(
        {"g gram grams gramme grammes": 1, "kg kgs kilo kilos kilogram kilograms": 1000, "t ton tons tonne tonnes": 1e6}
    ),
    _scales(
        {"mm": 1, "cm": 10, "metre metres meter meters": 1000, "km kms kilometre kilometres kilometer kilometers": 1e6}
    ),
)
"""Units of one kind by their factors; a column is in the unit that its name says."""


class Amounts(Numbers):
    """Reads amounts as conditions on columns.

    Args:
        tokens: the request.
        quantities: the numbers in it, by the position of their first token.
        profile: the data.
    """

    def __init__(self, tokens: Sequence[Token], quantities: Mapping[int, Quantity], profile: Profile) -> None:
        super().__init__(tokens, quantities)
        self._profile = profile
        self._columns = [one for one in profile.columns if one.dtype in NUMBERS and not is_key(one)]

    def conditions(self, at: int) -> Iterator[tuple[Condition, int]]:
        """The conditions on columns of numbers that begin at a position, and where they end."""
        yield from self._after_name(at)
        yield from self._before_name(at)
        yield from self._by_adjective(at)
        yield from self._by_verb(at)

    def of(self, column: ColumnProfile, at: int, *, any_unit: bool = False) -> Iterator[tuple[Condition, int]]:
        """The conditions on a column by the amounts that begin at a position, and where they end."""
        for amount, end in self.amounts(at):
            known = any_unit or not amount.unit or self.of_unit(amount.unit) in (column, None)
            condition = self._on(column, amount) if known else None
            if condition is not None:
                yield condition, self._past_scale(end)

    def _after_name(self, at: int) -> Iterator[tuple[Condition, int]]:
        """Reads "rating of 4 or more", "price under 30", "score: 7+", "stars 1 or 2"."""
        begin = self._past(at, frozenset("a an the its their".split()))
        named = self.named(begin)
        if named is None:
            return
        column, after = named
        here = after
        while self._low(here) in _TO_NUMBER:
            here += 1
        closes = "(" in (self._low(one) for one in range(after, here))
        for amount, end in self.amounts(here):
            if closes and self._low(end) != ")":
                continue
            condition = self._on(column, amount)
            if condition is not None:
                yield condition, self._past_scale(end) + closes

    def _before_name(self, at: int) -> Iterator[tuple[Condition, int]]:
        """Reads "more than 10 votes", "4 stars and up", "a score above 5", "at least a rating of 4"."""
        for amount, end in self.amounts(at):
            named = self._beside(amount, at, end)
            condition = None if named is None else self._on(named[0], named[1])
            if named is not None and condition is not None:
                yield condition, named[2]
        yield from self._around_name(at)

    def _beside(self, amount: Amount, at: int, end: int) -> tuple[ColumnProfile, Amount, int] | None:
        """The column that an amount is of, by its unit, by a name behind it, or by one that was said before."""
        if amount.counted is not None or amount.unit:
            column = self.of_unit(amount.unit) if amount.counted is None else self.counting(amount.unit)
            return None if column is None else (column, amount, end)
        found = self.named(end) or self.named(end + (self._low(end) in ("of", "in", "for")))
        if found is None:
            before = self._named_before(at) if amount.stated else None
            return None if before is None else (before, amount, end)
        behind = comparator_behind(self._tokens, found[1])
        if behind is not None and not amount.stated and amount.interval.low is not None:
            return found[0], Amount(Interval.of(behind[1], amount.interval.low)), behind[0]
        return found[0], amount, found[1]

    def _around_name(self, at: int) -> Iterator[tuple[Condition, int]]:
        """Reads "at least a rating of 4"."""
        found = comparator_at(self._tokens, at)
        named = None if found is None else self.named(self._past(found[0], ABOUT))
        number = None if named is None else self._number(self._past(named[1], ABOUT))
        if found is None or named is None or number is None:
            return
        condition = self._on(named[0], Amount(Interval.of(found[1], number[0]), unit=number[1]))
        if condition is not None:
            yield condition, number[3]

    def _by_adjective(self, at: int) -> Iterator[tuple[Condition, int]]:
        """Reads "heavier than 20 kg", "cheaper than twenty", "no heavier than five"."""
        place = at + (self._low(at) in ("no", "not"))
        known = COMPARED.get(self._low(place))
        if known is None:
            return
        column = role_column(self._profile, known[0], NUMBERS)
        years = known[1] != (comparator_at(self._tokens, place) or (0, known[1]))[1]  # what is older has a lower year
        for amount, end in self.amounts(at):
            condition = None if column is None or years or not amount.stated else self._on(column, amount)
            if condition is not None:
                yield condition, end

    def _by_verb(self, at: int) -> Iterator[tuple[Condition, int]]:
        """Reads "cost less than 20", "weighing over 5 kg", "rated 4 or above"."""
        role = MEASURING.get(self._low(at))
        column = role_column(self._profile, role, NUMBERS) if role is not None else None
        if column is None:
            return
        for amount, end in self.amounts(self._past(at + 1, frozenset("at with for a by as it them".split()))):
            condition = self._on(column, amount)
            if condition is not None:
                yield condition, self._past_scale(end)
        if self._low(at + 1) in _FREE and self._low(at).startswith(("cost", "sell", "sold", "pay", "paid")):
            yield Compare(Column(column.name), "=", Value("number", 0)), at + 2

    def _named_before(self, at: int) -> ColumnProfile | None:
        """The column of the number that was said last, where "than" or "over" follows without one: "… or over 50"."""
        for place in range(at - 1, max(-1, at - _NEAR), -1):
            found = self.named(place)
            if found is not None and any(place - _NEAR < one < at for one in self._quantities):
                return found[0]
        return None

    def named(self, at: int) -> tuple[ColumnProfile, int] | None:
        """The column of numbers that is named at a position."""
        if at >= len(self._tokens):
            return None
        found = column_at(self._tokens, at, self._profile) or near_column(self._tokens, at, self._profile, NUMBERS)
        if found is None:
            return None
        column = self._profile.column(found[0])
        return (column, found[1]) if column.dtype in NUMBERS else None

    def of_unit(self, unit: str) -> ColumnProfile | None:
        """The one column that holds what a unit measures."""
        own = [one for one in self._columns if singular(unit) in {singular(part) for part in words_of(one.name)}]
        if len(own) == 1:
            return own[0]
        known = ROLES.get(unit, "").split()
        found = [one for one in self._columns if set(words_of(one.name)) & {*known}]
        return found[0] if len(found) == 1 else None

    def counting(self, unit: str) -> ColumnProfile | None:
        """The column of numbers that is called like a unit of length: `words`, `lines`."""
        return next((one for one in self._columns if unit in words_of(one.name)), None)

    def _on(self, column: ColumnProfile, amount: Amount) -> Condition | None:
        """The condition that the numbers of a column are such an amount, in the unit of the column."""
        factor = _factor(amount.unit, column)
        if factor is None:
            return None
        name = Column(column.name)
        if amount.values:
            return Among(name, tuple(Value("number", plain(value * factor)) for value in amount.values))
        low, high = amount.interval.low, amount.interval.high
        scaled = Interval(
            None if low is None else low * factor,
            None if high is None else high * factor,
            amount.interval.low_open,
            amount.interval.high_open,
        )
        return within(name, scaled)


def _factor(unit: str, column: ColumnProfile) -> float | None:
    """By what a number in a unit is multiplied for a column; None where the two measure different things."""
    scale = next((scale for scale in _DIMENSIONS if unit in scale), None)
    if scale is None:
        return 1.0
    own = next((part for part in words_of(column.name) if part in scale), None)
    return 1.0 if own is None else scale[unit] / scale[own]
