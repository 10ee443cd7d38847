"""Every operator as a langchain tool: its call describes a step and runs nothing."""

from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..operators.core import InvalidInput, Operator, all_operators
from ..pipelines.validate import build
from ..pipelines.workflow import Step

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

WHERE = {
    "anyOf": [{"type": "string"}, {"type": "null"}],
    "default": None,
    "description": "Only rows for which this holds, such as `lang = 'en' and length(text) > 10`; null for all rows.",
}


def operator_tools(names: Iterable[str] | None = None) -> list["StructuredTool"]:
    """The tools of some operators in the order given, or of all in name order.

    Raises:
        KeyError: there is no such operator.
    """
    known = all_operators()
    return [operator_tool(known[name]) for name in (known if names is None else names)]


def operator_tool(operator: type[Operator]) -> "StructuredTool":
    """The tool of one operator.

    `invoke` with options, and `where` if wanted, returns a `Step`; with a model's tool call it returns the message for
    the model, whose artifact is the step. The step holds the options that the caller gave, no others.
    """
    from langchain_core.tools import StructuredTool

    def describe_step(**given: Any) -> tuple[Step, Step]:
        step = step_of(operator, given)
        return step, step

    return StructuredTool(
        name=operator.name,
        description=description_of(operator),
        # As a JSON schema: langchain then hands over what was given, without defaults, and we find the faults.
        args_schema=arguments_of(operator),
        func=describe_step,
        response_format="content_and_artifact",
    )


def step_of(operator: type[Operator], given: Mapping[str, Any]) -> Step:
    """The step that a call describes.

    Args:
        given: options, and `where` if wanted.

    Raises:
        InvalidInput: all that is wrong with them.
    """
    options = {name: value for name, value in given.items() if name != "where"}
    step = step_from(operator.name, operator.name, options, given.get("where"))
    _, faults = build(step)
    if faults:
        raise InvalidInput(faults)
    return step


def step_from(step_id: str, operator: str, options: Mapping[str, Any], where: Any) -> Step:
    """A step from plain data, its options not yet looked at.

    Raises:
        InvalidInput: the options are no JSON, or `where` is no condition.
    """
    try:
        return Step(id=step_id, operator=operator, options=dict(options), where=where or None)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems]
        raise InvalidInput.of("invalid_step", f"step {step_id!r}: {'; '.join(lines)}") from None


def arguments_of(operator: type[Operator]) -> dict[str, Any]:
    """JSON schema of the options plus `where`."""
    schema = operator.model_json_schema()
    properties = {**schema.get("properties", {}), "where": WHERE}
    return {**schema, "title": operator.name, "description": description_of(operator), "properties": properties}


def description_of(operator: type[Operator]) -> str:
    """What the operator does, and requests that mean it."""
    summary = cleandoc(operator.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    phrases = "; ".join(operator.phrases)
    return f"{summary} For requests such as: {phrases}." if phrases else summary
