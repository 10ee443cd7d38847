"""Which columns of the data a pipeline that ships works on; asks where none is certain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...operators.core.columns import accepts
from ...operators.core.schema import DType
from ...pipelines.builtin import Pipeline
from ...pipelines.validate import columns_needed
from ...tools.profile import HINTS, Profile
from ..state import Question
from .doubts import Decisions, Doubt, which_column
from .roles import alike


@dataclass(frozen=True)
class Bound:
    """The columns of a pipeline.

    Args:
        columns: the name in the data for each column of the pipeline that has one.
        fault: why the data cannot have one of them.
        doubt: asks for a column.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    doubt: Doubt | None = None


def bound_columns(pipeline: Pipeline, profile: Profile, decisions: Decisions, named: Sequence[str]) -> Bound:
    """The columns of the data that stand for those which a pipeline is written for.

    Args:
        decisions: the main text, and columns that a person chose.
        named: columns that the request names, in order.
    """
    if not profile.columns:
        return Bound()
    bound: dict[str, str] = {}
    if len(named) == len(pipeline.columns):
        bound = dict(zip(pipeline.columns, named, strict=True))
    needed = columns_needed(pipeline.workflow, {})
    for name in pipeline.columns:
        if name in bound:
            continue
        decided = decisions.bindings.get(f"{pipeline.name}.{name}")
        is_text = len(pipeline.columns) == 1 and name in HINTS
        if decided is not None:
            bound[name] = decided
        elif is_text and decisions.column is not None:
            bound[name] = decisions.column
        elif is_text:
            return Bound(bound, doubt=which_column(profile))
        elif name in profile.schema:
            bound[name] = name
        elif name not in needed:  # read where it is there
            continue
        else:
            free = [one for one in _fitting(needed[name].dtype, profile) if one not in bound.values()]
            found = _searched(pipeline, name, profile, free)
            if isinstance(found, str):
                bound[name] = found
            else:
                return replace(found, columns=bound)
    return Bound(bound)


def _fitting(dtype: DType, profile: Profile) -> Iterator[str]:
    """The columns of a type; of texts only those that are no keys or labels. What may be anything has the type json."""
    texts = profile.text_candidates()
    for column in profile.columns:
        fits = dtype == "json" or accepts((dtype,), column.dtype)
        if fits and (column.dtype != "text" or column.name in texts):
            yield column.name


def _searched(pipeline: Pipeline, name: str, profile: Profile, fitting: Sequence[str]) -> str | Bound:
    """The column with a name for the same thing, of those that fit; else a question, or why there is none."""
    like = [one for one in fitting if alike(one, name)]
    if len(like) == 1:
        return like[0]
    needs = f"The pipeline {pipeline.name} needs a column {name!r} with {pipeline.columns[name]}"
    if not fitting:
        there = ", ".join(profile.schema.names)
        return Bound(fault=f"{needs}, and the data has none; its columns: {there}.")

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        column = next((one for one in profile.schema.names if one.casefold() == answer.casefold()), None)
        if column is None:
            return None
        return replace(so_far, bindings={**so_far.bindings, f"{pipeline.name}.{name}": column})

    text = f"{needs}, which the data has not. Which is meant?"
    return Bound(doubt=Doubt(Question(text=text, options=tuple(fitting[:3])), decide))
