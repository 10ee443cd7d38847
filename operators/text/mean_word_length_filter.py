"""Keep texts whose words have an ordinary mean length."""

import math
from typing import Self

from pydantic import Field, model_validator

from ..core import Example, Range, TextView
from ._words import WordFilter


class MeanWordLengthFilter(WordFilter):
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

    def metric(self, text: TextView) -> float:
        words = text.spaced_words if self.words == "unicode" else text.tokens
        if not words:
            return math.nan if self.words_of(text) else 0.0
        return round(len("".join(words)) / len(words), 2)

    def keep(self) -> Range:
        return Range(self.min_length, self.max_length, closed="left")

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["plain words here", "a b c", "antidisestablishmentarianism"], kept=[0])
