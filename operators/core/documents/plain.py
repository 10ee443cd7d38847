"""Reads Markdown and plain text in whatever encoding."""

import codecs
import re
from typing import Final

from ..errors import RowError
from .contract import Converted, Limits

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEADING: Final = re.compile(r"\A(?:---\n.*?\n---\n)?\s*# +(.+?)(?: +#+)?\s*$", re.DOTALL | re.MULTILINE)
_LONGEST_TITLE: Final = 200
_SEEN: Final = 2**18
"""Bytes by which an encoding is guessed."""
_WESTERN: Final = "cp1252"
_NOT_WESTERN: Final = frozenset(
    "Croatian Czech Estonian Hungarian Latvian Lithuanian Polish Romanian Slovak Slovene Turkish Vietnamese".split()
)
"""Languages in Latin letters that are written in other encodings of a byte a character."""
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")
_MOST_CONTROLS: Final = 0.01


def to_markdown(data: bytes, limits: Limits) -> Converted:  # noqa: ARG001 - as the other readers have it
    """The text as it is, with line ends of one form; the title is the heading that it begins with.

    Raises:
        RowError: it is no text (`no_text`).
    """
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").strip("\n")
    if not text.strip():
        raise RowError("no_text", "the file holds no text")
    found = _HEADING.match(text)
    title = found[1].strip() if found and "\n" not in found[1] else None
    return Converted(text, title=title[:_LONGEST_TITLE] if title else None)


def decoded(data: bytes, declared: str | None = None) -> str:
    """Bytes as the text they stand for: by a mark of their own, else as UTF-8, as declared, or by what is likeliest.

    Args:
        declared: the encoding that the document names.

    Raises:
        RowError: they stand for no text (`no_text`).
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for named in filter(None, ("utf-8", declared)):
        try:
            text = data.decode(named)
        except (UnicodeDecodeError, LookupError):
            continue
        return _without_controls(text)
    return _without_controls(data.decode(_likeliest(data), "replace"))


def _likeliest(data: bytes) -> str:
    """The encoding that makes most sense of a text which names none.

    Raises:
        RowError: none does.
    """
    from charset_normalizer import from_bytes

    matches = from_bytes(_telling(data))
    best = matches.best()
    if best is None:
        raise RowError("no_text", "the file is no text in any encoding")
    for one in matches:
        # Its siblings differ in a few letters only, so that they often seem as good; it is by far the commonest.
        if _WESTERN in (one.encoding, *one.could_be_from_charset) and one.coherence >= best.coherence:
            return best.encoding if one.language in _NOT_WESTERN else _WESTERN
    return best.encoding


def _telling(data: bytes) -> bytes:
    """A part of a text to guess its encoding by, from the line on in which the first letter beyond ASCII stands.

    Where it must be cut it ends with a line, if it can: half a character would rule out the right encoding.
    """
    if len(data) <= _SEEN:
        return data
    beyond = _BEYOND_ASCII.search(data)
    start = data.rfind(b"\n", 0, beyond.start()) + 1 if beyond else 0
    if beyond and beyond.start() - start > _SEEN // 2:
        start = beyond.start()
    part = data[start : start + _SEEN]
    return part[: part.rfind(b"\n") + 1] or part


def _without_controls(text: str) -> str:
    """The text; a few control characters go, many mean that it is none.

    Raises:
        RowError: they are many.
    """
    bare = _CONTROLS.sub("", text)
    if len(text) - len(bare) > _MOST_CONTROLS * len(text):
        raise RowError("no_text", "the file holds binary data and no text")
    return bare


_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
