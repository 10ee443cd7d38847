"""Keep texts with few curly brackets."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ..core.textcolumn import count_characters
from ._words import ratio


class CurlyBracketFilter(RowFilter):
    """Keep rows in whose text less than some share of the characters are curly brackets.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of `{` and `}` divided
    by the number of characters, white space included, 0 to 1; 0 for an empty text.
    """

    name = "curly_bracket_filter"
    limits = ("max_ratio",)
    phrases = (
        "drop texts with many curly brackets",
        "remove documents full of braces",
        "drop texts with too many braces",
        "share of curly braces below 2.5 %",
        "filter by curly bracket ratio",
        "discard pages of stylesheets and braces",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_ratio: float | None = Field(
        default=0.025,
        ge=0,
        le=1,
        description="Share of characters to stay below, 0 to 1, exclusive; null for no limit.",
    )

    @classmethod
    def metric_name(cls) -> str:
        return "curly_bracket_ratio"

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        return {self.metric_name(): ratio(count_characters(texts, "{}"), texts.str.len_chars())}

    def keep(self) -> Range:
        return Range(None, self.max_ratio, closed="left")

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["Text with one {placeholder} in it is still plain prose, as people write it, "
                             "and so is this.", "a{b} c{d}"], kept=[0])  # fmt: skip
