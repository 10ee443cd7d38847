"""Keep texts that do not repeat the same few words."""

import polars as pl
from pydantic import Field

from ..core import Batch, Example, Range
from ._words import WordRules, ratio


class UniqueWordRatioFilter(WordRules):
    """Keep rows in whose text more than some share of the words are different ones.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of different words, in
    lower case, divided by the number of words, 0 to 1; 0 for a text without words. It falls as texts grow: prose of
    100,000 words has hardly 0.1, so long documents want a lower limit.
    """

    name = "unique_word_ratio_filter"
    order_hints = ("reads_words",)
    limits = ("min_ratio",)
    phrases = (
        "drop texts that repeat the same words",
        "unique word ratio of at least 0.2",
        "remove documents with few distinct words",
        "at least 20 % different words",
        "keep texts with a varied vocabulary",
        "discard texts where words repeat over and over",
    )

    min_ratio: float | None = Field(
        default=0.1, ge=0, le=1, description="Share of different words to exceed, 0 to 1, exclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        words = self.lower_words_of(batch)
        return {self.metric_name(): ratio(words.list.n_unique(), words.list.len())}

    def keep(self) -> Range:
        return Range(self.min_ratio, None, closed="none")

    @classmethod
    def example(cls) -> Example:
        return Example(options={"min_ratio": 0.5}, rows=["each word once", "again and Again and again"], kept=[0])
