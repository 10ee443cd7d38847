"""What the filters that measure words share: the option that says what a word is, and shares of words."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Literal

import polars as pl
from pydantic import Field

from ..core import Batch, Column, RowFilter, Text
from ..core._segmentation import RUST_WORD
from ..core.textcolumn import count_whitespace_words, unicode_words, whitespace_words

Words = Literal["unicode", "whitespace", "wordpunct"]
_PATTERNS: Mapping[Words, str] = {
    "unicode": RUST_WORD,
    "whitespace": r"[^\s\x1c-\x1f]+",
    "wordpunct": r"[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s\x1c-\x1f]+",
}
_CUT: Mapping[Words, Callable[[pl.Series], pl.Series]] = {
    "unicode": unicode_words,
    "whitespace": whitespace_words,
    "wordpunct": lambda texts: texts.str.extract_all(_PATTERNS["wordpunct"]),
}


class WordRules(RowFilter):
    """Keeps rows by the words of their text, whatever a word is taken to be."""

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    words: Words = Field(
        default="unicode",
        description="What a word is: a Unicode word, a run without white space, or with wordpunct a run of letters and "
        "digits or of anything else but white space.",
    )

    def words_of(self, batch: Batch) -> pl.Series:
        """The words of each text as a list; null where there is no text."""
        return batch.derived(self.column, f"{self.words} words", _CUT[self.words])

    def lower_words_of(self, batch: Batch) -> pl.Series:
        """The words of each text in lower case as a list; null where there is no text."""
        return batch.derived(self.column, f"lower {self.words} words", lambda texts: self._lowered(batch, texts))

    def _lowered(self, batch: Batch, texts: pl.Series) -> pl.Series:
        if self.words == "unicode":
            return lowered(self.words_of(batch))
        return _CUT[self.words](texts.str.to_lowercase())

    def number_of_words(self, batch: Batch) -> pl.Series:
        """How many words each text has; null where there is no text."""
        return word_counts(batch, self.column, self.words)

    def word_pattern(self) -> str:
        """A word, for the regular expressions of polars."""
        return _PATTERNS[self.words]


class WordShareFilter(WordRules):
    """Keeps rows by the share of words that are of some kind."""

    @abstractmethod
    def counted(self) -> pl.Expr:
        """Whether a word, `pl.element()`, is of the kind."""

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        """The share of words of the kind, 0 to 1."""
        words = self.words_of(batch)
        return {self.metric_name(): ratio(count_where(words, self.counted()), words.list.len())}


def word_counts(batch: Batch, column: str, words: Words) -> pl.Series:
    """How many words each text of a column has; null where there is no text."""

    def count(texts: pl.Series) -> pl.Series:
        if words == "whitespace":
            return count_whitespace_words(texts)
        return texts.str.count_matches(_PATTERNS[words]).cast(pl.Int64)

    return batch.derived(column, f"number of {words} words", count)


def lowered(words: pl.Series) -> pl.Series:
    """Lists of words with each word in lower case."""
    return words.list.eval(pl.element().str.to_lowercase())


def count_where(lists: pl.Series, holds: pl.Expr) -> pl.Series:
    """How many elements of each list fulfil a condition on `pl.element()`; null for null."""
    return lists.list.eval(holds).list.sum().cast(pl.Int64)


def ratio(part: pl.Series, whole: pl.Series) -> pl.Series:
    """One number by the other, 0 where the other is 0; null where either is null."""
    return pl.select(pl.when(whole == 0).then(0.0).otherwise(part / whole)).to_series()
