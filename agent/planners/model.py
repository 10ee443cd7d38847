"""A model behind an OpenAI-compatible endpoint: opened without foreign keys, asked for tool calls, its errors ours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ...operators.core import EndpointError, Operator
from ...operators.core.settings import Settings
from ...tools.operators import arguments_of, description_of
from ..prompts import AGAIN

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_openai import ChatOpenAI

TIMEOUT_S = 60.0
RETRIES = 1
NO_KEY = "no-key"
"""Sent where the settings hold no key, so that a key of another endpoint in the environment is never sent."""
MOST_CALLS = 30
ROUNDS = 4
"""The first answer, and three more in which faults may be mended."""
MISSING_EXTRA = 'langchain-openai is not installed: pip install "dataflow-agent[llm]"'
ASKED = {"type": "string", "description": "The words of the request that this step serves, word for word."}

Take = Callable[[str, Mapping[str, Any]], str]
"""Accepts a call by name and arguments, or says what is wrong with it."""


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


def take_calls(model: "ChatOpenAI", tools: Sequence[dict[str, Any]], said: tuple[str, str], take: Take) -> list[str]:
    """Ask for tool calls and hand each to `take`; faults go back to the model, at most three times.

    Args:
        said: what the model is told as system and as user.

    Returns:
        A note for each call of the last answer that stayed wrong. Nothing was taken and nothing is returned where the
        endpoint knows no tools, or the model calls none.
    """
    from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage

    bound = model.bind_tools(tools)
    messages: list[BaseMessage] = [SystemMessage(said[0]), HumanMessage(said[1])]
    rejected: list[str] = []
    for _ in range(ROUNDS):
        try:
            reply: AIMessage = bound.invoke(messages)
        except refusals():
            break
        calls = list(_calls(reply))[:MOST_CALLS]
        if not calls:
            break
        messages.append(reply)
        rejected = []
        for call_id, name, given in calls:
            faults = take(name, given) if not isinstance(given, str) else f"these arguments are no JSON: {given[:200]}"
            rejected += [f"The model's call of {name} was left out: {faults}"] if faults else []
            messages.append(ToolMessage(AGAIN.format(faults=faults) if faults else "ok", tool_call_id=call_id))
        if not rejected:
            break
    return rejected


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
