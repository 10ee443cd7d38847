"""Keep texts with a number of sentences in a range."""

from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ..core._segmentation import RUST_SENTENCE

_BETWEEN_MARKS = r"[\p{L}\p{N}_][^.!?\n]*"
"""From the first letter or digit to the next mark."""


class SentenceCountFilter(RowFilter):
    """Keep rows whose text has between so many and so many sentences.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of sentences that hold
    a word. A sentence ends at a line's end, at `.!?…` before white space, and at the full stops of Chinese, Japanese,
    Arabic, Hindi and other scripts; abbreviations ("Dr. Smith", "e.g. this"), initials and numbers end none. An empty
    text has 0 sentences.

    With `sentences` set to marks, every `.`, `!`, `?` and line end ends one, abbreviations and numbers included.
    """

    name = "sentence_count_filter"
    order_hints = ("reads_lines", "reads_words")
    limits = ("min_sentences", "max_sentences")
    phrases = (
        "keep texts with at least 3 sentences",
        "drop documents with fewer than 5 sentences",
        "at most 100 sentences",
        "filter by number of sentences",
        "sentence count between 3 and 500",
        "drop texts with only one sentence",
        "minimum number of sentences",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    min_sentences: int | None = Field(
        default=3, ge=0, description="Fewest sentences kept, inclusive; null for no limit."
    )
    max_sentences: int | None = Field(
        default=7500, ge=0, description="Most sentences kept, inclusive; null for no limit."
    )
    sentences: Literal["unicode", "marks"] = Field(
        default="unicode",
        description="What a sentence is: as scripts and abbreviations have it, or what stands between two of .!? and "
        "line ends.",
    )

    @model_validator(mode="after")
    def _some_count_fits(self) -> Self:
        if (
            self.min_sentences is not None
            and self.max_sentences is not None
            and self.min_sentences > self.max_sentences
        ):
            raise ValueError(
                f"no text has at least {self.min_sentences} and at most {self.max_sentences} sentences; swap the limits"
            )
        return self

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        pattern = RUST_SENTENCE if self.sentences == "unicode" else _BETWEEN_MARKS
        return {self.metric_name(): batch.texts(self.column).str.count_matches(pattern).cast(pl.Int64)}

    def keep(self) -> Range:
        return Range(self.min_sentences, self.max_sentences)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"min_sentences": 2},
            rows=["It rained. We stayed in.", "Dr. Smith paid 3.14 dollars.", "下雨了。我们没出去。"],
            kept=[0, 2],
        )
