"""Families of dataset operators: what is decided over all rows at once."""

import polars as pl
from pydantic import Field

from .batch import Batch
from .families import OnNull, fate_columns
from .operator import DatasetOperator
from .outcome import Outcome
from .schema import ROW


class DatasetFilter(DatasetOperator):
    """Drops or merges rows by comparing them with others.

    Rows without a value to compare are kept by default: a row without a key is no duplicate of another.
    """

    kind = "filter"
    effect = "subset"

    on_null: OnNull = Field(default="keep", description="What happens to rows without a value to compare.")

    def null_records(self, missing: pl.DataFrame) -> pl.DataFrame:
        """Records of the rows that have nothing to compare, by `on_null`; `missing` has their `_row`."""
        return missing.select(ROW, *fate_columns(pl.lit(True), self.on_null))

    def merge_records(
        self, rows: pl.DataFrame, target: pl.Series, similarity: pl.Series, has_value: pl.Series, reason: str
    ) -> pl.DataFrame:
        """Records of rows that were compared with those before them.

        Args:
            rows: every row that came in, with its `_row`.
            target: for each the position of the row it is merged into, or its own position.
            similarity: to that row, 0 to 1; a metric of merged rows only.
            has_value: whether there was something to compare; the others fall under `on_null`.
            reason: why a row is merged, as a code.
        """
        merged = (target != pl.int_range(rows.height, eager=True)) & has_value
        records = rows.select(
            ROW,
            fate=pl.when(merged).then(pl.lit("merged")).otherwise(pl.lit("kept")),
            reason=pl.when(merged).then(pl.lit(reason)),
            target=pl.col(ROW).gather(pl.when(merged).then(target)),
            similarity=pl.when(merged).then(similarity),
        )
        nothing = self.null_records(rows.filter(~has_value))
        return records if nothing.is_empty() else records.update(nothing, on=ROW, maintain_order="left")


class DatasetEvaluator(DatasetOperator):
    """Writes scores that need all rows, such as a rank; every row is kept."""

    kind = "evaluate"
    effect = "same"

    def rewrite(self, batch: Batch, records: pl.DataFrame) -> Outcome:
        """Write the verdict's columns into the rows."""
        rows = batch
        for column, dtype in self.writes().items():
            rows = rows.with_values(column, records[column], dtype)
        return Outcome(rows.filter(records["fate"] == "kept"), records)
