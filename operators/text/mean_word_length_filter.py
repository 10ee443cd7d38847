"""Keep texts whose words have an ordinary mean length."""

from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Example, Range
from ..core._segmentation import UNSPACED
from ._words import WordRules

_UNSPACED = f"[{UNSPACED}]"


class MeanWordLengthFilter(WordRules):
    """Keep rows whose mean word length lies in a range.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the characters of all words
    divided by their number, to two decimals; 0 for a text without words. A Unicode word has no punctuation around it.
    Scripts that are written without spaces (Chinese, Japanese kana, Thai and others) have no such words: their
    characters are left out, and a text of nothing else has nothing to measure, so that it falls under `on_null`.

    Source: the word length rule of Gopher, Rae et al. 2021, table A1.
    """

    name = "mean_word_length_filter"
    order_hints = ("reads_words",)
    limits = ("min_length", "max_length")
    phrases = (
        "mean word length between 3 and 10",
        "drop texts with very long words",
        "average word length",
        "remove texts whose words are unusually short on average",
        "filter by mean length of the words",
        "average letters per word at most 10",
    )

    min_length: float | None = Field(
        default=3.0, ge=0, description="Smallest mean kept, in characters, inclusive; null for no limit."
    )
    max_length: float | None = Field(
        default=10.0, ge=0, description="Largest mean, in characters, exclusive; null for no limit."
    )

    @model_validator(mode="after")
    def _some_length_fits(self) -> Self:
        if self.min_length is not None and self.max_length is not None and self.min_length >= self.max_length:
            raise ValueError(
                f"no mean is at least {self.min_length:g} and below {self.max_length:g}; max_length must be the larger"
            )
        return self

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        words = self.words_of(batch)
        number, letters = _size(words)
        if self.words == "unicode":
            mixed = batch.texts(self.column).str.contains(_UNSPACED).fill_null(False).arg_true()
            spaced = _size(words.gather(mixed).list.eval(pl.element().filter(~pl.element().str.contains(_UNSPACED))))
            number, letters = number.scatter(mixed, spaced[0]), letters.scatter(mixed, spaced[1])
        mean = pl.when(number > 0).then((letters / number).round(2))
        return {self.metric_name(): pl.select(mean.when(words.list.len() == 0).then(0.0)).to_series()}

    def keep(self) -> Range:
        return Range(self.min_length, self.max_length, closed="left")

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["plain words here", "a b c", "antidisestablishmentarianism"], kept=[0])


def _size(words: pl.Series) -> tuple[pl.Series, pl.Series]:
    """How many words each list has, and of how many characters."""
    return words.list.len(), words.list.eval(pl.element().str.len_chars()).list.sum()
