"""Reads amounts and the column of numbers that they are of: "over 30 euros", "10+ votes", "rated 4 or better"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ....operators.core.expression import Among, Column, Condition, Value
from ....tools.profile import ColumnProfile, Profile
from ..columns import column_at, is_key, words_of
from ..condition_words import COMPARED, MEASURING, near_column, role_column, singular
from ..conditions import within
from ..directions import Interval, comparator_at, comparator_behind
from ..quantities import Quantity, plain
from ..tokens import Token

NUMBERS: Final = ("integer", "number")
_CURRENCIES: Final = frozenset("$ € £ eur usd gbp".split())
_ABOUT: Final = frozenset("a an the of is are be at to for in exactly only just than as".split())
_RANGE: Final = frozenset("to - – — through until till".split())
_OR: Final = frozenset("or / and , &".split())
_MOST_LISTED: Final = 8
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
    _scales({"g gram grams gramme grammes": 1, "kg kgs kilo kilos kilogram kilograms": 1000, "t ton tons tonne tonnes": 1e6}),
    _scales({"mm": 1, "cm": 10, "metre metres meter meters": 1000, "km kms kilometre kilometres kilometer kilometers": 1e6}),
)
"""Units of one kind by their factors; a column is in the unit that its name says."""
_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        word: names
        for words, names in {
            "euro euros € eur dollar dollars $ usd buck bucks pound pounds £ gbp quid cent cents": "price cost fee "
            "amount rent fare total eur usd gbp euro euros dollars salary budget revenue msrp",
            "star stars starred ★": "stars star rating rate grade review",
            "s sec secs second seconds m min mins minute minutes h hr hrs hour hours": "minutes minute min mins "
            "duration seconds secs sec hours hour runtime length time wait delay took",
            "kg kgs kilo kilos gram grams kilogram kilograms g": "weight kg grams mass weight_kg",
            "km kms kilometre kilometres kilometer kilometers mile miles metre metres meter meters": "distance km "
            "length height miles metres meters",
            "year years": "age years",
            "day days": "days day duration",
            "point points pts mark marks": "points score mark marks grade rating result",
            "% percent": "percent pct share ratio percentage",
            "vote votes upvote upvotes like likes": "votes upvotes likes points score",
            "degree degrees °": "temperature temp degrees celsius",
            "night nights": "nights",
            "guest guests people person persons": "guests people persons capacity size",
            "line lines": "lines loc",
            "page pages": "pages",
        }.items()
        for word in words.split()
    }
)
"""Units and things counted, and the words of the names of columns that hold them."""


@dataclass(frozen=True)
class Amount:
    """A number or several, with their direction.

    Args:
        interval: where the number lies; None for a list.
        values: the numbers of a list.
        unit: the word behind the number, in lower case; empty for none.
        counted: the unit of a length of text that it was said in.
        stated: whether a comparator was said.
    """

    interval: Interval
    values: tuple[float, ...] = ()
    unit: str = ""
    counted: str | None = None
    stated: bool = True


class Amounts:
    """Reads amounts.

    Args:
        tokens: the request.
        quantities: the numbers in it, by the position of their first token.
        profile: the data.
    """

    def __init__(self, tokens: Sequence[Token], quantities: Mapping[int, Quantity], profile: Profile) -> None:
        self._tokens, self._quantities, self._profile = tokens, quantities, profile
        self._columns = [one for one in profile.columns if one.dtype in NUMBERS and not is_key(one)]

    # Numbers with their direction

    def amounts(self, at: int) -> Iterator[tuple[Amount, int]]:
        """The amounts that begin at a position, and where they end; the longest reading first."""
        yield from self._ranges(at)
        found = comparator_at(self._tokens, at)
        if found is not None:
            number = self._number(found[0]) or self._number(self._past(found[0], _ABOUT))
            if number is not None:
                value, unit, counted, end = number
                yield Amount(Interval.of(found[1], value), unit=unit, counted=counted), end
            return
        begin = self._past(at, _ABOUT) if self._low(at) in ("exactly", "at", "a", "of") else at
        listed = self._list(begin)
        if listed is not None:
            yield listed
        number = self._number(begin)
        if number is None:
            return
        value, unit, counted, end = number
        behind = comparator_behind(self._tokens, end)
        if behind is not None:
            after, sign = behind
            if not unit:
                unit, counted, after = self._unit(after)
            yield Amount(Interval.of(sign, value), unit=unit, counted=counted), after
        yield Amount(Interval(value, value), unit=unit, counted=counted, stated=False), end

    def _ranges(self, at: int) -> Iterator[tuple[Amount, int]]:
        led = self._low(at) in ("between", "from")
        first = self._number(at + led)
        if first is None:
            return
        link = self._low(first[3])
        if not ((self._low(at) == "between" and link == "and") or link in _RANGE):
            return
        last = self._number(first[3] + 1)
        if last is None or last[0] < first[0]:
            return
        unit, counted = (last[1] or first[1]), (last[2] or first[2])
        yield Amount(Interval(first[0], last[0]), unit=unit, counted=counted), last[3]

    def _list(self, at: int) -> tuple[Amount, int] | None:
        """Reads "1 or 2", "one, two and three stars"."""
        values: list[float] = []
        here, end, unit, counted = at, at, "", None
        while len(values) < _MOST_LISTED:
            number = self._number(here)
            if number is None:
                break
            values.append(number[0])
            unit, counted, end = number[1] or unit, number[2] or counted, number[3]
            here = end
            while self._low(here) in _OR:
                here += 1
            if here == end:
                break
        if len(values) < 2:
            return None
        return Amount(Interval(), tuple(dict.fromkeys(values)), unit, counted, stated=False), end

    def _number(self, at: int) -> tuple[float, str, str | None, int] | None:
        """A number at a position with its unit, and where that ends."""
        currency = self._low(at) in _CURRENCIES
        at += currency
        quantity = self._quantities.get(at)
        if quantity is not None and not quantity.share:
            end = quantity.end
            if quantity.unit is not None:
                return quantity.value, self._low(end - 1), quantity.unit, end
            if self._low(end) == "-" and self._low(end + 1) in _ROLES:
                end += 1
            unit, counted, end = ("€", None, end) if currency else self._unit(end)
            return quantity.value, unit, counted, end
        half = self._low(at) == "half"
        one = at + half
        if self._low(one) in ("a", "an", "one") and self._low(one + 1) in _ROLES:  # "half an hour", "under a kilo"
            return (0.5 if half else 1.0), self._low(one + 1), None, one + 2
        if self._low(one) == "one" and not half:
            return 1.0, "", None, one + 1
        return None

    def _unit(self, at: int) -> tuple[str, str | None, int]:
        return (self._low(at), None, at + 1) if self._low(at) in _ROLES else ("", None, at)

    # Columns

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

    def _past_scale(self, at: int) -> int:
        """Where "out of 10" ends."""
        return at + 3 if [self._low(at), self._low(at + 1)] == ["out", "of"] and at + 2 in self._quantities else at

    def _after_name(self, at: int) -> Iterator[tuple[Condition, int]]:
        """Reads "rating of 4 or more", "price under 30", "score: 7+", "stars 1 or 2"."""
        begin = self._past(at, frozenset("a an the its their".split()))
        named = self.named(begin)
        if named is None:
            return
        column, after = named
        here = after
        while self._low(here) in ("is", "are", "was", "were", "of", "=", ":", "at", "be", "being", "must", "should", "has", "to", "in", "(", "lies", "lie", "been", "value"):
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
            if amount.counted is not None:
                column = self.counting(amount.unit)
            elif amount.unit:
                column = self.of_unit(amount.unit)
            else:
                found = self.named(end) or self.named(end + (self._low(end) in ("of", "in", "for")))
                if found is None:
                    before = self._named_before(at) if amount.stated else None
                    if before is not None and (condition := self._on(before, amount)) is not None:
                        yield condition, end
                    continue
                column, end = found
                behind = comparator_behind(self._tokens, end)
                if behind is not None and not amount.stated and amount.interval.low is not None:
                    amount, end = Amount(Interval.of(behind[1], amount.interval.low)), behind[0]
            condition = None if column is None else self._on(column, amount)
            if condition is not None:
                yield condition, end
        found = comparator_at(self._tokens, at)
        begin = self._past(found[0], _ABOUT) if found is not None else at
        named = self.named(begin) if found is not None else None
        if found is not None and named is not None:
            number = self._number(self._past(named[1], _ABOUT))
            if number is not None:
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
        for amount, end in self.amounts(at):
            condition = None if column is None or not amount.stated else self._on(column, amount)
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
        known = _ROLES.get(unit, "").split()
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

    def _past(self, at: int, words: frozenset[str]) -> int:
        while self._low(at) in words and at not in self._quantities:
            at += 1
        return at

    def _low(self, at: int) -> str:
        return self._tokens[at].low if 0 <= at < len(self._tokens) else ""


def _factor(unit: str, column: ColumnProfile) -> float | None:
    """By what a number in a unit is multiplied for a column; None where the two measure different things."""
    scale = next((scale for scale in _DIMENSIONS if unit in scale), None)
    if scale is None:
        return 1.0
    own = next((part for part in words_of(column.name) if part in scale), None)
    return 1.0 if own is None else scale[unit] / scale[own]

