"""What a reader of documents is given and returns."""

from dataclasses import dataclass

PAGE_BREAK = "\f"
"""Stands between two pages of a text, in place of the space where a paragraph goes on."""


@dataclass(frozen=True)
class Limits:
    """What one document may take.

    Args:
        max_bytes: of the file.
        max_expanded_bytes: of what a packed file holds, unpacked, and of the text that comes out.
        max_pages: of a document that has pages, slides or sheets.
    """

    max_bytes: int
    max_expanded_bytes: int
    max_pages: int


@dataclass(frozen=True)
class Converted:
    """A document as Markdown.

    Args:
        text: the Markdown; pages are separated by `PAGE_BREAK`.
        pages: their number, None where the format has none.
        title: of the document, where it names one.
    """

    text: str
    pages: int | None = None
    title: str | None = None
