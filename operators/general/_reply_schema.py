"""Replies of a form that the user gives: the form is checked before a run, replies are checked and become columns."""

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from itertools import islice
from math import isfinite
from typing import Any

import orjson
from pydantic import JsonValue

from ..core import DType
from ..core.schema import INTERNAL
from ..core.structured import InvalidReply, Shape

_TYPES: dict[str, JsonValue] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "nested": ["array", "object"],
}
_DTYPES: dict[frozenset[str], DType] = {
    frozenset({"string"}): "text",
    frozenset({"integer"}): "integer",
    frozenset({"number"}): "number",
    frozenset({"integer", "number"}): "number",
    frozenset({"boolean"}): "boolean",
    frozenset({"array"}): "nested",
    frozenset({"object"}): "nested",
    frozenset({"array", "object"}): "nested",
}
_JSON_TYPES: dict[type, str] = {
    str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object",
    type(None): "null",
}  # fmt: skip
_ANY = frozenset({"anything"})
_MOST_ERRORS, _MOST_CHARS, _MOST_REFERENCES = 5, 200, 20
_INT64 = range(-(2**63), 2**63)

Form = Mapping[str, JsonValue]


def full_schema(form: Form) -> dict[str, JsonValue]:
    """The JSON schema of a form, which is one already or names a type for each column.

    Raises:
        ValueError: it is neither, or a schema that cannot be used.

    >>> full_schema({"score": "integer"})["properties"]
    {'score': {'type': 'integer'}}
    """
    if isinstance(form.get("properties"), dict):
        schema = dict(form)
        _check(schema)
    else:
        strange = [name for name, kind in form.items() if not isinstance(kind, str) or kind not in _TYPES]
        if strange or not form:
            said = f"{strange[0]!r} is {form[strange[0]]!r}" if strange else "it is empty"
            raise ValueError(
                f"reply_schema: {said}; give each column one of {', '.join(_TYPES)}, "
                "or a JSON schema of an object with properties"
            )
        properties: dict[str, JsonValue] = {name: {"type": _TYPES[str(kind)]} for name, kind in form.items()}
        schema = {
            "type": "object", "properties": properties, "required": [*form], "additionalProperties": False,
        }  # fmt: skip
    for name in columns_of(schema):
        if not name or name in INTERNAL:
            raise ValueError(f"reply_schema: {name!r} cannot be the name of a column")
    return schema


def columns_of(schema: Form) -> dict[str, DType]:
    """The column of each property, with its type; `json` where values of several types are allowed."""
    return {name: _DTYPES.get(_types(schema, part) - {"null"}, "json") for name, part in _properties(schema).items()}


def shape_of(schema: Form) -> Shape[dict[str, Any]]:
    """What a reply of the schema must be; it is read as the values of its columns, null for what it lacks."""
    return _shape(orjson.dumps(schema))


@lru_cache(maxsize=64)
def _shape(document: bytes) -> Shape[dict[str, Any]]:
    schema = orjson.loads(document)
    return Shape(schema, partial(_read, _validator(schema), columns_of(schema)))


def _read(validator: Any, columns: Mapping[str, DType], found: Any) -> dict[str, Any]:
    try:
        errors = [*islice(validator.iter_errors(found), _MOST_ERRORS)]
    except RecursionError:
        raise InvalidReply("it is nested too deep") from None
    if errors:
        said = (f"{'.'.join(map(str, e.absolute_path)) or 'the reply'}: {e.message[:_MOST_CHARS]}" for e in errors)
        raise InvalidReply("; ".join(said))
    return {name: _as(name, found.get(name), dtype) for name, dtype in columns.items()}


def _as(name: str, value: Any, dtype: DType) -> Any:
    """A valid value as its column holds it: JSON schema takes 4.0 for an integer and any integer for a number."""
    if value is None or dtype not in ("integer", "number"):
        return value
    if dtype == "integer" and int(value) in _INT64:
        return int(value)
    if dtype == "number" and isfinite(value):
        return float(value)
    raise InvalidReply(f"{name}: {str(value)[:_MOST_CHARS]} is beyond 64 bits")


def _validator(schema: Form) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry

    # An empty registry, since the default one fetches what a schema refers to.
    return validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())


def _check(schema: Form) -> None:
    from jsonschema import SchemaError

    if schema.get("type", "object") != "object":
        raise ValueError(f"reply_schema: a reply is an object, not {schema['type']!r}")
    if not schema["properties"]:
        raise ValueError("reply_schema: it has no properties, so there would be no column")
    try:
        _validator(schema).check_schema(schema)
    except SchemaError as error:
        place = ".".join(map(str, error.absolute_path))
        raise ValueError(f"reply_schema is no JSON schema: {place}: {error.message[:_MOST_CHARS]}") from None
    for reference in _references(schema):
        _resolved(schema, reference)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = [*part.values()]
    if isinstance(part, list):
        for one in part:
            yield from _references(one)


def _resolved(schema: Form, reference: str) -> Any:
    """The part of the schema that a reference names.

    Raises:
        ValueError: it names none.
    """
    found: Any = schema
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    if not reference.startswith("#") or reference[1:2] not in ("", "/") or found is None:
        raise ValueError(f"reply_schema: {reference!r} is no part of the schema; refer to '#/$defs/NAME'")
    return found


def _properties(schema: Form) -> dict[str, Any]:
    properties = schema["properties"]
    return properties if isinstance(properties, dict) else {}


def _types(schema: Form, part: Any, references: int = 0) -> frozenset[str]:
    """The JSON types that a part of the schema allows."""
    if not isinstance(part, dict):
        return _ANY
    if "$ref" in part:
        within = references < _MOST_REFERENCES
        return _types(schema, _resolved(schema, part["$ref"]), references + 1) if within else _ANY
    if "type" in part:
        return frozenset([part["type"]] if isinstance(part["type"], str) else part["type"])
    values = part.get("enum", [part["const"]] if "const" in part else [])
    if values:
        return frozenset(_JSON_TYPES[type(value)] for value in values)
    parts = part.get("anyOf") or part.get("oneOf") or []
    return frozenset().union(*(_types(schema, one, references + 1) for one in parts)) or _ANY
