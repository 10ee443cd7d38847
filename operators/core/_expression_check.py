"""Why a row expression cannot be asked of rows: a sentence for each unknown column and each wrong use of a type."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from ._expression_rows import instant_of
from ._expression_tree import (
    HINTS,
    Among,
    Column,
    Compare,
    Condition,
    IsBlank,
    Junction,
    Length,
    Not,
    Operand,
    TextTest,
    Value,
)
from .errors import near_name
from .schema import Schema

MAX_LISTED = 30

_KINDS = {"text": "text", "integer": "number", "number": "number", "boolean": "boolean", "time": "time", "json": "any"}
_MEASURED = ("text", "json", "nested", "vector", "bytes")


def columns_of(part: object) -> Iterator[Column]:
    if isinstance(part, Column):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from columns_of(item)
    elif is_dataclass(part):
        yield from columns_of(tuple(getattr(part, field.name) for field in fields(part)))


def missing_column(name: str, schema: Schema) -> str:
    near = near_name(name, schema.names)
    here = ", ".join(map(repr, schema.names[:MAX_LISTED])) or "none"
    more = f" and {len(schema.names) - MAX_LISTED} more" if len(schema.names) > MAX_LISTED else ""
    hint = f"did you mean {near!r}?" if near else "if it is a text, put it in quotes;"
    return f"there is no column {name!r}; {hint} columns here: {here}{more}"


def faults(condition: Condition, schema: Schema) -> Iterator[str]:
    match condition:
        case Not(term):
            yield from faults(term, schema)
        case Junction(_, terms):
            for term in terms:
                yield from faults(term, schema)
        case _ if any(column.name not in schema for column in columns_of(condition)):
            return
        case TextTest(column, test):
            if schema[column.name].dtype not in ("text", "json"):
                yield f"{test!r} is for text, but {column.name!r} is of type {schema[column.name].dtype}"
        case IsBlank(column):
            if schema[column.name].dtype not in ("text", "json"):
                yield f"'blank' is for text, but {column.name!r} is of type {schema[column.name].dtype}"
        case Compare(left, sign, right):
            yield from _length_faults((left, right), schema)
            yield from _mismatch(left, sign, right, schema)
        case Among(item, values):
            yield from _length_faults((item,), schema)
            for value in values:
                yield from _mismatch(item, "=", value, schema)


def _length_faults(operands: Iterable[Operand], schema: Schema) -> Iterator[str]:
    for operand in operands:
        if isinstance(operand, Length) and (dtype := schema[operand.column.name].dtype) not in _MEASURED:
            yield f"length() is for {', '.join(_MEASURED)}, but {operand.column.name!r} is of type {dtype}"


def _kind(operand: Operand, schema: Schema) -> str:
    if isinstance(operand, Column):
        return _KINDS.get(schema[operand.name].dtype, "opaque")
    return operand.kind if isinstance(operand, Value) else "number"


def _described(operand: Operand, schema: Schema) -> str:
    if isinstance(operand, Column):
        return f"{operand.name!r} (of type {schema[operand.name].dtype})"
    return f"{operand} (a number)" if isinstance(operand, Length) else f"the {operand.kind} {operand}"


def _mismatch(left: Operand, sign: str, right: Operand, schema: Schema) -> Iterator[str]:
    """At most one sentence on why the two cannot be compared."""
    if isinstance(left, Value):
        left, right = right, left
    kinds = {_kind(left, schema), _kind(right, schema)}
    if "opaque" in kinds:
        name = next(side for side in (left, right) if _kind(side, schema) == "opaque")
        yield f"{_described(name, schema)} has no comparison; allowed are `{name} is null` and `length({name})`"
    elif "null" in kinds:
        yield f"a comparison of {left} with null never holds; write '{left} is null' or '{left} is not null'"
    elif isinstance(right, Value) and kinds == {"time", "text"}:
        if instant_of(str(right.value)) is None:
            yield f"{right} is no ISO time for {_described(left, schema)}; {HINTS['time']}"
    elif len(kinds - {"any"}) > 1 or kinds == {"time", "any"}:
        hint = _hint(_kind(left, schema), right) if isinstance(right, Value) else ""
        yield f"{_described(left, schema)} cannot be compared with {_described(right, schema)}{hint}"
    elif "boolean" in kinds and sign not in ("=", "!="):
        yield f"true and false have no order, got {left} {sign} {right}; allowed are = and !="


def _hint(kind: str, wrong: Value) -> str:
    """What to write instead of a literal of the wrong kind."""
    if kind == "text":
        return f'; as a text it is written "{wrong}"'
    if kind == "number" and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(wrong.value)):
        return f"; as a number it is written {wrong.value}"
    return f"; {HINTS[kind]}"
