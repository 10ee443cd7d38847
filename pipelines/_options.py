"""From a step to its operator, with a fault for every option that is wrong."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from ..operators.core.columns import Writes, markers
from ..operators.core.errors import Fault, near_name
from ..operators.core.operator import Operator
from ..operators.core.registry import all_operators
from .edits import PlanEdit, ReplaceStep, SetOption, printable
from .workflow import Step

LISTED = 12
REASON = 400
WHOLE = ""
"""Stands for the option when a rule over several options is broken."""
OUT_OF_BOUNDS = frozenset(
    {
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "multiple_of",
        "too_short",
        "too_long",
        "string_too_short",
        "string_too_long",
    }
)
NO_SEQUENCE = frozenset({"tuple_type", "list_type", "set_type", "frozen_set_type"})
TYPE_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "object": "a mapping",
    "null": "null",
}
BOUND_NAMES = {
    "minimum": "of at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "of at most {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "that {} divides",
    "minLength": "of at least {} characters",
    "maxLength": "of at most {} characters",
    "minItems": "with at least {} entries",
    "maxItems": "with at most {} entries",
}

Errors = dict[str, list[ErrorDetails]]


@dataclass(frozen=True)
class Examined:
    """What can be said of a step by itself.

    `known` is the class of its operator, None if there is none. `operator` is None when an option is wrong.
    `stand_in` is the operator, or else what it would be once the options are mended, so that columns can be followed
    past it; None where that cannot be told.
    """

    known: type[Operator] | None
    faults: list[Fault]
    operator: Operator | None = None
    stand_in: Operator | None = None

    @property
    def writes_nothing(self) -> bool:
        """Whether the operator leaves the columns as they are, whatever its options."""
        known = self.known
        if known is None or known.writes is not Operator.writes or known.output_schema is not Operator.output_schema:
            return False
        return not any(isinstance(mark, Writes) for option in known.model_fields for mark in markers(known, option))


def examine(step: Step) -> Examined:
    """Build the operator of a step, and say all that is wrong with its options."""
    known = all_operators().get(step.operator)
    if known is None:
        return Examined(None, [_unknown_operator(step)])
    errors = _errors(known, step.options)
    if not errors:
        operator = known.model_validate(step.options)
        return Examined(known, [], operator, operator)
    faults = [_fault(step, known, option, found) for option, found in errors.items()]
    return Examined(known, faults, stand_in=_stand_in(step, known, errors))


def build(step: Step) -> tuple[Operator | None, list[Fault]]:
    """The operator of a step.

    Returns:
        The operator, or None when there is none of that name or an option is wrong; and all faults.
    """
    examined = examine(step)
    return examined.operator, examined.faults


def fault(
    code: str,
    step: Step,
    message: str,
    *,
    warning: bool = False,
    got: JsonValue = None,
    allowed: JsonValue = None,
    suggestion: PlanEdit | None = None,
) -> Fault:
    """A fault of one step; the message says which."""
    return Fault(
        code=code,
        message=f"step {step.id!r}: {message}",
        severity="warning" if warning else "error",
        step=step.id,
        got=got,
        allowed=allowed,
        suggestion=None if suggestion is None else suggestion.model_dump(mode="json"),
    )


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, whatever the case; None if none does."""
    folded = {one.casefold(): one for one in known}
    found = near_name(name.casefold(), folded)
    return None if found is None else folded[found]


def quoted(name: str) -> str:
    """A name for a message."""
    return f"'{printable(name)}'"


def listed(names: Iterable[str]) -> str:
    """The first names of a list for a message."""
    known = list(names)
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return (", ".join(map(quoted, known[:LISTED])) or "none") + more


def _unknown_operator(step: Step) -> Fault:
    known = all_operators()
    found = near(step.operator, known)
    hint = f"did you mean {quoted(found)}?" if found else "`dataflow-agent operators list` shows those there are"
    return fault(
        "unknown_operator",
        step,
        f"there is no operator {quoted(step.operator)}; {hint}",
        got=step.operator,
        allowed=None if found is None else [found],
        suggestion=None if found is None else ReplaceStep(step=step.id, operator=found),
    )


def _errors(known: type[BaseModel], options: dict[str, Any]) -> Errors:
    errors: Errors = {}
    try:
        known.model_validate(options)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            errors.setdefault(str(found["loc"][0]) if found["loc"] else WHOLE, []).append(found)
    for option, value in options.items():
        if option not in errors and not _is_finite(value):
            errors[option] = [ErrorDetails(type="finite_number", loc=(option,), msg="not finite", input=value)]
    given = [option for option in options if option in errors]
    return {option: errors[option] for option in dict.fromkeys([*given, *errors])}


