"""Asks a model for operators: by tool calls with its faults given back, else by an answer in JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict

from ...operators.core import Fault, InvalidInput
from ...operators.core.operator import Need
from ...operators.core.settings import Settings
from ...pipelines.validate import Resources, validate
from ...pipelines.workflow import Step, Workflow
from ...tools.operators import description_of, step_from
from ...tools.profile import Profile
from ..prompts import CHOOSE, choice_schema, request_text, schema_instructions
from .assembling import bound_options
from .matching import Matcher
from .model import endpoint_errors, open_model, operator_call, refusals, take_calls
from .proposals import Proposal

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

CANDIDATES_A_CLAUSE = 6
MOST_CANDIDATES = 24


@dataclass(frozen=True)
class Choice:
    """What a model chose, and what is to be said about it."""

    proposals: tuple[Proposal, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Chooser:
    """Asks the model of some settings.

    Args:
        main: the column with the main text, where it is known.
    """

    settings: Settings
    matcher: Matcher
    profile: Profile
    main: str | None
    _accepted: dict[tuple[str, str], Proposal] = field(default_factory=dict, init=False)

    def choose(self, request: str, clauses: Sequence[str]) -> Choice:
        """The operators for a request.

        Args:
            clauses: its parts; candidates are retrieved for each.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        names = self._candidates([*clauses, request])
        if not names:
            return Choice()
        model = open_model(self.settings)
        asked = request_text(request, self.profile, self.settings.share_samples)
        with endpoint_errors():
            rejected = self._by_tools(model, asked, names)
            if self._accepted or rejected:
                return Choice(tuple(self._accepted.values()), tuple(rejected))
            answered = self._by_schema(model, asked, names)
        if answered:
            return Choice(tuple(self._accepted.values()))
        return Choice(notes=("The model chose no operator in a form that can be read; the plan was made by rules.",))

    def _candidates(self, texts: Iterable[str]) -> list[str]:
        names: dict[str, None] = {}
        for text in texts:
            names.update(dict.fromkeys(name for name, _ in self.matcher.hits(text)[:CANDIDATES_A_CLAUSE]))
        return list(names)[:MOST_CANDIDATES]

    # By tool calls

    def _by_tools(self, model: "ChatOpenAI", asked: str, names: Sequence[str]) -> list[str]:
        """Fills the accepted proposals; returns a note for each call that stayed wrong."""
        tools = [operator_call(self.matcher.operators[name]) for name in names]
        return take_calls(model, tools, (CHOOSE, asked), lambda name, given: self._take(name, given, names))

    def _take(self, name: str, given: Mapping[str, Any], names: Sequence[str]) -> str:
        """Accept a call, or say what is wrong with it."""
        if name not in names:
            return f"there is no tool {name!r}; there are {', '.join(names)}"
        card = self.matcher.card(name)
        options = {option: value for option, value in given.items() if option not in ("asked", "where")}
        try:
            step = step_from(name, name, {**bound_options(card, (), self.main), **options}, given.get("where"))
        except InvalidInput as error:
            return str(error)
        faults = self._faults(step)
        if faults:
            return " ".join(fault.message for fault in faults)
        words = str(given.get("asked") or "")
        self._accepted[name, words] = Proposal(card, options, step.where, words)
        return ""

    def _faults(self, step: Step) -> list[Fault]:
        """What is wrong with a step by itself, after the steps accepted so far."""
        before = [
            Step(id=f"before-{at}", operator=one.card.name, options=dict(one.options), where=one.where)
            for at, one in enumerate(self._accepted.values())
        ]
        workflow = Workflow(steps=(*before, step))
        everything = Resources(needs=frozenset(get_args(Need)))
        found = validate(workflow, self.profile.schema, everything)
        return [fault for fault in found if fault.step == step.id and fault.severity == "error"]

    # By an answer in JSON

    def _by_schema(self, model: "ChatOpenAI", asked: str, names: Sequence[str]) -> bool:
        """Fills the accepted proposals; whether the answer could be read."""
        from langchain_core.messages import HumanMessage, SystemMessage

        what = {name: description_of(self.matcher.operators[name]) for name in names}
        schema = {"name": "plan", "schema": choice_schema(names), "strict": True}
        messages = [SystemMessage(schema_instructions(what)), HumanMessage(asked)]
        try:
            reply = model.invoke(messages, response_format={"type": "json_schema", "json_schema": schema})
            chosen = _Chosen.model_validate(_json_of(reply.text))
        except refusals():
            return False
        except ValueError:  # no JSON, or another one
            return False
        for step in chosen.steps:
            if step.operator in names:
                proposal = Proposal(self.matcher.card(step.operator), {}, None, step.asked)
                self._accepted[step.operator, step.asked] = proposal
        return bool(self._accepted)


class _ChosenStep(BaseModel):
    model_config = ConfigDict(frozen=True)

    operator: str
    asked: str = ""


class _Chosen(BaseModel):
    model_config = ConfigDict(frozen=True)

    steps: tuple[_ChosenStep, ...]


def _json_of(text: str) -> Any:
    """The JSON object in an answer, also inside a fence or between words."""
    start, end = text.find("{"), text.rfind("}")
    return json.loads(text[start : end + 1])
