"""Put the rows in a random order."""

import polars as pl

from ..core import ROW, Batch, Context, Example, Fetch, Verdict
from ._seeded import DRAW, Seeded, row_draws


class ShuffleRows(Seeded):
    """Put the rows in a random order that the seed decides.

    Every row is kept, none is changed. Each row draws a number, a hash of the seed and its id, and rows come in the
    order of their draws: the same rows and the same seed give the same order, whatever the size of parts and the number
    of workers, and a row that is missing leaves the order of the others as it was.
    """

    name = "shuffle_rows"
    kind = "refine"
    effect = "reorder"
    sketch_bytes = 100
    phrases = (
        "shuffle the rows",
        "shuffle the data with seed 7",
        "put the rows in random order",
        "randomize the order of the rows",
        "mix up the order of examples",
        "shuffled dataset",
        "permute the rows at random",
    )

    def sketch(self, batch: Batch, state: bytes) -> pl.DataFrame:
        return batch.frame.select(ROW, row_draws(batch, state))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        order = sketches.sort(DRAW, maintain_order=True)[ROW]
        return Verdict(sketches.select(ROW, fate=pl.lit("kept")), order=order)

    @classmethod
    def example(cls) -> Example:
        return Example(options={"seed": 7}, rows=["a", "b", "c", "d"], out=["a", "c", "b", "d"])
