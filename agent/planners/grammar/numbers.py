"""Reads numbers with their direction and their unit: "at least 4", "between 2 and 10 kilos", "one or two stars"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..directions import Interval, comparator_at, comparator_behind
from ..quantities import Quantity
from ..tokens import Token

_CURRENCIES: Final = frozenset("$ € £ eur usd gbp".split())
ABOUT: Final = frozenset("a an the of is are be at to for in exactly only just than as".split())
"""Words between what is measured and its number."""
_RANGE: Final = frozenset("to - – — through until till".split())
_OR: Final = frozenset("or / and , &".split())
_MOST_LISTED: Final = 8
ROLES: Final[Mapping[str, str]] = MappingProxyType(
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


class Numbers:
    """Reads amounts.

    Args:
        tokens: the request.
        quantities: the numbers in it, by the position of their first token.
    """

    def __init__(self, tokens: Sequence[Token], quantities: Mapping[int, Quantity]) -> None:
        self._tokens, self._quantities = tokens, quantities

    def amounts(self, at: int) -> Iterator[tuple[Amount, int]]:
        """The amounts that begin at a position, and where they end; the longest reading first."""
        yield from self._ranges(at)
        found = comparator_at(self._tokens, at)
        if found is not None:
            number = self._number(found[0]) or self._number(self._past(found[0], ABOUT))
            if number is not None:
                value, unit, counted, end = number
                yield Amount(Interval.of(found[1], value), unit=unit, counted=counted), end
            return
        begin = self._past(at, ABOUT) if self._low(at) in ("exactly", "at", "a", "of") else at
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
            here += here > end and self._low(here) in ("a", "an")
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
            if self._low(end) == "-" and self._low(end + 1) in ROLES:
                end += 1
            unit, counted, end = ("€", None, end) if currency else self._unit(end)
            return quantity.value, unit, counted, end
        half = self._low(at) == "half"
        one = at + half
        if self._low(one) in ("a", "an", "one") and self._low(one + 1) in ROLES:  # "half an hour", "under a kilo"
            return (0.5 if half else 1.0), self._low(one + 1), None, one + 2
        if self._low(one) == "one" and not half:
            return 1.0, "", None, one + 1
        return None

    def _unit(self, at: int) -> tuple[str, str | None, int]:
        return (self._low(at), None, at + 1) if self._low(at) in ROLES else ("", None, at)

    def _past_scale(self, at: int) -> int:
        """Where "out of 10" ends."""
        return at + 3 if [self._low(at), self._low(at + 1)] == ["out", "of"] and at + 2 in self._quantities else at

    def _past(self, at: int, words: frozenset[str]) -> int:
        while self._low(at) in words and at not in self._quantities:
            at += 1
        return at

    def _low(self, at: int) -> str:
        return self._tokens[at].low if 0 <= at < len(self._tokens) else ""
