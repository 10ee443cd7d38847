"""Rows of cells stay rows of cells, whatever stands in them."""

from dataflow_agent.operators.core.documents.tables import markdown_table
from hypothesis import given
from hypothesis import strategies as st


def test_a_bar_and_a_line_break_stay_inside_their_cell() -> None:
    assert markdown_table([["a|b", "c"], ["two\nlines", "d"]]) == "| a\\|b | c |\n| --- | --- |\n| two lines | d |"


def test_short_rows_are_filled_up() -> None:
    assert markdown_table([["a"], ["b", "c"]]).splitlines() == ["| a |  |", "| --- | --- |", "| b | c |"]


def test_no_cells_are_no_table() -> None:
    assert markdown_table([]) == markdown_table([[], []]) == ""


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), min_size=1, max_size=5))
def test_every_line_has_as_many_cells_as_the_longest_row(rows: list[list[str]]) -> None:
    lines = markdown_table(rows).split("\n")
    borders = [line.replace("\\|", "").count("|") for line in lines]
    assert len(lines) == len(rows) + 1
    assert set(borders) == {max(map(len, rows)) + 1}
