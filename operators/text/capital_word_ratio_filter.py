"""Keep texts that are not written in capitals."""

import polars as pl
from pydantic import Field

from ..core import Example, Range
from ._words import WordShareFilter

_CAPITALS = {letters: rf"^(?:[^\p{{Lowercase}}]*\p{{Lu}}){{{letters}}}[^\p{{Lowercase}}]*$" for letters in (1, 2)}
"""Words in capitals, by the fewest capital letters they have."""


class CapitalWordRatioFilter(WordShareFilter):
    """Keep rows in whose text at most some share of the words are in capitals.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the share of words with two
    capital letters or more and no lower-case one, 0 to 1, so "I", "A" and "4K" do not count; 0 for a text without
    words; with `single_letters` one capital letter is enough. Scripts without upper and lower case have none.
    """

    name = "capital_word_ratio_filter"
    order_hints = ("reads_words",)
    limits = ("max_ratio",)
    phrases = (
        "drop texts written in all caps",
        "remove documents with too many capitalised words",
        "at most 20 % words in capitals",
        "no shouting in upper case",
        "uppercase word ratio of at most 0.3",
        "capital word ratio",
        "discard rows that are mostly capital letters",
    )

    max_ratio: float | None = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Largest share of words in capitals, 0 to 1, inclusive; null for no limit.",
    )
    single_letters: bool = Field(
        default=False, description="Count words with a single capital letter too, such as I, A and 4K."
    )

    def counted(self) -> pl.Expr:
        return pl.element().str.contains(_CAPITALS[1 if self.single_letters else 2])

    def keep(self) -> Range:
        return Range(None, self.max_ratio)

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["I said: A USB cable is all I need", "BUY NOW, the best OFFER"], kept=[0])
