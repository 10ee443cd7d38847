"""Fits a workflow that was made for other data to this data: the column with the main text may have another name."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...operators.core.columns import markers
from ...operators.core.registry import all_operators
from ...pipelines.binding import rebound
from ...pipelines.validate import columns_needed, validate
from ...pipelines.workflow import Step, Workflow, free_id
from ...tools.profile import Profile
from .documents import READER
from .sameness import names_column

_TOLD_LATER = frozenset({"missing_need", "missing_resource"})
"""What this machine lacks is no matter of the data; the check of the plan tells it."""


class Misfit(Exception):
    """A workflow that cannot be used for the data; says why."""


@dataclass(frozen=True)
class Fit:
    """A workflow for this data, and what is said about it."""

    workflow: Workflow
    notes: tuple[str, ...] = ()


def steps_of(workflow: Workflow) -> list[tuple[str, str, str | None]]:
    """What the steps do: operator, options and condition of each, whatever they are called."""
    return [(one.operator, json.dumps(one.options, sort_keys=True), one.where) for one in workflow.steps]


def fitted(workflow: Workflow, reading: Workflow, profile: Profile, said: Sequence[str]) -> Fit:
    """The workflow with the main text's column as this data has it.

    Args:
        reading: what the same request is read as for this data; its columns are those that are meant now.
        said: all words that led to the workflow; a column that they name keeps its name.

    Raises:
        Misfit: other columns are missing, or meant, than the one with the main text.
    """
    workflow = _unread(workflow, reading)
    moved = _moved(workflow, reading) or _missing(workflow, profile)
    notes: tuple[str, ...] = ()
    if moved:
        ((old, new),) = moved.items() if len(moved) == 1 else ((None, None),)
        if old is None or new is None:
            raise Misfit(f"it is about other columns ({', '.join(sorted(moved))})")
        if names_column(said, old):
            raise Misfit(f"its words name the column {old!r}")
        if new in columns_needed(workflow, {}):
            raise Misfit(f"it uses the column {new!r} for something else")
        workflow, notes = rebound(workflow, moved), (f"The text is taken from the column “{new}”, then “{old}”.",)
    faults = [one for one in validate(workflow, profile.schema) if one.severity == "error"]
    wrong = next((one for one in faults if one.code not in _TOLD_LATER), None)
    if wrong is not None:
        raise Misfit(wrong.message)
    main, shared = profile.text_column(), {a.operator for a in workflow.steps} & {b.operator for b in reading.steps}
    needed = columns_needed(workflow, {}).names
    texts = [name for name in needed if name in profile.schema and profile.schema[name].dtype == "text"]
    if main and texts and main not in texts and not shared and not all(names_column(said, name) for name in texts):
        raise Misfit(f"it reads {', '.join(map(repr, texts))}, and the text is in {main!r} here")
    return Fit(workflow, notes)


def in_order(workflow: Workflow, model: Workflow) -> Workflow:
    """The workflow with the step ids of another one, where operators are the same, in order of their occurrence."""
    ids: dict[str, list[str]] = {}
    for step in model.steps:
        ids.setdefault(step.operator, []).append(step.id)
    taken = {step.id for step in model.steps}
    steps: list[Step] = []
    for step in workflow.steps:
        same = ids.get(step.operator, [])
        name = same.pop(0) if same else free_id(step.operator, taken)
        taken.add(name)
        steps.append(step.model_copy(update={"id": name}))
    return workflow.model_copy(update={"steps": tuple(steps)})


def _unread(workflow: Workflow, reading: Workflow) -> Workflow:
    """Without the step that read the documents of then: whoever plans for documents puts it first again."""
    if any(step.operator == READER for step in reading.steps):
        return workflow
    kept = tuple(step for step in workflow.steps if step != Step(id=step.id, operator=READER))
    return workflow.model_copy(update={"steps": kept}) if kept else workflow


def _moved(workflow: Workflow, reading: Workflow) -> dict[str, str]:
    """The columns that the same operators take from elsewhere for this data."""
    moved: dict[str, str] = {}
    for step in workflow.steps:
        other = next((one for one in reading.steps if one.operator == step.operator), None)
        if other is not None:
            then, now = _columns(step), _columns(other)
            moved.update({then[name]: now[name] for name in then.keys() & now.keys() if then[name] != now[name]})
    return moved


def _columns(step: Step) -> dict[str, str]:
    """The columns that options of a step name, by option."""
    cls = all_operators()[step.operator]
    named: dict[str, Any] = {
        name: step.options.get(name, info.get_default(call_default_factory=True))
        for name, info in cls.model_fields.items()
        if any(markers(cls, name))
    }
    return {name: value for name, value in named.items() if isinstance(value, str)}


def _missing(workflow: Workflow, profile: Profile) -> dict[str, str]:
    """The main text's column for the one that is missing, if one is."""
    faults = [one for one in validate(workflow, profile.schema) if one.code == "missing_column"]
    gone, main = {str(one.got) for one in faults}, profile.text_column()
    return dict.fromkeys(gone, main) if main is not None else {}
