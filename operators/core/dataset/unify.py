"""One schema over all parts of a dataset, and the frame of a part in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from ..errors import InvalidInput
from ..schema import ABSENT, ROW, ColumnSpec, DType, Schema
from .blocks import PartColumn, PartSchema, frame_from
from .native import first_non_finite, json_texts
from .physical import agree, null_type
from .values import absent_series


@dataclass
class _Evidence:
    """What the parts say about one column."""

    dtypes: set[DType] = field(default_factory=set)
    encoded: set[bool] = field(default_factory=set)
    physicals: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def add(self, column: PartColumn) -> None:
        if column.dtype is not None:
            self.dtypes.add(column.dtype)
            self.encoded.add(column.encoded)
            self.physicals.add(column.physical)
            self.seen.update(column.seen)

    def spec(self, name: str) -> tuple[ColumnSpec, str]:
        """The final column, and why it is flagged, or an empty text."""
        if not self.dtypes:
            return ColumnSpec(name=name, dtype="json", encoded=True), ""
        if len(self.dtypes) > 1 or self.dtypes == {"json"}:
            return ColumnSpec(name=name, dtype="json", encoded=True), " and ".join(sorted(self.seen))
        (dtype,) = self.dtypes
        if len(self.encoded) > 1:
            return ColumnSpec(name=name, dtype=dtype, encoded=True), f"{dtype} of JSON and of Parquet"
        if not agree(dtype, self.physicals):
            return ColumnSpec(name=name, dtype="json", encoded=True), " and ".join(sorted(self.physicals))
        return ColumnSpec(name=name, dtype=dtype, encoded=self.encoded == {True}), ""


def unify(parts: Iterable[PartSchema]) -> tuple[Schema, list[str]]:
    """The schema of a dataset, whatever the number and size of its parts.

    Args:
        parts: the schemas of all parts, in order.

    Returns:
        The union of their columns in order of first appearance, and a warning for each column that is
        flagged because of its types. A column that is null everywhere is `json`.
    """
    evidence = dict[str, _Evidence]()
    for part in parts:
        for column in part.columns:
            evidence.setdefault(column.name, _Evidence()).add(column)
    columns, warnings = [], []
    for name, found in evidence.items():
        spec, types = found.spec(name)
        columns.append(spec)
        if types:
            warnings.append(
                f"column {name!r} holds {types}; it travels as JSON text and is written back as it was, "
                "and a text step reads only its strings"
            )
    return Schema(columns=tuple(columns)), warnings


def conform(frame: pl.DataFrame, part: PartSchema, schema: Schema) -> pl.DataFrame:
    """The rows of a part in the columns of the whole dataset.

    Native integers, floats and vectors keep their width; a column of nulls whose dtype leaves the type open
    (time, vector, nested) has the polars type Null.

    Args:
        frame: the part, as it was parsed.
        part: its preliminary schema.
        schema: the schema over all parts.

    Returns:
        `_row`, `_absent` and the columns of `schema`, in this order. Columns that the part lacks are null and
        named in `_absent` of every row; names in `_absent` are in the order of the schema.

    Raises:
        InvalidInput: a column must become JSON text and holds NaN or infinity.
    """
    known = {column.name: column for column in part.columns}
    series = [frame[ROW], _absent(frame, [name for name in schema.names if name not in known], schema)]
    for spec in schema.columns:
        column = known.get(spec.name)
        if column is None or column.dtype is None:
            series.append(pl.Series(spec.name, [None] * frame.height, dtype=null_type(spec)))
        elif spec.encoded and not column.encoded:
            series.append(_encoded(frame, column.name))
        else:
            series.append(frame[spec.name])
    return frame_from(series)


def _encoded(frame: pl.DataFrame, name: str) -> pl.Series:
    bad = first_non_finite(frame[name])
    if bad is not None:
        raise InvalidInput.of(
            "non_finite",
            f"column {name!r} has another type in another input, so it travels as JSON, but row {frame[ROW][bad]} "
            "holds NaN or infinity, which JSON cannot hold; give the column one type in all inputs",
            got=name,
        )
    return pl.Series(name, json_texts(frame[name]), dtype=pl.String)


def _absent(frame: pl.DataFrame, missing: list[str], schema: Schema) -> pl.Series:
    own = frame[ABSENT]
    if own.null_count() == frame.height:
        return absent_series([tuple(missing)] * frame.height)
    order = {name: place for place, name in enumerate(schema.names)}
    rows = [tuple(names or ()) for names in own.to_list()]
    ordered = {names: tuple(sorted({*names, *missing}, key=order.__getitem__)) for names in set(rows)}
    return absent_series([ordered[names] for names in rows])
