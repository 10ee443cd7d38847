"""JSON as it goes over the wire."""

import json
from typing import Any

import orjson


def as_json(value: Any) -> bytes:
    """JSON; lone surrogates, which JSON text cannot hold, become question marks."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, default=dict).encode("utf-8", "replace")


def from_json(body: bytes) -> Any:
    """What JSON says, None for what is none; with the lone surrogates that models write at times, unlike orjson."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
