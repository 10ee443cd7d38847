"""Keep the rows with the best scores."""

from typing import Literal

import polars as pl
from pydantic import Field

from ..core import ROW, Batch, Column, Context, Example, Fetch, Number, Verdict
from ..core.families import OnNull, fate_columns
from ._portion import Cut, group_keys


class TopRows(Cut):
    """Keep the rows with the best scores: a number of them or a share, of all or of each group.

    Drops the others; what stays keeps its order. Of equal scores the earlier row is the better one, so a `count` is
    exact wherever so many rows have a score. A `share` is of the rows that have a score, rounded to whole rows, a half
    up: 2 rows for 0.1 of 15, 1 for 0.1 of 14, none for 0.1 of 4. With `per`, each group is cut by itself; rows are of
    one group when these columns hold the same values, of the same types, and rows without any value there are one
    group. With `chosen` as dropped, just these rows go and the others stay.

    The metrics are `score` and `rank`, which counts from 1 for the best of its group. Rows without a number (null,
    absent, NaN, and what is no number in a column of several types) have no rank and fall under `on_null`: by default
    they are dropped. Scores are compared as 64-bit floats.
    """

    name = "top_rows"
    sketch_bytes = 210
    phrases = (
        "keep the best 10 % by score",
        "top 1000 rows by quality",
        "the 100 highest scoring rows",
        "only the rows with the lowest perplexity",
        "keep the best half of the data",
        "select the top 5 per category",
        "drop the worst 20 percent by score",
        "which five were read the most",
        "drop the five lowest scoring rows",
    )

    score: Column[Number] = Field(default="score", description="Column that holds the score, a number.")
    best: Literal["high", "low"] = Field(default="high", description="Which scores are the best: high or low ones.")
    on_null: OnNull = Field(default="drop", description="What happens to rows without a score.")

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        scores = batch.numbers(self.score).fill_nan(None)
        return batch.frame.select(ROW, scores.alias("score"), *group_keys(batch, self.per))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        numbered = sketches.with_row_index("at")
        ordered = numbered.sort("score", descending=self.best == "high", nulls_last=True, maintain_order=True)
        rank, kept = self.cut(ordered, counted=pl.col("score").count())
        scored = sketches["score"].is_not_null()
        lost = pl.when(~kept).then(pl.lit("not_among_best" if self.chosen == "kept" else "among_best"))
        return Verdict(
            sketches.select(
                ROW,
                *fate_columns(~scored, self.on_null, lost),
                score="score",
                rank=pl.when(scored).then(rank),
            )
        )

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"score": "quality", "count": 2},
            rows=[{"quality": 0.2}, {"quality": 0.9}, {"quality": None}, {"quality": 0.9}, {"quality": 0.5}],
            kept=[1, 3],
        )
