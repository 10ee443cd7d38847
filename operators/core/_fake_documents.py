"""What a fake endpoint says, in the shapes of OpenAI's API: completions, embeddings, models, errors."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

from ._fake_behaviour import CHARACTERS_PER_TOKEN, Body, digest
from ._fake_instances import WORDS

Document = dict[str, Any]
TYPES = {401: "invalid_request_error", 429: "rate_limit_error"}


@dataclass(frozen=True)
class Call:
    """A tool call in a reply; `arguments` may be text that is no JSON, as models write it at times."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The arguments as they are sent."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True)
class Reply:
    """One answer of the endpoint: text, tool calls, or with another `status` an error.

    Args:
        text: the text; the message of an error.
        finish_reason: by default `tool_calls` with calls, else `stop`.
        code: the code in the document of an error.
        headers: sent besides, such as `{"Retry-After": "2"}`.
    """

    text: str | None = None
    calls: tuple[Call, ...] = ()
    status: int = 200
    finish_reason: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def error_document(reply: Reply) -> Document:
    """An error as OpenAI tells it."""
    kind = TYPES.get(reply.status, "invalid_request_error" if reply.status < 500 else "server_error")
    return {"error": {"message": reply.text or "planted", "type": kind, "param": None, "code": reply.code}}


def chat_document(body: Body, replies: Sequence[Reply], draw: Random) -> Document:
    """A completion with a choice for each reply; `draw` makes log-probabilities where they are asked for."""
    prompt, written = prompt_tokens(body), sum(tokens(_all_text(reply)) for reply in replies)
    return {
        "id": f"chatcmpl-{digest(body):016x}",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [_choice(body, index, reply, draw) for index, reply in enumerate(replies)],
        "usage": {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written},
    }


def _choice(body: Body, index: int, reply: Reply, draw: Random) -> Document:
    calls = [
        {"id": f"call_{number}", "type": "function", "function": {"name": call.name, "arguments": call.text}}
        for number, call in enumerate(reply.calls, 1)
    ]
    message = {"role": "assistant", "content": reply.text, **({"tool_calls": calls} if calls else {})}
    reason = reply.finish_reason or ("tool_calls" if calls else "stop")
    choice = {"index": index, "message": message, "finish_reason": reason}
    if body.get("logprobs"):
        alternatives = body.get("top_logprobs") or 0
        choice["logprobs"] = {"content": [_token(piece, alternatives, draw) for piece in _pieces(reply.text or "")]}
    return choice


def _token(piece: str, alternatives: int, draw: Random) -> Document:
    """A token of probability 0.5 to 1 and, in falling order, others that share the rest."""
    chance = draw.uniform(0.5, 1.0)
    told = [_likelihood(piece, chance)]
    others = [word for word in ("0123456789" if piece.isdigit() else ("Yes", "No", *WORDS)) if word != piece]
    for other in draw.sample(others, min(len(others), max(alternatives - 1, 0))):
        told.append(_likelihood(other, chance := (1 - sum(np.exp(one["logprob"]) for one in told)) * 0.5))
    return {**told[0], "top_logprobs": told[:alternatives]}


def _likelihood(piece: str, chance: float) -> Document:
    return {"token": piece, "logprob": float(np.log(max(chance, 1e-30))), "bytes": [*piece.encode(errors="replace")]}


def _pieces(text: str) -> list[str]:
    return [text[at : at + CHARACTERS_PER_TOKEN] for at in range(0, len(text), CHARACTERS_PER_TOKEN)]


def embeddings_document(body: Body, dimensions: int) -> Document:
    """A unit vector for each input, which follows from the input alone; in base64 where that is asked for."""
    inputs = embedded_texts(body)
    as_text = body.get("encoding_format") == "base64"
    used = sum(map(tokens, inputs))
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": _sent(unit_vector(text, dimensions), as_text)}
            for index, text in enumerate(inputs)
        ],
        "model": body["model"],
        "usage": {"prompt_tokens": used, "total_tokens": used},
    }


def embedded_texts(body: Body) -> list[Any]:
    """The inputs to embed: texts, or lists of token numbers."""
    given = body["input"]
    alone = isinstance(given, str) or (isinstance(given, list) and bool(given) and isinstance(given[0], int))
    return [given] if alone else given


def unit_vector(text: object, dimensions: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Shape (dimensions,): a direction that only this text has."""
    drawn = np.random.default_rng(digest(text)).standard_normal(dimensions)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def _sent(vector: np.ndarray[tuple[int], np.dtype[np.float32]], as_text: bool) -> str | list[float]:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode() if as_text else vector.tolist()


def models_document(names: Sequence[str]) -> Document:
    """The list of models."""
    data = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in names or ("fake-model",)]
    return {"object": "list", "data": data}


def tokens(text: str | Sequence[int]) -> int:
    """Tokens of a text, at 4 characters each; of a list of tokens, how many there are."""
    return -(-len(text) // CHARACTERS_PER_TOKEN) if isinstance(text, str) else len(text)


def prompt_tokens(body: Body) -> int:
    """Tokens of all messages and tools."""
    characters = sum(len(message_text(message)) for message in body["messages"])
    if body.get("tools"):
        characters += len(json.dumps(body["tools"]))
    return -(-characters // CHARACTERS_PER_TOKEN)


def message_text(message: Mapping[str, Any]) -> str:
    """The text of a message, whose content may come in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _all_text(reply: Reply) -> str:
    return (reply.text or "") + "".join(call.name + call.text for call in reply.calls)
