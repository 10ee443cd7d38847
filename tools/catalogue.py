"""Finding operators, pipelines and past workflows, and describing an operator."""

from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..memory.catalog import Catalog, EntryKind
from ..operators.core import InvalidInput, all_operators, near_name
from ..pipelines.builtin import builtins
from .datasets import shown_value
from .operators import arguments_of
from .wiring import tool_of

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

Wanted = Annotated[str, Field(description="What is wanted, in plain words.")]
HitCount = Annotated[int, Field(ge=1, le=50, description="Most hits.")]
Kind = Annotated[EntryKind | None, Field(description="Only entries of this kind; null for all.")]
OperatorName = Annotated[str, Field(description="Name of an operator.")]


def catalogue_tools(catalog: Catalog) -> list["StructuredTool"]:
    """The tools over a catalogue."""

    def search_catalogue(text: Wanted, k: HitCount = 6, kind: Kind = None) -> list[dict[str, Any]]:
        """Operators, pipelines and past workflows that some words mean, best first, each with its score from 0 to 1."""
        return found(catalog, text, k, kind)

    return [tool_of(search_catalogue), tool_of(describe_operator)]


def found(catalog: Catalog, text: str, k: int = 6, kind: EntryKind | None = None) -> list[dict[str, Any]]:
    """What some words mean, as plain data, best first; what ships comes with a line of description."""
    summaries = {("operator", name): _summary(one.__doc__) for name, one in all_operators().items()}
    summaries |= {("pipeline", name): one.title for name, one in builtins().items()}
    return [
        {
            "name": hit.name,
            "kind": hit.kind,
            "score": hit.score,
            "summary": summaries.get((hit.kind, hit.name), ""),
        }
        for hit in catalog.search(text, k, kind)
    ]


def describe_operator(name: OperatorName) -> dict[str, Any]:
    """What an operator does, its options with types, bounds and defaults, its prompts, and rows in and out.

    Raises:
        InvalidInput: there is no such operator.
    """
    known = all_operators()
    if name not in known:
        near = near_name(name, known)
        hint = f"did you mean {near!r}?" if near else "`dataflow-agent operators list` shows those there are"
        message = f"there is no operator {name!r}; {hint}"
        raise InvalidInput.of("unknown_operator", message, got=name, allowed=[near] if near else None)
    operator = known[name]
    example = operator.example()
    return {
        "name": name,
        "kind": operator.kind,
        "scope": operator.scope,
        "needs": [*operator.needs],
        "description": cleandoc(operator.__doc__ or ""),
        "phrases": [*operator.phrases],
        "arguments": arguments_of(operator),
        "prompts": operator(**example.options).prompts(),
        "example": shown_value({"options": example.options, "rows": example.input_rows(), "out": example.expected()}),
    }


def _summary(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
