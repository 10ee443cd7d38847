"""Write characters, dates and amounts of money in one form."""

import re
from collections.abc import Callable
from datetime import date
from typing import Literal

import polars as pl
from pydantic import Field, field_validator

from ..core import Example, Refiner

Format = Literal["unicode", "dates", "currency"]
FORMATS: tuple[Format, ...] = ("unicode", "dates", "currency")

_MONTH_NAMES = "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sep(?:t(?:ember)?)? "
_MONTH_NAMES += "oct(?:ober)? nov(?:ember)? dec(?:ember)?"
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)}
_MONTH = rf"(?:{'|'.join(_MONTH_NAMES.split())})"
_YEAR, _DAY = "[12][0-9]{3}", "[0-9]{1,2}"
_DATE = re.compile(
    r"(?<![\w./\\:=+–-])(?:"
    rf"(?P<y1>{_YEAR})(?P<s1>[/-])(?P<m1>{_DAY})(?P=s1)(?P<d1>{_DAY})"
    rf"|(?P<a>{_DAY})(?P<s2>[/.-])(?P<b>{_DAY})(?P=s2)(?P<y2>{_YEAR})"
    rf"|(?P<n3>{_MONTH})\.?[ ](?P<d3>{_DAY})(?:st|nd|rd|th)?,?[ ](?P<y3>{_YEAR})"
    rf"|(?P<d4>{_DAY})(?:st|nd|rd|th)?[ ](?:of[ ])?(?P<n4>{_MONTH})\.?,?[ ](?P<y4>{_YEAR})"
    r")(?![\w/\\=+–-]|[.:][0-9])"
    rf"|(?<![0-9])(?P<y5>{_YEAR})年[ ]?(?P<m5>{_DAY})月[ ]?(?P<d5>{_DAY})日",
    re.IGNORECASE,
)
_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₫": "VND", "฿": "THB"}
_SYMBOLS |= {"₴": "UAH", "₦": "NGN", "₱": "PHP"}
_DOLLARS = {"US": "USD", "A": "AUD", "AU": "AUD", "C": "CAD", "CA": "CAD", "HK": "HKD", "NZ": "NZD", "S": "SGD"}
_DOLLARS |= {"NT": "TWD", "R": "BRL"}
_SYMBOL = f"[{''.join(_SYMBOLS)}]"
_AMOUNT = r"[0-9]++(?:[.,][0-9]++)*+(?:[ \u00a0]?(?:thousand|million|billion|trillion)\b|(?:[kKmMB]|bn|mn)\b)?"
_COMBINING = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_END = rf"(?![\w$%{{({_COMBINING}]|[.,][0-9])"
# A dollar sign before a letter or another sign later in the line is the end of a formula, as in $2 < x$.
_MONEY = re.compile(
    rf"(?<![\w$\\{''.join(_SYMBOLS)}])(?:(?P<land>{'|'.join(_DOLLARS)})\$(?P<abroad>{_AMOUNT})"
    rf"|\$(?P<dollars>{_AMOUNT})(?![^\n$]*\$(?![0-9]))"
    rf"|(?P<before>{_SYMBOL})[ \u00a0]?(?P<first>{_AMOUNT})){_END}"
    rf"|(?<![\w.,$])(?P<last>{_AMOUNT})[ \u00a0\u202f]?(?P<after>{_SYMBOL})(?![\w{_COMBINING}]|\s?[0-9])"
)
# In Rust's syntax, for a whole column: could there be one?
_DATE_HINT = (
    rf"[12][0-9]{{3}}[/年]|[12][0-9]{{3}}-[0-9]-|[12][0-9]{{3}}-[0-9]{{2}}-[0-9](?:[^0-9]|$)|[-/.]{_DAY}[-/.][12][0-9]{{3}}"
    rf"|(?i:{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?,? [12][0-9]{{3}})"
    rf"|(?i:[0-9](?:st|nd|rd|th)? (?:of )?{_MONTH}\.?,? [12][0-9]{{3}})"
)
_MONEY_HINT = rf"\$[0-9]|{_SYMBOL}"


