"""Computes over rows, with polars, where the condition of a row expression holds, does not hold or is unknown."""

import json
import math
import operator
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

import orjson
import polars as pl

from ._expression_tree import (
    COMPARE,
    HINTS,
    Among,
    Column,
    Compare,
    Condition,
    ExpressionError,
    IsBlank,
    IsNull,
    Item,
    Junction,
    Length,
    Not,
    TextTest,
    Value,
)
from .schema import Schema

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NANOSECONDS = {"ms": 10**6, "us": 10**3, "ns": 1}
_LONG_NUMBER = re.compile("[0-9]{19}")


class _Instant(int):
    """Nanoseconds since 1970 in UTC, of a time of day since midnight; a type of its own: it compares with no number."""


def instant_of(text: str) -> _Instant | None:
    try:
        moment = datetime.fromisoformat(f"1970-01-01T{text}" if _is_time_of_day(text) else text)
    except ValueError:
        return None
    if re.search("[.,][0-9]{7}", text):
        return None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.fromtimestamp(0, UTC)
    return _Instant(since // timedelta(microseconds=1) * 1000)


def _is_time_of_day(text: str) -> bool:
    return re.fullmatch("[0-9]+:[0-9:.]+", text) is not None


def _instants(series: pl.Series) -> list[Any]:
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime):
        scale = _NANOSECONDS[dtype.time_unit]
    elif dtype in (pl.Date, pl.Time, pl.Null):
        scale = 86_400 * 10**9 if dtype == pl.Date else 1
    else:
        raise ExpressionError(f"column {series.name!r} holds {dtype}; allowed are dates, times and times of day")
    return [None if value is None else _Instant(value * scale) for value in series.to_physical().to_list()]


def _document(text: str) -> Any:
    # orjson rounds integers beyond 64 bits and refuses numbers beyond doubles.
    try:
        return json.loads(text, parse_int=Decimal) if _LONG_NUMBER.search(text) else orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _kind_of(value: Any) -> str | None:
    """The kind of a Python value; None for what no comparison knows."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, _Instant):
        return "time"
    if isinstance(value, int | float | Decimal):
        return None if value != value else "number"  # noqa: PLR0124 (only NaN differs from itself)
    return "text" if isinstance(value, str) else None


def _kind_in(values: pl.Series) -> str:
    return {pl.String: "text", pl.Boolean: "boolean"}.get(values.dtype.base_type(), "number")


def _pair(left: Any, sign: str, right: Any) -> bool | None:
    kind = _kind_of(left)
    if kind is None or kind != _kind_of(right) or (kind == "boolean" and sign not in ("=", "!=")):
        return None
    return bool(COMPARE[sign](left, right))


def _compare(left: pl.Series, sign: str, right: Any) -> pl.Series:
    truth: pl.Series = COMPARE[sign](left, right)
    return truth


def _truths(values: Iterable[bool | None]) -> pl.Series:
    return pl.Series(values=list(values), dtype=pl.Boolean)


def _nearest(number: float, dtype: pl.DataType) -> float:
    """A value of this polars type with no other between it and the number."""
    if dtype == pl.Float64:
        try:
            return float(number)
        except OverflowError:
            return sys.float_info.max if number > 0 else -sys.float_info.max
    low, high = (0, 2**64 - 1) if dtype == pl.UInt64 else (-(2**63), 2**63 - 1)
    return min(max(math.floor(number), low), high)


def _against_number(values: pl.Series, sign: str, number: float) -> pl.Series:
    """Compare exactly, also where the column's type cannot hold the number."""
    near = _nearest(number, values.dtype)
    if near != number:
        if sign in ("=", "!="):
            never = values.is_null() & _truths([None])
            return never if sign == "=" else ~never
        # No value is the number itself, so the order with it is the order with `near`, which is on the side it lies.
        sign = sign[0] + "=" * ((near < number) == (sign[0] == "<"))
    return _compare(values, sign, near)


