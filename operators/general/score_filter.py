"""Keep rows whose score lies between two limits."""

from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Example, Number, Range, RowFilter


class ScoreFilter(RowFilter):
    """Keep rows whose score, a number in a column, lies between two limits.

    Drops rows; order is kept. The metric `score` is the number itself. Both limits belong to what is kept; at least one
    is needed. Rows without a number fall under `on_null`, so they are dropped by default: null, absent, NaN, and in a
    column of several types everything that is no number, also a text such as "0.9" and true or false. Infinite numbers
    are numbers. A column of true and false is refused: `expression_filter` tests it.
    """

    name = "score_filter"
    limits = ("min_score", "max_score")
    phrases = (
        "filter by score",
        "set a minimum score",
        "drop low scores",
        "keep high scores only",
        "scores between 3 and 5",
        "remove rows with a quality score below 0.7",
        "at least a score of 8",
        "cut off at a score",
    )

    score: Column[Number] = Field(default="score", description="Column that holds the score, a number.")
    min_score: float | None = Field(
        default=None, allow_inf_nan=False, description="Smallest score kept, inclusive; null for no limit."
    )
    max_score: float | None = Field(
        default=None, allow_inf_nan=False, description="Largest score kept, inclusive; null for no limit."
    )

    @model_validator(mode="after")
    def _ordered_limits(self) -> Self:
        if self.min_score is None and self.max_score is None:
            raise ValueError("give min_score, max_score or both")
        if self.min_score is not None and self.max_score is not None and self.min_score > self.max_score:
            raise ValueError(f"min_score {self.min_score:g} lies above max_score {self.max_score:g}: no row would stay")
        return self

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        return {self.metric_name(): batch.numbers(self.score)}

    def keep(self) -> Range:
        return Range(self.min_score, self.max_score)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"score": "quality", "min_score": 0.5},
            rows=[{"quality": 0.5}, {"quality": 0.49}, {"quality": None}, {"quality": 3}],
            kept=[0, 3],
        )
