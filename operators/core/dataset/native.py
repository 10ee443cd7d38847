"""Columns of native types as JSON: ISO 8601 times, base64 bytes, decimals with all digits."""

import base64
import datetime
import decimal
from typing import Any

import orjson
import polars as pl
from polars.datatypes import DataTypeClass

from .values import dumps

_ROW = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS


def row_json(row: Any) -> bytes:
    """A value of `json_values`, or an object of them, as JSON on one line, line end included."""
    return orjson.dumps(row, default=_plain, option=_ROW)


def json_values(series: pl.Series) -> list[Any]:
    """The values of a native column as Python objects for `row_json`.

    Times become ISO 8601 text, bytes base64 text, decimals and 128-bit integers exact numbers.
    """
    physical = series.dtype
    if physical.is_temporal():
        return iso_texts(series).to_list()
    if physical == pl.Binary():
        return series.bin.encode("base64").to_list()
    if physical.is_decimal() or physical in (pl.Int128, pl.UInt128):
        return fragments(series.cast(pl.String))
    if physical.is_nested():
        return series.cast(_exact_times(physical)).to_list()
    return series.to_list()


def iso_texts(series: pl.Series) -> pl.Series:
    """Dates, times and durations as ISO 8601 text, to the last digit."""
    return series.dt.to_string("iso:strict")


def fragments(texts: pl.Series) -> list[orjson.Fragment | None]:
    """JSON texts as values that `row_json` writes as they are, on one line."""
    if texts.str.contains_any(["\n", "\r"]).any():  # outside strings, where JSON escapes them, they are white space
        texts = texts.str.replace_many(["\n", "\r"], [" ", " "])
    return [None if text is None else orjson.Fragment(text) for text in texts.to_list()]


def json_texts(series: pl.Series) -> list[str | None]:
    """The values of a native column as JSON texts; nulls stay null."""
    write = _json_text if series.dtype.is_nested() or series.dtype.is_decimal() else dumps
    return [None if value is None else write(value) for value in json_values(series)]


def _json_text(value: Any) -> str:
    return row_json(value).decode().removesuffix("\n")


def first_non_finite(series: pl.Series) -> int | None:
    """Index of the first row that is or holds NaN or infinity, or None."""
    if not _non_finite(series):
        return None
    return next(row for row in range(len(series)) if _non_finite(series.slice(row, 1)))


def _non_finite(series: pl.Series) -> bool:
    physical = series.dtype
    if physical.is_float():
        return not series.is_finite().all()
    if isinstance(physical, pl.List | pl.Array):
        return _non_finite(series.explode())
    if isinstance(physical, pl.Struct):
        return any(_non_finite(series.struct.field(item.name)) for item in physical.fields)
    entries = _entries(physical)
    return entries is not None and _non_finite(series.cast(entries))


def _entries(physical: pl.DataType) -> pl.List | None:
    """The list of pairs that a map is; polars has maps from 2.0 on."""
    kind = getattr(pl, "Map", None)
    if kind is None or not isinstance(physical, kind):
        return None
    pair: Any = physical
    return pl.List(pl.Struct({"key": pair.key, "value": pair.value}))


def _exact_times(physical: pl.DataType) -> pl.DataType:
    """The type with nested nanosecond times as text: Python's own times end at microseconds."""
    if isinstance(physical, pl.List | pl.Array):
        inner = _exact_times(_instance(physical.inner))
        return pl.List(inner) if isinstance(physical, pl.List) else pl.Array(inner, physical.size)
    if isinstance(physical, pl.Struct):
        return pl.Struct({item.name: _exact_times(_instance(item.dtype)) for item in physical.fields})
    return pl.String() if isinstance(physical, pl.Datetime) and physical.time_unit == "ns" else physical


def _instance(physical: pl.DataType | DataTypeClass) -> pl.DataType:
    return physical() if isinstance(physical, DataTypeClass) else physical


def _plain(value: Any) -> Any:
    """What orjson cannot write itself, inside nested values."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, decimal.Decimal):
        return orjson.Fragment(str(value))
    if isinstance(value, datetime.timedelta):
        return iso_texts(pl.Series([value])).item()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")
