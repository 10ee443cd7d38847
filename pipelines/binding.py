"""Gives the columns of a workflow other names, wherever its steps name them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

from pydantic import JsonValue

from ..operators.core.columns import markers
from ..operators.core.expression import Column, Expression, RowExpression, parse_expression
from ..operators.core.operator import Operator
from ..operators.core.prompts import prompted_options, template
from ..operators.core.registry import all_operators
from .workflow import Step, Workflow

_IS_CONDITION = get_args(RowExpression)[1]


def rebound(workflow: Workflow, columns: Mapping[str, str]) -> Workflow:
    """The workflow with other columns: in options that name columns, set or by default, and in conditions.

    Args:
        columns: the new name for each old one. Steps whose operators are unknown stay as they are.
    """
    if all(old == new for old, new in columns.items()):
        return workflow
    return workflow.model_copy(update={"steps": tuple(_step(step, columns) for step in workflow.steps)})


def _step(step: Step, columns: Mapping[str, str]) -> Step:
    operator = all_operators().get(step.operator)
    if operator is None:
        return step
    changed = {name: new for name in operator.model_fields if (new := _option(step, operator, name, columns))}
    where = None if step.where is None else _condition(step.where, columns)
    return step.model_copy(update={"options": {**step.options, **changed}, "where": where})


def _option(step: Step, operator: type[Operator], name: str, columns: Mapping[str, str]) -> JsonValue:
    """The value that an option gets; None where it stays as it is."""
    info = operator.model_fields[name]
    value: Any = step.options[name] if name in step.options else info.get_default(call_default_factory=True)
    if isinstance(value, str) and _IS_CONDITION in info.metadata:
        new = _condition(value, columns)
    elif isinstance(value, str) and name in prompted_options(operator):
        new = template(value).renamed(columns).text if set(template(value).names) & columns.keys() else value
    elif isinstance(value, str) and any(markers(operator, name)):
        new = columns.get(value, value)
    elif isinstance(value, list | tuple) and any(markers(operator, name)):
        several: list[JsonValue] = [columns.get(one, one) for one in value]
        return None if several == [*value] else several
    else:
        return None
    return None if new == value else new


def _condition(text: str, columns: Mapping[str, str]) -> str:
    expression = parse_expression(text)
    if not set(expression.columns()) & columns.keys():
        return text
    return str(Expression(_renamed(expression.condition, columns)))


def _renamed(part: Any, columns: Mapping[str, str]) -> Any:
    """A part of a condition, with its columns renamed."""
    if isinstance(part, Column):
        return Column(columns.get(part.name, part.name))
    if isinstance(part, tuple):
        return tuple(_renamed(one, columns) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{one.name: _renamed(getattr(part, one.name), columns) for one in fields(part)})
    return part
