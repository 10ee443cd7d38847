"""Reads PDF documents as Markdown."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..errors import RowError
from ._pdf_furniture import without_furniture
from ._pdf_lines import Line, lines_in_order
from ._pdf_markdown import Page, Writer
from ._pdf_tables import Table, tables_of
from ._pdf_words import HYPHEN, Word, placing, words_of
from .contract import Converted, Limits

_DULL: Final = re.compile(
    r"^(?:untitled.*|\(?anonymous\)?|(?:document|presentation|book|slide)\s*\d*|microsoft (?:word|powerpoint) - .*"
    r"|.*\.(?:docx?|odt|pptx?|xlsx?|tex|indd|pdf|dvi|qxd))?$",
    re.IGNORECASE,
)
_LONGEST_TITLE: Final = 200


def to_markdown(data: bytes, limits: Limits) -> Converted:
    """The pages of a document in the order in which they are read: columns one after the other, paragraphs whole.

    Headings are told by size and weight, lists by their signs, code by letters of one width. Tables with ruling lines
    stand in their places. Words that line ends divide are whole again, and keep a hyphen that they have elsewhere too.
    Headers, footers and page numbers that stand on several pages go. A page without text, such as a scanned one among
    others, is empty. Text that is turned stands at the end of its page.

    Raises:
        RowError: it is `encrypted`, damaged (`unreadable_document`), has too many pages (`too_large`), or no page has
            text (`needs_ocr`).
    """
    document = _opened(data)
    try:
        count = len(document)
        if count > limits.max_pages:
            raise RowError("too_large", f"it has {count:,} pages; at most {limits.max_pages:,} are read")
        read = [_read(document, number) for number in range(count)]
        named = document.get_metadata_dict().get("Title", "").strip()
    finally:
        document.close()
    kept = without_furniture([lines for lines, _, _, _ in read], [height for _, height, _, _ in read])
    pages = [
        Page([*_with_tables(lines, found), *turned])
        for lines, (_, _, found, turned) in zip(kept, read, strict=True)
    ]  # fmt: skip
    writer = Writer(pages)
    text = writer.text(pages).replace(HYPHEN, "")
    if not text.strip():
        raise RowError(
            "needs_ocr", "no page holds text: it is scanned, and needs recognition (OCR), such as by ocrmypdf"
        )
    title = named if named and not _DULL.match(named) else writer.title(pages[0])
    return Converted(text, count, title[:_LONGEST_TITLE] if title else None)


def _opened(data: bytes) -> Any:
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise RowError("encrypted", "the document is encrypted; save it without a password") from error
        raise RowError("unreadable_document", f"it is cut off or damaged: {error}") from error


def _read(document: Any, number: int) -> tuple[list[Line], float, list[Table], list[Line]]:
    """The lines of a page in order, its height, its tables, and what is turned on it."""
    import pypdfium2 as pdfium

    try:
        page = document[number]
    except pdfium.PdfiumError as error:
        raise RowError("unreadable_document", f"page {number + 1} is damaged: {error}") from error
    try:
        height = page.get_height()
        words = words_of(page)
        found = tables_of(page, words, placing(page)) if words else []
    finally:
        page.close()
    free = [word for word in words if not any(_within(word, table) for table in found)]
    upright = [word for word in free if not word.font.turned]
    turned = [word for word in free if word.font.turned]
    return lines_in_order(upright), height, found, [Line(tuple(turned))] if turned else []


def _within(word: Word, table: Table) -> bool:
    return table.left <= word.center <= table.right and table.bottom <= word.middle <= table.top


def _with_tables(lines: Sequence[Line], found: Sequence[Table]) -> Iterator[Line | Table]:
    """The lines with each table before the first one that stands below it and beside none of it."""
    waiting = sorted(found, key=lambda table: -table.top)
    for line in lines:
        while waiting and _comes_before(waiting[0], line):
            yield waiting.pop(0)
        yield line
    yield from waiting


def _comes_before(table: Table, line: Line) -> bool:
    return line.top <= table.bottom + 2 and line.left < table.right and line.right > table.left
