"""Score how varied the words of a text are."""

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, DType, Evaluator, Example, OutputColumn, Text

FACTOR_RATIO = 0.72
"""The share of different words at which a stretch of text counts as one factor."""
SAMPLE_WORDS = 42


class LexicalDiversityScore(Evaluator):
    """Score the lexical diversity of each text by MTLD and by HD-D.

    Writes two numbers a row; for both, higher is more varied. MTLD is the mean number of words in a row over which the
    share of different words stays above 0.72, read forwards and backwards and averaged; ordinary prose has 50 to 120.
    HD-D is how many different words a random sample of 42 words of the text is expected to hold, divided by 42; above 0
    and at most 1, for ordinary prose 0.75 to 0.9. Words are compared in lower case: Unicode letters, digits and marks,
    one per character in scripts written without spaces, for which both are about characters.

    A text with fewer than `min_words` has neither score: both are null, and the row falls under `on_null`, as rows
    without a text do. A text that repeats no word at all has no end of its first stretch; its MTLD is what a single
    repetition at its end would give, the most that its length allows.

    Source: McCarthy and Jarvis 2010, "MTLD, vocd-D, and HD-D: A validation study of sophisticated approaches to lexical
    diversity assessment".
    """

    name = "lexical_diversity_score"
    order_hints = ("reads_words",)
    phrases = (
        "score lexical diversity",
        "compute MTLD",
        "measure vocabulary richness with HD-D",
        "how varied is the vocabulary of each text",
        "lexical richness of the texts",
        "rate texts by the variety of their words",
        "MTLD and HD-D",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    min_words: int = Field(
        default=51,
        ge=SAMPLE_WORDS,
        description="Fewest words of a text that gets scores, inclusive; shorter ones get null. At least 42.",
    )
    mtld_output: OutputColumn = Field(default="mtld", description="Column to write MTLD to, in words.")
    hdd_output: OutputColumn = Field(default="hdd", description="Column to write HD-D to, 0 to 1.")

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        if self.mtld_output == self.hdd_output:
            raise ValueError(f"MTLD and HD-D cannot both be written to {self.mtld_output!r}; name two columns")
        return self

    def writes(self) -> dict[str, DType]:
        return {self.mtld_output: "number", self.hdd_output: "number"}

    def scores(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        long = [self._words(view.words) if view else None for view in batch.views(self.column)]
        return {
            self.mtld_output: pl.Series([None if words is None else mtld(words) for words in long], dtype=pl.Float64),
            self.hdd_output: pl.Series([None if words is None else hdd(words) for words in long], dtype=pl.Float64),
        }

    def _words(self, words: Sequence[str]) -> list[str] | None:
        return [word.lower() for word in words] if len(words) >= self.min_words else None

    @classmethod
    def example(cls) -> Example:
        text = "to be or not " * 13
        return Example(
            rows=[text, "too short for either"],
            out=[
                {"text": text, "mtld": 6.5, "hdd": 4 / 42},
                {"text": "too short for either", "mtld": None, "hdd": None},
            ],
        )


def mtld(words: Sequence[str]) -> float:
    """The measure of textual lexical diversity, in words: the mean of both directions.

    Args:
        words: at least two, in the form in which they are compared.

    >>> mtld(["a", "a"] * 5)
    2.0
    """
    return (_one_way(words) + _one_way(words[::-1])) / 2


def _one_way(words: Sequence[str]) -> float:
    factors, length, seen = 0.0, 0, set[str]()
    for word in words:
        length += 1
        seen.add(word)
        if len(seen) / length <= FACTOR_RATIO:
            factors, length = factors + 1, 0
            seen.clear()
    if length:
        factors += (1 - len(seen) / length) / (1 - FACTOR_RATIO)
    return len(words) / (factors or 1 / len(words) / (1 - FACTOR_RATIO))


def hdd(words: Sequence[str]) -> float:
    """The expected share of different words in a random sample of 42 of these words.

    Args:
        words: at least 42, in the form in which they are compared.

    >>> hdd(["a"] * 42) * 42
    1.0
    """
    total = len(words)
    kinds = Counter(Counter(words).values())
    # The chance that a word which occurs so often is in no place of the sample.
    missed = {count: prod((total - count - n) / (total - n) for n in range(SAMPLE_WORDS)) for count in kinds}
    return sum(number * (1 - missed[count]) for count, number in kinds.items()) / SAMPLE_WORDS
