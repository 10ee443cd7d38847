"""Keep texts whose words are mostly made of letters."""

import polars as pl
from pydantic import Field

from ..core import Example, Range
from ._words import WordShareFilter


class AlphaWordRatioFilter(WordShareFilter):
    """Keep rows in whose text more than some share of the words hold a letter.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the share of words with at least
    one letter of any script, 0 to 1; 0 for a text without words. A Unicode word without a letter is a number; with
    `words` set to whitespace, runs of symbols such as "---" or "=>" are words without a letter too.

    Source: the alphabetic rule of Gopher, Rae et al. 2021, table A1, where the limit is 0.8.
    """

    name = "alpha_word_ratio_filter"
    order_hints = ("reads_words",)
    limits = ("min_ratio",)
    phrases = (
        "drop texts that are mostly numbers",
        "most words must contain a letter",
        "at least 80 % of the words are alphabetic",
        "remove tables of digits",
        "alphabetic word ratio of at least 0.7",
        "discard documents full of numbers instead of words",
        "alpha word ratio",
    )

    min_ratio: float | None = Field(
        default=0.8,
        ge=0,
        le=1,
        description="Share of words with a letter to exceed, 0 to 1, exclusive; null: no limit.",
    )

    def counted(self) -> pl.Expr:
        return pl.element().str.contains(r"\p{L}")

    def keep(self) -> Range:
        return Range(self.min_ratio, None, closed="none")

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["all of these are words", "12 34 56 total", "слова на русском"], kept=[0, 2])
