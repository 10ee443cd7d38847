"""Replies with a structure: a pydantic model says what a reply is; an invalid one goes back with the reason."""

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from math import isfinite
from typing import Any, Generic, NoReturn, TypeVar

import orjson
from pydantic import BaseModel, JsonValue, ValidationError

from .errors import RowError
from .llm import Reply, Request, Turn
from .prompts import without_delimiters

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S")
TRIES = 3
"""The first reply, and two more after an invalid one."""
MAX_ERROR_CHARS = 600
MAX_ECHO_CHARS = 4000
"""What the model is shown again of its invalid reply."""
AGAIN = "That reply cannot be used: {error}\nAnswer again, with the JSON object only."
_THOUGHTS, _END_OF_THOUGHTS = "<think>", "</think>"
_FENCED = re.compile(r"```(?:json)?[ \t]*\r?\n(.*?)```", re.DOTALL | re.IGNORECASE)
_OBJECT = re.compile(r'\{\s*["}]')


class InvalidReply(ValueError):
    """A reply is not what was asked for; the message is fit to be sent back to the model."""


@dataclass(frozen=True)
class Shape(Generic[S]):
    """What a reply must be.

    Args:
        schema: the JSON schema that goes with the request.
        check: makes the result out of the JSON value of a reply, or raises `InvalidReply`.
    """

    schema: Mapping[str, JsonValue]
    check: Callable[[Any], S]


def ask_for(model: type[M], request: Request, *, tries: int = TRIES) -> Generator[Request, Reply, M]:
    """Ask for a reply of a structure, and again with the reason while it is invalid; for use with `yield from`.

    Args:
        model: what the reply must be; its JSON schema goes with the request.
        tries: most replies asked for.

    Raises:
        RowError: no reply was valid; the detail says what was wrong with the last.
    """
    return ask_shaped(Shape(schema_of(model), partial(_validated, model)), request, tries=tries)


def ask_shaped(shape: Shape[S], request: Request, *, tries: int = TRIES) -> Generator[Request, Reply, S]:
    """As `ask_for`, for what is known by its JSON schema.

    Raises:
        RowError: no reply was valid; the detail says what was wrong with the last.
    """
    asked = replace(request, reply_schema=shape.schema)
    error = ""
    for _ in range(tries):
        reply = yield asked
        try:
            return shape.check(json_in(reply.text))
        except InvalidReply as invalid:
            error = str(invalid)[:MAX_ERROR_CHARS]
        asked = asked_again(asked, reply, AGAIN.format(error=error))
    raise RowError("invalid_reply", f"{tries} replies were invalid, the last since {error}")


def asked_again(asked: Request, reply: Reply, words: str) -> Request:
    """The request that follows a reply which cannot be used.

    All that was said stays in, so that a model which repeats itself is not asked the very same once more: an equal
    request would be answered by the reply that is known already.
    """
    said = Turn("assistant", reply.text[:MAX_ECHO_CHARS] or "(nothing)")
    return replace(asked, turns=(*asked.turns, Turn("user", asked.prompt), said), prompt=words)


def read_reply(model: type[M], text: str) -> M:
    """The reply in a text: the JSON object it is or holds, validated.

    Raises:
        InvalidReply: there is none, or it is not valid.
    """
    return _validated(model, json_in(text))


def _validated(model: type[M], found: Any) -> M:
    try:
        return model.model_validate(found)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        lines = [f"{'.'.join(map(str, one['loc'])) or 'the reply'}: {one['msg']}" for one in problems]
        raise InvalidReply("; ".join(lines)[:MAX_ERROR_CHARS]) from None


def json_in(text: str) -> Any:
    """The JSON value that a text is, or the first object in it: after thoughts, in a code fence, among prose.

    Raises:
        InvalidReply: there is none, or it holds what no column can: a number beyond 64 bits, half a character.

    >>> json_in('Sure! ```json\\n{"a": 1}\\n```')
    {'a': 1}
    """
    for candidate in _candidates(without_delimiters(text)):
        try:
            found = json.loads(candidate, parse_constant=_refused, parse_float=_finite)
        except (ValueError, RecursionError):
            continue
        return _storable(found)
    said = after_thoughts(text)
    found = _first_object(said)
    if found is None:
        raise InvalidReply("it holds no JSON object" if said else "it is empty")
    return _storable(found)


def _candidates(text: str) -> Iterator[str]:
    """What may be the JSON as a whole."""
    yield text.strip()
    said = after_thoughts(text)
    yield said
    yield from (found[1] for found in _FENCED.finditer(said))


def after_thoughts(text: str) -> str:
    """The text without the thoughts it begins with, also where the template of the model had opened them."""
    said = text.strip()
    thoughts, ended, rest = said.partition(_END_OF_THOUGHTS)
    is_thought = said.startswith(_THOUGHTS) or (ended and _THOUGHTS not in thoughts)
    return rest.strip() if is_thought else said


def _first_object(text: str) -> Any:
    """The first object that can be read; a bounded number of places is tried, since a reply may be a megabyte."""
    decoder = json.JSONDecoder(parse_constant=_refused, parse_float=_finite)
    for tried, place in enumerate(_OBJECT.finditer(text)):
        if tried == 50:
            break
        try:
            return decoder.raw_decode(text, place.start())[0]
        except (ValueError, RecursionError):
            continue
    return None


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refused(digits)


def _storable(found: Any) -> Any:
    try:
        orjson.dumps(found)
    except (TypeError, ValueError) as error:
        raise InvalidReply(f"it holds a value that cannot be stored: {error}") from None
    return found


@cache
def schema_of(model: type[BaseModel]) -> Mapping[str, JsonValue]:
    """The JSON schema of a reply, as endpoints take it strictly.

    Every property is required and none besides is allowed; no defaults, no titles, nothing beside a reference, and
    `anyOf` for alternatives.
    """
    schema = model.model_json_schema()
    return _closed(schema, schema.get("$defs", {}))  # type: ignore[no-any-return]


def _closed(part: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_closed(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part and len(part) > 1:
        beside = {name: value for name, value in part.items() if name not in ("$ref", "default")}
        defined = definitions[part["$ref"].rpartition("/")[2]] if beside else {"$ref": part["$ref"]}
        return _closed({**defined, **beside}, definitions)
    closed: dict[str, Any] = {}
    for name, value in part.items():
        if name in ("properties", "$defs"):
            closed[name] = {key: _closed(one, definitions) for key, one in value.items()}
        elif name == "oneOf":
            closed["anyOf"] = _closed(value, definitions)
        elif name not in ("default", "title", "discriminator"):
            closed[name] = _closed(value, definitions)
    if "properties" in closed:
        closed.update(required=[*closed["properties"]], additionalProperties=False)
    return closed
