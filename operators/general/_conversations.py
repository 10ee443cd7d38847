"""Conversations between the formats in which training data hold them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NoReturn

from ..core import RowError

Message = dict[str, Any]
Entries = Sequence[Any]

MALFORMED = "malformed_conversation"
UNPAIRED = "not_in_pairs"
_ROLES = ("system", "user", "assistant", "tool")
_FROM_SHAREGPT: Mapping[str, str] = MappingProxyType(
    {
        "system": "system",
        "human": "user",
        "user": "user",
        "gpt": "assistant",
        "assistant": "assistant",
        "tool": "tool",
        "observation": "tool",
    }
)
_TO_SHAREGPT: Mapping[str, str] = MappingProxyType(
    {"system": "system", "user": "human", "assistant": "gpt", "tool": "tool"}
)


@dataclass(frozen=True)
class Conversation:
    """Messages with `role` and `content` and whatever else came with them.

    `context` belongs to the last question and is kept apart as long as the format has a place of its own for it.
    """

    messages: tuple[Message, ...]
    context: str = ""

    def with_system(self, system: str) -> "Conversation":
        """The conversation behind a system prompt.

        Raises:
            RowError: it has one already.
        """
        if not system:
            return self
        if any(message["role"] == "system" for message in self.messages):
            _malformed("it holds a system message, and the row a system prompt beside it")
        return replace(self, messages=({"role": "system", "content": system}, *self.messages))


def of_question(question: str, answer: str, *, context: str, history: Entries) -> Conversation:
    """A question and its answer, after the pairs of a history.

    Raises:
        RowError: the history holds something other than pairs of texts.
    """
    messages = [message for number, pair in enumerate(history, 1) for message in _earlier(number, pair)]
    return Conversation((*messages, *_exchange(question, answer)), context)


def of_messages(entries: Entries) -> Conversation:
    """A list of `{role, content}`.

    Raises:
        RowError: an entry is none.
    """
    return _read(entries, "role", "content", dict(zip(_ROLES, _ROLES, strict=True)))


def of_sharegpt(entries: Entries) -> Conversation:
    """A list of `{from, value}`.

    Raises:
        RowError: an entry is none.
    """
    return _read(entries, "from", "value", _FROM_SHAREGPT)


def to_messages(conversation: Conversation, separator: str) -> dict[str, Any]:
    """The column `messages`: `{role, content}` each."""
    return {"messages": list(_merged(conversation, separator))}


def to_sharegpt(conversation: Conversation, separator: str) -> dict[str, Any]:
    """The column `conversations`: `{from, value}` each.

    Raises:
        RowError: a message has a key of its own by one of these names.
    """
    turns = []
    for number, message in enumerate(_merged(conversation, separator), 1):
        rest = {key: value for key, value in message.items() if key not in ("role", "content")}
        if "from" in rest or "value" in rest:
            _malformed(f"message {number} has a key 'from' or 'value' of its own, which sharegpt uses itself")
        turns.append({"from": _TO_SHAREGPT[message["role"]], "value": message["content"], **rest})
    return {"conversations": turns}


def to_alpaca(conversation: Conversation, _separator: str) -> dict[str, Any]:
    """The columns `instruction`, `input`, `output`, and `system` and `history`, null where there is none.

    Raises:
        RowError: it is not pairs of a question and an answer, after at most one system message.
    """
    texts = [(message["role"], message["content"]) for message in conversation.messages]
    system = texts.pop(0)[1] if texts[0][0] == "system" else None
    roles = [role for role, _ in texts]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2) or None in [text for _, text in texts]:
        raise RowError(UNPAIRED, f"alpaca holds pairs of user and assistant, got {', '.join(roles) or 'none'}")
    pairs = [[texts[at][1], texts[at + 1][1]] for at in range(0, len(texts), 2)]
    *history, (question, answer) = pairs
    return {
        "instruction": question,
        "input": conversation.context,
        "output": answer,
        "system": system,
        "history": history or None,
    }


def to_pretrain(conversation: Conversation, separator: str) -> dict[str, Any]:
    """The column `text`: what was said, one after the other, without roles; what is empty is left out."""
    said = (message["content"] for message in _merged(conversation, separator))
    return {"text": separator.join(text for text in said if text)}


def _earlier(number: int, pair: Any) -> list[Message]:
    if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
        _malformed(f"entry {number} of the history is no pair of a question and an answer")
    return _exchange(*pair)


def _exchange(question: str, answer: str) -> list[Message]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def _read(entries: Entries, role_key: str, text_key: str, roles: Mapping[str, str]) -> Conversation:
    if not entries:
        _malformed("it has no messages")
    return Conversation(tuple(_message(n, entry, role_key, text_key, roles) for n, entry in enumerate(entries, 1)))


def _message(number: int, entry: Any, role_key: str, text_key: str, roles: Mapping[str, str]) -> Message:
    if not isinstance(entry, dict):
        _malformed(f"message {number} is no object with {role_key!r} and {text_key!r}")
    said, text = entry.get(role_key), entry.get(text_key)
    if not isinstance(said, str) or said not in roles:
        _malformed(f"message {number} has {role_key!r} {_shown(said)}, which is none of {', '.join(roles)}")
    # A call of a tool may stand in place of what is said.
    if not isinstance(text, str) and not (text is None and entry.get("tool_calls")):
        _malformed(f"message {number} has no text in {text_key!r}")
    rest = {key: value for key, value in entry.items() if key not in (role_key, text_key)}
    if role_key != "role" and ("role" in rest or "content" in rest):
        _malformed(f"message {number} has both {role_key!r} or {text_key!r} and 'role' or 'content'")
    return {"role": roles[said], "content": text, **rest}


def _merged(conversation: Conversation, separator: str) -> tuple[Message, ...]:
    """The messages, the context behind the question that it belongs to."""
    if not conversation.context:
        return conversation.messages
    *before, question, answer = conversation.messages
    full = {**question, "content": f"{question['content']}{separator}{conversation.context}"}
    return (*before, full, answer)


def _shown(value: Any) -> str:
    return repr(value)[:40]


def _malformed(why: str) -> NoReturn:
    raise RowError(MALFORMED, why)


Writer = Callable[[Conversation, str], dict[str, Any]]
WRITERS: Mapping[str, Writer] = MappingProxyType(
    {"messages": to_messages, "sharegpt": to_sharegpt, "alpaca": to_alpaca, "pretrain": to_pretrain}
)
"""How a conversation is written, by format: the conversation and what stands between a question and its context."""
