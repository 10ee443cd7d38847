"""JSON values as columns: exact parsing of one document, the type of a column, and rows as a frame."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import orjson
import polars as pl

from ..errors import InvalidInput
from ..schema import ABSENT, INTERNAL, ROW, DType
from .blocks import PartColumn, PartSchema, frame_from

MAX_LEVELS = 254
"""Deepest nesting of a value that can be read and written back, in levels of lists and objects."""
BIG_INTEGER = "integer beyond 64 bits"

_INT64 = range(-(2**63), 2**63)
_KINDS: dict[type, DType] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "boolean",
    dict: "nested",
    list: "nested",
}
_PHYSICAL: dict[DType, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
}
TOO_DEEP = f"nested more than {MAX_LEVELS} levels deep"


class NotReadable(Exception):
    """A document that is not JSON, or holds what JSON cannot; the text is the reason of the reject."""


class TooDeep(Exception):
    """Rows, by index, whose values are nested too deeply to be written back."""

    def __init__(self, rows: set[int]) -> None:
        self.rows = rows
        super().__init__(TOO_DEEP)


def loads_exact(document: bytes) -> Any:
    """Parse one JSON document with integers of any size.

    Duplicate keys: the last one wins, as with orjson.

    Raises:
        NotReadable: broken UTF-8, not JSON, NaN or infinity, a lone surrogate, a number out of range, or
            nested too deeply.
    """
    try:
        value = json.loads(document.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
        if b"\\u" in document:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise NotReadable(f"broken UTF-8 at byte {error.start + 1}") from error
    except UnicodeEncodeError as error:
        raise NotReadable("a lone surrogate in a string") from error
    except json.JSONDecodeError as error:
        raise NotReadable(f"not valid JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise NotReadable(TOO_DEEP) from error
    except ValueError as error:
        raise NotReadable(f"a number cannot be read: {error}") from error
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise NotReadable(f"{name} is not a JSON value")


def _finite(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise NotReadable("a number is beyond the range of a 64-bit float")
    return value


def dumps(value: object) -> str:
    """Compact JSON text of a value, keys in their order, non-ASCII as it is, integers of any size.

    >>> dumps({"b": [1, 1.0, 18446744073709551616], "a": "é"})
    '{"b":[1,1.0,18446744073709551616],"a":"é"}'
    """
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # integers beyond 64 bits, or too many levels: the caller has checked those
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def column_of(name: str, values: list[Any]) -> tuple[pl.Series, PartColumn]:
    """Values of one column, null where a row has none, as a series and its preliminary type.

    A column is plain when all its values have one type; 1 and 1.0 are two. Objects and lists are one type
    and travel as JSON text; so does a column of several types or with integers beyond 64 bits.

    Raises:
        TooDeep: some rows are nested too deeply.
    """
    kinds = set(map(type, values))
    kinds.discard(type(None))
    seen: set[str] = {_KINDS[kind] for kind in kinds}
    if int in kinds and not _fits(values):
        seen.add(BIG_INTEGER)
    if not seen:
        return pl.Series(name, values, dtype=pl.Null), PartColumn(name=name, dtype=None, physical="Null")
    names = tuple(sorted(seen))
    if len(seen) == 1 and "nested" not in seen:
        dtype = _KINDS[kinds.pop()]
        series = pl.Series(name, values, dtype=_PHYSICAL[dtype])
        return series, PartColumn(name=name, dtype=dtype, physical=str(series.dtype), seen=names)
    dtype = "nested" if seen == {"nested"} else "json"
    series = pl.Series(name, _texts(values), dtype=pl.String)
    return series, PartColumn(name=name, dtype=dtype, encoded=True, physical="String", seen=names)


def _fits(values: list[Any]) -> bool:
    integers = [value for value in values if type(value) is int]
    return min(integers) in _INT64 and max(integers) in _INT64


def _texts(values: list[Any]) -> list[str | None]:
    try:
        return [None if value is None else orjson.dumps(value).decode() for value in values]
    except orjson.JSONEncodeError as error:
        deep = {row for row, value in enumerate(values) if _levels(value) > MAX_LEVELS}
        if deep:
            raise TooDeep(deep) from error
        return [None if value is None else dumps(value) for value in values]


def _levels(value: Any) -> int:
    levels, layer = 0, [value]
    while layer := [inner for inner in layer if isinstance(inner, dict | list)]:
        levels += 1
        layer = [child for inner in layer for child in (inner.values() if isinstance(inner, dict) else inner)]
    return levels


def row_series(source: int, positions: Sequence[int]) -> pl.Series:
    """The `_row` column: `source:position`."""
    return pl.Series(ROW, [f"{source}:{position}" for position in positions], dtype=pl.String)


def absent_series(absent: Sequence[tuple[str, ...]]) -> pl.Series:
    """The `_absent` column; a row that has all columns holds null there.

    Args:
        absent: names of the columns each row lacks.
    """
    # Few rows differ in what they lack, and polars is slow at lists that come one by one.
    kinds = {names: at for at, names in enumerate(dict.fromkeys(absent))}
    lists = pl.Series(ABSENT, [list(names) or None for names in kinds], dtype=pl.List(pl.String))
    return lists.gather([kinds[names] for names in absent])


def frame_of(source: int, positions: Sequence[int], rows: list[dict[str, Any]]) -> tuple[pl.DataFrame, PartSchema]:
    """Rows as a frame, columns in order of first appearance.

    Args:
        source: index of the input.
        positions: position of each row in it.
        rows: JSON objects; a key a row does not have is absent there.

    Returns:
        The frame with `_row` and `_absent`, and the schema of its other columns.

    Raises:
        InvalidInput: a key is kept for the engine.
        TooDeep: some rows are nested too deeply.
    """
    shapes = [tuple(row) for row in rows]
    names = {name: None for shape in dict.fromkeys(shapes) for name in shape}
    refuse_reserved(names)
    missing = {shape: _lacking(names, shape) for shape in set(shapes)}
    series = [row_series(source, positions), absent_series([missing[shape] for shape in shapes])]
    columns = []
    whole = not any(missing.values())
    for name in names:
        values = [row[name] for row in rows] if whole else [row.get(name) for row in rows]
        made, column = column_of(name, values)
        series.append(made)
        columns.append(column)
    return frame_from(series), PartSchema(columns=tuple(columns))


def _lacking(names: Iterable[str], shape: tuple[str, ...]) -> tuple[str, ...]:
    own = set(shape)
    return tuple(name for name in names if name not in own)


def refuse_reserved(names: dict[str, None]) -> None:
    """Raise when a column has a name that is kept for the engine."""
    for name in INTERNAL:
        if name in names:
            raise InvalidInput.of(
                "reserved_column",
                f"a column is called {name!r}, a name kept for the engine; rename it in the input",
                got=name,
            )
