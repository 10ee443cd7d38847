"""Finds numbers of words, characters and sentences with a direction, for the reader of canaries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .canary_claims import Unit
from .canary_words import NUMBER, number_of

_UNITS: Final[Mapping[str, Unit]] = {
    "word": "words",
    "character": "characters",
    "char": "characters",
    "sentence": "sentences",
}
_UNIT: Final = r"(?P<unit>words?|characters?|chars?|sentences?)\b"
_RELATIONS: Final = {
    ">=": r"at least|no less than|no fewer than|not less than|not fewer than|no shorter than|not shorter than|"
    r"not under|not below|never under|never below|never less than|a minimum of|minimum of|minimum|min\.?|>=|≥",
    "<=": r"at most|no more than|not more than|no longer than|not longer than|not exceeding|not over|not above|"
    r"not beyond|never over|never more than|never longer than|never above|within|capped at|a maximum of|maximum of|"
    r"maximum|max\.?|up to|<=|≤",
    ">": r"(?:have |has |with )?more than|over|above|(?:is |are )?longer than|greater than|exceeding|exceeds?|beyond|"
    r"in excess of|upwards of|north of|surpass(?:es|ing)?|bigger than|larger than|>",
    "<": r"fewer than|less than|under|below|(?:is |are )?shorter than|smaller than|short of|<",
}
_RELATION: Final = "|".join(f"(?P<r{at}>{words})" for at, words in enumerate(_RELATIONS.values()))
_LIMITS: Final = (
    re.compile(rf"(?:between\s+(?P<a>{NUMBER})\s+and|(?:from\s+)?(?P<c>{NUMBER})\s*(?:to|-|–))\s+?(?P<b>{NUMBER})\s+{_UNIT}"),
    re.compile(rf"(?:less|fewer)\s+than\s+(?P<low>{NUMBER})(?:\s+\w+)?\s+or\s+(?:more\s+than|over|above)\s+(?P<high>{NUMBER})\s+{_UNIT}"),
    re.compile(rf"(?:from\s+)?(?P<n>{NUMBER})\s+{_UNIT}\s+(?:or\s+(?:(?P<more>more|longer)|(?P<less>fewer|less|shorter))|at\s+(?:the\s+)?(?:very\s+)?(?:(?P<least>least)|(?P<most>most))|"
        r"(?:and|or)\s+(?:(?P<up>up|upwards?|above|over|beyond)|(?P<down>under|below|down))|(?P<upward>up|upwards?|plus)(?=$|[\s,.;!?])|"
        r"(?P<minimum>minimum|min)|(?P<maximum>maximum|max|tops))(?!\w)"),
    re.compile(rf"(?P<n>{NUMBER})\s+or\s+(?:(?P<more>more)|(?P<less>fewer|less))\s+{_UNIT}"),
    re.compile(rf"(?<![\w<>=])(?:{_RELATION})\s*(?P<n>{NUMBER})\s+(?:{_UNIT})"),
    re.compile(rf"(?P<unit>word|character|sentence)\s+count\s+(?:is\s+|of\s+|must\s+be\s+)*(?:{_RELATION})\s*(?P<n>{NUMBER})"),
    re.compile(rf"(?<![\w<>=])(?:{_RELATION})\s*(?P<n>{NUMBER})(?=\s+but\s)"),
)  # fmt: skip
_NO_UNIT: Final = 6


@dataclass(frozen=True)
class FoundLimit:
    """An interval that was found in a segment; `bare` says that it is a demand by itself, as "at least" is."""

    start: int
    end: int
    unit: Unit
    low: int | None
    high: int | None
    bare: bool
    alternative: bool = False


def found_limits(text: str) -> list[FoundLimit]:
    """The intervals in a text in lower case, in its order."""
    found: list[FoundLimit] = []
    for kind, pattern in enumerate(_LIMITS):
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            if kind == _NO_UNIT and not found:
                continue
            limit = _limit(match, found[0].unit if kind == _NO_UNIT else None)
            if limit is not None:
                found.append(limit)
    return sorted(found, key=lambda one: one.start)


def _limit(match: re.Match[str], unit: Unit | None) -> FoundLimit | None:
    got = match.groupdict()
    unit = unit or _UNITS[got["unit"].rstrip("s")]
    start, end = match.span()
    said = {name: number_of(got[name]) for name in ("n", "a", "b", "c", "low", "high") if got.get(name)}
    numbers = {name: number for name, number in said.items() if number is not None}
    if len(numbers) < len(said):
        return None
    if "low" in numbers:
        return FoundLimit(start, end, unit, numbers["low"], numbers["high"], bare=False, alternative=True)
    if "b" in numbers:
        return FoundLimit(start, end, unit, numbers.get("a", numbers.get("c")), numbers["b"], bare=True)
    n = numbers["n"]
    relation = next((sign for at, sign in enumerate(_RELATIONS) if got.get(f"r{at}")), None)
    if any(got.get(name) for name in ("more", "least", "up", "upward", "minimum")) or relation == ">=":
        return FoundLimit(start, end, unit, n, None, bare=True)
    if any(got.get(name) for name in ("less", "most", "down", "maximum")) or relation == "<=":
        return FoundLimit(start, end, unit, None, n, bare=True)
    low, high = (n + 1, None) if relation == ">" else (None, n - 1)
    return FoundLimit(start, end, unit, low, high, bare=False)
