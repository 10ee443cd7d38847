"""Keep texts with the function words of running text."""

import polars as pl
from pydantic import Field

from ..core import Batch, Example, Range
from ._stopwords import STOPWORDS, Language
from ._words import WordRules, count_where, ratio


class StopwordRatioFilter(WordRules):
    """Keep rows in whose text more than some share of the words are stopwords, as in running prose.

    Drops rows; order is kept; rows without a text fall under `on_null`. Stopwords are the function words of a language
    (articles, pronouns, prepositions, conjunctions, auxiliary verbs), regardless of case. Two metrics:
    `stopword_ratio`, the share of words that are stopwords, 0 to 1, and `stopwords`, their number; both 0 for a text
    without words. English prose has mostly a ratio of 0.35 to 0.55, technical text 0.2 to 0.4, lists of keywords and
    names below 0.1.
    """

    name = "stopword_ratio_filter"
    order_hints = ("reads_words",)
    limits = ("min_ratio", "min_stopwords")
    phrases = (
        "drop texts with few stopwords",
        "stopword ratio above 0.1",
        "keep texts that contain function words like the and of",
        "remove keyword lists without stop words",
        "share of stop words at least 20 %",
        "discard texts that are not running prose",
    )

    language: Language = Field(default="en", description="Language whose stopwords count.")
    min_ratio: float | None = Field(
        default=0.1, ge=0, le=1, description="Share of stopwords to exceed, 0 to 1, exclusive; null for no limit."
    )
    min_stopwords: int | None = Field(
        default=3, ge=0, description="Fewest stopwords kept, inclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        words = self.lower_words_of(batch)
        listed = pl.Series(sorted(STOPWORDS[self.language]))
        found = count_where(words, pl.element().is_in(listed.implode()))
        return {"stopword_ratio": ratio(found, words.list.len()), "stopwords": found}

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
