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
_SEEN: Final = 2**20
"""Bytes by which an encoding is guessed."""
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
    for encoding in ("utf-8", declared):
        try:
            text = data.decode(encoding) if encoding else None
        except (UnicodeDecodeError, LookupError):
            continue
        if text is not None:
            return _without_controls(text)
    from charset_normalizer import from_bytes

    # From the beginning alone, since it looks at all it is given dozens of times.
    best = from_bytes(data[:_SEEN]).best()
    if best is None:
        raise RowError("no_text", "the file is no text in any encoding")
    return _without_controls(data.decode(best.encoding, "replace"))


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
