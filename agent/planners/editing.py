"""Asks a model to change or mend a plan: its answers become typed edits, each checked before it is taken."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel

from ...operators.core import Fault, InvalidInput, all_operators
from ...operators.core.operator import Need
from ...operators.core.settings import Settings
from ...pipelines.edits import (
    BindColumn,
    InsertStep,
    MoveStep,
    PlanEdit,
    RemoveStep,
    SetOption,
    SetWhere,
    apply_edit,
    parse_edit,
)
from ...pipelines.validate import Resources, validate
from ...pipelines.workflow import Workflow, free_id
from ...tools.operators import step_from
from ...tools.profile import Profile
from ..prompts import EDIT, EDIT_ONE, MEND, NONE, fault_text, one_edit_schema, wish_text
from ..state import Ask, Change, Draft
from .allowance import AllowanceSpent
from .assembling import bound_options
from .matching import Matcher
from .model import PlanningModel, Take, function_call, operator_call, take_calls
from .ordering import place_of
from .proposals import content_words

CANDIDATES = 6
EDITS: Mapping[str, type[BaseModel]] = {
    "set_option": SetOption,
    "set_where": SetWhere,
    "remove": RemoveStep,
    "move": MoveStep,
}
"""Changes of steps that are there; adding one is the call of its operator."""
MENDING: Mapping[str, type[BaseModel]] = {**EDITS, "bind_column": BindColumn}
"""What may mend a fault. No step is added: nobody asked for it."""
EVERYTHING = Resources(needs=frozenset(get_args(Need)))


@dataclass
class Editor:
    """Asks one model to change one plan."""

    model: PlanningModel
    settings: Settings
    matcher: Matcher
    profile: Profile
    workflow: Workflow
    _edits: list[PlanEdit] = field(default_factory=list, init=False)
    _reasons: dict[str, str] = field(default_factory=dict, init=False)
    _asks: list[Ask] = field(default_factory=list, init=False)
    _unseen: list[Fault] = field(default_factory=list, init=False)

    def change(self, wish: str) -> Change:
        """The edits for a wish; none and the wish as not covered where the model knows none.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        names = [name for name, _ in self.matcher.hits(wish)[:CANDIDATES]]
        tools = [*map(_edit_call, EDITS), *(operator_call(self.matcher.operators[name]) for name in names)]
        said = wish_text(wish, self.workflow, self.profile, self.settings.share_samples)

        def take(name: str, given: Mapping[str, Any]) -> str:
            if name not in EDITS and name not in names:
                return f"there is no tool {name!r}; there are {', '.join([*EDITS, *names])}"
            asked = content_words(str(given.get("asked") or ""))
            if name not in EDITS and not asked & content_words(wish):
                return f"{name} serves no words of the wish; copy those that it serves into `asked`"
            return self._take(name, given)

        self._ask(tools, (EDIT, said), take)
        if not self._edits:
            return Change(not_covered=(wish,))
        return Change(edits=tuple(self._edits), reasons=self._reasons, asks=tuple(self._asks))

    def mend(self, faults: Sequence[Fault], draft: Draft) -> Change:
        """Edits each of which leaves the plan with fewer faults; what a step that goes was asked for is not covered.

        Args:
            faults: what validation or the sample run found.
            draft: the plan with its asks.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses.
        """
        known = {fault.message for fault in self._faults(self.workflow)}
        self._unseen = [fault for fault in faults if fault.severity == "error" and fault.message not in known]
        told = [*known, *(fault.message for fault in self._unseen)]
        if not told:
            return Change()
        said = fault_text(told, self.workflow, self.profile, self.settings.share_samples)

        def take(name: str, given: Mapping[str, Any]) -> str:
            if name not in MENDING:
                return f"there is no tool {name!r}; there are {', '.join(MENDING)}"
            return self._mended(name, given)

        self._ask([_edit_call(name) for name in MENDING], (MEND, said), take)
        gone = {edit.step for edit in self._edits if isinstance(edit, RemoveStep)}
        lost = [ask.text for ask in draft.asks if ask.steps and {*ask.steps} <= gone]
        return Change(edits=tuple(self._edits), not_covered=tuple(dict.fromkeys(lost)))

    def _ask(self, tools: Sequence[dict[str, Any]], said: tuple[str, str], take: Take) -> None:
        """Have the model propose edits, by tool calls or else one by an answer in JSON."""
        self.model.allowance.planning.shown = True
        with suppress(AllowanceSpent):  # the edits taken by then are sound
            if self.model.calls_tools and take_calls(self.model, tools, said, take).any:
                return
            if not self.workflow.steps:
                return
            kinds = all_operators()
            there = [kinds[step.operator] for step in self.workflow.steps if step.operator in kinds]
            options = sorted({name for operator in there for name in operator.model_fields})
            answer = self.model.ask_json(EDIT_ONE, said[1], one_edit_schema(self.workflow, options))
            edit = answer.get("edit", NONE) if isinstance(answer, dict) else NONE
            fields = ("step", "option", "value") if edit == "set_option" else ("step",)
            if edit != NONE:
                take(edit, {name: answer[name] for name in fields if name in answer})

    def _mended(self, name: str, given: Mapping[str, Any]) -> str:
        """Accept an edit after which there are fewer faults, or say why not."""
        try:
            edit = parse_edit({**given, "edit": name})
            after = apply_edit(self.workflow, edit)
        except InvalidInput as error:
            return str(error)
        if isinstance(edit, SetWhere) and edit.where is None:
            return "a step for some rows must not become one for all"
        if isinstance(edit, SetOption) and (edit.unset or edit.value is None):
            return "what was asked for must not be given up; set another value"
        left = [one for one in self._unseen if one.step != edit.step]
        before, now = self._faults(self.workflow), self._faults(after)
        if len(now) + len(left) >= len(before) + len(self._unseen):
            return "there are as many faults after it: " + " ".join(one.message for one in [*now, *left])
        self.workflow, self._unseen = after, left
        self._edits.append(edit)
        return ""

    def _take(self, name: str, given: Mapping[str, Any]) -> str:
        """Accept an edit, or say what is wrong with it."""
        try:
            edit = parse_edit({**given, "edit": name}) if name in EDITS else self._insertion(name, given)
            after = apply_edit(self.workflow, edit)
        except InvalidInput as error:
            return str(error)
        known = {fault.message for fault in self._faults(self.workflow)}
        new = [fault.message for fault in self._faults(after) if fault.message not in known]
        if new:
            return " ".join(new)
        self.workflow = after
        self._edits.append(edit)
        if isinstance(edit, InsertStep):
            asked = str(given["asked"])
            self._reasons[edit.step.id] = f"“{asked}”"
            self._asks.append(Ask(text=asked, steps=(edit.step.id,)))
        return ""

    def _insertion(self, name: str, given: Mapping[str, Any]) -> InsertStep:
        card = self.matcher.card(name)
        options = {option: value for option, value in given.items() if option not in ("asked", "where")}
        bound = {**bound_options(card, (), self.profile.text_column()), **options}
        step_id = free_id(name, {step.id for step in self.workflow.steps})
        step = step_from(step_id, name, bound, given.get("where"))
        others = [self.matcher.card(other.operator) for other in self.workflow.steps]
        return InsertStep(step=step, index=place_of(card, others))

    def _faults(self, workflow: Workflow) -> list[Fault]:
        return [one for one in validate(workflow, self.profile.schema, EVERYTHING) if one.severity == "error"]


def _edit_call(name: str) -> dict[str, Any]:
    """An edit as a function to call, without the mark that tells edits apart."""
    schema = MENDING[name].model_json_schema()
    properties = {field_name: what for field_name, what in schema["properties"].items() if field_name != "edit"}
    description = " ".join((MENDING[name].__doc__ or "").split())
    return function_call(name, description, {**schema, "properties": properties})
