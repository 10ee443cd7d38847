"""Reads books (EPUB) as Markdown, chapter by chapter."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from ..errors import RowError
from .archive import Archive, unpacked
from .contract import Converted, Limits
from .markup import markdown_of
from .plain import decoded
from .properties import parsed, with_text

_CONTAINER: Final = "META-INF/container.xml"
_RIGHTS: Final = "META-INF/rights.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_PAGES: Final = frozenset({"application/xhtml+xml", "text/html"})
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")
_FONTS: Final = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
"""Methods that only hide fonts."""


def to_markdown(data: bytes, limits: Limits) -> Converted:
    """The chapters in the order in which they are read; what is only linked to, such as covers of shops, is left out.

    Raises:
        RowError: it is damaged or lacks a chapter, is protected against copying (`encrypted`), holds too much, or shows
            no text.
    """
    with unpacked(data, limits) as packed:
        _refuse_protected(packed)
        place = parsed(packed.read(_CONTAINER)).find(".//{*}rootfile")
        if place is None:
            raise RowError("unreadable_document", "the book does not say where its contents are listed")
        root = str(place.get("full-path"))
        package = parsed(packed.read(root))
        named = package.find(".//{http://purl.org/dc/elements/1.1/}title")
        title = " ".join((named.text or "").split()) if named is not None else ""
        chapters = [_chapter(packed.read(name)) for name in _spine(package, posixpath.dirname(root))]
    return with_text("\n\n".join(filter(None, chapters)), title[:200] or None)


def _refuse_protected(packed: Archive) -> None:
    if _RIGHTS in packed.names:
        raise RowError("encrypted", "the book is protected against copying (DRM)")
    if _ENCRYPTION in packed.names:
        listed = parsed(packed.read(_ENCRYPTION)).iterfind(".//{*}EncryptionMethod")
        if not _FONTS.issuperset(str(one.get("Algorithm")) for one in listed):
            raise RowError("encrypted", "the book is protected against copying (DRM)")


def _spine(package: Any, folder: str) -> Iterator[str]:
    """The names of the chapters, in order."""
    items = {one.get("id"): one for one in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        yield posixpath.normpath(posixpath.join(folder, unquote(str(item.get("href")))))


def _chapter(page: bytes) -> str:
    from lxml import etree, html

    try:
        tree = html.document_fromstring(_DECLARATION.sub("", decoded(page)))
    except (etree.ParserError, ValueError):
        return ""
    body = tree.find("body")
    return markdown_of(body if body is not None else tree)
