"""Asks a model to change a plan: its tool calls become typed edits, each checked on the plan before it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel

from ...operators.core import Fault, InvalidInput
from ...operators.core.operator import Need
from ...operators.core.settings import Settings
from ...pipelines.edits import (
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
from ..prompts import EDIT, wish_text
from ..state import Ask, Change
from .assembling import bound_options
from .matching import Matcher
from .model import endpoint_errors, function_call, open_model, operator_call, take_calls
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
EVERYTHING = Resources(needs=frozenset(get_args(Need)))


@dataclass
class Editor:
    """Asks the model of some settings to change one plan."""

    settings: Settings
    matcher: Matcher
    profile: Profile
    workflow: Workflow
    _edits: list[PlanEdit] = field(default_factory=list, init=False)
    _reasons: dict[str, str] = field(default_factory=dict, init=False)
    _asks: list[Ask] = field(default_factory=list, init=False)

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

        with endpoint_errors():
            take_calls(open_model(self.settings), tools, (EDIT, said), take)
        if not self._edits:
            return Change(not_covered=(wish,))
        return Change(edits=tuple(self._edits), reasons=self._reasons, asks=tuple(self._asks))

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
    schema = EDITS[name].model_json_schema()
    properties = {field_name: what for field_name, what in schema["properties"].items() if field_name != "edit"}
    description = " ".join((EDITS[name].__doc__ or "").split())
    return function_call(name, description, {**schema, "properties": properties})
