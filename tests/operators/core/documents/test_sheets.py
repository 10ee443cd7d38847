"""Sheets are pages; each block of filled rows is a table of values."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Converted, Limits
from dataflow_agent.operators.core.documents.sheets import to_markdown
from openpyxl import Workbook
from openpyxl.chart import BarChart

LIMITS = Limits(max_bytes=2**24, max_expanded_bytes=2**20, max_pages=3)
Rows = Sequence[Sequence[Any]]


def book_of(sheets: Mapping[str, Rows], hidden: Sequence[str] = ()) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    return book


def read(book: Workbook, limits: Limits = LIMITS) -> Converted:
    buffer = BytesIO()
    book.save(buffer)
    return to_markdown(buffer.getvalue(), limits)


def test_values_are_written_as_they_are_meant() -> None:
    row = [date(2026, 3, 1), datetime(2026, 3, 1, 9, 30), time(8, 15), 12.5, 3.0, True, "a|b\nc"]
    text = read(book_of({"Tides": [list("abcdefg"), row]})).text
    assert text.startswith("# Tides\n\n| a | b |")
    assert text.endswith("| 2026-03-01 | 2026-03-01 09:30:00 | 08:15:00 | 12.5 | 3 | TRUE | a\\|b c |")


def test_empty_rows_divide_tables_and_empty_columns_go() -> None:
    rows = [[], [None, "Port", None, "Rise"], [None, "Brest", None, 6], [], [None, None, "Note"], ["", "  "]]
    expected = "# S\n\n| Port | Rise |\n| --- | --- |\n| Brest | 6 |\n\n| Note |\n| --- |"
    assert read(book_of({"S": rows})).text == expected


def test_each_sheet_that_is_shown_is_a_page() -> None:
    book = read(book_of({"One": [["a"]], "Secret": [["hidden"]], "Two": [["b"]]}, hidden=["Secret"]))
    one, two = book.text.split("\f")
    assert (book.pages, "hidden" in book.text) == (2, False)
    assert one.startswith("# One\n")
    assert two.startswith("# Two\n")


def test_a_sheet_of_a_chart_does_no_harm() -> None:
    book = book_of({"One": [["a"]]})
    book.create_chartsheet("Chart").add_chart(BarChart())
    assert read(book).text == "# One\n\n| a |\n| --- |"


def test_a_few_cells_far_apart_make_no_long_text() -> None:
    far = [None] * 5000 + ["far"]
    assert len(read(book_of({"S": [far, *[["near"]] * 50]})).text) < 2000


def test_limits_hold_for_sheets_and_for_what_padding_adds() -> None:
    with pytest.raises(RowError, match="too_large"):
        read(book_of({name: [["a"]] for name in "abcd"}))
    wide = book_of({"S": [["x"] * 2000, *[["r"]] * 200]})
    with pytest.raises(RowError, match="too_large"):
        read(wide)
    assert read(wide, Limits(max_bytes=2**24, max_expanded_bytes=2**22, max_pages=3)).pages == 1


def test_a_workbook_without_values_shows_no_text() -> None:
    with pytest.raises(RowError, match="no_text"):
        read(book_of({"Empty": []}))
