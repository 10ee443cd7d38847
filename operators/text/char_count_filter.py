"""Keep texts with a number of characters in a range."""

from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ..core.textcolumn import count_white_space


class CharCountFilter(RowFilter):
    """Keep rows whose text has between so many and so many characters.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of characters, which
    are Unicode code points, without white space; with `count_white_space` all of them. An empty text has 0 characters.
    """

    name = "char_count_filter"
    order_hints = ("reads_words",)
    limits = ("min_chars", "max_chars")
    phrases = (
        "keep texts with at least 100 characters",
        "drop documents shorter than 200 characters",
        "at most 10000 characters",
        "filter by number of characters",
        "minimum character count",
        "limit the length in characters",
        "no text over 5000 chars",
        "remove rows with fewer than 50 letters",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    min_chars: int | None = Field(
        default=100, ge=0, description="Fewest characters kept, inclusive; null for no limit."
    )
    max_chars: int | None = Field(default=None, ge=0, description="Most characters kept, inclusive; null for no limit.")
    count_white_space: bool = Field(default=False, description="Count white space too, as the length of the text does.")

    @model_validator(mode="after")
    def _some_count_fits(self) -> Self:
        if self.min_chars is not None and self.max_chars is not None and self.min_chars > self.max_chars:
            raise ValueError(
                f"no text has at least {self.min_chars} and at most {self.max_chars} characters; swap the limits"
            )
        return self

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        counts = texts.str.len_chars().cast(pl.Int64)
        if not self.count_white_space:
            counts -= batch.derived(self.column, "white space", count_white_space)
        return {self.metric_name(): counts}

    def keep(self) -> Range:
        return Range(self.min_chars, self.max_chars)

    @classmethod
    def example(cls) -> Example:
        return Example(options={"min_chars": 5}, rows=["five five", "a b c d"], kept=[0])
