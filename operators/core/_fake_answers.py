"""What a fake endpoint answers when no script says it, what faults make of it, and what is refused."""

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from ._fake_behaviour import CHARACTERS_PER_TOKEN, Behaviour, Body, Fault
from ._fake_documents import Call, Reply, embedded_texts, message_text, prompt_tokens, tokens
from ._fake_instances import WORDS, Instances

CHAT, EMBEDDINGS, MODELS = "/v1/chat/completions", "/v1/embeddings", "/v1/models"
LIMITS = {"n": 128, "max_tokens": 1 << 20, "max_completion_tokens": 1 << 20, "top_logprobs": 20, "dimensions": 4096}
HUGE_CHARACTERS = 1_000_000
NO_JSON = "I am sorry, but I would rather tell you in words what I think about it."
_READ_CHARACTERS = 4000


def refusal(behaviour: Behaviour, path: str, body: Body) -> Reply | None:
    """The error for a request that this endpoint does not take, in OpenAI's words, or None."""
    model = body.get("model")
    if not isinstance(model, str):
        return _bad("you must provide a model parameter")
    if behaviour.models and model not in behaviour.models:
        words = f"The model `{model}` does not exist or you do not have access to it."
        return Reply(words, status=404, code="model_not_found")
    for name, most in LIMITS.items():
        given = body.get(name)
        if given is not None and not (type(given) is int and 0 < given <= most):
            return _bad(f"Invalid value for '{name}': expected a whole number from 1 to {most}")
    return _bad_embedding(behaviour, body) if path == EMBEDDINGS else _bad_chat(behaviour, body)


def _bad_embedding(behaviour: Behaviour, body: Body) -> Reply | None:
    inputs = embedded_texts(body) if "input" in body else None
    if not isinstance(inputs, list) or not inputs or not all(isinstance(one, str | list) for one in inputs):
        return _bad("'$.input' is invalid: a text or a list of texts is needed")
    longest = max(map(tokens, inputs))
    return _too_long(behaviour, longest)


def _bad_chat(behaviour: Behaviour, body: Body) -> Reply | None:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
        return _bad("Invalid type for 'messages': expected an array of objects with at least one of them")
    if body.get("stream"):
        return _bad("Unsupported value: 'stream' is not supported by this fake endpoint.")
    return _refused_feature(behaviour, body) or _too_long(behaviour, prompt_tokens(body))


