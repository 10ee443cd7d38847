"""How much is kept of the rows, or of each group of rows: a number or a share."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Columns, DatasetOperator
from ..dedup.exact_dedup import ExactDedup

GROUP = ("group_high", "group_low")
"""The columns of a sketch that tell groups apart: the halves of a digest."""


class Portion(DatasetOperator):
    """Chooses a number or a share of the rows, of all or of each group; which ones, the operator says."""

    kind = "filter"
    effect = "subset"

    count: int | None = Field(default=None, ge=1, description="Number of rows chosen; give this or share.")
    share: float | None = Field(default=None, gt=0, le=1, description="Share of the rows chosen; give this or count.")
    per: Columns = Field(default=(), description="Columns whose values make groups, each cut by itself.")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.count is None) == (self.share is None):
            raise ValueError("give either count or share")
        return self

    def chosen_of(self, rows: int) -> int:
        """How many of so many rows are chosen: at most `count`, or the share rounded to whole rows, a half up."""
        if self.count is not None:
            return min(self.count, rows)
        return math.floor(exact(self.share or 0) * rows + Fraction(1, 2))


class Cut(Portion):
    """Keeps the first rows of some order, or drops them."""

    chosen: Literal["kept", "dropped"] = Field(
        default="kept", description="Whether the rows chosen are kept, or dropped and the others kept."
    )

    def cut(self, ordered: pl.DataFrame, counted: pl.Expr | None = None) -> pl.DataFrame:
        """Cut each group after the rows that are chosen.

        Args:
            ordered: sketches with their index `at`, the rows of each group in the order in which they are chosen.
            counted: how many rows of a group may be chosen and count for its share; they come first. All when not
                given.

        Returns:
            `rank`, from 1 in each group, and `kept`, in the order of `at`.
        """
        ranked = ordered.select(
            "at",
            rank=in_group(pl.int_range(1, pl.len() + 1), ordered),
            of=in_group(pl.len() if counted is None else counted, ordered),
        )
        among = pl.col("rank") <= for_each(ranked["of"], self.chosen_of)
        kept = among if self.chosen == "kept" else ~among
        return ranked.select("at", "rank", kept=kept).sort("at").drop("at")


def exact(share: float) -> Fraction:
    """A share as it is written: 0.285 of 1000 rows is 285, where floats say a little less.

    >>> exact(0.285) * 1000
    Fraction(285, 1)
    """
    return Fraction(str(share))


def group_keys(batch: Batch, columns: Sequence[str]) -> list[pl.Series]:
    """What tells the groups of a sketch apart, `GROUP`; no series where there are no columns to group by.

    Values are compared as `exact_dedup` compares them, so 1 and "1" are two groups; rows without any value, null or
    absent, have null.
    """
    if not columns:
        return []
    digests = ExactDedup(columns=tuple(columns)).sketch(batch, None)
    return [digests[name].alias(to) for name, to in zip(digests.columns[1:], GROUP, strict=True)]


def in_group(expression: pl.Expr, sketches: pl.DataFrame) -> pl.Expr:
    """The expression computed in each group, or over all rows where the sketches know no groups."""
    return expression.over(*GROUP) if GROUP[0] in sketches.columns else expression


def for_each(sizes: pl.Series, number: Callable[[int], int]) -> pl.Series:
    """A number for each size, computed once for each that occurs."""
    different = sizes.unique().to_list()
    return sizes.replace_strict(different, [number(size) for size in different], return_dtype=pl.Int64)
