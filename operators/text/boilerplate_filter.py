"""Keep texts that are not full of placeholder text and notices."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Context, Example, Range, RowFilter, Text
from ..core._segmentation import RUST_WORD
from ._terms import Term, Terms

SHORT = 200
"""Words that a text counts as at least, so that one mention in a short text is no flood."""


class BoilerplateFilter(RowFilter):
    """Keep rows whose text has few placeholder phrases, such as lorem ipsum, and few notices, such as watermarks.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is how often the terms occur per
    1,000 words, as whole words and regardless of case; a text of fewer than 200 words counts as 200. So by default one
    mention never drops a text, however short, and two do so in up to 399 words. An empty text has 0.
    """

    name = "boilerplate_filter"
    order_hints = ("reads_words",)
    limits = ("max_per_thousand",)
    phrases = (
        "drop lorem ipsum pages",
        "remove placeholder text",
        "filter out boilerplate",
        "drop texts with copyright notices",
        "remove watermarked documents",
        "no pages marked confidential",
        "discard template and dummy text",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_per_thousand: float | None = Field(
        default=5.0, ge=0, description="Most occurrences per 1,000 words kept, inclusive; null for no limit."
    )
    terms: tuple[Term, ...] = Field(
        default=(
            "lorem ipsum",
            "dolor sit amet",
            "consectetur adipiscing",
            "sed do eiusmod",
            "ut labore et dolore",
            "copyright",
            "watermark",
            "confidential",
        ),
        min_length=1,
        description="Words or phrases that count as boilerplate.",
    )

    @classmethod
    def metric_name(cls) -> str:
        return "boilerplate_per_thousand"

    def open(self, ctx: Context) -> Terms:
        return Terms(self.terms)

    def metrics(self, batch: Batch, state: Terms) -> dict[str, pl.Series]:
        counts = state.counts(batch, self.column)
        # Words are counted only where they matter.
        found = (counts > 0).arg_true()
        words = batch.texts(self.column).gather(found).str.count_matches(RUST_WORD).cast(pl.Int64).clip(SHORT)
        rates = 1000 * counts / SHORT
        return {self.metric_name(): rates.scatter(found, 1000 * counts.gather(found) / words)}

    def keep(self) -> Range:
        return Range(None, self.max_per_thousand)

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["Copyright protects what authors write.", "Lorem ipsum dolor sit amet, consectetur adipiscing elit."],
            kept=[0],
        )
