"""code_filetype_filter: lines of data, visible text of pages, names of text files, told by columns or counted."""

from typing import Any

import pytest
from dataflow_agent.operators.code.code_filetype_filter import CodeFiletypeFilter
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of

TOLD = {"line_count": "n", "visible_length": "visible", "total_length": "total"}


def fates(rows: list[dict[str, Any]], **options: Any) -> list[tuple[str, str | None]]:
    records = apply_outcome(CodeFiletypeFilter(**options), batch_of(rows)).records
    assert records is not None
    return [(one["fate"], one["reason"]) for one in records.to_dicts()]


def page(visible: int, hidden: int) -> str:
    """A page of so many visible and so many other characters."""
    markup = len("<p></p><!---->")
    return f"<p>{'x' * visible}</p><!--{'y' * (hidden - markup)}-->"


@pytest.mark.parametrize("filetype", ["Text", "JSON", "YAML", "Web Ontology Language", "Graphviz", "DOT", "json "])
def test_data_of_512_lines_stays_and_one_line_more_goes(filetype: str) -> None:
    rows = [{"text": "x\n" * n, "filetype": filetype} for n in (512, 513)]
    assert fates(rows) == [("kept", None), ("dropped", "data_lines_too_high")]
    assert fates(rows, max_lines=None) == [("kept", None)] * 2


def test_code_may_have_any_number_of_lines() -> None:
    rows = [{"text": "x\n" * 5000, "filetype": one} for one in ("Python", "C", "", "jsonnet")]
    assert fates(rows) == [("kept", None)] * 4


@pytest.mark.parametrize(
    ("visible", "hidden", "fate"),
    [
        (100, 400, ("kept", None)),
        (99, 100, ("dropped", "visible_chars_too_low")),
        (100, 401, ("dropped", "visible_ratio_too_low")),
        (200, 801, ("dropped", "visible_ratio_too_low")),
        (200, 800, ("kept", None)),
    ],
)
def test_a_page_shows_100_characters_and_a_fifth_of_itself(
    visible: int, hidden: int, fate: tuple[str, str | None]
) -> None:
    text = page(visible, hidden)
    assert len(text) == visible + hidden
    assert fates([{"text": text, "filetype": "HTML"}]) == [fate]
    told = {"text": "?", "filetype": "html", "n": 1, "visible": visible, "total": visible + hidden}
    assert fates([told], **TOLD) == [fate]


def test_white_space_of_a_page_counts_once_and_what_is_not_shown_does_not() -> None:
    text = "<html><title>" + "t" * 200 + "</title><script>" + "s" * 200 + "</script><p>a" + " \n" * 300 + "b</p></html>"
    records = apply_outcome(CodeFiletypeFilter(), batch_of([{"text": text, "filetype": "HTML"}])).records
    assert records is not None
    assert records["visible_chars"].to_list() == [3]


def test_columns_are_believed_and_what_they_lack_is_counted() -> None:
    rows: list[dict[str, Any]] = [
        {"text": "x\n" * 600, "filetype": "JSON", "n": 10},
        {"text": "x", "filetype": "JSON", "n": 600.0},
        {"text": "x\n" * 600, "filetype": "JSON", "n": None},
        {"text": "x\n" * 600, "filetype": "JSON", "n": float("nan")},
        {"text": "x", "filetype": "JSON"},
    ]
    verdicts = [fate for fate, _ in fates(rows, line_count="n")]
    assert verdicts == ["kept", "dropped", "dropped", "dropped", "kept"]


def test_columns_alone_are_enough() -> None:
    rows = [
        {"text": None, "filetype": "JSON", "n": 5},
        {"text": None, "filetype": "JSON", "n": 513},
        {"text": "x", "n": 1},
    ]
    assert fates(rows, line_count="n") == [
        ("kept", None),
        ("dropped", "data_lines_too_high"),
        ("dropped", "no_value"),
    ]


@pytest.mark.parametrize("filetype", [None, 7, ["HTML"]])
def test_a_file_without_a_type_falls_under_on_null(filetype: Any) -> None:
    rows = [{"text": "x", "filetype": "C"}, {"text": "x", "filetype": filetype}]
    assert fates(rows) == [("kept", None), ("dropped", "no_value")]
    assert fates(rows, on_null="keep")[1] == ("kept", None)
    assert fates(rows, on_null="fail")[1] == ("failed", "no_value")


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("README.md", True),
        ("docs/readme", True),
        ("requirements-dev.txt", True),
        ("CMakeLists.txt", True),
        ("src\\NOTES.txt", True),
        ("todo.txt", True),
        ("description", True),
        ("data.txt", False),
        ("readme/data.txt", False),
        ("my_readme.txt", False),
        ("", False),
    ],
)
def test_text_files_are_judged_by_their_names_where_a_column_has_them(name: str, stays: bool) -> None:
    row = {"text": "x", "filetype": "Text", "name": name}
    assert bool(apply_rows(CodeFiletypeFilter(filename="name"), [row])) is stays
    assert apply_rows(CodeFiletypeFilter(), [row]) == [row]
    assert apply_rows(CodeFiletypeFilter(filename="name"), [{**row, "filetype": "C"}])


def test_a_text_file_without_a_name_falls_under_on_null() -> None:
    rows = [{"text": "x", "filetype": "Text", "name": None}, {"text": "x", "filetype": "C", "name": None}]
    assert fates(rows, filename="name") == [("dropped", "no_value"), ("kept", None)]
