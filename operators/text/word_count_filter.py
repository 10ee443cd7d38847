"""Keep texts with a number of words in a range."""

from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ._words import word_counts


class WordCountFilter(RowFilter):
    """Keep rows whose text has between so many and so many words.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of words: by Unicode
    letters, digits and marks (one per character in scripts written without spaces), or runs without white space. An
    empty text has 0 words.
    """

    name = "word_count_filter"
    order_hints = ("reads_words",)
    limits = ("min_words", "max_words")
    phrases = (
        "keep texts with at least 50 words",
        "drop documents shorter than 20 words",
        "at most 1000 words",
        "remove short texts",
        "no more than 500 words long",
        "minimum word count",
        "keep documents between 100 and 5000 words",
        "filter by number of words",
        "discard overly long texts",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    min_words: int | None = Field(default=20, ge=0, description="Fewest words kept, inclusive; null for no limit.")
    max_words: int | None = Field(default=None, ge=0, description="Most words kept, inclusive; null for no limit.")
    words: Literal["unicode", "whitespace"] = Field(
        default="unicode", description="What a word is: a Unicode word, or a run without white space."
    )

    @model_validator(mode="after")
    def _some_count_fits(self) -> Self:
        if self.min_words is not None and self.max_words is not None and self.min_words > self.max_words:
            raise ValueError(
                f"no text has at least {self.min_words} and at most {self.max_words} words; swap the limits"
            )
        return self

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        return {self.metric_name(): word_counts(batch, self.column, self.words).cast(pl.Float64)}

    def keep(self) -> Range:
        return Range(self.min_words, self.max_words)

    @classmethod
    def example(cls) -> Example:
        return Example(options={"min_words": 3}, rows=["three words here", "two words"], kept=[0])
