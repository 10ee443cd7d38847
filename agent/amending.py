"""Plans that are mended or changed by edits; pure functions."""

from collections.abc import Iterable, Iterator

from ..operators.core import Fault, InvalidInput
from ..pipelines.edits import InsertStep, PlanEdit, SetOption, apply_edit, describe, parse_edit
from ..pipelines.workflow import Workflow
from .state import Ask, Change, Check, Draft


def repaired(workflow: Workflow, faults: Iterable[Fault]) -> tuple[Workflow, list[str]]:
    """A workflow with the suggestions of its error faults applied, and a line for each that was.

    A suggestion that no longer fits, since one before it changed the step, is left out.
    """
    done: list[str] = []
    for fault in faults:
        if fault.severity != "error" or fault.suggestion is None:
            continue
        try:
            edit = parse_edit(fault.suggestion)
            line, workflow = describe(edit, workflow), apply_edit(workflow, edit)
        except InvalidInput:
            continue
        done.append(line)
    return workflow, done


def amended(draft: Draft, change: Change) -> tuple[Draft, list[str]]:
    """A plan with a change applied, and a line for each edit.

    Clauses served by a step that was edited are checked by the change's own asks; where it brings none they stay,
    but are no longer checkable: what was asked first may not be what is wished now.

    Raises:
        InvalidInput: an edit does not fit the plan; nothing is changed.
    """
    workflow, lines = draft.workflow, list[str]()
    for edit in change.edits:
        lines.append(describe(edit, workflow))
        workflow = apply_edit(workflow, edit)
    ids = {step.id for step in workflow.steps}
    void = tuple(_void(draft.workflow, change, workflow))
    reasons = {step: reason for step, reason in {**draft.reasons, **change.reasons}.items() if step in ids}
    update = {
        "workflow": workflow,
        "reasons": reasons,
        "asks": _asks(draft, change, ids),
        "notes": tuple(note for note in draft.notes if not note.startswith(void)),
        "not_covered": tuple(dict.fromkeys([*draft.not_covered, *change.not_covered])),
        "question": change.question or draft.question,
    }
    return draft.model_copy(update=update), lines


def _void(before: Workflow, change: Change, after: Workflow) -> Iterator[str]:
    """How the notes begin that a change makes untrue: those on operators that are gone and on options it sets."""
    yield from (
        f"{gone}: " for gone in {step.operator for step in before.steps} - {step.operator for step in after.steps}
    )
    operators = {step.id: step.operator for step in before.steps}
    for edit in change.edits:
        if isinstance(edit, SetOption) and edit.step in operators:
            yield f"{operators[edit.step]}: {edit.option} is "


def _asks(draft: Draft, change: Change, ids: set[str]) -> tuple[Ask, ...]:
    touched = {_touched(edit) for edit in change.edits}
    replaced = {step for ask in change.asks for step in ask.steps}
    kept = []
    for ask in draft.asks:
        steps = tuple(step for step in ask.steps if step in ids)
        if ask.steps and (not steps or replaced & touched & {*steps}):
            continue
        check = Check() if touched & {*steps} else ask.check
        kept.append(ask.model_copy(update={"steps": steps, "check": check}))
    return (*kept, *change.asks)


def _touched(edit: PlanEdit) -> str:
    return edit.step.id if isinstance(edit, InsertStep) else edit.step
