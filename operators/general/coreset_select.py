"""Keep the rows that together cover the data best."""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from ..core import ROW, Batch, Column, Context, DatasetFilter, Example, Fetch, Text, Verdict
from ..core.embedder import Embedder, embed_column
from ..core.families import OnNull, fate_columns
from ._portion import GROUP, Portion, group_keys


class CoresetSelect(Portion, DatasetFilter):
    """Keep a number or a share of rows that are as different from each other in meaning as can be.

    Drops the others; what stays keeps its order. The row nearest the mean of all embeddings is taken first, then time
    and again the row that is farthest from all taken, the earlier one of equals: greedy k-centre, which covers the data
    with at most twice the best radius. A `share` is of the rows that have a text, rounded to whole rows, a half up.
    With `per` each group is covered by itself.

    The metrics are `rank`, the order in which rows were taken, and `distance`, 0 to 2, between embeddings of length 1:
    of a row that was dropped to the nearest one kept, of a kept one to the nearest taken before it (null for the
    first). Rows without a text have neither and fall under `on_null`: by default they are dropped. Time grows with rows
    times rows kept.

    Source: Gonzalez 1985, "Clustering to minimize the maximum intercluster distance"; Sener and Savarese 2018.
    """

    name = "coreset_select"
    needs = ("embedder",)
    sketch_bytes = 1250
    phrases = (
        "select a diverse subset of 1000 rows",
        "keep the 500 most different examples",
        "coreset selection",
        "k-center greedy sampling",
        "pick rows that cover the data best",
        "a small representative and diverse sample",
        "diversity sampling by embedding",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    on_null: OnNull = Field(default="drop", description="What happens to rows without a text.")

    def open(self, ctx: Context) -> Embedder:
        return ctx.embedder()

    def sketch(self, batch: Batch, state: Embedder) -> pl.DataFrame:
        vectors = embed_column(batch.texts(self.column), state)
        return batch.frame.select(ROW).with_columns(vectors.alias("vector"), *group_keys(batch, self.per))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        has_text = sketches["vector"].is_not_null()
        rank = np.zeros(sketches.height, dtype=np.int64)
        distance = np.full(sketches.height, np.nan)
        for rows in _groups(sketches, has_text):
            vectors = np.ascontiguousarray(sketches["vector"].gather(rows).to_numpy(), dtype=np.float32)
            rank[rows], distance[rows] = cover(vectors, self.chosen_of(len(rows)))
        kept = pl.Series(rank > 0)
        lost = pl.when(~kept).then(pl.lit("covered_by_others"))
        return Verdict(
            sketches.select(
                ROW,
                *fate_columns(~has_text, self.on_null, lost),
                rank=pl.when(kept).then(pl.Series(rank)),
                distance=pl.Series(distance).fill_nan(None),
            )
        )

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"count": 2},
            rows=["the cat sleeps", "a cat sleeps", "the price of oil fell on the world market", "the cat slept"],
            kept=[0, 2],
        )


def cover(vectors: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Take vectors one by one, each time the one farthest from all taken.

    Args:
        vectors: shape (n, dimension), each of length 1 or 0.
        count: how many to take.

    Returns:
        Shapes (n,): the order in which each was taken, from 1, or 0; and its distance to the nearest one taken before
        it (of those not taken: of all), NaN for the first.
    """
    rank = np.zeros(len(vectors), dtype=np.int64)
    nearest = np.full(len(vectors), np.inf)
    told = np.full(len(vectors), np.nan)
    for turn in range(1, count + 1):
        if turn == 1:
            taken = int(np.argmax(vectors @ vectors.mean(axis=0)))
        else:
            taken = int(np.argmax(np.where(rank > 0, -1.0, nearest)))
            told[taken] = nearest[taken]
        rank[taken] = turn
        gap = np.linalg.norm(vectors - vectors[taken], axis=1)
        nearest = np.minimum(nearest, np.round(gap, 6))
    left = rank == 0
    told[left] = nearest[left] if count else np.nan
    return rank, told


def _groups(sketches: pl.DataFrame, has_text: pl.Series) -> list[NDArray[np.int64]]:
    """The places of the rows of each group that have a text."""
    placed = sketches.drop("vector").with_columns(at=pl.int_range(pl.len())).filter(has_text)
    if GROUP[0] not in placed.columns:
        return [placed["at"].to_numpy()] if placed.height else []
    return [group["at"].to_numpy() for _, group in placed.group_by(*GROUP, maintain_order=True)]
