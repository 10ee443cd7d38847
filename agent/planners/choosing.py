"""Asks a model for operators: by tool calls with its faults given back, else by an answer in JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict, SecretStr

from ...operators.core import EndpointError, Fault, InvalidInput
from ...operators.core.operator import Need
from ...operators.core.settings import Settings
from ...pipelines.validate import Resources, validate
from ...pipelines.workflow import Step, Workflow
from ...tools.operators import arguments_of, description_of, step_from
from ...tools.profile import Profile
from ..prompts import AGAIN, CHOOSE, choice_schema, request_text, schema_instructions
from .assembling import bound_options
from .matching import Matcher
from .proposals import Proposal

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_openai import ChatOpenAI

CANDIDATES_A_CLAUSE = 6
MOST_CANDIDATES = 24
MOST_CALLS = 30
ROUNDS = 4
"""The first answer, and three more in which faults may be mended."""
TIMEOUT_S = 60.0
RETRIES = 1
NO_KEY = "no-key"
"""Sent where the settings hold no key, so that a key of another endpoint in the environment is never sent."""

MISSING_EXTRA = 'langchain-openai is not installed: pip install "dataflow-agent[llm]"'
ASKED = {"type": "string", "description": "The words of the request that this step serves, word for word."}


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
        from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage

        bound = model.bind_tools([self._tool(name) for name in names])
        messages: list[BaseMessage] = [SystemMessage(CHOOSE), HumanMessage(asked)]
        rejected: list[str] = []
        for _ in range(ROUNDS):
            try:
                reply: AIMessage = bound.invoke(messages)
            except _refusals():
                break
            calls = list(_calls(reply))[:MOST_CALLS]
            if not calls:
                break
            messages.append(reply)
            rejected = []
            for call_id, name, given in calls:
                faults = self._take(name, given, names)
                rejected += [f"The model's step {name} was left out: {faults}"] if faults else []
                messages.append(ToolMessage(AGAIN.format(faults=faults) if faults else "ok", tool_call_id=call_id))
            if not rejected:
                break
        return rejected

    def _tool(self, name: str) -> dict[str, Any]:
        operator = self.matcher.operators[name]
        schema = arguments_of(operator)
        schema = {**schema, "properties": {"asked": ASKED, **schema["properties"]}}
        schema["required"] = ["asked", *schema.get("required", [])]
        function = {"name": name, "description": description_of(operator), "parameters": schema}
        return {"type": "function", "function": function}

    def _take(self, name: str, given: Mapping[str, Any] | str, names: Sequence[str]) -> str:
        """Accept a call, or say what is wrong with it."""
        if isinstance(given, str):
            return f"the arguments are no JSON object: {given[:200]}"
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
        except _refusals():
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


def open_model(settings: Settings) -> "ChatOpenAI":
    """The chat model of some settings.

    Raises:
        EndpointError: langchain-openai is not installed.
    """
    try:
        from langchain_openai import ChatOpenAI
    except ImportError:
        raise EndpointError(MISSING_EXTRA) from None
    return ChatOpenAI(
        model=settings.llm_model or "",
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key or SecretStr(NO_KEY),
        temperature=0,
        max_retries=RETRIES,
        timeout=TIMEOUT_S,
        use_responses_api=False,
    )


@contextmanager
def endpoint_errors() -> Iterator[None]:
    """Errors of the endpoint as ours; what it wrote is left out, since some endpoints write the key into it.

    Raises:
        EndpointError: it cannot be reached, or refuses.
    """
    import openai

    try:
        yield
    except openai.APITimeoutError:
        raise EndpointError(f"no answer within {TIMEOUT_S:.0f} s") from None
    except openai.APIConnectionError:
        raise EndpointError("the endpoint cannot be reached") from None
    except openai.APIStatusError as error:
        raise EndpointError(f"the endpoint answered with status {error.status_code}") from None


def _refusals() -> tuple[type[Exception], ...]:
    """Errors of an endpoint that does not know tools or schemas, where another way of asking may still work."""
    import openai

    return openai.BadRequestError, openai.UnprocessableEntityError


def _calls(reply: "AIMessage") -> Iterator[tuple[str, str, Mapping[str, Any] | str]]:
    """Id, name and arguments of each tool call; arguments that are no JSON stay text."""
    for call in reply.tool_calls:
        yield str(call["id"]), call["name"], call["args"]
    for wrong in reply.invalid_tool_calls:
        yield str(wrong["id"]), str(wrong["name"]), str(wrong["args"])


def _json_of(text: str) -> Any:
    """The JSON object in an answer, also inside a fence or between words."""
    start, end = text.find("{"), text.rfind("}")
    return json.loads(text[start : end + 1])
