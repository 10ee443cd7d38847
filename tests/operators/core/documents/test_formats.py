"""What a document is, its content says; what it is said to be counts for texts only."""

import zipfile
from io import BytesIO

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.dataset import MEDIA_TYPES
from dataflow_agent.operators.core.documents.formats import (
    DOC,
    DOCX,
    EPUB,
    HTML,
    MARKDOWN,
    PDF,
    PLAIN,
    PPT,
    PPTX,
    READERS,
    XHTML,
    XLS,
    XLSX,
    reader_of,
    recognised,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def packed(**members: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def office(part: str) -> bytes:
    return packed(**{"[Content_Types].xml": "<Types/>", part: "<x/>"})


def old_office(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + bytes(64)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4\n...", PDF),
        (b"\xef\xbb\xbf\n junk before %PDF-1.7", PDF),
        (office("word/document.xml"), DOCX),
        (office("ppt/presentation.xml"), PPTX),
        (office("xl/workbook.xml"), XLSX),
        (packed(mimetype="application/epub+zip", a="b"), EPUB),
        (packed(**{"META-INF__container.xml": "<x/>"}), EPUB),
        (packed(mimetype="application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
        (packed(readme="x"), "application/zip"),
        (old_office("WordDocument"), DOC),
        (old_office("PowerPoint Document"), PPT),
        (old_office("Workbook"), XLS),
        (old_office("EncryptedPackage"), "application/encrypted-office"),
        (b"{\\rtf1 text}", "application/rtf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"<!DOCTYPE html><p>x", HTML),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<html lang="en">', HTML),
    ],
)
@pytest.mark.parametrize("said", [None, PDF, PLAIN, DOCX, "application/octet-stream"])
def test_the_content_decides_whatever_the_ending_says(data: bytes, kind: str, said: str | None) -> None:
    assert recognised(data, said) == kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [(MARKDOWN, MARKDOWN), (PLAIN, PLAIN), (HTML, HTML), (XHTML, XHTML), (PDF, PLAIN), (DOCX, PLAIN), (None, PLAIN)],
)
@pytest.mark.parametrize(
    "text", [b"# Tides\n", "Ebbe und Flut, größer".encode(), "größer".encode("latin-1"), "Tide".encode("utf-16")]
)
def test_a_text_is_the_kind_of_text_that_it_is_said_to_be(text: bytes, said: str | None, kind: str) -> None:
    assert recognised(text, said) == kind


def test_a_text_that_speaks_of_markup_is_no_page() -> None:
    assert recognised(b"Write <html> first.", PLAIN) == PLAIN
    assert recognised(b"BMW builds cars", PLAIN) == PLAIN


def test_a_damaged_pack_is_what_it_is_said_to_be() -> None:
    assert recognised(office("word/document.xml")[:-30], DOCX) == DOCX
    assert recognised(bytes(range(256)), PDF) == PDF
    assert recognised(bytes(range(256)), None) == "application/octet-stream"


@pytest.mark.parametrize(
    ("kind", "reason", "needed"),
    [
        (DOC, "unsupported_format", "soffice --headless --convert-to docx"),
        (PPT, "unsupported_format", "soffice --headless --convert-to pptx"),
        (XLS, "unsupported_format", "soffice --headless --convert-to xlsx"),
        ("application/rtf", "unsupported_format", "soffice"),
        ("application/vnd.oasis.opendocument.text", "unsupported_format", "soffice"),
        ("application/zip", "unsupported_format", "application/zip"),
        ("image/jpeg", "needs_ocr", "OCR"),
        ("application/encrypted-office", "encrypted", "without a password"),
    ],
)
def test_what_is_not_read_says_what_would_be_needed(kind: str, reason: str, needed: str) -> None:
    with pytest.raises(RowError) as caught:
        reader_of(kind)
    assert caught.value.reason == reason
    assert needed in caught.value.detail


def test_every_kind_that_comes_in_is_read_or_says_what_it_needs() -> None:
    for kind in MEDIA_TYPES.values():
        if kind not in READERS:
            with pytest.raises(RowError, match=r"LibreOffice|OCR"):
                reader_of(kind)