@dataclass(frozen=True)
class Rows:
    """Computes conditions over rows; a result is Boolean, and null where it is unknown."""

    frame: pl.DataFrame
    schema: Schema

    def hold(self, condition: Condition) -> pl.Series:
        match condition:
            case Not(term):
                truth = ~self.hold(term)
            case Junction(word, terms):
                truth = reduce(operator.and_ if word == "and" else operator.or_, map(self.hold, terms))
            case IsNull(column):
                truth = self._is_null(column)
            case IsBlank(column):
                truth = self._is_blank(column)
            case TextTest():
                truth = self._text_test(condition)
            case Among():
                truth = self._among(condition)
            case Compare(Value() as literal, sign, Column() | Length() as item):
                truth = self._against(item, _FLIPPED.get(sign, sign), literal)
            case Compare(Column() | Length() as item, sign, Value() as literal):
                truth = self._against(item, sign, literal)
            case Compare(Column() | Length() as left, sign, Column() | Length() as right):
                truth = self._between(self._values(left), sign, self._values(right))
        return truth

    def _is_null(self, column: Column) -> pl.Series:
        series = self.frame[column.name]
        nothing = series.is_null()
        return nothing | (series.str.strip_chars() == "null") if self.schema[column.name].encoded else nothing

    def _is_blank(self, column: Column) -> pl.Series:
        texts, nothing = self._texts(column), self._is_null(column)
        return nothing if texts is None else nothing | (texts.str.strip_chars() == "").fill_null(value=False)

    def _texts(self, column: Column) -> pl.Series | None:
        """The texts of a column, null for values of another kind; None where none of them can be a text."""
        values = self._values(column)
        if isinstance(values, list):
            values = pl.Series(values=[v if isinstance(v, str) else None for v in values], dtype=pl.String)
        return values if values.dtype == pl.String else None

    def _text_test(self, condition: TextTest) -> pl.Series:
        values, text = self._texts(condition.column), str(condition.text.value)
        if values is None:
            return self._unknown()
        if condition.test in ("contains", "matches"):
            return values.str.contains(text, literal=condition.test == "contains")
        return values.str.starts_with(text) if condition.test == "starts with" else values.str.ends_with(text)

    def _against(self, item: Item, sign: str, literal: Value) -> pl.Series:
        values, constant = self._values(item), self._constant(literal, item)
        if isinstance(values, list):
            return _truths(_pair(value, sign, constant) for value in values)
        kind = _kind_in(values)
        if kind != _kind_of(constant) or (kind == "boolean" and sign not in ("=", "!=")):
            return self._unknown()
        return _against_number(values, sign, constant) if kind == "number" else _compare(values, sign, constant)

    def _between(self, left: pl.Series | list[Any], sign: str, right: pl.Series | list[Any]) -> pl.Series:
        alike = isinstance(left, pl.Series) and isinstance(right, pl.Series) and left.dtype == right.dtype
        if isinstance(left, pl.Series) and alike and left.dtype != pl.Boolean:
            return _compare(left, sign, right)
        # Mixed types meet as Python values: polars would compare an integer and a number as floats.
        return _truths(_pair(one, sign, other) for one, other in zip(left, right, strict=True))

    def _among(self, condition: Among) -> pl.Series:
        values = self._values(condition.item)
        sets: dict[str | None, set[Any]] = {}
        for literal in condition.values:
            constant = self._constant(literal, condition.item)
            sets.setdefault(_kind_of(constant), set()).add(constant)
        if isinstance(values, list):
            kinds = [kind if kind in sets else None for kind in map(_kind_of, values)]
            found = _truths(
                None if kind is None else value in sets[kind] for kind, value in zip(kinds, values, strict=True)
            )
        elif (kind := _kind_in(values)) in sets:
            exact = sets[kind]
            if kind == "number":
                exact = {near for number in exact if (near := _nearest(number, values.dtype)) == number}
            found = values.is_in(pl.Series(values=list(exact), dtype=values.dtype).implode())
        else:
            found = self._unknown()
        return found | _truths([None]) if None in sets else found

    def _constant(self, literal: Value, item: Item) -> Any:
        if not isinstance(literal.value, str) or isinstance(item, Length) or self.schema[item.name].dtype != "time":
            return literal.value
        of_day, instant = self.frame[item.name].dtype == pl.Time, instant_of(literal.value)
        if instant is None or of_day != _is_time_of_day(literal.value):
            kind = "times of day" if of_day else "dates or times"
            raise ExpressionError(f"column {item.name!r} holds {kind}, got {literal}; {HINTS['time']}")
        return instant

    def _values(self, item: Item) -> pl.Series | list[Any]:
        """A series of one kind, or Python values where kinds mix or polars is not exact."""
        if isinstance(item, Length):
            return self._lengths(item.column)
        spec, series = self.schema[item.name], self.frame[item.name]
        values: pl.Series | list[Any] = [None] * len(series)
        if spec.encoded:
            values = [None if text is None else _document(text) for text in series.to_list()]
        elif spec.dtype == "time":
            values = _instants(series)
        elif spec.dtype == "number":
            values = series.cast(pl.Float64).fill_nan(None)
        elif spec.dtype == "integer":
            values = series if series.dtype == pl.UInt64 else series.cast(pl.Int64)
        elif spec.dtype in ("text", "boolean"):
            values = series.cast(pl.String if spec.dtype == "text" else pl.Boolean)
        return values

    def _lengths(self, column: Column) -> pl.Series:
        spec, series = self.schema[column.name], self.frame[column.name]
        lengths = pl.Series(values=[None] * len(series), dtype=pl.Int64)
        if spec.encoded:
            documents = self._values(column)
            sizes = [len(value) if isinstance(value, str | list | dict) else None for value in documents]
            lengths = pl.Series(values=sizes, dtype=pl.Int64)
        elif spec.dtype == "text":
            lengths = series.cast(pl.String).str.len_chars()
        elif isinstance(series.dtype, pl.Binary):
            lengths = series.bin.size()
        elif isinstance(series.dtype, pl.List):
            lengths = series.list.len()
        elif isinstance(series.dtype, pl.Array | pl.Struct):
            size = series.dtype.size if isinstance(series.dtype, pl.Array) else len(series.dtype.fields)
            lengths = pl.select(pl.when(series.is_not_null()).then(size)).to_series()
        return lengths.cast(pl.Int64)

    def _unknown(self) -> pl.Series:
        return _truths([None] * len(self.frame))