def _is_finite(value: JsonValue) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _fault(step: Step, known: type[Operator], option: str, errors: list[ErrorDetails]) -> Fault:
    kind = errors[0]["type"]
    if not errors[0]["loc"]:
        return fault("invalid_option", step, f"{_reason(errors)} ({step.operator})", got=dict(step.options))
    if kind == "extra_forbidden" and len(errors[0]["loc"]) == 1:
        return _unknown_option(step, known, option)
    wanted = _wanted(known, option)
    if kind == "missing" and len(errors[0]["loc"]) == 1:
        message = f"the option {quoted(option)} of {step.operator} must be given: {wanted}"
        return fault("missing_option", step, message, allowed=wanted)
    value = step.options.get(option)
    own = f"; {_reason(errors)}" if kind == "value_error" else ""
    # YAML 1.1 reads these words as truth values, also the language code of Norwegian.
    own += "; in YAML, words such as no, yes, on and off need quotes" if kind == "string_type" else ""
    return fault(
        "option_out_of_bounds" if kind in OUT_OF_BOUNDS else "invalid_option",
        step,
        f"option {quoted(option)} of {step.operator} got {_json(value)}; allowed: {wanted}{own}",
        got=value if _is_finite(value) else str(value),
        allowed=wanted,
        suggestion=_better_value(step, known, option, errors[0]),
    )


def _unknown_option(step: Step, known: type[Operator], option: str) -> Fault:
    names = list(known.model_fields)
    found = near(option, names)
    hint = f"did you mean {quoted(found)}? " if found else ""
    return fault(
        "unknown_option",
        step,
        f"{step.operator} has no option {quoted(option)}; {hint}Its options: {listed(names)}",
        got=option,
        allowed=[*names],
        suggestion=None if found is None else _renamed(step, option, found),
    )


def _renamed(step: Step, wrong: str, right: str) -> SetOption:
    if right in step.options:
        return SetOption(step=step.id, option=wrong, unset=True)
    return SetOption(step=step.id, option=right, value=step.options[wrong], instead_of=wrong)


def _better_value(step: Step, known: type[Operator], option: str, error: ErrorDetails) -> SetOption | None:
    """What is surely meant: a choice that is misspelled, or a list of the one value given."""
    value = step.options.get(option)
    better: JsonValue = None
    if error["type"] == "literal_error" and isinstance(value, str):
        better = near(value, [one for one in _choices(known, option) if isinstance(one, str)])
    elif error["type"] in NO_SEQUENCE and isinstance(value, str | int | float):
        better = [value]
    if better is None or option in _errors(known, {**step.options, option: better}):
        return None
    return SetOption(step=step.id, option=option, value=better)


def _stand_in(step: Step, known: type[Operator], errors: Errors) -> Operator | None:
    options = dict(step.options)
    for option in errors:
        meant = near(option, known.model_fields)
        if option in known.model_fields and not any(markers(known, option)):
            options.pop(option, None)
        elif option not in known.model_fields and meant:
            options.setdefault(meant, options[option])
            del options[option]
    return None if _errors(known, options) else known.model_validate(options)


def _reason(errors: list[ErrorDetails]) -> str:
    return printable("; ".join(dict.fromkeys(one["msg"].removeprefix("Value error, ") for one in errors)), REASON)


def _json(value: JsonValue) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def _json_schema(known: type[BaseModel], option: str) -> tuple[dict[str, Any], dict[str, Any]]:
    document = known.model_json_schema()
    return document["properties"][option], document.get("$defs", {})


def _wanted(known: type[BaseModel], option: str) -> str:
    return _worded(*_json_schema(known, option))


def _choices(known: type[BaseModel], option: str) -> list[Any]:
    schema, _ = _json_schema(known, option)
    return [value for one in schema.get("anyOf", [schema]) for value in one.get("enum", [])]


def _worded(schema: dict[str, Any], shared: dict[str, Any]) -> str:
    """What a JSON schema allows, in words."""
    if "$ref" in schema:
        return _worded(shared.get(schema["$ref"].rpartition("/")[2], {}), {})
    if "anyOf" in schema:
        return " or ".join(_worded(one, shared) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return "one of " + ", ".join(map(_json, schema.get("enum", [schema.get("const")])))
    bounds = [text.format(schema[key]) for key, text in BOUND_NAMES.items() if key in schema]
    kind = schema.get("type", "")
    if kind == "array":
        items = _worded(schema["items"], shared) if "items" in schema else "any values"
        return " ".join([f"a list, each entry {items}", *bounds])
    return " ".join([TYPE_NAMES.get(kind, "any value"), " and ".join(bounds)]).strip()
