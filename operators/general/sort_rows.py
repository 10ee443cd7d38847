"""Put the rows in order by one or more columns."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import ROW, Batch, Context, DatasetOperator, DType, Example, Fetch, Schema, Verdict
from ..core.columns import ColumnName, Reads
from ._sort_keys import comparable, digests, heads, plain_keys, whole_keys

Order = Literal["ascending", "descending"]
FETCHED_ROWS = 2048
"""Rows read back at a time."""


class SortRows(DatasetOperator):
    """Put the rows in order by one or more columns.

    Every row is kept, none is changed; rows that are equal in all the columns keep their order. Texts are ordered by
    code point, so "Z" comes before "a"; false comes before true; numbers are compared by value, integers exactly. In a
    column of several types false and true come before numbers, and numbers before texts. Rows without a value to
    compare (null, absent, NaN; lists and objects in a column of several types) come last, or first with `nulls`,
    whatever the order is.

    With `by: length`, what is compared is the length of the text, in characters; what is no text has none.

    Of a text only the beginning is held in memory. Where texts begin alike, the rows are read back for more of them.
    """

    name = "sort_rows"
    kind = "refine"
    effect = "reorder"
    sketch_bytes = 420
    phrases = (
        "sort by score",
        "sort the rows by date descending",
        "longest texts first",
        "sort by length",
        "highest score first",
        "arrange the rows alphabetically",
        "sort by language and then by score",
        "newest rows first",
    )

    columns: Annotated[tuple[ColumnName, ...], Reads(("text", "integer", "number", "boolean", "time"))] = Field(
        min_length=1, description="Columns to sort by; a later one decides where all before it are equal."
    )
    order: tuple[Order, ...] = Field(
        default=("ascending",),
        min_length=1,
        description="Whether values rise or fall: one order for all columns, or one for each.",
    )
    by: Literal["value", "length"] = Field(
        default="value", description="What is compared: the values, or the lengths of texts in characters."
    )
    nulls: Literal["last", "first"] = Field(default="last", description="Where rows without a value come.")

    @model_validator(mode="after")
    def _one_order_for_each(self) -> Self:
        if len(set(self.columns)) != len(self.columns):
            raise ValueError("name each column once")
        if len(self.order) not in (1, len(self.columns)):
            raise ValueError(f"give one order for all columns or one for each of the {len(self.columns)}")
        return self

    def check_schema(self, schema: Schema) -> list[str]:
        if self.by == "value":
            return []
        other = [name for name in self.columns if schema[name].dtype not in ("text", "json")]
        return [f"column {name!r} holds {schema[name].dtype}; by length only texts are sorted" for name in other]

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        keys = (self._keys(batch, column, i) for i, column in enumerate(self.columns))
        return batch.frame.select(ROW, *chain.from_iterable(keys))

    def _keys(self, batch: Batch, column: str, i: int) -> Iterator[pl.Series]:
        dtype = batch.schema[column].dtype
        if self.by == "length":
            yield batch.texts(column).str.len_chars().alias(f"plain_{i}")
        elif dtype in ("text", "json"):
            keys = whole_keys(batch.frame[column], dtype)
            yield heads(keys).alias(f"{dtype}_{i}")
            yield digests(keys).alias(f"whole_{i}")
        else:
            yield plain_keys(batch, column).alias(f"plain_{i}")

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        keys = [self._comparable(sketches, i, fetch).alias(str(i)) for i in range(len(self.columns))]
        descending = [order == "descending" for order in self.order] * (len(keys) // len(self.order))
        names, last = [key.name for key in keys], self.nulls == "last"
        table = sketches.select(ROW, *keys)
        order = table.sort(names, descending=descending, nulls_last=last, maintain_order=True)[ROW]
        return Verdict(sketches.select(ROW, fate=pl.lit("kept")), order=order)

    def _comparable(self, sketches: pl.DataFrame, i: int, fetch: Fetch) -> pl.Series:
        """What decides the order by one column."""
        if f"plain_{i}" in sketches.columns:
            return sketches[f"plain_{i}"]
        dtype: DType = "text" if f"text_{i}" in sketches.columns else "json"
        rows, column = sketches[ROW], self.columns[i]

        def read(places: pl.Series, start: int, length: int) -> pl.Series:
            windows = []
            for first in range(0, len(places), FETCHED_ROWS):
                fetched = fetch(rows[places.slice(first, FETCHED_ROWS)].to_list(), [column])
                windows.append(whole_keys(fetched[column], dtype).bin.slice(start, length))
            return pl.concat(windows)

        return comparable(sketches[f"{dtype}_{i}"], sketches[f"whole_{i}"], read)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"columns": ["lang", "score"], "order": ["ascending", "descending"]},
            rows=[
                {"lang": "en", "score": 0.1},
                {"lang": None, "score": 1.0},
                {"lang": "de", "score": 0.5},
                {"lang": "en", "score": 0.9},
            ],
            out=[
                {"lang": "de", "score": 0.5},
                {"lang": "en", "score": 0.9},
                {"lang": "en", "score": 0.1},
                {"lang": None, "score": 1.0},
            ],
        )