def _refused_feature(behaviour: Behaviour, body: Body) -> Reply | None:
    kind = _format(body)
    if (behaviour.refuse_json and kind != "text") or (behaviour.refuse_schema and kind == "json_schema"):
        return _bad(f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model.")
    refused = {"seed": behaviour.refuse_seed, "tools": behaviour.refuse_tools, "logprobs": behaviour.refuse_logprobs}
    for name, is_refused in refused.items():
        if is_refused and body.get(name) is not None:
            return _bad(f"Unrecognized request argument supplied: {name}")
    return None


def _too_long(behaviour: Behaviour, length: int) -> Reply | None:
    most = behaviour.context_tokens
    if most is None or length <= most:
        return None
    words = f"This model's maximum context length is {most} tokens. However, your messages resulted in {length} tokens."
    return _bad(f"{words} Please reduce the length of the messages.", "context_length_exceeded")


def _bad(message: str, code: str | None = None) -> Reply:
    return Reply(message, status=400, code=code)


def default_reply(behaviour: Behaviour, body: Body, index: int) -> Reply:
    """An answer that follows from the messages, the seeds and the number of the choice.

    It is a tool call where tools are offered and their results not yet there, an instance of the reply's schema (also
    of one that stands in a message, as clients write it for endpoints without schemas), or a short text.

    Raises:
        CannotDraw: no instance of the schema can be made here.
    """
    draw = behaviour.draw("answer", body["messages"], body.get("seed"), index)
    words = _words(body)
    tool = _called_tool(body, draw)
    if tool is not None:
        arguments = Instances(tool.get("parameters") or {"type": "object"}, draw, words).instance()
        return Reply(calls=(Call(str(tool.get("name")), arguments),))
    schema = asked_schema(body)
    if schema is not None:
        return _cut(body, json.dumps(Instances(schema, draw, words).instance(), ensure_ascii=False))
    text = " ".join(draw.choices(words, k=draw.randint(8, 16))).capitalize() + "."
    return _cut(body, json.dumps({"answer": text}, ensure_ascii=False) if _format(body) == "json_object" else text)


def _cut(body: Body, text: str) -> Reply:
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    if most is None or tokens(text) <= most:
        return Reply(text)
    return Reply(text[: most * CHARACTERS_PER_TOKEN], finish_reason="length")


def _called_tool(body: Body, draw: Random) -> Mapping[str, Any] | None:
    choice = body.get("tool_choice") or "auto"
    offered = [tool.get("function", {}) for tool in body.get("tools") or ()]
    if not offered or choice == "none":
        return None
    if isinstance(choice, dict):
        name = choice.get("function", {}).get("name")
        return next((tool for tool in offered if tool.get("name") == name), None)
    has_other = body["messages"][-1].get("role") == "tool" or _format(body) == "json_schema"
    return None if choice == "auto" and has_other else draw.choice(offered)


def asked_schema(body: Body) -> Any:
    """The schema of the reply: of the response format, or an object's schema that a message holds as text."""
    if _format(body) == "json_schema":
        return body["response_format"].get("json_schema", {}).get("schema", {})
    texts = map(message_text, body["messages"])
    return next((schema for text in texts if (schema := _told_schema(text)) is not None), None)


def _told_schema(text: str) -> Any:
    end, at = text.find('"properties"'), text.find("{")
    while 0 <= at < end:
        try:
            found, after = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            found, after = {}, at + 1
        if found.get("type") == "object" and isinstance(found.get("properties"), dict):
            return found
        at = text.find("{", after)
    return None


def _format(body: Body) -> str:
    given = body.get("response_format")
    return str(given.get("type", "text")) if isinstance(given, dict) else "text"


def _words(body: Body) -> tuple[str, ...]:
    """The words of what the users say, so that an answer can be told from others; ordinary ones where they are few."""
    said = " ".join(message_text(one)[:_READ_CHARACTERS] for one in body["messages"] if one.get("role") == "user")
    words = tuple(dict.fromkeys(word[:20] for word in said.split() if word.isalpha()))
    return words if len(words) >= 5 else WORDS


def with_fault(behaviour: Behaviour, body: Body, reply: Reply, fault: Fault | None, index: int) -> Reply:
    """What a fault of the model makes of its reply."""
    draw = behaviour.draw("fault of answer", body, index)
    match fault:
        case "truncate":
            calls = tuple(Call(call.name, call.text[: len(call.text) // 2]) for call in reply.calls)
            text = None if reply.text is None else reply.text[: len(reply.text) // 2]
            return replace(reply, text=text, calls=calls, finish_reason="length")
        case "empty":
            return Reply("", finish_reason="stop")
        case "huge":
            word = draw.choice(WORDS) + " "
            return Reply((word * (HUGE_CHARACTERS // len(word) + 1))[:HUGE_CHARACTERS])
        case "malformed":
            return _malformed(body, reply, draw)
        case "wrong":
            return _wrong(behaviour, body, reply, draw)
    return reply


def _malformed(body: Body, reply: Reply, draw: Random) -> Reply:
    if reply.calls:
        return replace(reply, calls=tuple(Call(call.name, call.text[:-1] + ",") for call in reply.calls))
    value, schema = _read(reply.text), asked_schema(body)
    required = [name for name in (schema or {}).get("required", ()) if isinstance(value, dict) and name in value]
    if not required or draw.random() < 0.5:
        return replace(reply, text=NO_JSON)
    del value[draw.choice(required)]
    return replace(reply, text=json.dumps(value, ensure_ascii=False))


def _wrong(behaviour: Behaviour, body: Body, reply: Reply, draw: Random) -> Reply:
    if behaviour.wrong_answer is not None:
        return replace(reply, text=behaviour.wrong_answer(body))
    if reply.calls:
        return replace(reply, calls=tuple(_wrong_call(body, call, draw) for call in reply.calls))
    value, schema = _read(reply.text), asked_schema(body)
    if value is None or schema is None:
        return replace(reply, text=" ".join(draw.choices(WORDS, k=10)))
    return replace(reply, text=json.dumps(Instances(schema, draw).other(value), ensure_ascii=False))


def _wrong_call(body: Body, call: Call, draw: Random) -> Call:
    offered = (tool.get("function", {}) for tool in body.get("tools") or ())
    parameters = next((tool.get("parameters") for tool in offered if tool.get("name") == call.name), None)
    if parameters is None or not isinstance(call.arguments, dict):
        return call
    return Call(call.name, Instances(parameters, draw).other(call.arguments))


def _read(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def fenced(reply: Reply) -> Reply:
    """The reply of a model that knows no response format: prose around JSON in a code fence."""
    if _read(reply.text) is None:
        return reply
    return replace(reply, text=f"Sure! Here is what you asked for:\n\n```json\n{reply.text}\n```\n\nI hope this helps.")


def answers(behaviour: Behaviour, body: Body, scripted: Reply | None, fault: Fault | None) -> list[Reply]:
    """The replies to one request, one for each choice.

    Args:
        scripted: what a script says, the same for each choice; None for the default answer.

    Raises:
        CannotDraw: no instance of the schema can be made here.
    """
    said = []
    for index in range(body.get("n") or 1):
        reply = with_fault(behaviour, body, scripted or default_reply(behaviour, body, index), fault, index)
        said.append(fenced(reply) if behaviour.ignore_schema else reply)
    return said
