"""Reads days, months and years in conditions: "before 2024-03-10", "from March 2025 onwards", "in 2025"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from ...operators.core.expression import Column, Compare, Condition, TextTest, Value
from ...tools.profile import ColumnProfile, Profile
from .columns import column_at, words_of
from .conditions import joined, within
from .directions import Interval, Sign
from .quantities import UNITS
from .row_nouns import is_row_noun
from .tokens import Token

Found = tuple[Condition, int]
"""A condition and where it ends."""

_ISO: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_MONTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
                "september sept sep", "october oct", "november nov", "december dec",
            ),
            1,
        )
        for name in names.split()
    }
)  # fmt: skip
_YEAR_NAMES: Final = frozenset("year date published released posted created opened".split())
_LEADS: Final[Mapping[Sign, str]] = MappingProxyType(
    {
        "<": "before|prior to|earlier than|older than|pre|<|less than",
        "<=": "until|till|up to|up until|through|no later than|not later than|not after|at the latest|by|on or before|"
        "before or on|<=|at most",
        ">": "after|later than|newer than|younger than|more recent than|past|post|>|more than",
        ">=": "since|starting|starting from|starting in|starting with|as of|on or after|after or on|not before|"
        "no earlier than|not earlier than|at the earliest|>=|at least|beginning|from",
        "=": "in|on|during|within|of|dated|=|is",
    }
)
_BEHIND: Final[Mapping[Sign, str]] = MappingProxyType(
    {
        ">=": "onward|onwards|on|or later|or newer|or after|and later|and after|and newer|or younger|and onwards|"
        "at the earliest",
        "<=": "or earlier|or before|or older|and earlier|and before|and older|at the latest",
    }
)
_LINKS: Final = frozenset("is are was were be been has have had must should with a an the date dated day not".split())
_DATING: Final = frozenset(
    "published released posted created opened written sent dated made received added submitted filed recorded issued "
    "printed uploaded taken collected arrived came happened appeared out".split()
)
_NUMBERED: Final = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_ORDINAL: Final = frozenset("st nd rd th of ,".split())
_ARTICLES: Final = frozenset("the year month of day date".split())


@dataclass(frozen=True)
class Period:
    """A day, a month or a year; `after` is the day that follows it."""

    first: date
    after: date

    def texts(self, *, full: bool) -> tuple[str, str]:
        """Its first day and the one after, no longer than they need be unless `full`: "2025", "2026"."""
        if full or (self.after - self.first).days == 1:
            return self.first.isoformat(), self.after.isoformat()
        size = 4 if self.first.replace(year=self.first.year + 1) == self.after else 7
        return self.first.isoformat()[:size], self.after.isoformat()[:size]


def dated_at(tokens: Sequence[Token], at: int, profile: Profile) -> Found | None:
    """Reads a condition on a column of dates or years; without its name it must be the only one."""
    named, begin = _named(tokens, at, profile), at
    if named is not None:
        begin = named[1]
        while begin < len(tokens) and tokens[begin].low in _LINKS and period_at(tokens, begin + 1) is None:
            begin += 1
    spanned = _between(tokens, begin)
    lead = _led(tokens, begin) if spanned is None else None
    if lead is None and named is not None and tokens[begin - 1].low in ("on", "in", "at"):  # "crawled on 8 March 2025"
        lead = begin, "="
    if spanned is not None:
        first, last, end = spanned
    elif lead is not None:
        found = period_at(tokens, lead[0]) or _of_the_year(tokens, lead[0], profile)
        if found is None or _counts(tokens, *found):
            return None
        (first, end), sign = found, lead[1]
        last = first
        behind = _followed(tokens, end)
        if behind is not None:
            end, sign = behind
        elif tokens[lead[0] - 1].low == "from":
            sign = "="
    else:
        return None
    column = _counting_before(tokens, at, profile) if named is None else None
    column = column or _column(profile, named)
    if column is None:
        return None
    if spanned is not None:
        return joined("and", [_compared(column, ">=", first), _compared(column, "<=", last)]), end
    return _compared(column, sign, first), end


def _counting_before(tokens: Sequence[Token], at: int, profile: Profile) -> ColumnProfile | None:
    """The column of years as numbers that is named right before: `made` in "things made before 1800"."""
    found = column_at(tokens, at - 1, profile) if at else None
    column = None if found is None or found[1] != at else profile.column(found[0])
    return column if column is not None and column.dtype == "integer" else None


def _named(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[str, int] | None:
    """The column that is named here, by its name or a word of it, and the verb that tells of a date without one."""
    named = column_at(tokens, at, profile)
    if named is not None:
        return named
    low = tokens[at].low
    parts = [one.name for one in profile.columns if low in words_of(one.name) and _is_dated(one)]
    if len(parts) == 1 and tokens[at].is_word:
        return parts[0], at + 1
    only = _only(profile) if low in _DATING else None
    end = at + 1
    while end < len(tokens) and tokens[end].low in _DATING:  # "came out"
        end += 1
    return None if only is None else (only.name, end)


def of_year(profile: Profile, sign: Sign, year: float) -> Condition | None:
    """A condition on the year, over the one column of years or dates."""
    column = _only(profile)
    if column is None or year != int(year) or not _YEAR.fullmatch(str(int(year))):
        return None
    return _compared(column, sign, Period(date(int(year), 1, 1), date(int(year) + 1, 1, 1)))


def period_at(tokens: Sequence[Token], at: int) -> tuple[Period, int] | None:
    """The day, month or year that is named at a position, and where it ends."""
    while at < len(tokens) and tokens[at].low in _ARTICLES:
        at += 1
    if at >= len(tokens):
        return None
    token = tokens[at]
    low = token.text if token.kind == "quoted" else token.low
    iso = _ISO.fullmatch(low)
    if iso is not None:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3] or 0)
        return _period(year, month, day, at + 1)
    if _YEAR.fullmatch(low):
        return _period(int(low), 0, 0, at + 1)
    return _part_of_year(tokens, at) or _in_words(tokens, at)


def _part_of_year(tokens: Sequence[Token], at: int) -> tuple[Period, int] | None:
    """Reads "Q1 2025", "the second quarter of 2024", "the first half of 2025"."""
    months, number, here = 0, 0, at
    low = tokens[at].low
    if low in ("q1", "q2", "q3", "q4"):
        months, number, here = 3, int(low[1]), at + 1
    elif low in _NUMBERED and at + 1 < len(tokens) and tokens[at + 1].low in ("half", "quarter"):
        months = 6 if tokens[at + 1].low == "half" else 3
        number, here = _NUMBERED[low], at + 2
    while here < len(tokens) and tokens[here].low in ("of", "the", "year", "in"):
        here += 1
    if not number or number * months > 12 or here >= len(tokens) or not _YEAR.fullmatch(tokens[here].low):
        return None
    year, last = int(tokens[here].low), number * months
    first = date(year, last - months + 1, 1)
    return Period(first, date(year + (last == 12), last % 12 + 1, 1)), here + 1


def in_months(tokens: Sequence[Token], at: int, profile: Profile) -> Found | None:
    """Reads "in March", "shipped in March or April" over a column of dates as texts, whatever the year."""
    named = _named(tokens, at, profile)
    begin = at if named is None else named[1]
    while begin < len(tokens) and tokens[begin].low in _LINKS:
        begin += 1
    column = _column(profile, named)
    if begin >= len(tokens) or tokens[begin].low not in ("in", "during", "from", "of") or column is None:
        return None
    months, here = list[int](), begin + 1
    while here < len(tokens) and (month := _MONTHS.get(tokens[here].low)) is not None:
        months.append(month)
        end = here = here + 1
        while here < len(tokens) and tokens[here].low in ("or", "and", ",", "/", "&", "in"):
            here += 1
    if not months or column.dtype != "text" or (end < len(tokens) and _may_go_on(tokens[end].low)):
        return None
    listed = "|".join(f"{month:02}" for month in months)
    return TextTest(Column(column.name), "matches", Value("text", f"^[0-9]{{4}}-(?:{listed})")), end


def _may_go_on(low: str) -> bool:
    """Whether what follows a month makes it part of a longer date: "March 2025", "March 5", "from June on"."""
    return low[:1].isdecimal() or low in ("to", "until", "till", "through", "-", "–", "on", "onward", "onwards", "of")


def _year_of(profile: Profile) -> int | None:
    """The one year in which all dates lie that the profile shows; None where they lie in several."""
    column = _only(profile)
    years = {value[:4] for value in column.examples} if column is not None and _is_dated(column) else set()
    return int(years.pop()) if len(years) == 1 else None


def _in_words(tokens: Sequence[Token], at: int) -> tuple[Period, int] | None:
    """Reads "March 2025", "10 March 2025", "March 10, 2025"."""
    day, here = _day(tokens, at), at
    if day:
        here = at + 1
        while here < len(tokens) and tokens[here].low in _ORDINAL:
            here += 1
    month = _MONTHS.get(tokens[here].low) if here < len(tokens) else None
    if month is None:
        return None
    here += 1
    if not day and here + 1 < len(tokens) and (behind := _day(tokens, here)):
        after = here + 1
        while after < len(tokens) and tokens[after].low in _ORDINAL:
            after += 1
        if after < len(tokens) and _YEAR.fullmatch(tokens[after].low):
            return _period(int(tokens[after].low), month, behind, after + 1)
    here += here < len(tokens) and tokens[here].low == "of"
    if here < len(tokens) and _YEAR.fullmatch(tokens[here].low):
        return _period(int(tokens[here].low), month, day, here + 1)
    return None


def _day(tokens: Sequence[Token], at: int) -> int:
    low = tokens[at].low
    return int(low) if len(low) < 3 and low.isdecimal() and 1 <= int(low) <= 31 else 0


def _period(year: int, month: int, day: int, end: int) -> tuple[Period, int] | None:
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    following = date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
    after = first + timedelta(days=1) if day else following
    return Period(first, after), end


def _between(tokens: Sequence[Token], at: int) -> tuple[Period, Period, int] | None:
    """Reads "between A and B", "from A to B", both days included."""
    if at >= len(tokens):
        return None
    led = tokens[at].low in ("between", "from")
    first = period_at(tokens, at + led) or _month_of_the_year_behind(tokens, at + led)
    if first is None or first[1] >= len(tokens) or not (led or tokens[at].kind in ("date", "number")):
        return None
    link = tokens[first[1]].low
    if link not in (("and",) if tokens[at].low == "between" else ("to", "until", "till", "through", "–", "-")):
        return None
    last = period_at(tokens, first[1] + 1)
    # Two bare numbers, as in "1900 to 2000 words", are no years.
    if last is None or _counts(tokens, *last) or (not led and tokens[at].kind == "number"):
        return None
    return first[0], last[0], last[1]


def _of_the_year(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[Period, int] | None:
    """Reads "May", "5 May" where all dates lie in one year."""
    year = _year_of(profile)
    here = at + (at < len(tokens) and bool(_day(tokens, at)))
    here += here < len(tokens) and tokens[here].low in _ORDINAL
    month = _MONTHS.get(tokens[here].low) if here < len(tokens) else None
    if year is None or month is None:
        return None
    return _period(year, month, _day(tokens, at) if here > at else 0, here + 1)


def _month_of_the_year_behind(tokens: Sequence[Token], at: int) -> tuple[Period, int] | None:
    """Reads "January" in "between January and June 2024", "1 March" in "between 1 March and 31 May 2024"."""
    for end, behind in _years_behind(tokens, at):
        here = [token.low for token in tokens[at:end] if token.low not in _ORDINAL]
        months = [word for word in here if word in _MONTHS]
        days = [int(word) for word in here if word.isdecimal() and len(word) < 3]
        if len(months) == 1 and len(here) == 1 + len(days) and len(days) < 2:
            return _period(behind.first.year, _MONTHS[months[0]], (days or [0])[0], end)
    return None


def _years_behind(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Period]]:
    """Where "and" or "to" stands soon behind a position, and the period of a known year that follows it."""
    for end in range(at + 1, min(at + 5, len(tokens) - 1)):
        behind = (
            period_at(tokens, end + 1)
            if tokens[end].low in ("and", "to", "until", "till", "through", "-", "–")
            else None
        )
        if behind is not None:
            yield end, behind[0]


def _led(tokens: Sequence[Token], at: int) -> tuple[int, Sign] | None:
    """Where a preposition of time ends, and what it means."""
    return next((found for words, sign in _leads() if (found := _said(tokens, at, words, sign))), None)


def _followed(tokens: Sequence[Token], at: int) -> tuple[int, Sign] | None:
    """The same for words behind a date, such as "or later"."""
    return next((found for words, sign in _behind() if (found := _said(tokens, at, words, sign))), None)


def _said(tokens: Sequence[Token], at: int, words: tuple[str, ...], sign: Sign) -> tuple[int, Sign] | None:
    first = at < len(tokens) and tokens[at].low == words[0]
    return (at + len(words), sign) if first and _lows(tokens, at, len(words)) == words else None


@cache
def _leads() -> Sequence[tuple[tuple[str, ...], Sign]]:
    return _longest_first(_LEADS)


@cache
def _behind() -> Sequence[tuple[tuple[str, ...], Sign]]:
    return _longest_first(_BEHIND)


def _longest_first(table: Mapping[Sign, str]) -> Sequence[tuple[tuple[str, ...], Sign]]:
    said = [(tuple(words.split()), sign) for sign, several in table.items() for words in several.split("|")]
    return sorted(said, key=lambda one: -len(one[0]))


def _lows(tokens: Sequence[Token], at: int, size: int) -> tuple[str, ...]:
    return tuple(token.low for token in tokens[at : at + size])


def _counts(tokens: Sequence[Token], period: Period, end: int) -> bool:
    """Whether what looks like a year counts things: "in 2000 words", "over 2000 views"."""
    year = (period.after - period.first).days > 360
    if not year or end >= len(tokens) or not tokens[end].is_word:
        return False
    return tokens[end].low in UNITS or (is_row_noun(tokens, end) and tokens[end - 1].kind == "number")


def _column(profile: Profile, named: tuple[str, int] | None) -> ColumnProfile | None:
    if named is not None:
        column = profile.column(named[0])
        return column if _is_dated(column) or _holds_years(column) else None
    return _only(profile)


def _only(profile: Profile) -> ColumnProfile | None:
    """The one column of years, else the one of dates."""
    for fits in (_holds_years, _is_dated):
        found = [column for column in profile.columns if fits(column)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _is_dated(column: ColumnProfile) -> bool:
    return column.dtype == "time" or (
        column.dtype == "text" and bool(column.examples) and all(map(_ISO.match, column.examples))
    )


def _holds_years(column: ColumnProfile) -> bool:
    return column.dtype in ("integer", "number") and bool({*words_of(column.name)} & _YEAR_NAMES)


def _compared(column: ColumnProfile, sign: Sign, period: Period) -> Condition:
    name = Column(column.name)
    if column.dtype in ("integer", "number"):
        return within(name, Interval.of(sign, period.first.year))
    first, after = period.texts(full=column.dtype == "time")
    bounds: dict[Sign, tuple[Condition, ...]] = {
        "<": (Compare(name, "<", Value("text", first)),),
        "<=": (Compare(name, "<", Value("text", after)),),
        ">=": (Compare(name, ">=", Value("text", first)),),
        ">": (Compare(name, ">=", Value("text", after)),),
    }
    return joined("and", list(bounds[sign] if sign in bounds else (*bounds[">="], *bounds["<="])))
