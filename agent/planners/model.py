"""The model of a planner: opened without foreign keys, asked within an allowance, its errors ours."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ...operators.core import EndpointError, InvalidInput, Operator, RunStopped
from ...operators.core.settings import Settings
from ...tools.operators import arguments_of, description_of
from ..prompts import AGAIN
from .allowance import CHARACTERS_PER_TOKEN, Allowance, AllowanceSpent
from .tool_calls import WithoutTools

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_openai import ChatOpenAI

    from ...operators.core.serving.local import LocalServer

TIMEOUT_S = 60.0
RETRIES = 1
NO_KEY = "no-key"
"""Sent where the settings hold no key, so that a key of another endpoint in the environment is never sent."""
MOST_CALLS = 30
ROUNDS = 4
"""The first answer, and three more in which faults may be mended."""
CHOICE_TOKENS = 80
"""Most tokens of an answer in JSON, which is a few names and a value."""
MISSING_EXTRA = 'langchain-openai is not installed: pip install "dataflow-agent[llm]"'
ASKED = {"type": "string", "description": "The words of the request that this step serves, word for word."}

Take = Callable[[str, Mapping[str, Any]], str]
"""Accepts a call by name and arguments, or says what is wrong with it."""


@dataclass
class PlanningModel:
    """A model as planners ask it. Made by `opened_model`.

    Args:
        open_chat: makes its client, when it is first asked.
        server: serves the model on this machine; started when it is first asked.
    """

    open_chat: "Callable[[], ChatOpenAI]"
    allowance: Allowance
    without_tools: WithoutTools
    server: "LocalServer | None" = None

    @cached_property
    def chat(self) -> "ChatOpenAI":
        """Its client.

        Raises:
            EndpointError: langchain-openai is not installed.
        """
        return self.open_chat()

    @property
    def calls_tools(self) -> bool:
        """Whether it may call tools: model files here return none, and of others it is remembered."""
        return self.server is None and not self.without_tools.holds

    def ask(self, messages: "Sequence[BaseMessage]", **given: Any) -> "AIMessage":
        """One answer.

        Args:
            given: parts of the request besides, such as `tools`.

        Raises:
            AllowanceSpent: it may not be asked any more, or did not answer before its time was over.
            EndpointError: it cannot be reached, or refuses.
            openai.BadRequestError: it does not know what was given.
        """
        import openai

        characters = sum(len(str(message.content)) for message in messages) + len(json.dumps(given))
        with self.allowance.call(characters) as call, endpoint_errors():
            call.tokens = characters // CHARACTERS_PER_TOKEN
            self._start()
            left = self.allowance.seconds_left
            longest = left if self.server else min(TIMEOUT_S, left / (RETRIES + 1))
            try:
                reply: AIMessage = self.chat.invoke(messages, timeout=longest, **given)
            except openai.APITimeoutError:
                if longest == TIMEOUT_S:
                    raise
                raise AllowanceSpent(f"its {self.allowance.seconds:g} seconds are spent (planner_seconds)") from None
            except refusals():
                raise
            except (ValueError, TypeError, KeyError, AttributeError):  # a page, or a document of another shape
                raise EndpointError("the endpoint answered with something that is no completion") from None
            told = reply.usage_metadata
            written = len(str(reply.content)) + len(json.dumps(reply.tool_calls))
            call.tokens = told["total_tokens"] if told else (characters + written) // CHARACTERS_PER_TOKEN
            return reply

    def ask_json(self, system: str, user: str, schema: Mapping[str, Any]) -> Any:
        """An answer in JSON by a schema; None where it gave none that can be read.

        Raises:
            AllowanceSpent: as `ask`.
            EndpointError: as `ask`.
        """
        from langchain_core.messages import HumanMessage, SystemMessage

        wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema), "strict": True}}
        messages = [SystemMessage(system), HumanMessage(user)]
        try:
            text = self.ask(messages, response_format=wanted, max_tokens=CHOICE_TOKENS).text
            start, end = text.find("{"), text.rfind("}")  # also inside a fence or between words
            return json.loads(text[start : end + 1])
        except refusals():
            return None
        except ValueError:
            return None

    def _start(self) -> None:
        if self.server is None:
            return
        try:
            self.server.start()
        except RunStopped as stopped:
            raise EndpointError(str(stopped)) from None


@contextmanager
def opened_model(settings: Settings, allowance: Allowance) -> Iterator[PlanningModel]:
    """The model of some settings; one that is served here ends with the block. Nothing is started before it is asked.

    Raises:
        EndpointError: the model file cannot be used.
    """
    if settings.llm_backend != "local":
        of_endpoint = partial(_chat, settings.llm_base_url, settings.llm_model, settings.llm_api_key, RETRIES)
        yield PlanningModel(of_endpoint, allowance, WithoutTools(settings))
        return
    from ...operators.core.serving.local import LocalServer, model_path

    try:
        server = LocalServer(
            model_path(settings), context=settings.llm_context, loading_s=max(1.0, allowance.seconds_left)
        )
    except InvalidInput as error:
        raise EndpointError(str(error)) from None
    with server:
        # A second try of a call that took too long takes as long.
        of_server = partial(_chat, server.base_url, server.path.name, server.key, 0)
        yield PlanningModel(of_server, allowance, WithoutTools(settings), server)


def _chat(base_url: str | None, model: str | None, key: SecretStr | None, retries: int) -> "ChatOpenAI":
    try:
        from langchain_openai import ChatOpenAI
    except ImportError:
        raise EndpointError(MISSING_EXTRA) from None
    return ChatOpenAI(
        model=model or "",
        base_url=base_url,
        api_key=key or SecretStr(NO_KEY),
        temperature=0,
        max_retries=retries,
        timeout=TIMEOUT_S,
        use_responses_api=False,
    )


@contextmanager
def endpoint_errors() -> Iterator[None]:
    """Errors of the endpoint as ours, but for those after which another way of asking may work.

    What the endpoint wrote is left out, since some endpoints write the key into it.

    Raises:
        EndpointError: it cannot be reached, or refuses.
    """
    import openai

    try:
        yield
    except refusals():
        raise
    except openai.APITimeoutError:
        raise EndpointError(f"no answer within {TIMEOUT_S:.0f} s") from None
    except openai.APIConnectionError:
        raise EndpointError("the endpoint cannot be reached") from None
    except openai.APIStatusError as error:
        raise EndpointError(f"the endpoint answered with status {error.status_code}") from None


@dataclass(frozen=True)
class Called:
    """How a model took the offer of tools.

    Args:
        any: whether it called one at all.
        rejected: a note for each call of its last answer that stayed wrong.
    """

    any: bool
    rejected: tuple[str, ...] = ()


def take_calls(model: PlanningModel, tools: Sequence[dict[str, Any]], said: tuple[str, str], take: Take) -> Called:
    """Ask for tool calls and hand each to `take`; faults go back to the model, at most three times.

    Args:
        said: what the model is told as system and as user.

    Raises:
        AllowanceSpent: it may not be asked any more; what was taken by then stays taken.
        EndpointError: it cannot be reached, or refuses.
    """
    from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage

    messages: list[BaseMessage] = [SystemMessage(said[0]), HumanMessage(said[1])]
    rejected: list[str] = []
    called = False
    for _ in range(ROUNDS):
        try:
            reply = model.ask(messages, tools=list(tools))
        except refusals():
            break
        calls = list(_calls(reply))[:MOST_CALLS]
        if not calls:
            break
        called = True
        messages.append(reply)
        rejected = []
        for call_id, name, given in calls:
            faults = take(name, given) if not isinstance(given, str) else f"these arguments are no JSON: {given[:200]}"
            rejected += [f"The model's call of {name} was left out: {faults}"] if faults else []
            messages.append(ToolMessage(AGAIN.format(faults=faults) if faults else "ok", tool_call_id=call_id))
        if not rejected:
            break
    return Called(called, tuple(rejected))


def operator_call(operator: type[Operator]) -> dict[str, Any]:
    """An operator as a function to call: its options, `where`, and the words of the request that it serves."""
    schema = arguments_of(operator)
    schema["properties"] = {"asked": ASKED, **schema["properties"]}
    schema["required"] = ["asked", *schema.get("required", [])]
    return function_call(operator.name, description_of(operator), schema)


def function_call(name: str, description: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A function to call, as endpoints want it."""
    return {"type": "function", "function": {"name": name, "description": description, "parameters": dict(parameters)}}


def refusals() -> tuple[type[Exception], ...]:
    """Errors of an endpoint that does not know tools or schemas, where another way of asking may still work."""
    import openai

    return openai.BadRequestError, openai.UnprocessableEntityError


def _calls(reply: "AIMessage") -> Iterator[tuple[str, str, Mapping[str, Any] | str]]:
    """Id, name and arguments of each tool call; arguments that are no JSON stay text."""
    for call in reply.tool_calls:
        yield str(call["id"]), call["name"], call["args"]
    for wrong in reply.invalid_tool_calls:
        yield str(wrong["id"]), str(wrong["name"]), str(wrong["args"])
