"""Reads numbers, in digits and in words, with their units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from .tokens import Token

_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SMALL: Final[Mapping[str, int]] = MappingProxyType(
    {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
)
SCALES: Final[Mapping[str, int]] = MappingProxyType(
    {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "k": 1000, "m": 10**6}
)
MOST_DIGITS: Final = 15
PARTS: Final[Mapping[str, float]] = MappingProxyType({"half": 0.5, "quarter": 0.25, "third": 1 / 3})

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        word: unit
        for unit, words in {
            "words": "word words",
            "chars": "char chars character characters letter letters",
            "sentences": "sentence sentences",
            "tokens": "token tokens",
            "lines": "line lines",
            "paragraphs": "paragraph paragraphs",
            "bytes": "byte bytes",
            "kb": "kb kilobyte kilobytes",
            "mb": "mb megabyte megabytes",
        }.items()
        for word in words.split()
    }
)
"""Word to the unit as options spell it (`min_words`, `max_chars`)."""
_BYTES: Final[Mapping[str, int]] = MappingProxyType({"kb": 1000, "mb": 10**6})


@dataclass(frozen=True)
class Quantity:
    """A number as a request states it.

    Args:
        start: position of its first token.
        end: one past its last token, unit included.
        value: the number; a percentage is divided by 100.
        unit: as options spell it, or None where none is said.
        share: whether it was a percentage or a part of a whole.
    """

    start: int
    end: int
    value: float
    unit: str | None = None
    share: bool = False


def find_quantities(tokens: Sequence[Token]) -> list[Quantity]:
    """Every number in the request, in order.

    >>> from .tokens import tokenize
    >>> [(q.value, q.unit) for q in find_quantities(tokenize("two thousand words or 5 %"))]
    [(2000, 'words'), (0.05, None)]
    """
    found = []
    at = 0
    while at < len(tokens):
        quantity = _quantity(tokens, at)
        if quantity is not None:
            found.append(quantity)
        at = quantity.end if quantity else at + 1
    return _with_shared_scale(tokens, found)


def _with_shared_scale(tokens: Sequence[Token], found: list[Quantity]) -> list[Quantity]:
    """The numbers, where "between 40 and 80 thousand" or "40 to 80k" says the scale for both."""
    shared = list(found)
    for at in range(len(found) - 1):
        low, high = found[at], found[at + 1]
        words = [token.low if token.is_word else token.low[-1:] for token in tokens[high.start : high.end]]
        scale = next((SCALES[word] for word in words if word in SCALES), 1)
        between = [token.low for token in tokens[low.end : high.start]]
        plain_low = low.end == low.start + 1 and tokens[low.start].kind == "number" and low.unit is None
        if (
            scale > 1
            and plain_low
            and between in (["and"], ["to"], ["or"], ["-"], ["–"])
            and low.value * scale < high.value
        ):
            shared[at] = replace(low, value=plain(low.value * scale))
    return shared


def plain(value: float) -> int | float:
    """The number as an integer where it is one, else rounded to what a person would write."""
    rounded = round(value, 10)
    return int(rounded) if rounded == int(rounded) else rounded


def _quantity(tokens: Sequence[Token], at: int) -> Quantity | None:
    number = _digits(tokens, at) or _in_words(tokens, at) or _part(tokens, at)
    if number is None:
        return None
    value, end, share = number
    if end < len(tokens) and tokens[end].low in ("%", "percent", "pct"):
        return Quantity(at, end + 1, plain(value / 100), share=True)
    if end + 1 < len(tokens) and tokens[end].low == "per" and tokens[end + 1].low == "cent":
        return Quantity(at, end + 2, plain(value / 100), share=True)
    unit_at = end + 1 if end < len(tokens) and tokens[end].low in ("-", "+", "unicode") else end
    unit = UNITS.get(tokens[unit_at].low) if unit_at < len(tokens) else None
    if unit is not None and unit in _BYTES:
        return Quantity(at, unit_at + 1, plain(value * _BYTES[unit]), "bytes")
    return Quantity(at, unit_at + 1 if unit else end, plain(value), unit, share)


def _digits(tokens: Sequence[Token], at: int) -> tuple[float, int, bool] | None:
    if tokens[at].kind != "number":
        return None
    text = tokens[at].low.replace(",", "")
    if len(text) > MOST_DIGITS:
        return None
    scale = SCALES.get(text[-1], 1)
    value, end = float(text.rstrip("km")) * scale, at + 1
    if end < len(tokens) and tokens[end].low in SCALES and tokens[end].low != "m":
        value, end = value * SCALES[tokens[end].low], end + 1
    return value, end, False


def _in_words(tokens: Sequence[Token], at: int) -> tuple[float, int, bool] | None:
    """Reads "a hundred and fifty", "two thousand"; a lone "one" or "a" is no number unless a unit follows."""
    halved = [token.low for token in tokens[at : at + 3]]
    if len(halved) == 3 and halved[0] == "half" and halved[1] in ("a", "an") and halved[2] in SCALES:
        return SCALES[halved[2]] / 2, at + 3, False
    total, part, end = 0, 0, at
    if tokens[at].low in ("a", "an", "one") and at + 1 < len(tokens):
        follower = tokens[at + 1].low
        if follower not in SCALES and not (tokens[at].low == "one" and follower in UNITS):
            return None
        part, end = 1, at + 1
    while end < len(tokens):
        word = tokens[end].low
        if word in SMALL and (end > at or word != "one"):
            part += SMALL[word]
        elif word == "dozen" and not part:
            part = 12
        elif word in SCALES and len(word) > 1 and part:
            total, part = (
                (total, part * SCALES[word]) if word in ("hundred", "dozen") else (total + part * SCALES[word], 0)
            )
        elif not (word == "and" and part >= 100 and end + 1 < len(tokens) and tokens[end + 1].low in SMALL):
            break
        end += 1
    return (float(total + part), end, False) if total + part and end > at else None


def _part(tokens: Sequence[Token], at: int) -> tuple[float, int, bool] | None:
    """Reads "half of the rows"; "half" in other places is no number."""
    following = [token.low for token in tokens[at + 1 : at + 2]]
    if tokens[at].low in PARTS and following and following[0] in ("of", "the"):
        return PARTS[tokens[at].low], at + 1, True
    return None
