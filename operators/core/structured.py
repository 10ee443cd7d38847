"""Replies with a structure: a pydantic model says what a reply is; an invalid one goes back with the reason."""

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from .errors import RowError
from .llm import Reply, Request, Turn

M = TypeVar("M", bound=BaseModel)
TRIES = 3
"""The first reply, and two more after an invalid one."""
MAX_ERROR_CHARS = 600
MAX_ECHO_CHARS = 4000
"""What the model is shown again of its invalid reply."""
AGAIN = "That reply cannot be used: {error}\nAnswer again, with the JSON object only."
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)


class InvalidReply(ValueError):
    """A reply is not what was asked for; the message is fit to be sent back to the model."""


def ask_for(model: type[M], request: Request, *, tries: int = TRIES) -> Generator[Request, Reply, M]:
    """Ask for a reply of a structure, and again with the reason while it is invalid; for use with `yield from`.

    Args:
        model: what the reply must be; its JSON schema goes with the request.
        tries: most replies asked for.

    Raises:
        RowError: no reply was valid; the detail says what was wrong with the last.
    """
    asked = request = replace(request, reply_schema=schema_of(model))
    error = ""
    for _ in range(tries):
        reply = yield asked
        try:
            return read_reply(model, reply.text)
        except InvalidReply as invalid:
            error = str(invalid)
        said = Turn("assistant", reply.text[:MAX_ECHO_CHARS] or "(nothing)")
        turns = (*request.turns, Turn("user", request.prompt), said)
        asked = replace(request, turns=turns, prompt=AGAIN.format(error=error))
    raise RowError("invalid_reply", f"{tries} replies were invalid, the last since {error}")


def read_reply(model: type[M], text: str) -> M:
    """The reply in a text: the JSON object it is or holds, validated.

    Raises:
        InvalidReply: there is none, or it is not valid.
    """
    found = json_in(text)
    try:
        return model.model_validate(found)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        lines = [f"{'.'.join(map(str, one['loc'])) or 'the reply'}: {one['msg']}" for one in problems]
        raise InvalidReply("; ".join(lines)[:MAX_ERROR_CHARS]) from None


def json_in(text: str) -> Any:
    """The JSON value that a text is, or the first object in it: after thoughts, in a code fence, among prose.

    Raises:
        InvalidReply: there is none.

    >>> json_in('Sure! ```json\\n{"a": 1}\\n```')
    {'a': 1}
    """
    said = _THOUGHT.sub("", text).strip()
    for candidate in (said, *(found[1] for found in _FENCED.finditer(said))):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    found = _first_object(said)
    if found is None:
        raise InvalidReply("it holds no JSON object" if said else "it is empty")
    return found


def _first_object(text: str) -> Any:
    """The first object that can be read; a bounded number of places is tried, since a reply may be a megabyte."""
    decoder, at = json.JSONDecoder(), text.find("{")
    for _ in range(50):
        if at < 0:
            return None
        try:
            return decoder.raw_decode(text, at)[0]
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
    return None


@cache
def schema_of(model: type[BaseModel]) -> Mapping[str, JsonValue]:
    """The JSON schema of a reply, as endpoints take it: every property required, none besides, no defaults."""
    return _closed(model.model_json_schema())  # type: ignore[no-any-return]


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _closed(value) for name, value in part.items() if name not in ("default", "title")}
    if isinstance(closed.get("properties"), dict):
        properties = {name: _closed(value) for name, value in part["properties"].items()}
        closed.update(properties=properties, required=[*properties], additionalProperties=False)
    return closed
