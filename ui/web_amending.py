"""Edits of a plan by hand: typed, checked before they are made, and heard by the agent like any other wish."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from ..agent.planners.proofs import rebuilt
from ..agent.state import Ask, Change, Check, Draft
from ..memory.catalog import Catalog
from ..operators.core import Fault, InvalidInput, Schema, all_operators
from ..operators.core.expression import ExpressionError, parse_expression
from ..pipelines.edits import (
    InsertStep,
    MoveStep,
    PlanEdit,
    RemoveStep,
    SetOption,
    SetWhere,
    apply_edit,
    describe,
    diff,
)
from ..pipelines.validate import Resources, build, validate
from ..pipelines.workflow import Step, Workflow
from ..tools.profile import Profile
from .web_plan import option_text

CHANGED = " (changed by hand)"
WHERE = "where"
"""Stands among the options of a step for its condition on rows; no option may have this name."""


@dataclass
class ByHand:
    """A planner for a person's own edits: it plans nothing, and changes a plan by just these.

    Args:
        edits: each on the result of the one before.
        asks: clauses whose steps the edits touch, as they are to be checked from now on.
        reasons: a sentence for each step.
    """

    edits: tuple[PlanEdit, ...]
    asks: tuple[Ask, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)
    name: str = "by hand"

    def words(self, workflow: Workflow) -> str:
        """What the edits do to a workflow, as it is told and remembered."""
        said = list[str]()
        for edit in self.edits:
            said.append(describe(edit, workflow))
            workflow = apply_edit(workflow, edit)
        return "; ".join(said)

    def draft(self, request: str, profile: Profile, catalog: Catalog, *, answers: Sequence[str] = ()) -> Draft:
        """Never asked for.

        Raises:
            InvalidInput: always; edits are no request.
        """
        raise InvalidInput.of("no_request", "edits by hand change a plan; say what the data should become to get one")

    def change(self, request: str, draft: Draft, profile: Profile, catalog: Catalog) -> Change:
        """The edits."""
        return Change(edits=self.edits, asks=self.asks, reasons=self.reasons)


def by_hand(draft: Draft, edit: PlanEdit, schema: Schema, resources: Resources) -> ByHand:
    """One edit, once it is sure that the plan can still be run with it; what it changes is proven as it is then.

    Raises:
        InvalidInput: the edit changes nothing, does not fit, or brings a fault that was not there before.
    """
    before = draft.workflow
    after = apply_edit(before, edit)
    if after == before:
        raise InvalidInput.of("no_change", "the plan is like that already")
    known = {_essence(fault) for fault in _errors(before, schema, resources)}
    new = [fault for fault in _errors(after, schema, resources) if _essence(fault) not in known]
    if new:
        raise InvalidInput(new)
    if isinstance(edit, RemoveStep | InsertStep):
        return ByHand((edit,))
    asks = tuple(ask for ask in draft.asks if edit.step in ask.steps)
    if isinstance(edit, MoveStep):
        return ByHand((edit,), asks)
    step = after.step(edit.step)
    reason = draft.reasons.get(step.id, "").removesuffix(CHANGED)
    return ByHand((edit,), tuple(_proven_anew(ask, step) for ask in asks), {step.id: reason + CHANGED})


def _proven_anew(ask: Ask, step: Step) -> Ask:
    """A clause whose step was set by hand, with its proof as the step says it now."""
    operator, _ = build(step)
    if operator is None:
        return ask.model_copy(update={"check": Check()})
    check = rebuilt(ask.check, operator.model_dump(mode="json"), [*operator.reads()], step.where)
    text = ask.text if check == ask.check else ask.text.removesuffix(CHANGED) + CHANGED
    return ask.model_copy(update={"text": text, "check": check})


def back_to(earlier: Draft, now: Workflow) -> ByHand:
    """The edits that lead from a workflow back to an earlier plan, with what is checked there.

    Raises:
        InvalidInput: they are the same.
    """
    edits = tuple(diff(now, earlier.workflow))
    if not edits:
        raise InvalidInput.of("no_change", "the plan is like that already")
    touched = {edit.step.id if isinstance(edit, InsertStep) else edit.step for edit in edits}
    asks = tuple(ask for ask in earlier.asks if touched & {*ask.steps})
    return ByHand(edits, asks, dict(earlier.reasons))


def moved(workflow: Workflow, step: str, by: int) -> PlanEdit:
    """The edit that moves a step up (-1) or down (1).

    Raises:
        InvalidInput: it is at that end already.
    """
    at = [one.id for one in workflow.steps].index(step)
    if not 0 <= at + by < len(workflow.steps):
        raise InvalidInput.of("no_such_position", f"{step} is the {'first' if by < 0 else 'last'} step already")
    return MoveStep(step=step, index=at + by)


def removed(step: str) -> PlanEdit:
    """The edit that takes a step out."""
    return RemoveStep(step=step)


def option_names(step: Step) -> list[str]:
    """What can be set at a step: the options it was given first, then all others, then its condition on rows."""
    known = all_operators().get(step.operator)
    fields = known.model_fields if known else {}
    return [*dict.fromkeys([*step.options, *fields]), WHERE]


def shown_value(step: Step, option: str) -> str:
    """The value of an option as it is edited; empty where there is none."""
    if option == WHERE:
        return step.where or ""
    known = all_operators().get(step.operator)
    given = known.model_fields.get(option) if known else None
    value = step.options.get(option, given.get_default(call_default_factory=True) if given else None)
    if isinstance(value, tuple | set | frozenset):
        value = [*value]
    return "" if value is None else option_text(value) if _is_plain(value) else json.dumps(value, ensure_ascii=False)


def explained(step: Step, option: str) -> str:
    """What an option means, and its default."""
    if option == WHERE:
        return 'A condition on rows, such as lang = "en"; the other rows pass untouched. Empty for all rows.'
    known = all_operators().get(step.operator)
    field_info = known.model_fields.get(option) if known else None
    if field_info is None:
        return ""
    default = (
        "" if field_info.is_required() else option_text(_jsonable(field_info.get_default(call_default_factory=True)))
    )
    return f"{field_info.description or ''} {f'Default: {default}.' if default else 'It must be given.'}".strip()


def option_edit(step: Step, option: str, text: str) -> PlanEdit:
    """The edit that a value typed by a person means: read as JSON, as a list with commas or as text, whatever fits.

    Raises:
        InvalidInput: a condition on rows cannot be read.
    """
    if option == WHERE:
        return SetWhere(step=step.id, where=_condition(text))
    values = list(_readings(text.strip()))
    fitting = (value for value in values if not _complaints(step, option, value))
    return SetOption(step=step.id, option=option, value=next(fitting, values[0]))


def default_edit(step: Step, option: str) -> PlanEdit:
    """The edit that sets an option back to its default, or lifts the condition on rows."""
    if option == WHERE:
        return SetWhere(step=step.id, where=None)
    return SetOption(step=step.id, option=option, unset=True)


def _readings(text: str) -> Iterator[JsonValue]:
    """What a typed value may mean, the likeliest first."""
    words: dict[str, JsonValue] = {"": None, "none": None, "yes": True, "no": False}
    try:
        yield json.loads(text)
    except ValueError:
        if text.lower() in words:
            yield words[text.lower()]
    yield text
    yield [part.strip() for part in text.split(",") if part.strip()]


def _complaints(step: Step, option: str, value: JsonValue) -> list[Fault]:
    """Faults of a step that it has with a value and would not have without."""
    without = {name: given for name, given in step.options.items() if name != option}
    known = {_essence(fault) for fault in build(step.model_copy(update={"options": without}))[1]}
    _, faults = build(step.model_copy(update={"options": {**without, option: value}}))
    return [fault for fault in faults if _essence(fault) not in known and fault.severity == "error"]


def _condition(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        parse_expression(text)
    except ExpressionError as error:
        raise InvalidInput.of("invalid_where", f"the condition cannot be read: {error}", got=text) from None
    return text


def _errors(workflow: Workflow, schema: Schema, resources: Resources) -> list[Fault]:
    return [fault for fault in validate(workflow, schema, resources) if fault.severity == "error"]


def _essence(fault: Fault) -> tuple[str, str | None, str]:
    return fault.code, fault.step, fault.message


def _jsonable(value: object) -> object:
    return [*value] if isinstance(value, tuple | set | frozenset) else value


def _is_plain(value: object) -> bool:
    """Whether a value is read back as itself from the way it is shown."""
    if isinstance(value, list):
        return bool(value) and all(
            isinstance(one, str) and one and "," not in one and one == one.strip() for one in value
        )
    return isinstance(value, bool | int | float) or (isinstance(value, str) and bool(value))
