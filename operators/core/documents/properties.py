"""What the packed office formats share: the properties of a document, and that it must show a text."""

from typing import Final

from ..errors import RowError
from .archive import Archive
from .contract import Converted

_CORE: Final = "docProps/core.xml"
_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
_DULL: Final = frozenset({"", "powerpoint presentation", "word document", "untitled", "presentation1"})


def title_in(packed: Archive) -> str | None:
    """The title that an office document names in its properties."""
    if _CORE not in packed.names:
        return None
    found = parsed(packed.read(_CORE)).find(f".//{_TITLE}")
    title = " ".join((found.text or "").split()) if found is not None else ""
    return None if title.lower() in _DULL else title[:200]


def parsed(content: bytes):  # type: ignore[no-untyped-def]  # an element of lxml
    """XML as a tree, without entities and without anything from outside."""
    from lxml import etree

    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise RowError("unreadable_document", f"a part of the document is no XML: {error}") from error


def with_text(text: str, title: str | None, pages: int | None = None) -> Converted:
    """What was read, if it is a text.

    Raises:
        RowError: it is none (`no_text`).
    """
    if not text.strip():
        raise RowError("no_text", "the document shows no text; what it shows may be pictures")
    return Converted(text, pages, title)
