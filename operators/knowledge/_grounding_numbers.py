"""Numbers and dates in texts, in one form for all their spellings: what an answer must share with its source."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from ._grounding_units import DIMENSIONS, MAGNITUDES, MONTHS, ORDINALS, UNITS, WORDS

Bound = Literal["", "about", "above", "below"]

_NAMED_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DIGITS = r"\d+(?:[.,\u00a0\u202f' ]\d{3})+(?:[.,]\d+)?(?![\d])|\d+(?:[.,]\d+)?"
_DATE = re.compile(
    rf"(?P<y1>\d{{4}})-(?P<m1>\d\d?)-(?P<d1>\d\d?)(?!\d)"
    rf"|(?<!\d)(?P<d2>\d\d?)\.(?P<m2>\d\d?)\.(?P<y2>\d{{4}})"
    rf"|(?P<y3>\d{{4}})年(?:(?P<m3>\d\d?)月(?:(?P<d3>\d\d?)[日号])?)?"
    rf"|(?<!\d)(?P<m6>\d\d?)月(?:(?P<d6>\d\d?)[日号])?"
    rf"|(?<!\d)(?P<d4>\d\d?)(?:st|nd|rd|th|\.)?(?: of)? (?P<m4>{_NAMED_MONTH})\b\.?(?:,? (?P<y4>\d{{4}})(?!\d))?"
    rf"|\b(?P<m5>{_NAMED_MONTH})\b\.?(?: (?P<d5>\d\d?)(?!\d)(?:st|nd|rd|th)?)?(?:(?:,| of)? ?(?P<y5>\d{{4}})(?!\d))?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\d:])(\d\d?)[:.](\d\d)\s*([ap]\.?m\b)?(?=\s|\W|$)|(?<!\d)(\d\d?)\s*([ap]\.?m\b)", re.IGNORECASE
)
_WORD_NUMBER = "|".join(sorted({*WORDS, "hundred", "thousand", "hundert", "tausend"}, key=len, reverse=True))
_SPELLED = re.compile(
    rf"\b(?:(?:a|an|{_WORD_NUMBER})[- ])?(?:(?:{_WORD_NUMBER})(?:[- ]|\b)(?:and "
    rf")?)*(?:{_WORD_NUMBER})\b",
    re.IGNORECASE,
)
_GERMAN_COMPOUND = re.compile(r"\b(ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(\w+zig|dreißig)\b", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"(?<![\d.,])(\d+)(?:st|nd|rd|th)\b|\b({ORDINALS.replace(' ', '|')})\b|第([一二三四五六七八九十]+|\d+)",
    re.IGNORECASE,
)
_HAN_DIGITS = {char: n for n, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN = re.compile(
    r"[零〇一二两三四五六七八九十百千万亿]{2,}|[二两三四五六七八九十百千](?=[个位名人天年月周次公米元岁家座种条台部届场倍])"
)
_PERCENT_HAN = re.compile(r"百分之([零〇一二两三四五六七八九十百]+|\d+(?:\.\d+)?)")
_NUMBER = re.compile(
    rf"(?P<money>[$€£¥]\s?)?(?<![\d.,])(?P<digits>{_DIGITS})(?P<rest>s\b)?"
    r"(?:(?:\s|-)?(?P<magnitude>k|mn|m|bn|mio|mrd|hundred|thousand|tausend|millionen|millions?|billions?"
    r"|trillions?|milliarden?|dozen|百万|千万|万|亿|千|百)(?![^\W\d_]*[a-zäöüß]))?",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\s-]?\s?(%|per cent|°\s?[CF]|km/h|[^\W\d_]+|[€$£¥])")
_BEFORE = re.compile(
    r"(?:(?P<about>about|around|approximately|roughly|nearly|almost|some|circa|ca\.?|etwa|rund|ungefähr|fast|约|大约"
    r"|近|将近)"
    r"|(?P<above>n(?:o|ot) (?:less|fewer) than|more than|over|above|at least|exceed(?:s|ed|ing)?|mehr als|über"
    r"|mindestens|超过|至少|多于)"
    r"|(?P<below>n(?:o|ot) more than|less than|fewer than|under|below|at most|up to|weniger als|unter|höchstens"
    r"|bis zu|不到|少于|至多))"
    r"\s?(?:[$€£¥]\s?)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quantity:
    """A number with what is counted or measured.

    Args:
        values: what the spelling may mean: 1.234 is a decimal in English and a thousand in German.
        kind: a unit, `year`, `ordinal`, `time` or an empty text for a bare number.
        bound: what the words before it make of it.
        start: where it stands in its text.
        shown: as it is written.
    """

    values: frozenset[float]
    kind: str
    bound: Bound
    start: int
    shown: str

    @property
    def key(self) -> str:
        """One word for the number, for comparing texts word by word."""
        return f"#{max(self.values):g}"

    def says(self, other: "Quantity") -> bool:
        """Whether this number of a claim holds, given the number of a source. Nothing is converted or worked out."""
        if {self.bound, other.bound} == {"above", "below"} or not _kinds_agree(self.kind, other.kind):
            return False
        if self.values & other.values:
            return True
        if self.bound != "about":
            return False
        return any(abs(mine - theirs) <= 0.05 * abs(theirs) for mine in self.values for theirs in other.values)


@dataclass(frozen=True)
class Date:
    """A day, month or year as far as it is told; None for what is not."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    shown: str

    @property
    def key(self) -> str:
        """One word for the date, for comparing texts word by word."""
        return f"#{self.year or ''}-{self.month or ''}-{self.day or ''}"

    @property
    def keys(self) -> tuple[str, ...]:
        """A word for each part that is told, so that a part is found in the whole."""
        parts = (self.year and f"#{self.year}", self.month and f"#m{self.month}", self.day and f"#d{self.day}")
        return tuple(part for part in parts if part)

    def says(self, other: "Date") -> bool:
        """Whether this date of a claim holds, given the date of a source."""
        parts = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or mine == theirs for mine, theirs in parts)


