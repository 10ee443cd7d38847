"""Reads workbooks (XLSX) as Markdown, a page for each sheet."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final

from ..errors import RowError
from .archive import unpacked
from .contract import PAGE_BREAK, Converted, Limits
from .properties import title_in, with_text
from .tables import markdown_table

_BORDER: Final = 3
"""Characters that a table takes for a cell beyond its content."""


def to_markdown(data: bytes, limits: Limits) -> Converted:
    """The sheets that are shown, in order: the name as a heading, then a table for each block of filled rows.

    Cells hold what was last computed, dates as ISO 8601; empty rows divide blocks, and columns empty in a block go.

    Raises:
        RowError: it is damaged, encrypted, holds too much or too many sheets, or shows no text.
    """
    from openpyxl import load_workbook

    with unpacked(data, limits) as packed:
        packed.refuse_bombs()
        title = title_in(packed)
    book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if len(shown) > limits.max_pages:
            raise RowError("too_large", f"it has {len(shown):,} sheets; at most {limits.max_pages:,} are read")
        pages, left = list[str](), limits.max_expanded_bytes
        for sheet in shown:
            page = "\n\n".join([f"# {sheet.title}", *_tables(sheet, left)])
            left -= len(page)
            pages.append(page)
    finally:
        book.close()
    if not any("\n" in page for page in pages):
        raise RowError("no_text", "no cell of the workbook is filled")
    return with_text(f"\n\n{PAGE_BREAK}".join(pages), title, len(pages))


def _tables(sheet: Any, most_chars: int) -> Iterator[str]:
    """A table for each run of rows that are not empty."""
    sheet.reset_dimensions()  # what a sheet says of its size may be wrong
    block, filled, size = list[list[str]](), set[int](), 0
    for row in sheet.iter_rows(values_only=True):
        cells = [_written(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        size += sum(map(len, cells))
        filled.update(at for at, cell in enumerate(cells) if cell)
        # Every row of a table gets as many cells as the widest, so that few cells can make a long text.
        if size + _BORDER * len(filled) * (len(block) + 1) > most_chars:
            raise RowError("too_large", "its sheets hold more text than may be read")
        if cells:
            block.append(cells)
        elif block:
            yield markdown_table(_trimmed(block, filled))
            size += _BORDER * len(filled) * len(block)
            block, filled = [], set()
    if block:
        yield markdown_table(_trimmed(block, filled))


def _trimmed(rows: Sequence[Sequence[str]], filled: Collection[int]) -> list[list[str]]:
    """The rows with their filled columns alone."""
    columns = sorted(filled)
    return [[row[at] if at < len(row) else "" for at in columns] for row in rows]


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).strip()
