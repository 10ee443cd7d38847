"""Turns one document into Markdown; the task of the process of its own in which documents are read."""

from importlib import import_module
from typing import Any

from ..errors import RowError
from .contract import Converted, Limits
from .fetch import Fetching, fetch
from .formats import reader_of, recognised

MOST_DETAIL = 300
"""Longest message of a library that is passed on, in characters."""


def convert(order: dict[str, Any], payload: bytes) -> dict[str, Any]:
    """Read a document.

    Args:
        order: `media_type`, what its ending stands for or None; `limits`, the fields of `Limits`; where it is to be
            fetched first, `url`, and `seconds`, which that may take.
        payload: its bytes, unless it is to be fetched.

    Returns:
        `text`, `pages` and `title` as in `Converted`, and `media_type`, what it is.

    Raises:
        RowError: it cannot be fetched or read.
    """
    limits, said = Limits(**order["limits"]), order["media_type"]
    if "url" in order:
        fetched = fetch(order["url"], Fetching(max_bytes=limits.max_bytes, seconds=order["seconds"]))
        payload, said = fetched.content, fetched.media_type or said
    media_type, converted = to_markdown(payload, said, limits)
    return {
        "text": whole(converted.text),
        "pages": converted.pages,
        "title": None if converted.title is None else whole(converted.title),
        "media_type": media_type,
    }


def to_markdown(data: bytes, said: str | None, limits: Limits) -> tuple[str, Converted]:
    """What a document is, and itself as Markdown; see `recognised` for `said`.

    Raises:
        RowError: it is empty, too large, of a kind that is not read, or damaged.
    """
    if not data:
        raise RowError("empty_document", "the file is empty")
    if len(data) > limits.max_bytes:
        raise RowError("too_large", f"it is larger than {limits.max_bytes / 2**20:g} MB")
    media_type = recognised(data, said)
    reader = import_module(f".{reader_of(media_type)}", __package__)
    try:
        converted: Converted = reader.to_markdown(data, limits)
    except (RowError, MemoryError, ImportError):
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:MOST_DETAIL]
        raise RowError("unreadable_document", f"it is damaged, or not what it seems to be ({told})") from error
    if len(converted.text) > limits.max_expanded_bytes:
        raise RowError("too_large", f"its text is longer than {limits.max_expanded_bytes / 2**20:g} MB")
    return media_type, converted


def whole(text: str) -> str:
    """A text without lone surrogates, which no file could hold; each becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