def _kinds_agree(mine: str, theirs: str) -> bool:
    return mine == theirs or "" in (mine, theirs) or "year" in (mine, theirs) or {mine, theirs} == {"lb", "£"}


def numbers_in(text: str) -> tuple[list[Quantity], list[Date]]:
    """The numbers and the dates of a text, in order; a year alone is a number."""
    if not _MAY_HOLD.search(text):
        return [], []
    dates = [date for date in map(_date, _DATE.finditer(text)) if date is not None]
    if dates:
        text = _blanked(text, [(date.start, date.start + len(date.shown)) for date in dates])
    found: list[Quantity] = []
    for read in _READERS if not text.isascii() else _ASCII_READERS:
        some = read(text)
        if some:
            found += some
            text = _blanked(text, [(one.start, one.start + len(one.shown)) for one in some])
    return sorted(found, key=lambda one: one.start), dates


_MAY_HOLD = re.compile(
    rf"\d|[零〇一二两三四五六七八九十百千]|\b(?:{_WORD_NUMBER}|{ORDINALS.replace(' ', '|')}|{_NAMED_MONTH})|und\w+zig",
    re.IGNORECASE,
)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with nothing readable in the spans, which are in order and apart; places stay."""
    parts, at = list[str](), 0
    for start, end in spans:
        parts += [text[at:start], "\x00" * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _date(match: re.Match[str]) -> Date | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    parts: dict[str, int] = {name[0]: MONTHS.get(value.lower()) or int(value) for name, value in groups.items()}
    year, month, day = parts.get("y"), parts.get("m"), parts.get("d")
    if (month and month > 12) or (day and day > 31):
        return None
    named = match["m5"]
    # "may" and "march" are months only where they are written as names.
    if named and year is None and day is None and (not named[0].isupper() or named.lower() in ("may", "mar", "jan")):
        return None
    return Date(year, month, day, match.start(), match[0])


def _percents(text: str) -> list[Quantity]:
    return [
        Quantity(frozenset({_han_value(one[1])}), "%", _bound(text, one.start()), one.start(), one[0])
        for one in _PERCENT_HAN.finditer(text)
    ]


def _times(text: str) -> list[Quantity]:
    found = []
    for one in _TIME.finditer(text):
        hour, minute, half = int(one[1] or one[4]), int(one[2] or 0), (one[3] or one[5] or "").lower()
        if hour > 24 or minute > 59 or (":" not in one[0] and not half):
            continue
        hour = hour % 12 + 12 if half.startswith("p") else hour % 12 if half else hour
        found.append(Quantity(frozenset({hour * 60.0 + minute}), "time", "", one.start(), one[0]))
    return found


def _ordinals(text: str) -> list[Quantity]:
    found = []
    for one in _ORDINAL.finditer(text):
        if one[2] and one[2].lower() in ("second", "first"):
            continue  # a unit of time, or a word about order, more often than a count
        value = int(one[1]) if one[1] else ORDINALS.split().index(one[2].lower()) + 1 if one[2] else _han_value(one[3])
        found.append(Quantity(frozenset({float(value)}), "ordinal", "", one.start(), one[0]))
    return found


def _digits(text: str) -> list[Quantity]:
    found = []
    for one in _NUMBER.finditer(text):
        if one.start("digits") and (
            text[one.start("digits") - 1].isalpha() and not _is_unspaced(text[one.start("digits") - 1])
        ):
            continue  # a part of a name: B12
        if (
            one["magnitude"] is None
            and one["rest"] is None
            and re.match(r"[A-Za-z](?!\w)|-?[A-Z]\d", text[one.end() :])
        ):
            follows = text[one.end() :][:1]
            if follows.isupper():
                continue  # 4K, 3D
        factor = MAGNITUDES[one["magnitude"].lower()] if one["magnitude"] else 1.0
        unit, end = _unit_after(text, one.end())
        metres = one["magnitude"] in ("m",) and not one["money"] and unit == ""
        if metres:
            factor, unit = 1.0, "m"
        values = frozenset(round(value * factor, 6) for value in _readings(one["digits"]))
        kind = UNITS[one["money"].strip()] if one["money"] else unit
        if kind == "" and not one["magnitude"] and re.fullmatch(r"1[0-9]{3}|20[0-9]{2}", one["digits"]):
            kind = "year"
        found.append(Quantity(values, kind, _bound(text, one.start()), one.start(), text[one.start() : end]))
    return found


def _is_unspaced(char: str) -> bool:
    return char > "\u2e80"


def _readings(digits: str) -> set[float]:
    """What digits with separators may mean.

    >>> sorted(_readings("1.234"))
    [1.234, 1234.0]
    """
    plain = re.sub(r"[\u00a0\u202f' ]", "", digits)
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        return {float(plain)}
    if len(set(marks)) == 2:
        decimal = marks[-1]
        return {float(plain.replace("." if decimal == "," else ",", "").replace(decimal, "."))}
    whole = float(plain.replace(marks[0], ""))
    if len(marks) > 1:
        return {whole}
    part = float(plain.replace(marks[0], "."))
    if len(plain.rpartition(marks[0])[2]) != 3 or plain.startswith("0"):
        return {part}
    return {whole} if marks[0] == "," else {part, whole}


def _unit_after(text: str, at: int) -> tuple[str, int]:
    after = _AFTER.match(text, at)
    if after is None:
        return "", at
    word = after[1].lower().replace("per cent", "percent").replace("° ", "°")
    if word in UNITS:
        return UNITS[word], after.end()
    if _is_unspaced(word[0]):
        for length in (3, 2, 1):
            if word[:length] in UNITS:
                return UNITS[word[:length]], after.start(1) + length
    return "", at


def _bound(text: str, start: int) -> Bound:
    before = _BEFORE.search(text[max(0, start - 16) : start])
    if before is None:
        return ""
    return "about" if before["about"] else "above" if before["above"] else "below"


def _compounds(text: str) -> list[Quantity]:
    """German numbers below a hundred that are written as one word."""
    found = []
    for one in _GERMAN_COMPOUND.finditer(text):
        tens = WORDS.get(one[2].lower())
        if tens is not None:
            value = tens + (1 if one[1].lower() == "ein" else WORDS[one[1].lower()])
            unit, end = _unit_after(text, one.end())
            found.append(Quantity(frozenset({value}), unit, "", one.start(), text[one.start() : end]))
    return found


def _spelled(text: str) -> list[Quantity]:
    found = []
    for one in _SPELLED.finditer(text):
        words = re.findall(r"[^\W\d_]+", one[0].lower())
        value = spelled_value(tuple(words))
        end = one.end()
        magnitude = re.match(r"[ -](millionen|million|billion|trillion|milliarden?|dozen)\b", text[end:], re.IGNORECASE)
        if magnitude:
            value, end = value * MAGNITUDES[magnitude[1].lower()], end + magnitude.end()
        if value in (0, 1):
            continue  # "one" is a pronoun more often than a count
        unit, end = _unit_after(text, end)
        found.append(
            Quantity(frozenset({value}), unit, _bound(text, one.start()), one.start(), text[one.start() : end])
        )
    return found


@cache
def spelled_value(words: tuple[str, ...]) -> float:
    """The number that English or German words spell.

    >>> spelled_value(("two", "hundred", "and", "five")), spelled_value(("twenty", "one"))
    (205.0, 21.0)
    """
    total = current = 0.0
    for word in words:
        if word in ("a", "an"):
            current = 1.0
        elif word in ("hundred", "hundert"):
            current = (current or 1.0) * 100
        elif word in ("thousand", "tausend"):
            total, current = total + (current or 1.0) * 1000, 0.0
        else:
            current += WORDS.get(word, 0.0)
    return total + current


def _han(text: str) -> list[Quantity]:
    found = []
    for one in _HAN.finditer(text):
        unit, end = _unit_after(text, one.end())
        if one[0] in ("一一", "万一", "千万", "百万") or one[0].startswith(("万", "亿")):
            continue
        quantity = Quantity(
            frozenset({_han_value(one[0])}), unit, _bound(text, one.start()), one.start(), text[one.start() : end]
        )
        found.append(quantity)
    return found


@cache
def _han_value(text: str) -> float:
    """The number that Chinese numerals spell, or digits.

    >>> _han_value("三百二十"), _han_value("一九九八")
    (320.0, 1998.0)
    """
    if text[0].isascii():
        return float(text)
    if all(char in _HAN_DIGITS for char in text):
        return float("".join(str(_HAN_DIGITS[char]) for char in text))
    total = section = digit = 0.0
    for char in text:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        elif char in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            total = (total + section + digit) * (1e4 if char == "万" else 1e8)
            section = digit = 0
    return total + section + digit


def as_year(quantity: Quantity, date: Date) -> bool:
    """Whether a bare number of a claim is the year of a date in its source, or the other way round."""
    return quantity.kind in ("year", "") and date.year is not None and float(date.year) in quantity.values


def year_of(date: Date) -> Quantity | None:
    """The year of a date that says no more, as a number."""
    if date.year is None or date.month or date.day:
        return None
    return Quantity(frozenset({float(date.year)}), "year", "", date.start, date.shown)


_ASCII_READERS = (_times, _ordinals, _digits, _compounds, _spelled)
_READERS = (_percents, *_ASCII_READERS, _han)
"""What reads numbers, one after the other, each from what the others have left."""

__all__ = ["DIMENSIONS", "Date", "Quantity", "as_year", "numbers_in", "replace", "year_of"]
