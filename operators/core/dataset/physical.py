"""How the types of polars and those of a schema go together, and which of them one column can hold at once."""

from collections.abc import Collection

import polars as pl

from ..schema import ColumnSpec, DType

_SIGNED = {"Int8", "Int16", "Int32", "Int64", "Int128"}
_FLOATS = {"Float16", "Float32", "Float64"}
_VECTORS = {f"List({item})" for item in _FLOATS}

_PLAIN: dict[DType, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "bytes": pl.Binary(),
    "json": pl.String(),
}
_EMPTY: dict[DType, pl.DataType] = {
    "time": pl.Datetime("us"),
    "vector": pl.List(pl.Float32()),
    "nested": pl.Null(),
}


def dtype_of(physical: pl.DataType) -> DType | None:
    """The type a column of a polars type has in a schema, None for a column of nulls.

    >>> dtype_of(pl.List(pl.Float32())), dtype_of(pl.UInt64()), dtype_of(pl.Null())
    ('vector', 'integer', None)
    """
    if isinstance(physical, pl.List | pl.Array):
        return "vector" if getattr(physical.inner, "is_float", bool)() else "nested"
    rules: tuple[tuple[DType | None, bool], ...] = (
        (None, physical == pl.Null()),
        ("text", physical in (pl.String, pl.Categorical, pl.Enum)),
        ("boolean", physical == pl.Boolean()),
        ("integer", physical.is_integer()),
        ("number", physical.is_numeric()),
        ("time", physical.is_temporal()),
        ("bytes", physical == pl.Binary()),
    )
    return next((dtype for dtype, holds in rules if holds), "nested")


def agree(dtype: DType, physicals: Collection[str]) -> bool:
    """Whether types of polars, by name, can share a column of this dtype without changing a value."""
    types = set(physicals)
    if len(types) <= 1:
        return True
    if dtype == "integer":
        return "UInt64" not in types or not types & _SIGNED
    return (dtype == "number" and types <= _FLOATS) or (dtype == "vector" and types <= _VECTORS)


def null_type(spec: ColumnSpec) -> pl.DataType:
    """Type of a column of nulls; `Null` where the dtype leaves the type open, so that other parts decide it."""
    return pl.String() if spec.encoded else _PLAIN.get(spec.dtype, pl.Null())


def default_type(spec: ColumnSpec) -> pl.DataType:
    """Type of a column of which nothing but its dtype is known."""
    return pl.String() if spec.encoded else (_PLAIN | _EMPTY)[spec.dtype]


def wider(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    """The type that holds the values of both.

    Raises:
        polars.exceptions.SchemaError: there is none.
    """
    if one == other:
        return one
    frames = [pl.DataFrame(schema={"column": one}), pl.DataFrame(schema={"column": other})]
    return pl.concat(frames, how="vertical_relaxed").schema["column"]
