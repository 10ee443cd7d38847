"""What the filters that measure words share: the option that says what a word is, and shares of words."""

from abc import abstractmethod
from typing import Literal

import polars as pl
from pydantic import Field

from ..core import Batch, Column, RowFilter, Text
from ..core._segmentation import RUST_WORD
from ..core.textview import lower_word_lists, word_lists


class WordRules(RowFilter):
    """Keeps rows by the words of their text, whatever a word is taken to be."""

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    words: Literal["unicode", "whitespace"] = Field(
        default="unicode", description="What a word is: a Unicode word, or a run without white space."
    )

    def words_of(self, batch: Batch) -> pl.Series:
        """The words of each text as a list; null where there is no text."""
        if self.words == "unicode":
            return word_lists(batch.views(self.column))
        return batch.texts(self.column).str.extract_all(self.word_pattern())

    def lower_words_of(self, batch: Batch) -> pl.Series:
        """The words of each text in lower case as a list; null where there is no text."""
        if self.words == "unicode":
            return lower_word_lists(batch.views(self.column))
        return batch.texts(self.column).str.to_lowercase().str.extract_all(self.word_pattern())

    def word_pattern(self) -> str:
        """A word, for the regular expressions of polars."""
        return RUST_WORD if self.words == "unicode" else r"[^\s\x1c-\x1f]+"


class WordShareFilter(WordRules):
    """Keeps rows by the share of words that are of some kind."""

    @abstractmethod
    def counted(self) -> pl.Expr:
        """Whether a word, `pl.element()`, is of the kind."""

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        """The share of words of the kind, 0 to 1."""
        words = self.words_of(batch)
        return {self.metric_name(): ratio(count_where(words, self.counted()), words.list.len())}


def count_where(lists: pl.Series, holds: pl.Expr) -> pl.Series:
    """How many elements of each list fulfil a condition on `pl.element()`; null for null."""
    return lists.list.eval(holds).list.sum().cast(pl.Int64)


def ratio(part: pl.Series, whole: pl.Series) -> pl.Series:
    """One number by the other, 0 where the other is 0; null where either is null."""
    return pl.select(pl.when(whole == 0).then(0.0).otherwise(part / whole)).to_series()
