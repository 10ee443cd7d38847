"""Reads workbooks (XLSX) as Markdown, a page for each sheet."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from ..errors import RowError
from .archive import unpacked
from .contract import PAGE_BREAK, Converted, Limits
from .properties import title_in, with_text
from .tables import markdown_table


def to_markdown(data: bytes, limits: Limits) -> Converted:
    """The sheets that are shown, in order: the name as a heading, then a table for each block of filled rows.

    Cells hold what was last computed, dates as ISO 8601; empty rows divide blocks, empty columns at their edges go.

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
    block, size = list[list[str]](), 0
    for row in sheet.iter_rows(values_only=True):
        cells = [_written(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        size += sum(map(len, cells)) + 3 * len(cells)
        if size > most_chars:
            raise RowError("too_large", "its sheets hold more text than may be read")
        if cells:
            block.append(cells)
        elif block:
            yield markdown_table(_trimmed(block))
            block = []
    if block:
        yield markdown_table(_trimmed(block))


def _trimmed(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The rows without the columns at their beginning that are empty in all of them."""
    first = min(next(at for at, cell in enumerate(row) if cell) for row in rows)
    return [row[first:] for row in rows]


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
