"""Some rows on their way through the steps of a stage."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from .schema import ABSENT, INTERNAL, ROW, DType, Schema
from .textview import TextView


@dataclass(frozen=True)
class _Derived:
    """Values computed from the texts of a column for some rows, of which `at` are those of the batch, all if None."""

    values: pl.Series
    at: pl.Series | None = None

    def chosen(self, rows: pl.Series) -> "_Derived":
        """Those of some rows of the batch; nothing is copied until they are asked for."""
        return _Derived(self.values, rows if self.at is None else self.at.gather(rows))

    def series(self) -> pl.Series:
        return self.values if self.at is None else self.values.gather(self.at)


class Batch:
    """A polars frame with its schema, its cached text views and what was derived from its texts.

    The frame holds `_row`, `_absent` and the columns of the schema, and is never changed in place. Selecting rows
    keeps what is cached, writing a column drops what came from it.
    """

    __slots__ = ("_derived", "_views", "frame", "schema")

    def __init__(
        self,
        frame: pl.DataFrame,
        schema: Schema,
        views: dict[str, list[TextView | None]] | None = None,
        derived: dict[tuple[str, str], _Derived] | None = None,
    ):
        self.frame, self.schema = frame, schema
        self._views = views or {}
        self._derived = derived or {}

    def __len__(self) -> int:
        return self.frame.height

    @property
    def ids(self) -> pl.Series:
        """The row ids, as text."""
        return self.frame[ROW]

    def texts(self, column: str) -> pl.Series:
        """The texts of a column; null where the value is null, absent or no text."""
        spec = self.schema[column]
        series = self.frame[column]
        if spec.dtype == "text":
            return series
        if spec.dtype == "json":
            return pl.Series(column, [_text_of(value) for value in series], dtype=pl.String)
        return pl.Series(column, [None] * len(self), dtype=pl.String)

    def numbers(self, column: str) -> pl.Series:
        """The numbers of a column as floats; null where the value is null, absent or no number."""
        spec = self.schema[column]
        if spec.dtype in ("integer", "number"):
            return self.frame[column].cast(pl.Float64)
        if spec.dtype == "json":
            return pl.Series(column, [_number_of(value) for value in self.frame[column]], dtype=pl.Float64)
        return pl.Series(column, [None] * len(self), dtype=pl.Float64)

    def values(self, column: str) -> list[Any]:
        """The values of a column as Python objects; JSON text is decoded; None for null and absent."""
        series = self.frame[column]
        if self.schema[column].encoded:
            return [None if value is None else orjson.loads(value) for value in series]
        return series.to_list()

    def views(self, column: str) -> list[TextView | None]:
        """One `TextView` a row, None where there is no text; shared by all operators that read the column."""
        if column not in self._views:
            self._views[column] = [None if text is None else TextView(text) for text in self.texts(column)]
        return self._views[column]

    def derived(self, column: str, name: str, compute: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """What several operators need of the texts of a column, computed for the first of them.

        Args:
            column: the column.
            name: what it is, for all operators alike: the same name, the same `compute`.
            compute: from the texts, null where there is none, to one value per text, none of which depends on others.
        """
        found = self._derived.get((column, name))
        if found is None or found.at is not None:
            values = compute(self.texts(column)) if found is None else found.series()
            found = self._derived[column, name] = _Derived(values)
        return found.values

    def filter(self, keep: pl.Series) -> "Batch":
        """The rows where the Boolean series holds, in order, with their views."""
        if keep.all():
            return self
        rows = keep.arg_true()
        views = {name: [column[row] for row in rows] for name, column in self._views.items()}
        return Batch(self.frame.filter(keep), self.schema, views, self._derived_of(rows))

    def slice(self, start: int, length: int) -> "Batch":
        """Neighbouring rows, with their views."""
        frame = self.frame.slice(start, length)
        views = {name: column[start : start + length] for name, column in self._views.items()}
        rows = pl.int_range(start, start + frame.height, dtype=pl.UInt32, eager=True)
        return Batch(frame, self.schema, views, self._derived_of(rows))

    def _derived_of(self, rows: pl.Series) -> dict[tuple[str, str], _Derived]:
        return {name: values.chosen(rows) for name, values in self._derived.items()}

    def _kept(
        self, written: Collection[str]
    ) -> tuple[dict[str, list[TextView | None]], dict[tuple[str, str], _Derived]]:
        """What is cached of the columns that are not written."""
        views = {name: column for name, column in self._views.items() if name not in written}
        return views, {name: values for name, values in self._derived.items() if name[0] not in written}

    def with_values(self, column: str, values: pl.Series | Sequence[Any], dtype: DType) -> "Batch":
        """The rows with one column written, for every row."""
        series = values if isinstance(values, pl.Series) else encode(values, dtype)
        frame = self.frame.with_columns(series.alias(column))
        return Batch(frame, self.schema.with_column(column, dtype), *self._kept({column}))

    def with_texts(self, column: str, texts: pl.Series) -> "Batch":
        """The rows with texts written; where `texts` is null, what the column held stays.

        A column of several types keeps its type, since the rest of its values stay what they were.
        """
        if column not in self.schema:
            return self.with_values(column, texts, "text")
        if self.schema[column].dtype == "text":
            return self.with_values(column, texts.fill_null(self.frame[column]), "text")
        encoded = pl.Series([None if text is None else orjson.dumps(text).decode() for text in texts], dtype=pl.String)
        return self.with_values(column, encoded.fill_null(self._as_json(column)), "json")

    def with_schema(self, schema: Schema) -> "Batch":
        """The same rows under a schema that names the columns that are there, in its order."""
        return Batch(self.frame.select(*INTERNAL, *schema.names), schema, self._views, self._derived)

    def without(self, columns: Sequence[str]) -> "Batch":
        """The rows without some columns."""
        return Batch(self.frame.drop(columns), self.schema.without(columns), *self._kept(columns))

    def rows(self) -> list[dict[str, Any]]:
        """The rows as Python objects, without internal columns and without the columns a row does not have."""
        columns = {name: self.values(name) for name in self.schema.names}
        return [
            {name: column[i] for name, column in columns.items() if not (column[i] is None and name in (absent or ()))}
            for i, absent in enumerate(self.frame[ABSENT].to_list())
        ]

    def _as_json(self, column: str) -> pl.Series:
        if self.schema[column].encoded:
            return self.frame[column]
        return encode(self.frame[column].to_list(), "json")


def encode(values: Sequence[Any], dtype: DType) -> pl.Series:
    """Python values as a series of the physical type that carries `dtype`.

    `json` and `nested` values become JSON text.
    """
    if dtype in ("json", "nested"):
        return pl.Series([None if v is None else orjson.dumps(v).decode() for v in values], dtype=pl.String)
    return pl.Series(list(values), dtype=PHYSICAL[dtype], strict=True)


PHYSICAL: dict[DType, Any] = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "bytes": pl.Binary,
    "time": pl.Datetime("us"),
    "vector": pl.List(pl.Float32),
    "nested": pl.String,
    "json": pl.String,
}


def from_rows(rows: Sequence[dict[str, Any]], schema: Schema, source: int = 0) -> Batch:
    """A batch out of Python rows, numbered from 1; keys that a row lacks are absent."""
    columns: dict[str, pl.Series] = {
        ROW: pl.Series([f"{source}:{i}" for i in range(1, len(rows) + 1)], dtype=pl.String),
        ABSENT: pl.Series(
            [[name for name in schema.names if name not in row] or None for row in rows], dtype=pl.List(pl.String)
        ),
    }
    for spec in schema.columns:
        columns[spec.name] = encode([row.get(spec.name) for row in rows], spec.dtype)
    return Batch(pl.DataFrame(columns).select(*INTERNAL, *schema.names), schema)


def _text_of(value: str | None) -> str | None:
    if value is None or not value.startswith('"'):
        return None
    return str(orjson.loads(value))


def _number_of(value: str | None) -> float | None:
    if value is None or not (value[0] == "-" or value[0].isdigit()):
        return None
    return float(value)
