"""Books are read in the order of their spine, whole or not at all."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Limits
from dataflow_agent.operators.core.documents.book import to_markdown

LIMITS = Limits(max_bytes=2**24, max_expanded_bytes=2**20, max_pages=10)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
CHAPTERS = {
    "OEBPS/a b.xhtml": "<h1>Ebb</h1><p>The sea goes.</p>",
    "OEBPS/flood.xhtml": "<h1>Flood</h1><p>It comes.</p>",
}


def package(spine: Sequence[str] = ("a", "b")) -> str:
    return (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:title>Tides</dc:title></metadata><manifest><item id="b" href="flood.xhtml" '
        'media-type="application/xhtml+xml"/><item id="a" href="a%20b.xhtml" media-type="application/xhtml+xml"/>'
        f"</manifest><spine>{''.join(f'<itemref idref={one!r}/>' for one in spine)}</spine></package>"
    )


def page(body: str) -> bytes:
    head = '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    return f"{head}<body>{body}</body></html>".encode()


def epub(**changes: bytes | str | None) -> bytes:
    """A book of two chapters; changes are members by their names, and None takes one out."""
    members: dict[str, bytes | str | None] = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package()}
    members |= {name: page(body) for name, body in CHAPTERS.items()}
    members |= changes
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/epub+zip")
        for name, content in members.items():
            if content is not None:
                packed.writestr(name, content)
    return buffer.getvalue()


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        f'<e:EncryptedData><e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )


def reason_of(data: bytes) -> str:
    with pytest.raises(RowError) as raised:
        to_markdown(data, LIMITS)
    return raised.value.reason


def test_chapters_come_in_the_order_of_the_spine() -> None:
    book = to_markdown(epub(), LIMITS)
    assert book.text == "# Ebb\n\nThe sea goes.\n\n# Flood\n\nIt comes."
    assert (book.title, book.pages) == ("Tides", None)


def test_a_chapter_that_begins_with_a_byte_order_mark_stays() -> None:
    book = to_markdown(epub(**{"OEBPS/a b.xhtml": b"\xef\xbb\xbf" + page("<p>marked</p>")}), LIMITS)
    assert book.text.startswith("marked\n")


def test_tables_and_code_of_chapters_stay() -> None:
    body = "<table><tr><th>Port</th></tr><tr><td>Brest</td></tr></table><pre>if x:\n    y</pre>"
    text = to_markdown(epub(**{"OEBPS/flood.xhtml": page(body)}), LIMITS).text
    assert "| Port |\n| --- |\n| Brest |\n\n```\nif x:\n    y\n```" in text


@pytest.mark.parametrize("algorithm", ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"])
def test_hidden_fonts_are_no_protection(algorithm: str) -> None:
    assert "The sea" in to_markdown(epub(**{"META-INF/encryption.xml": encryption(algorithm)}), LIMITS).text


def test_a_protected_book_is_encrypted() -> None:
    protected = encryption("http://www.w3.org/2001/04/xmlenc#aes256-cbc")
    assert reason_of(epub(**{"META-INF/encryption.xml": protected})) == "encrypted"
    assert reason_of(epub(**{"META-INF/rights.xml": "<rights/>"})) == "encrypted"


def test_a_book_that_lacks_a_part_is_not_read_without_it() -> None:
    for missing in ("META-INF/container.xml", "OEBPS/book.opf", "OEBPS/flood.xhtml"):
        assert reason_of(epub(**{missing: None})) == "unreadable_document"


def test_entities_are_not_expanded() -> None:
    declared = '<!DOCTYPE p [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    titled = package().replace("Tides", "x&b;&f;")
    assert "A" not in (to_markdown(epub(**{"OEBPS/book.opf": declared + titled}), LIMITS).title or "")


def test_a_bomb_is_too_large_and_no_chapter_is_no_text() -> None:
    assert reason_of(epub(**{"OEBPS/flood.xhtml": b" " * 2**21})) == "too_large"
    assert reason_of(epub(**{"OEBPS/book.opf": package(spine=())})) == "no_text"
