"""Chat completions: the body of a request, and what an answer holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..llm import Reply, Request
from .causes import Trouble
from .features import JSON, SCHEMA, Features
from .wire import as_json, from_json

PATH = "/chat/completions"
CHARS_PER_TOKEN = 4
MOST_TOKENS = 2**40
"""More than this is no count that can be believed."""
SCHEMA_NAME = "reply"
IN_WORDS = "Answer with one JSON object and nothing else. It must fulfil this JSON schema:\n{schema}"


@dataclass(frozen=True)
class Taken:
    """What an answer of status 200 holds: a value, or what is wrong with it; and the tokens it took.

    `estimated` tells that the endpoint named no tokens, so that they are counted at four characters each.
    """

    value: Any = None
    trouble: Trouble | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False


def chat_body(request: Request, model: str, features: Features) -> bytes:
    """The body of a request, in the form that the endpoint is able to read."""
    body: dict[str, Any] = {"model": model, "messages": _messages(request, features)}
    if features.temperature:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body["max_tokens" if features.max_tokens else "max_completion_tokens"] = request.max_tokens
    if request.seed is not None and features.seed:
        body["seed"] = request.seed
    if request.reply_schema is not None and features.form == SCHEMA:
        asked = {"name": SCHEMA_NAME, "strict": True, "schema": request.reply_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": asked}
    elif request.reply_schema is not None and features.form == JSON:
        body["response_format"] = {"type": "json_object"}
    return as_json(body)


def _messages(request: Request, features: Features) -> list[dict[str, str]]:
    said = [request.system] if request.system else []
    if request.reply_schema is not None and features.form < SCHEMA:
        said.append(IN_WORDS.format(schema=as_json(request.reply_schema).decode()))
    messages = [{"role": "system", "content": "\n\n".join(said)}] if said else []
    messages += [{"role": turn.role, "content": turn.text} for turn in request.turns]
    return [*messages, {"role": "user", "content": request.prompt}]


def read_chat(body: bytes, request: Request) -> Taken:
    """The reply in the body of an answer, or why there is none. Thoughts that come apart from the text are left out."""
    document = from_json(body)
    if not isinstance(document, dict):
        return Taken(trouble=Trouble("garbled", "the answer is no JSON object", billed=True))
    choices = document.get("choices")
    if not isinstance(choices, list):
        if document.get("error"):
            return Taken(trouble=Trouble("failing", "the answer holds an error in the place of a reply", billed=True))
        return Taken(trouble=Trouble("garbled", "the answer holds no choices", billed=True))
    choice = choices[0] if choices and isinstance(choices[0], dict) else {}
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    text, ended = _text(message.get("content")), choice.get("finish_reason")
    ended = ended if isinstance(ended, str) and ended.isidentifier() and ended.isascii() else "stop"
    prompt_tokens, completion_tokens, estimated = _tokens(document.get("usage"), request, text)
    trouble = None
    if ended == "content_filter" or message.get("refusal"):
        trouble = Trouble("row", "the model refused: its reply was withheld", reason="refused", billed=True)
    elif not text.strip() and ended != "length":
        trouble = Trouble("empty", "the reply is empty", reason="empty_reply", billed=True)
    return Taken(Reply(text, ended), trouble, prompt_tokens, completion_tokens, estimated)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def _tokens(usage: Any, request: Request, text: str) -> tuple[int, int, bool]:
    """Tokens read and written, and whether they are estimated."""
    told = usage if isinstance(usage, dict) else {}
    read, written = told.get("prompt_tokens"), told.get("completion_tokens")
    if isinstance(read, int) and isinstance(written, int) and 0 <= read <= MOST_TOKENS and 0 <= written <= MOST_TOKENS:
        return read, written, False
    return estimated_tokens(prompt_texts(request)), estimated_tokens([text]), True


def prompt_texts(request: Request) -> list[str]:
    """All that a request says."""
    return [request.system or "", *(turn.text for turn in request.turns), request.prompt]


def estimated_tokens(texts: Sequence[str]) -> int:
    """About how many tokens texts are."""
    return -(-sum(map(len, texts)) // CHARS_PER_TOKEN)
