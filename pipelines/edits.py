"""Typed changes of a workflow, shared by repair, chat, interface and undo: apply, invert, compare, describe."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError, model_validator

from ..operators.core.columns import ColumnName
from ..operators.core.errors import Fault, InvalidInput, near_name
from ..operators.core.expression import RowExpression
from ..operators.core.registry import all_operators
from .workflow import MAX_STEPS, Step, StepId, Workflow

SHOWN_CHARACTERS = 60


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InsertStep(_Edit):
    """A new step: at a position counted from 0, or right after another step, or else at the end."""

    edit: Literal["insert"] = "insert"
    step: Step
    index: int | None = Field(default=None, ge=0)
    after: StepId | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "InsertStep":
        if self.index is not None and self.after is not None:
            raise ValueError("give `index` or `after`, not both")
        return self


class RemoveStep(_Edit):
    """A step goes."""

    edit: Literal["remove"] = "remove"
    step: StepId


class ReplaceStep(_Edit):
    """A step gets another operator; it keeps its id, its place and `where`, and its options when none are given."""

    edit: Literal["replace"] = "replace"
    step: StepId
    operator: str
    options: dict[str, JsonValue] | None = None


class MoveStep(_Edit):
    """A step goes to another position, counted from 0 in the workflow that results."""

    edit: Literal["move"] = "move"
    step: StepId
    index: int = Field(ge=0)


class SetOption(_Edit):
    """An option gets a value (null is one), or with `unset` goes back to its default.

    `instead_of` names a wrongly spelled option that goes at the same time.
    """

    edit: Literal["set_option"] = "set_option"
    step: StepId
    option: str
    value: JsonValue = None
    unset: bool = False
    instead_of: str | None = None

    @model_validator(mode="after")
    def _value_or_unset(self) -> "SetOption":
        if not self.unset and "value" not in self.model_fields_set:
            raise ValueError("give `value`, or `unset: true` for the default")
        if self.unset and (self.value is not None or self.instead_of is not None):
            raise ValueError("`unset` goes with neither `value` nor `instead_of`")
        return self


class BindColumn(_Edit):
    """An option that names a column, or several, names others."""

    edit: Literal["bind_column"] = "bind_column"
    step: StepId
    option: str
    column: ColumnName | tuple[ColumnName, ...]


class SetWhere(_Edit):
    """A step gets another condition on rows; null for all rows."""

    edit: Literal["set_where"] = "set_where"
    step: StepId
    where: RowExpression | None


PlanEdit = Annotated[
    InsertStep | RemoveStep | ReplaceStep | MoveStep | SetOption | BindColumn | SetWhere, Field(discriminator="edit")
]
_PLAN_EDIT: TypeAdapter[PlanEdit] = TypeAdapter(PlanEdit)


def parse_edit(document: Any) -> PlanEdit:
    """An edit from plain data, such as the suggestion of a fault.

    Raises:
        InvalidInput: it is no edit; names every field that is wrong.
    """
    try:
        return _PLAN_EDIT.validate_python(document)
    except ValidationError as error:
        raise InvalidInput(
            Fault(code="invalid_edit", message=f"edit: {'.'.join(map(str, one['loc'])) or 'document'}: {one['msg']}")
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ) from None


def apply_edit(workflow: Workflow, edit: PlanEdit) -> Workflow:
    """The workflow after one edit.

    Raises:
        InvalidInput: the step or the position does not exist, or the id of a new step is taken.
    """
    steps = list(workflow.steps)
    match edit:
        case InsertStep():
            steps.insert(_place(steps, edit), edit.step)
        case RemoveStep():
            del steps[_position(steps, edit.step)]
        case MoveStep():
            moved = steps.pop(_position(steps, edit.step))
            steps.insert(_checked_index(edit.index, len(steps)), moved)
        case _:
            at = _position(steps, edit.step)
            steps[at] = _changed(steps[at], edit)
    return workflow.model_copy(update={"steps": tuple(steps)})


def apply_edits(workflow: Workflow, edits: Iterable[PlanEdit]) -> Workflow:
    """The workflow after several edits, each on the result of the one before.

    Raises:
        InvalidInput: see `apply_edit`.
    """
    for edit in edits:
        workflow = apply_edit(workflow, edit)
    return workflow


def invert(workflow: Workflow, edit: PlanEdit) -> PlanEdit:
    """The edit that undoes `edit`, which is about to be applied to `workflow`.

    Raises:
        InvalidInput: the edit cannot be applied.
    """
    apply_edit(workflow, edit)
    if isinstance(edit, InsertStep):
        return RemoveStep(step=edit.step.id)
    at = _position(workflow.steps, edit.step)
    old = workflow.steps[at]
    match edit:
        case RemoveStep():
            return InsertStep(step=old, index=at)
        case MoveStep():
            return MoveStep(step=old.id, index=at)
        case SetWhere():
            return SetWhere(step=old.id, where=old.where)
        case SetOption(instead_of=None) | BindColumn():
            return _option_edit(old.id, edit.option, old.options)
        case _:
            return ReplaceStep(step=old.id, operator=old.operator, options=old.options)


def diff(before: Workflow, after: Workflow) -> list[PlanEdit]:
    """Edits that turn the steps of one workflow into those of another; a step is known by its id.

    Names, seeds and resources are not compared. Removals come first, then changes, then moves (as few as possible)
    and insertions in the order of `after`.
    """
    wanted = {step.id: step for step in after.steps}
    edits: list[PlanEdit] = [RemoveStep(step=step.id) for step in before.steps if step.id not in wanted]
    for step in before.steps:
        if step.id in wanted:
            edits += _step_diff(step, wanted[step.id])
    return edits + _order_diff([step.id for step in before.steps if step.id in wanted], after.steps)


def describe(edit: PlanEdit, before: Workflow) -> str:
    """One line for people that says what an edit changes in a workflow.

    Raises:
        InvalidInput: the edit cannot be applied.

    >>> flow = Workflow(steps=(Step(id="words", operator="word_count_filter", options={"min_words": 50}),))
    >>> describe(SetOption(step="words", option="min_words", value=80), flow)
    'words: min_words 50 -> 80'
    """
    after = apply_edit(before, edit)
    if isinstance(edit, InsertStep):
        at = _position(after.steps, edit.step.id)
        place = f"after {after.steps[at - 1].id}" if at else "as the first step"
        return f"{edit.step.id}: added {place}{_settings(edit.step)}"
    at = _position(before.steps, edit.step)
    old = before.steps[at]
    match edit:
        case RemoveStep():
            what = "removed"
        case MoveStep():
            what = f"moved from position {at + 1} to {edit.index + 1}"
        case SetWhere():
            what = f"rows where {_condition(old)} -> {_condition(after.steps[at])}"
        case ReplaceStep():
            new = after.steps[at]
            what = f"operator {_shown(old.operator)} -> {_shown(new.operator)}{_settings(new)}"
        case _:
            wrong = edit.instead_of if isinstance(edit, SetOption) else None
            was = f"{_shown(wrong)} {_setting(old, wrong)}" if wrong else _setting(old, edit.option)
            now = _setting(after.steps[at], edit.option)
            what = f"{_shown(edit.option)} {was} -> {now}" if not wrong else f"{was} -> {_shown(edit.option)} {now}"
    return f"{old.id}: {what}"


def printable(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """A text for one line of a message, cut to so many characters; what steers a terminal or turns the direction of
    writing is escaped.
    """
    short = text if len(text) <= most else f"{text[:most]}…"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in short)


def _position(steps: Sequence[Step], step_id: str) -> int:
    ids = [step.id for step in steps]
    if step_id in ids:
        return ids.index(step_id)
    near = near_name(step_id, ids)
    hint = f"; did you mean {near!r}?" if near else f"; its steps: {', '.join(ids) or 'none'}"
    message = f"the workflow has no step {step_id!r}{hint}"
    raise InvalidInput.of("unknown_step", message, got=step_id, allowed=[*ids])


def _checked_index(index: int, last: int) -> int:
    if index > last:
        message = f"there is no position {index}: positions count from 0, the last one here is {last}"
        raise InvalidInput.of("no_such_position", message, got=index, allowed=f"0 to {last}")
    return index


def _place(steps: Sequence[Step], edit: InsertStep) -> int:
    if any(step.id == edit.step.id for step in steps):
        message = f"there is a step {edit.step.id!r} already; give the new step another id"
        raise InvalidInput.of("step_exists", message, got=edit.step.id)
    if len(steps) >= MAX_STEPS:
        message = f"a workflow has at most {MAX_STEPS} steps; remove one before another is added"
        raise InvalidInput.of("too_many_steps", message, got=len(steps) + 1, allowed=MAX_STEPS)
    if edit.after is not None:
        return _position(steps, edit.after) + 1
    return len(steps) if edit.index is None else _checked_index(edit.index, len(steps))


def _changed(step: Step, edit: ReplaceStep | SetOption | BindColumn | SetWhere) -> Step:
    match edit:
        case ReplaceStep():
            options = step.options if edit.options is None else edit.options
            return step.model_copy(update={"operator": edit.operator, "options": {**options}})
        case SetWhere():
            return step.model_copy(update={"where": edit.where})
        case BindColumn():
            column: JsonValue = edit.column if isinstance(edit.column, str) else [*edit.column]
            return step.model_copy(update={"options": {**step.options, edit.option: column}})
        case SetOption():
            gone = {edit.option} if edit.unset else {edit.instead_of}
            options = {name: value for name, value in step.options.items() if name not in gone}
            if not edit.unset:
                options[edit.option] = edit.value
            return step.model_copy(update={"options": options})


def _option_edit(step_id: str, option: str, options: dict[str, JsonValue]) -> SetOption:
    if option in options:
        return SetOption(step=step_id, option=option, value=options[option])
    return SetOption(step=step_id, option=option, unset=True)


def _step_diff(old: Step, new: Step) -> list[PlanEdit]:
    edits: list[PlanEdit] = []
    if old.operator != new.operator:
        edits.append(ReplaceStep(step=new.id, operator=new.operator, options=new.options))
    else:
        # As JSON, since Python holds true and 1 for equal.
        was, now = ({name: json.dumps(value) for name, value in step.options.items()} for step in (old, new))
        edits += [_option_edit(new.id, name, new.options) for name in {**was, **now} if was.get(name) != now.get(name)]
    if old.where != new.where:
        edits.append(SetWhere(step=new.id, where=new.where))
    return edits


def _order_diff(ids: list[str], steps: Sequence[Step]) -> list[PlanEdit]:
    """Moves and insertions; a step that is not in its place is put right behind the one it follows."""
    edits: list[PlanEdit] = []
    present = {*ids}
    unmoved = {*_longest_rising(ids, [step.id for step in steps])}
    behind = 0
    for step in steps:
        if step.id not in present:
            edits.append(InsertStep(step=step, index=behind))
        elif step.id not in unmoved:
            behind -= ids.index(step.id) < behind
            ids.remove(step.id)
            edits.append(MoveStep(step=step.id, index=behind))
        if step.id not in unmoved:
            ids.insert(behind, step.id)
        behind = ids.index(step.id) + 1
    return edits


def _longest_rising(ids: Sequence[str], order: Sequence[str]) -> list[str]:
    """The longest part of `ids` that is in `order` already."""
    rank = {step_id: i for i, step_id in enumerate(order)}
    rising: list[list[str]] = []
    for i, step_id in enumerate(ids):
        lower = (rising[j] for j in range(i) if rank[ids[j]] < rank[step_id])
        rising.append([*max(lower, key=len, default=[]), step_id])
    return max(rising, key=len, default=[])


def _setting(step: Step, option: str) -> str:
    if option in step.options:
        return _shown(step.options[option])
    known = all_operators().get(step.operator)
    field = known.model_fields.get(option) if known else None
    if field is None or field.is_required():
        return "not set"
    return f"{_shown(field.get_default(call_default_factory=True))} (default)"


def _settings(step: Step) -> str:
    options = [f"{_shown(name)} {_shown(value)}" for name, value in step.options.items()]
    return f" ({', '.join(options)})" if options else ""


def _condition(step: Step) -> str:
    return "(all)" if step.where is None else printable(step.where)


def _shown(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[\w.-]+", value):
        return printable(value)
    return printable(json.dumps(value, ensure_ascii=False, default=str))
