"""Tells what a document is: by its content first, then by what it is said to be."""

import re
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Final

from ..errors import RowError

PDF, HTML, XHTML = "application/pdf", "text/html", "application/xhtml+xml"
PLAIN, MARKDOWN, RST = "text/plain", "text/markdown", "text/x-rst"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, PPTX = f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}presentationml.presentation"
XLSX, EPUB = f"{_OFFICE}spreadsheetml.sheet", "application/epub+zip"
DOC, PPT, XLS = "application/msword", "application/vnd.ms-powerpoint", "application/vnd.ms-excel"
RTF, OPEN_DOCUMENT, ZIP = "application/rtf", "application/vnd.oasis.opendocument", "application/zip"
ENCRYPTED_OFFICE, OLE = "application/encrypted-office", "application/x-ole-storage"

READERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        PDF: "pdf",
        HTML: "web",
        XHTML: "web",
        DOCX: "word",
        PPTX: "slides",
        XLSX: "sheets",
        EPUB: "book",
        PLAIN: "plain",
        MARKDOWN: "plain",
        RST: "plain",
    }
)
"""The module of this folder that reads a media type."""

_SIGNATURES: Final = (
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"\x00\x00\x00\x0cjP  ", "image/jp2"),
)
_OLE_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS: Final = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("WordDocument", DOC),
    ("PowerPoint Document", PPT),
    ("Workbook", XLS),
    ("Book", XLS),
)
"""What the streams of an old Office file are called; a file may hold others inside, so the order matters."""
_PARTS: Final = (("word/", DOCX), ("ppt/", PPTX), ("xl/", XLSX))
_PACKED: Final = (b"PK\x03\x04", b"PK\x05\x06")
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)
_HEAD: Final = 4096
_PDF_WITHIN: Final = 1024
_MARKUP: Final = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_BEFORE_MARKUP: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]*\?>|<!--.*?-->)*", re.DOTALL)
_MARKS_OF_ORDER: Final = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROLS: Final = 0.01
_TEXTS: Final = frozenset({PLAIN, MARKDOWN, RST})


def recognised(data: bytes, said: str | None) -> str:
    """The media type of a document.

    Args:
        data: its content, which decides where it shows its kind.
        said: the media type that its ending or its server gives, which decides where the content is text of some kind
            or shows nothing.

    >>> recognised(b"%PDF-1.7 ...", "text/plain")
    'application/pdf'
    """
    shown = _by_signature(data)
    if shown is not None:
        return shown
    if _looks_like_text(data):
        if _is_markup(data):
            return HTML
        return said if said in _TEXTS or said in (HTML, XHTML) else PLAIN
    return said or "application/octet-stream"


def reader_of(media_type: str) -> str:
    """The name of the module that reads a media type.

    Raises:
        RowError: none does; says what would be needed.
    """
    if media_type in READERS:
        return READERS[media_type]
    if media_type.startswith("image/"):
        raise RowError("needs_ocr", "it is an image, whose text only recognition of characters (OCR) can read")
    if media_type == ENCRYPTED_OFFICE:
        raise RowError("encrypted", "the document is encrypted; save it without a password")
    raise RowError("unsupported_format", _needed(media_type))


def _needed(media_type: str) -> str:
    for kind, name, ending in (
        (DOC, "an old Word document", "docx"),
        (PPT, "an old PowerPoint presentation", "pptx"),
        (XLS, "an old Excel workbook", "xlsx"),
        (RTF, "a rich text document", "docx"),
        (OPEN_DOCUMENT, "an OpenDocument file", "pdf"),
        (OLE, "an old Office file", "pdf"),
    ):
        if media_type.startswith(kind):
            return f"it is {name}; convert it with LibreOffice: soffice --headless --convert-to {ending}"
    return f"files of the type {media_type[:100]} are not read; convert it to PDF, DOCX, HTML or text"


def _by_signature(data: bytes) -> str | None:
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return PDF
    if data.startswith(_OLE_SIGNATURE):
        named = (kind for stream, kind in _STREAMS if stream.encode("utf-16-le") + b"\x00\x00" in data)
        return next(named, OLE)
    if data.startswith(_PACKED):
        return _by_members(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"avif"):
        return "image/heic"
    found = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None)
    return None if found == "image/bmp" and _looks_like_text(data) else found


def _by_members(data: bytes) -> str | None:
    """What a packed file holds; None where its list of members is damaged, so that it is what it is said to be."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            names = packed.namelist()
            declared = packed.open("mimetype").read(100).decode("ascii", "replace") if "mimetype" in names else ""
    except _DAMAGED:
        return None
    if declared.strip() == EPUB or declared.startswith(OPEN_DOCUMENT):
        return declared.strip()
    if "[Content_Types].xml" in names:
        return next((kind for folder, kind in _PARTS if any(name.startswith(folder) for name in names)), ZIP)
    return EPUB if "META-INF/container.xml" in names else ZIP


def _is_markup(data: bytes) -> bool:
    """Whether it begins as a page of the web does, whatever stands before its first element."""
    begun = _BEFORE_MARKUP.match(data[:_HEAD])
    return _MARKUP.match(data, begun.end() if begun else 0) is not None


def _looks_like_text(data: bytes) -> bool:
    """Whether hardly any byte is one that texts do not hold, in any encoding that keeps ASCII, or in UTF-16."""
    head = data[:_HEAD]
    if head.startswith(_MARKS_OF_ORDER):
        return True
    return len(_NO_TEXT.findall(head)) <= _MOST_CONTROLS * len(head)
