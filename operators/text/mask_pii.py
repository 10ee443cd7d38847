"""Mask personal data that can be told by its form."""

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import AddressValueError, IPv6Address
from typing import Literal

import polars as pl
from pydantic import Field, field_validator

from ..core import Example, Refiner

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


class MaskPii(Refiner):
    """Mask e-mail addresses, phone numbers, IP addresses and card numbers.

    Rewrites the text; rows without one fall under `on_null`. What is found goes by its form alone: e-mail addresses;
    phone numbers of 7 to 15 digits that begin with + or 00, or are written in a common national form (an area code that
    begins with 0, or 3-3-4 digits as in North America); IPv4 and IPv6 addresses; card numbers of 13 to 19 digits whose
    check digit is right (Luhn). A version of four numbers looks like an IPv4 address, and is masked. Dates, shorter
    versions, ISBNs and plain long numbers stay. Names and postal addresses are not found: a model is needed for those.
    """

    name = "mask_pii"
    phrases = (
        "mask personal data",
        "anonymise e-mail addresses and phone numbers",
        "remove PII",
        "redact emails",
        "hide IP addresses",
        "replace credit card numbers",
        "anonymize the texts",
        "scrub contact details",
        "privacy: no phone numbers or mail addresses",
    )

    kinds: tuple[Kind, ...] = Field(default=KINDS, description="What to mask: email, phone, ip, card.")
    style: Literal["label", "stars"] = Field(
        default="label", description="Put a label such as [EMAIL], or a star for each letter and digit."
    )

    @field_validator("kinds")
    @classmethod
    def _some(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        if not kinds:
            raise ValueError(f"name at least one kind to mask: {', '.join(KINDS)}")
        return tuple(kind for kind in KINDS if kind in kinds)

    def refine(self, text: str) -> str:
        return self._masked(text, self.kinds)

    def refine_all(self, texts: pl.Series) -> pl.Series:
        hints = pl.DataFrame({kind: texts.str.contains(_HINTS[kind]) for kind in self.kinds})
        possible = ([kind for kind in self.kinds if row[kind]] for row in hints.iter_rows(named=True))
        masked = [
            text if text is None or not kinds else self._masked(text, kinds)
            for text, kinds in zip(texts, possible, strict=True)
        ]
        return pl.Series(masked, dtype=pl.String)

    def _masked(self, text: str, kinds: Iterable[Kind]) -> str:
        parts: list[str] = []
        end = 0
        for start, stop, found in sorted(span for kind in kinds for span in _spans(text, kind)):
            if start >= end:
                label = f"[{found.upper()}]" if self.style == "label" else re.sub(r"[^\W_]", "*", text[start:stop])
                parts += [text[end:start], label]
                end = stop
        return "".join([*parts, text[end:]])

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["Write to jo@x.org or call +49 30 1234567.", "Released on 2026-11-22 as version 1.2.3."],
            out=["Write to [EMAIL] or call [PHONE].", "Released on 2026-11-22 as version 1.2.3."],
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
