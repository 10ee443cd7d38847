"""Mix rows of several sources in fixed proportions."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import ROW, Anything, Batch, Column, Context, DatasetFilter, Example, Fetch, Verdict
from ..core.families import OnNull, fate_columns
from ._seeded import DRAW, Seeded, row_draws
from ._values import as_texts

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_OTHER = -1
"""The place of a source that has no weight."""


class MixSources(Seeded, DatasetFilter):
    """Keep so many rows of each input, or of each value of a column, that they are mixed by weight.

    Sources are the inputs of the run, in the order of their `-i`, with a list of weights such as [0.7, 0.3] (a folder
    or a pattern counts as its files, by name); or, with `by`, the rows that share a value of that column, with a weight
    for each value, such as {web: 2, books: 1}. A value is compared as it is written, so "1" means a text and a number.
    Weights need not add up to 1.

    Rows are never doubled: the mixture is as large as the source allows that is shortest for its weight, and no larger
    than `count`. Sizes are exact: the total is split by weight, each source gets the whole part of its share, and the
    rows still missing go to the largest remainders, at a tie to the source that is first in the list, or by the
    alphabet. A source without any row gives its share to the others.

    Drops the other rows: those not drawn (`over_share`) and those whose source has no weight (`no_weight`). Which ones
    stay is drawn by the seed; the metric `draw` numbers the rows of each source as they were drawn, and the first ones
    stay. What stays keeps its order, so shuffle it for training. Rows without a source (a null or absent value; rows
    that an earlier step created) fall under `on_null` and do not count.
    """

    name = "mix_sources"
    kind = "filter"
    effect = "subset"
    sketch_bytes = 120
    phrases = (
        "mix the inputs 70 to 30",
        "mix by weight",
        "blend datasets in proportion",
        "data mixture of web, books and code",
        "combine the inputs with weights 2, 1 and 1",
        "half from the first input and half from the second",
        "balance the mixture",
        "weighted mixture of datasets",
    )

    weights: Annotated[tuple[Weight, ...], Field(min_length=1)] | Annotated[dict[str, Weight], Field(min_length=1)] = (
        Field(description="A list, one weight for each input in order; with `by` a mapping of values to weights.")
    )
    by: Column[Anything] | None = Field(
        default=None, description="Column whose values tell sources apart; by default the inputs are the sources."
    )
    count: int | None = Field(default=None, ge=1, description="Most rows of the mixture; null for all it can have.")
    on_null: OnNull = Field(default="drop", description="What happens to rows without a source.")

    @model_validator(mode="after")
    def _weights_for_sources(self) -> Self:
        if isinstance(self.weights, dict) != (self.by is not None):
            raise ValueError(
                "with by, weights is a mapping of values to weights, such as {web: 2, books: 1}; without, a list with "
                "one weight for each input"
            )
        if not any(self._listed.values()):
            raise ValueError("at least one weight must be above 0")
        return self

    @property
    def _listed(self) -> dict[str, float]:
        """The weights by source, in the order in which ties are settled."""
        if isinstance(self.weights, dict):
            return dict(sorted(self.weights.items()))
        return {str(number): weight for number, weight in enumerate(self.weights)}

    def sketch(self, batch: Batch, state: bytes) -> pl.DataFrame:
        places = {source: place for place, source in enumerate(self._listed)}
        sources = batch.ids.str.extract(r"^(\d+):").to_list() if self.by is None else as_texts(batch, self.by)
        found = [None if source is None else places.get(source, _OTHER) for source in sources]
        return batch.frame.select(ROW, row_draws(batch, state), pl.Series("source", found, dtype=pl.Int32))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        weights = list(self._listed.values())
        found = dict(sketches["source"].value_counts().iter_rows())
        sizes = mixture_sizes(weights, [found.get(place, 0) for place in range(len(weights))], self.count)
        known = pl.col("source") >= 0
        placed = sketches.select(
            ROW,
            "source",
            draw=pl.when(known).then(pl.col(DRAW).rank("ordinal").over("source")),
            size=pl.lit(pl.Series(sizes, dtype=pl.UInt32)).gather(pl.when(known).then("source")),
        )
        over = pl.col("draw") > pl.col("size")
        lost = pl.when(~known).then(pl.lit("no_weight")).when(over).then(pl.lit("over_share"))
        return Verdict(placed.select(ROW, *fate_columns(pl.col("source").is_null(), self.on_null, lost), draw="draw"))

    @classmethod
    def example(cls) -> Example:
        rows = [{"from": "web"}, {"from": "web"}, {"from": "books"}, {"from": "mail"}]
        return Example(options={"by": "from", "weights": {"web": 2, "books": 1}}, rows=rows, kept=[0, 1, 2])


def mixture_sizes(weights: Sequence[float], there: Sequence[int], most: int | None) -> list[int]:
    """How many rows each source gives to the largest mixture that its weights and rows allow.

    Args:
        weights: one a source, at least one above 0.
        there: rows of each source.
        most: rows of the whole mixture, None for no limit.

    >>> mixture_sizes([0.7, 0.3], [100, 9], None), mixture_sizes([1, 1, 1], [5, 5, 5], 7)
    ([21, 9], [3, 2, 2])
    """
    # Weights as they are written: 0.7 is 7/10, so that 7 and 3 rows are exactly 0.7 and 0.3 of 10.
    exact = [Fraction(str(weight)) if rows else Fraction(0) for weight, rows in zip(weights, there, strict=True)]
    whole = sum(exact)
    if not whole:
        return [0] * len(exact)
    shares = [weight / whole for weight in exact]
    total = min(int(rows / share) for rows, share in zip(there, shares, strict=True) if share)
    total = total if most is None else min(total, most)
    sizes = [int(total * share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: sizes[place] - total * shares[place])
    for place in by_remainder[: total - sum(sizes)]:
        sizes[place] += 1
    return sizes
