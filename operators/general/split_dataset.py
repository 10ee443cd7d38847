"""Write for each row which split it belongs to: train, validation, test."""

from fractions import Fraction
from functools import partial
from itertools import accumulate
from typing import Annotated, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import ROW, Batch, Columns, Context, Example, Fetch, Outcome, OutputColumn, Verdict
from ._portion import exact, for_each, group_keys, in_group
from ._seeded import DRAW, Seeded, draws, row_draws

TOLERANCE = Fraction("1e-6")
"""How far the sum of the shares may be from 1, as for thirds that are written with six digits."""


class SplitDataset(Seeded):
    """Split the rows at random by shares, and write the name of its split into each row.

    Every row is kept and none moves; the column `output` is written. Sizes are exact: each split gets its share of the
    rows rounded down, and the rows that are left go one by one to the splits that lost most by it; of equals to the
    larger share, then to the name that comes first. So 10 rows at 80, 10 and 10 % are split 8, 1 and 1.

    With `together`, rows that hold the same values in these columns go to the same split, so no group is torn apart;
    rows without any value there go each by itself. Groups come in random order, each to the split that lacks most rows,
    so sizes are as near as whole groups allow. With `per`, each group of rows is split by these shares by itself
    (stratified), so all splits hold the same mix. Values are compared with their types.

    Each row, or group, draws a number, a hash of the seed and its id or values: the same rows and the same seed give
    the same splits, whatever the size of parts and the number of workers.
    """

    name = "split_dataset"
    kind = "generate"
    effect = "same"
    sketch_bytes = 220
    phrases = (
        "split 80/10/10 into train, validation and test",
        "train test split",
        "make a train and a test set",
        "hold out 10 % for validation",
        "split the dataset by conversation so that none is in two splits",
        "stratified split by label",
        "assign each row to train or test",
        "divide the data into training and evaluation splits",
    )

    shares: dict[Annotated[str, Field(min_length=1)], Annotated[float, Field(gt=0, le=1)]] = Field(
        default={"train": 0.8, "validation": 0.1, "test": 0.1},
        min_length=1,
        description="Share of the rows for each split, by its name; the shares sum to 1.",
    )
    together: Columns = Field(default=(), description="Columns whose values make groups that stay in one split.")
    per: Columns = Field(default=(), description="Columns whose values make groups, each split by these shares.")
    output: OutputColumn = Field(default="split", description="Column to write the name of the split to.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self._total()
        if abs(total - 1) > TOLERANCE:
            raise ValueError(f"the shares sum to {float(total):g}, not to 1")
        if self.together and self.per:
            raise ValueError("give together or per, not both: a group of one may lie across groups of the other")
        return self

    def sizes(self, rows: int) -> dict[str, int]:
        """How many of so many rows each split gets, the largest share first."""
        ranked = sorted(self.shares, key=lambda name: (-self.shares[name], name))
        quotas = {name: exact(self.shares[name]) * rows / self._total() for name in ranked}
        sizes = {name: int(quota) for name, quota in quotas.items()}
        by_loss = sorted(ranked, key=lambda name: sizes[name] - quotas[name])
        for name in by_loss[: rows - sum(sizes.values())]:
            sizes[name] += 1
        return sizes

    def _total(self) -> Fraction:
        return sum(map(exact, self.shares.values()), Fraction(0))

    def sketch(self, batch: Batch, state: bytes) -> pl.DataFrame:
        drawn = group_draws(batch, self.together, state) if self.together else row_draws(batch, state)
        return batch.frame.select(ROW, drawn, *group_keys(batch, self.per))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        split = self._by_group(sketches) if self.together else self._by_row(sketches)
        return Verdict(sketches.select(ROW, fate=pl.lit("kept"), split=split))

    def _by_row(self, sketches: pl.DataFrame) -> pl.Series:
        drawn = sketches.with_row_index("at").sort(DRAW, maintain_order=True)
        placed = drawn.select("at", place=in_group(pl.int_range(pl.len()), drawn), of=in_group(pl.len(), drawn))
        split = pl.lit(None, dtype=pl.String)
        for name in reversed(self.sizes(0)):
            end = for_each(placed["of"], partial(self._end, name))
            split = pl.when(pl.col("place") < end).then(pl.lit(name)).otherwise(split)
        return placed.select("at", split=split).sort("at")["split"]

    def _end(self, name: str, rows: int) -> int:
        """How many of so many drawn rows go to this split and those before it."""
        sizes = self.sizes(rows)
        return dict(zip(sizes, accumulate(sizes.values()), strict=True))[name]

    def _by_group(self, sketches: pl.DataFrame) -> pl.Series:
        groups = sketches.group_by(DRAW).len().sort(DRAW)
        sizes = self.sizes(sketches.height)
        lacks, split = dict(sizes), list[str]()
        for rows in groups["len"]:
            name = max(lacks, key=lambda name: (lacks[name], -sizes[name]))  # of equal lacks the emptier split
            split.append(name)
            lacks[name] -= rows
        assigned = groups.select(DRAW, pl.Series("split", split, dtype=pl.String))
        return sketches.select(DRAW).join(assigned, on=DRAW, how="left", maintain_order="left")["split"]

    def rewrite(self, batch: Batch, records: pl.DataFrame) -> Outcome:
        return Outcome(batch.with_values(self.output, records["split"], "text"), records)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"shares": {"train": 0.5, "test": 0.5}, "together": ["chat"]},
            rows=[{"chat": 1}, {"chat": 2}, {"chat": 1}],
            out=[{"chat": 1, "split": "train"}, {"chat": 2, "split": "test"}, {"chat": 1, "split": "train"}],
        )


def group_draws(batch: Batch, columns: tuple[str, ...], key: bytes) -> pl.Series:
    """One draw for all rows that hold the same values; a row without any draws by its id."""
    groups = zip(batch.ids, *group_keys(batch, columns), strict=True)
    return draws((row if high is None else f"group {high} {low}" for row, high, low in groups), key)
