"""Keep texts with the function words of running text."""

import polars as pl
from pydantic import Field

from ..core import Batch, Example, Range, TextView
from ._stopwords import STOPWORDS, Language
from ._words import WordRules


class StopwordRatioFilter(WordRules):
    """Keep rows in whose text more than some share of the words are stopwords, as in running prose.

    Drops rows; order is kept; rows without a text fall under `on_null`. Stopwords are the function words of a language
    (articles, pronouns, prepositions, conjunctions, auxiliary verbs), regardless of case. Two metrics:
    `stopword_ratio`, the share of words that are stopwords, 0 to 1, and `stopwords`, their number; both 0 for a text
    without words. Ordinary English prose has a ratio of 0.35 to 0.55; lists of keywords and names have below 0.2.
    """

    name = "stopword_ratio_filter"
    order_hints = ("reads_words",)
    limits = ("min_ratio", "min_stopwords")
    phrases = (
        "drop texts with few stopwords",
        "stopword ratio above 0.2",
        "keep texts that contain function words like the and of",
        "remove keyword lists without stop words",
        "share of stop words at least 20 %",
        "discard texts that are not running prose",
    )

    language: Language = Field(default="en", description="Language whose stopwords count.")
    min_ratio: float | None = Field(
        default=0.2, ge=0, le=1, description="Share of stopwords to exceed, 0 to 1, exclusive; null for no limit."
    )
    min_stopwords: int | None = Field(
        default=3, ge=0, description="Fewest stopwords kept, inclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        views = batch.views(self.column)
        found = pl.Series([None if view is None else self._stopwords(view) for view in views], dtype=pl.Int64)
        words = pl.Series([None if view is None else len(self.words_of(view)) for view in views], dtype=pl.Int64)
        return {"stopword_ratio": found / words.clip(1), "stopwords": found}

    def _stopwords(self, text: TextView) -> int:
        counts = self.counts_of(text)
        return sum(map(counts.__getitem__, counts.keys() & STOPWORDS[self.language]))

    def keep(self) -> dict[str, Range]:
        return {
            "stopword_ratio": Range(self.min_ratio, None, closed="none"),
            "stopwords": Range(self.min_stopwords, None),
        }

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["The map is in the bag by the door.", "cheap flights hotel booking city break deals"], kept=[0]
        )
