"""Keep or drop some of the rows: drawn at random, the first or the last."""

from typing import Literal

import polars as pl
from pydantic import Field

from ..core import ROW, Batch, Context, Example, Fetch, Verdict
from ._portion import Cut, group_keys
from ._seeded import DRAW, Seeded, row_draws


class SampleRows(Cut, Seeded):
    """Keep a number or a share of the rows, drawn at random, the first or the last, of all or of each group.

    Drops the others; what stays keeps its order. A `count` is exact wherever there are so many rows. A `share` is of
    all rows that come in, rounded to whole rows, a half up: 5 rows for 0.1 of 45, 4 for 0.1 of 44, none for 0.1 of 4.
    With `per`, each group is cut by itself; rows are of one group when these columns hold the same values, of the same
    types, and rows without any value there are one group. With `chosen` as dropped, just these rows go and the others
    stay.

    At random, every row draws a number, a hash of the seed and its id, and the lowest draws stay: the same seed keeps
    the same rows whatever the size of parts and the number of workers, and a larger sample holds the smaller one.
    """

    name = "sample_rows"
    sketch_bytes = 240
    phrases = (
        "take a random sample of 1000 rows",
        "sample 10 % of the rows",
        "keep the first 100 rows",
        "pick 50 rows at random",
        "subsample the dataset",
        "a random subset with seed 7",
        "sample 20 examples per language",
        "limit the dataset to 5000 rows",
        "downsample each category to 100 rows",
        "the first two of each group in the order of the file",
        "skip the first 10 rows",
        "the last 20 rows",
    )

    method: Literal["random", "first", "last"] = Field(
        default="random", description="Which rows are chosen: drawn, the first, or the last."
    )

    def sketch(self, batch: Batch, state: bytes) -> pl.DataFrame:
        drawn = [row_draws(batch, state)] if self.method == "random" else []
        return batch.frame.select(ROW, *drawn, *group_keys(batch, self.per))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        numbered = sketches.with_row_index("at")
        orders = {"random": lambda: numbered.sort(DRAW, maintain_order=True), "last": numbered.reverse}
        kept = self.cut(orders.get(self.method, lambda: numbered)())["kept"]
        return Verdict(
            sketches.select(
                ROW,
                fate=pl.when(kept).then(pl.lit("kept")).otherwise(pl.lit("dropped")),
                reason=pl.when(~kept).then(pl.lit("not_sampled" if self.chosen == "kept" else "sampled")),
            )
        )

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"method": "first", "count": 1, "per": ["lang"]},
            rows=[{"lang": "en"}, {"lang": "en"}, {"lang": "de"}],
            kept=[0, 2],
        )
