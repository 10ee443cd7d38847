"""Families of dataset operators: what is decided over all rows at once."""

import polars as pl
from pydantic import Field

from .batch import Batch
from .families import NULL_FATES, OnNull
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
        reason = None if self.on_null == "keep" else "no_value"
        return missing.select(ROW, fate=pl.lit(NULL_FATES[self.on_null]), reason=pl.lit(reason, dtype=pl.String))


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
