"""Asks an endpoint by a few tiny calls what it can do."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Any

from ..errors import EndpointError
from .causes import status_trouble, transport_trouble
from .chat import PATH
from .diagnosis import MODELS, models_at, not_found
from .endpoint import Connection, Endpoint
from .wire import as_json, from_json

SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "answer", "description": "Gives the answer.", "parameters": SCHEMA}}
TOKENS = 32


@dataclass(frozen=True)
class Capabilities:
    """What an endpoint can do with a model; None where that could not be told.

    Args:
        schema: replies follow a JSON schema.
        json_mode: replies are JSON objects on demand.
        tools: functions are called.
        seed: a seed is taken.
        logprobs: probabilities of tokens are told.
        models: the names of the models there; empty where the endpoint lists none.
    """

    schema: bool
    json_mode: bool
    tools: bool
    seed: bool
    logprobs: bool
    models: tuple[str, ...] = ()


def probe(endpoint: Endpoint) -> Capabilities:
    """What an endpoint can do, by a look at its list of models and at most five tiny calls, side by side.

    Raises:
        EndpointError: it cannot be reached, refuses the key or does not know the model; says what to do.
    """
    found: list[Capabilities | EndpointError] = []

    def look() -> None:
        try:
            found.append(asyncio.run(_probe(endpoint)))
        except EndpointError as error:
            found.append(error)

    # A thread of its own, since the caller's may run an event loop.
    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join()
    if isinstance(found[0], EndpointError):
        raise found[0]
    return found[0]


async def _probe(endpoint: Endpoint) -> Capabilities:
    connection = Connection(endpoint)
    try:
        listed = await models_at(connection, endpoint.url(MODELS))
        schema_form = {"type": "json_schema", "json_schema": {"name": "probe", "strict": True, "schema": SCHEMA}}
        asked: list[dict[str, Any]] = [
            {"response_format": schema_form},
            {"response_format": {"type": "json_object"}},
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "answer"}}},
            {"seed": 7},
            {"logprobs": True},
        ]
        said = await asyncio.gather(*(_choice(connection, endpoint, more) for more in asked))
    finally:
        await connection.close()
    with_schema, with_json, with_tools, with_seed, with_logprobs = said
    whole = _json_in(with_schema)
    return Capabilities(
        schema=isinstance(whole, dict) and isinstance(whole.get("ok"), bool),
        json_mode=isinstance(_json_in(with_json), dict),
        tools=bool(with_tools and _message(with_tools).get("tool_calls")),
        seed=with_seed is not None,
        logprobs=bool(with_logprobs and with_logprobs.get("logprobs")),
        models=tuple(listed or ()),
    )


async def _choice(connection: Connection, endpoint: Endpoint, more: dict[str, Any]) -> dict[str, Any] | None:
    """The first choice of an answer; None where the endpoint refuses this request.

    Raises:
        EndpointError: it would refuse every request.
    """
    import aiohttp

    question = 'Answer with the JSON object {"ok": true} and nothing else.'
    message = {"role": "user", "content": question}
    body = {"model": endpoint.model, "messages": [message], "max_tokens": TOKENS, "temperature": 0, **more}
    try:
        answered = await connection.post(PATH, as_json(body))
    except (aiohttp.ClientError, OSError) as error:
        trouble = transport_trouble(error, endpoint)
        raise EndpointError(f"{endpoint.shown} cannot be asked: {trouble.message}") from None
    if answered.status != 200:
        trouble = status_trouble(answered, endpoint, had_success=False)
        if trouble.kind in {"questioned", "row"}:
            return None
        if trouble.kind == "not_found":
            raise EndpointError(await not_found(connection, endpoint, trouble.message), reason="not_found")
        raise EndpointError(f"{endpoint.shown} cannot be asked: {trouble.message}")
    document = from_json(answered.body or b"")
    choices = document.get("choices") if isinstance(document, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise EndpointError(f"{endpoint.shown} answers, but not as a model does; see DATAFLOW_LLM_BASE_URL")
    return choices[0]


def _message(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice.get("message")
    return message if isinstance(message, dict) else {}


def _json_in(choice: dict[str, Any] | None) -> Any:
    content = _message(choice or {}).get("content")
    return from_json(content.encode("utf-8", "replace")) if isinstance(content, str) else None
