"""Functions that an assistant may call: their definitions, and arguments that fit them."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, JsonValue, ValidationError, WithJsonSchema

from ..core import RowError
from ..sft._talking import Written

MAX_SAID = 300
"""Most characters of what is said to be wrong with arguments; it may quote them."""
_NAMED_SCHEMAS = ("properties", "$defs", "definitions", "dependentSchemas")
_PLAIN_DATA = ("default", "enum", "const", "examples", "required", "example")
_REFUSED = ("pattern", "patternProperties")
"""What reaches outside the definition, or runs a foreign pattern."""
_ASKED_FOR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"const": "object"},
        "properties": {"type": "object", "additionalProperties": {"type": "object"}},
        "required": {"type": "array", "items": {"type": "string"}},
    },
}
"""What a model is asked for as parameters; more is allowed."""


def _checked(parameters: dict[str, JsonValue]) -> dict[str, JsonValue]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    properties = parameters.get("properties")
    if parameters.get("type") != "object" or not isinstance(properties, dict):
        raise ValueError("parameters must be a JSON schema of type object with properties")
    try:
        Draft202012Validator.check_schema(parameters)
    except SchemaError as error:
        raise ValueError(f"parameters are no JSON schema: {error.message[:MAX_SAID]}") from None
    for keyword in _keywords(parameters):
        if keyword.startswith("$") or keyword in _REFUSED:
            raise ValueError(f"parameters use {keyword!r}, which is not supported; describe the value in words")
    required = parameters.get("required", [])
    strange = [name for name in required if name not in properties] if isinstance(required, list) else []
    if strange:
        raise ValueError(f"required names {strange[0]!r}, which is no property")
    return parameters


class ToolFunction(BaseModel):
    """The definition of a function: its parameters are a JSON schema of type object."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_\-]{0,63}$")]
    description: Written
    parameters: Annotated[dict[str, JsonValue], AfterValidator(_checked), WithJsonSchema(_ASKED_FOR)]


def _distinct(functions: list[ToolFunction]) -> list[ToolFunction]:
    names = [function.name for function in functions]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"two functions are named {twice[0]!r}")
    return functions


class ToolFunctions(BaseModel):
    """The functions for a task, each with a name of its own."""

    functions: Annotated[list[ToolFunction], Field(min_length=1), AfterValidator(_distinct)]


def functions_of(value: Any, column: str) -> tuple[ToolFunction, ...]:
    """The functions in a value of a row.

    Raises:
        RowError: there are none (`no_value`), or they are not definitions of functions (`invalid_functions`).
    """
    if value is None or value == []:
        raise RowError("no_value", f"column {column!r} holds no functions")
    try:
        return tuple(ToolFunctions.model_validate({"functions": value}).functions)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"][1:]))
        raise RowError("invalid_functions", f"column {column!r}: {where} {first['msg']}"[:MAX_SAID]) from None


def argument_fault(functions: Sequence[ToolFunction], name: str, arguments: dict[str, JsonValue]) -> str | None:
    """What is wrong with a call, in a sentence, or None."""
    function = next((one for one in functions if one.name == name), None)
    if function is None:
        return f"there is no function {name!r}; there are {', '.join(one.name for one in functions)}"
    from jsonschema import Draft202012Validator

    known = function.parameters["properties"]
    unknown = [argument for argument in arguments if argument not in known]  # type: ignore[operator]
    if unknown and "additionalProperties" not in function.parameters:
        return f"{name} has no parameter {unknown[0]!r}; it has {', '.join(known) or 'none'}"  # type: ignore[arg-type]
    errors = Draft202012Validator(function.parameters).iter_errors(arguments)
    worst = min(errors, key=lambda error: [str(part) for part in error.absolute_path], default=None)
    if worst is None:
        return None
    place = ".".join(map(str, worst.absolute_path))
    return f"arguments of {name}{f' at {place}' if place else ''}: {worst.message[:MAX_SAID]}"


def _keywords(schema: Any) -> Iterator[str]:
    """The keywords of a schema and of those within it, without the names of properties and without data."""
    if isinstance(schema, list):
        for one in schema:
            yield from _keywords(one)
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        yield keyword
        if keyword in _NAMED_SCHEMAS and isinstance(value, dict):
            yield from _keywords([*value.values()])
        elif keyword not in _PLAIN_DATA:
            yield from _keywords(value)
