"""Score how little the word n-grams of a text repeat."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, DType, Evaluator, Example, OutputColumn, Text, TextView


class NgramRepetitionScore(Evaluator):
    """Score repetition within each text: different word n-grams divided by all of them.

    Writes one number a row, above 0 and at most 1; higher is better: 1 when no n-gram occurs twice, near 0 when the
    text says the same again and again. Words are compared in lower case, without the punctuation around them: Unicode
    letters, digits and marks, one per character in scripts written without spaces. A text with fewer words than an
    n-gram has no score: null, and the row falls under `on_null`, as rows without a text do.

    A long text repeats more by nature, so compare scores of texts of like length.
    """

    name = "ngram_repetition_score"
    phrases = (
        "score how repetitive each text is",
        "measure repetition by n-grams",
        "compute the share of unique n-grams",
        "rate texts by repeated phrases",
        "n-gram repetition score",
        "how much does each document repeat itself",
        "score looping or degenerate text",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    ngram_size: int = Field(default=5, ge=1, le=100, description="Length of an n-gram, in words.")
    output: OutputColumn = Field(
        default="ngram_repetition_score", description="Column to write the score to, 0 to 1, higher is less repeated."
    )

    def writes(self) -> dict[str, DType]:
        return {self.output: "number"}

    def scores(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        scores = [None if view is None else self._score(view) for view in batch.views(self.column)]
        return {self.output: pl.Series(scores, dtype=pl.Float64)}

    def _score(self, view: TextView) -> float | None:
        words = [word.lower() for word in view.words]
        total = len(words) - self.ngram_size + 1
        if total < 1:
            return None
        different = set(zip(*(words[n : n + total] for n in range(self.ngram_size)), strict=True))
        return len(different) / total

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"ngram_size": 2},
            rows=["to be or not to be", "all words differ here", "short"],
            out=[
                {"text": "to be or not to be", "ngram_repetition_score": 0.8},
                {"text": "all words differ here", "ngram_repetition_score": 1.0},
                {"text": "short", "ngram_repetition_score": None},
            ],
        )