class NormalizeTextFormats(Refiner):
    """Write characters in Unicode's normal form, dates as 2021-04-03 and amounts as 5.99 USD.

    Rewrites the text; rows without one fall under `on_null`. Doing it twice changes nothing more.

    Characters: NFC composes letters with their marks; NFKC also turns full-width letters, ligatures and the like into
    plain ones.

    Dates that exist and have a year of four digits become year-month-day: 2021/4/3, 2021年4月3日, April 3, 2021, 3rd of
    April 2021 (English months), 3.4.2021, 25/4/2021. What can be read in two ways, such as 3/4/2021, stays unless
    `date_order` says which number comes first; with points the day does. Versions, paths and ranges stay.

    Money: $5.99, €5, 5 € and US$5 million become 5.99 USD, 5 EUR, 5 EUR and 5 million USD. The number stays as it is
    written. A bare $ means `dollar`; ¥, which is two currencies, stays, and so do formulas between dollar signs.
    """

    name = "normalize_text_formats"
    phrases = (
        "normalise Unicode to NFC",
        "unicode normalization",
        "convert dates to ISO format",
        "write all dates as year-month-day",
        "standardise date formats, day first",
        "normalise currency amounts such as $5",
        "bring dates and prices into one format",
        "compose accented characters",
        "replace currency symbols by codes",
    )

    formats: tuple[Format, ...] = Field(default=FORMATS, description="What to normalise: unicode, dates, currency.")
    unicode_form: Literal["NFC", "NFKC"] = Field(default="NFC", description="Unicode normal form of the characters.")
    date_order: Literal["unknown", "dmy", "mdy"] = Field(
        default="unknown", description="What comes first in 3/4/2021: the day (dmy) or the month (mdy)."
    )
    dollar: str = Field(default="USD", pattern="^[A-Z]{3}$", description="Code of the currency that a bare $ means.")

    @field_validator("formats")
    @classmethod
    def _some(cls, formats: tuple[Format, ...]) -> tuple[Format, ...]:
        if not formats:
            raise ValueError(f"name at least one format to normalise: {', '.join(FORMATS)}")
        return tuple(one for one in FORMATS if one in formats)

    def refine(self, text: str) -> str:
        return str(self.refine_all(pl.Series([text]))[0])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        if "unicode" in self.formats:
            texts = texts.str.normalize(self.unicode_form)
        if "dates" in self.formats:
            texts = _where(texts, _DATE_HINT, lambda text: _DATE.sub(self._date, text))
        if "currency" in self.formats:
            texts = _where(texts, _MONEY_HINT, lambda text: _MONEY.sub(self._money, text))
        return texts

    def _date(self, found: re.Match[str]) -> str:
        if found["a"]:
            return self._ordered(found) or found[0]
        year, month, day = next(parts for parts in (_parts(found, form) for form in "1345") if parts[0])
        return _iso(year, month, day) or found[0]

    def _ordered(self, found: re.Match[str]) -> str | None:
        day_first = _iso(found["y2"], found["b"], found["a"])
        month_first = _iso(found["y2"], found["a"], found["b"])
        if day_first and month_first and day_first != month_first:
            order = "dmy" if self.date_order == "unknown" and found["s2"] == "." else self.date_order
            return {"dmy": day_first, "mdy": month_first, "unknown": None}[order]
        return day_first or month_first

    def _money(self, found: re.Match[str]) -> str:
        if found["dollars"]:
            return f"{found['dollars']} {self.dollar}"
        if found["land"]:
            return f"{found['abroad']} {_DOLLARS[found['land']]}"
        return f"{found['first'] or found['last']} {_SYMBOLS[found['before'] or found['after']]}"

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"date_order": "mdy"},
            rows=["Cafe\u0301, March 3rd, 2021 and 3/4/2021: $5.99", "v1.2.34 of /2021/3/4/x"],
            out=["Caf\u00e9, 2021-03-03 and 2021-03-04: 5.99 USD", "v1.2.34 of /2021/3/4/x"],
        )


def _where(texts: pl.Series, hint: str, rewrite: Callable[[str], str]) -> pl.Series:
    """The texts, rewritten where the hint, in Rust's syntax, is found."""
    pairs = zip(texts, texts.str.contains(hint), strict=True)
    return pl.Series([rewrite(text) if found else text for text, found in pairs], dtype=pl.String)


def _parts(found: re.Match[str], form: str) -> tuple[str, str, str]:
    """Year, month and day as written in one of the forms; empty where the date has another."""
    groups = found.groupdict(default="")
    month = groups.get(f"m{form}") or str(_MONTHS.get(groups.get(f"n{form}", "")[:3].lower(), ""))
    return groups[f"y{form}"], month, groups[f"d{form}"]


def _iso(year: str, month: str, day: str) -> str | None:
    """The date as ISO 8601 writes it, None when there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
