"""Finds personal data that can be told by its form."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import AddressValueError, IPv6Address
from typing import Literal

import polars as pl

Kind = Literal["email", "phone", "ip", "card"]
KINDS: tuple[Kind, ...] = ("email", "phone", "ip", "card")

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_HEX = "[0-9A-Fa-f]"
_GAP = r"[ .\-/]"
_PATTERNS: dict[Kind, re.Pattern[str]] = {
    "email": re.compile(
        r"(?<![\w.+%\-])(?!git@)[\w+%\-]{1,64}+(?:\.[\w+%\-]{1,64}+){0,9}+@"
        r"(?:\w[\w\-]{0,62}\.){1,9}(?!(?:png|jpe?g|gif|svg|webp)\b)[^\W\d_]{2,24}(?![\w\-])"
    ),
    "card": re.compile(
        r"(?<![\w.+\-])(?<!\d[ /])"
        r"(?:[2-6]\d{12,18}|[2-6]\d{3}([ \-])\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ \-])\d{6}\2\d{4,5})"
        r"(?![\w\-]|[.,]\d| \d{4}(?!\d))"
    ),
    "ip": re.compile(
        rf"(?<![\w.:])(?<!ersion )(?:{_OCTET}\.){{3}}{_OCTET}(?![\w\-]|\.\w)"
        rf"|(?<![\w:.])(?=[0-9A-Fa-f:]*\d)(?:{_HEX}{{1,4}}:|:(?=:))(?:{_HEX}{{0,4}}:){{1,6}}{_HEX}{{0,4}}"
        rf"(?:\.\d{{1,3}}){{0,3}}(?![\w:]|\.\w)"
    ),
    "phone": re.compile(
        rf"(?<![\w.+\-/])(?<!\d[ .])(?:"
        rf"(?:\+|00)[1-9](?:{_GAP}?\d){{0,2}}{_GAP}?(?:\(\d{{1,4}}\)[ \-]?)?\d(?:{_GAP}?\d){{5,11}}(?![.\-/]\d)"
        rf"|(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-])\d{{3}}[ .\-]\d{{4}}(?!{_GAP}\d)"
        rf"|(?:\(0[1-9]\d{{0,4}}\)|0[1-9]\d{{0,4}})[ \-/]\d{{2,8}}(?:[ \-]\d{{2,8}}){{0,3}}(?!{_GAP}\d)"
        rf")(?![\w/])"
    ),
}
# In Rust's syntax, for a whole column: could there be one?
_HINTS: dict[Kind, str] = {
    "email": r"[\w+%\-]@\w",
    "card": r"\d{13}|\d{4}[ \-](?:\d{4}[ \-]\d{4}|\d{6})[ \-]\d",
    "ip": r"\d\.\d{1,3}\.\d{1,3}\.\d|(?-u:\b)(?:[0-9A-Fa-f]{1,4}:){1,6}:|(?:^|\W)::|(?:[0-9A-Fa-f]{1,4}:){7}",
    "phone": r"(?:\+|00)[1-9]|0[1-9]\d{0,4}\)?[ \-/]\d\d|\d{3}[) .\-]{1,2}\d{3}[ .\-]\d{4}",
}
# A ZIP code of nine digits, a plain number, a date.
_NO_PHONE = re.compile(
    r"0\d{4}-\d{4}|(?:00)?\d+|\+\d{1,7}|\d{1,2}([ .\-/])\d{1,2}\1\d{2,4}|\d{4}([ .\-/])\d{1,2}\2\d{1,2}"
)


def some_kinds(kinds: Sequence[Kind], purpose: str) -> tuple[Kind, ...]:
    """The kinds of an option, each once, in the order of `KINDS`.

    Raises:
        ValueError: there is none.
    """
    if not kinds:
        raise ValueError(f"name at least one kind to {purpose}: {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in kinds)


def possible_kinds(texts: pl.Series, kinds: Sequence[Kind]) -> Iterator[list[Kind]]:
    """For each text of a column the kinds that it may hold; none where there is no text."""
    hints = pl.DataFrame({kind: texts.str.contains(_HINTS[kind]) for kind in kinds})
    return ([kind for kind in kinds if row[kind]] for row in hints.iter_rows(named=True))


def personal_data(text: str, kinds: Iterable[Kind]) -> Iterator[tuple[int, int, Kind]]:
    """Start, end and kind of each piece of personal data, in order; of those that overlap, the first."""
    end = 0
    for start, stop, found in sorted(span for kind in kinds for span in _spans(text, kind)):
        if start >= end:
            yield start, stop, found
            end = stop


def count_personal_data(texts: pl.Series, kinds: Sequence[Kind]) -> pl.DataFrame:
    """How often each kind occurs in each text of a column: one column for each kind, null where there is no text."""
    found = [
        None if text is None else [kind for *_, kind in personal_data(text, possible)]
        for text, possible in zip(texts, possible_kinds(texts, kinds), strict=True)
    ]
    return pl.DataFrame(
        {kind: [None if row is None else row.count(kind) for row in found] for kind in kinds},
        schema=dict.fromkeys(kinds, pl.Int64),
    )


def _spans(text: str, kind: Kind) -> Iterator[tuple[int, int, Kind]]:
    if kind == "email" and "@" not in text:
        return
    holds = _CHECKS.get(kind)
    for found in _PATTERNS[kind].finditer(text):
        if holds is None or holds(found[0]):
            yield found.start(), found.end(), kind


def _is_phone(number: str) -> bool:
    digits = sum(character.isdigit() for character in number)
    return 7 <= digits <= 15 and not _NO_PHONE.fullmatch(number)


def _is_address(address: str) -> bool:
    if ":" not in address:
        return True
    try:
        IPv6Address(address)
    except AddressValueError:
        return False
    # a::b is a valid address, but also a name in C++; two groups with a digit are asked for.
    return sum(group != "" for group in address.split(":")) > 1


def _is_card(number: str) -> bool:
    digits = [int(character) for character in number if character.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


_CHECKS: dict[Kind, Callable[[str], bool]] = {"phone": _is_phone, "ip": _is_address, "card": _is_card}
