"""Batch: values survive, views follow the rows, and nothing is changed in place."""

from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import ABSENT, ROW, Batch
from dataflow_agent.operators.core.testing import batch_of
from hypothesis import given
from hypothesis import strategies as st

MIXED: list[dict[str, Any]] = [
    {"x": "a"}, {"x": 1}, {"x": 1.0}, {"x": None}, {}, {"x": True}, {"x": ["b"]}, {"x": {"c": "d"}},
]  # fmt: skip
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text())
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    PLAIN | NUMBERS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=5,
)


def test_rows_come_back_as_they_were() -> None:
    rows: list[dict[str, Any]] = [{"t": "007", "n": 1, "f": 1.0}, {"t": None, "n": 2}, {"f": 2.5, "b": b"\xff"}]
    assert batch_of(rows).rows() == rows


@given(st.lists(st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=3), min_size=1, max_size=5))
def test_any_json_rows_come_back_as_they_were(rows: list[dict[str, Any]]) -> None:
    assert repr([sorted(row.items()) for row in batch_of(rows).rows()]) == repr([sorted(row.items()) for row in rows])


def test_a_mixed_column_gives_its_texts_and_its_numbers() -> None:
    batch = batch_of(MIXED)
    assert batch.schema["x"].dtype == "json"
    assert batch.texts("x").to_list() == ["a", *[None] * 7]
    assert batch.numbers("x").to_list() == [None, 1.0, 1.0, *[None] * 5]
    assert batch.values("x") == ["a", 1, 1.0, None, None, True, ["b"], {"c": "d"}]


@pytest.mark.parametrize(("values", "texts", "numbers"), [([1, 2], [None] * 2, [1.0, 2.0]), (["1"], ["1"], [None])])
def test_a_column_of_one_type_gives_only_that(values: list[Any], texts: list[Any], numbers: list[Any]) -> None:
    batch = batch_of([{"x": value} for value in values])
    assert batch.texts("x").to_list() == texts
    assert batch.numbers("x").to_list() == numbers


def test_rows_are_numbered_from_one_within_their_source() -> None:
    assert batch_of([{"x": 1}] * 3).ids.to_list() == ["0:1", "0:2", "0:3"]


def test_selecting_rows_keeps_their_views() -> None:
    batch = batch_of([{"text": "a b"}, {"text": None}, {"text": "c"}])
    first, nothing, last = batch.views("text")
    assert nothing is None
    assert first is not None
    assert first.words == ["a", "b"]
    chosen = batch.filter(pl.Series([True, False, True]))
    assert chosen.views("text")[0] is first
    assert chosen.views("text")[1] is last
    assert batch.slice(2, 1).views("text")[0] is last


def test_what_is_derived_from_texts_is_computed_once_and_follows_the_rows() -> None:
    seen: list[list[str | None]] = []

    def lengths(texts: pl.Series) -> pl.Series:
        seen.append(texts.to_list())
        return texts.str.len_chars()

    batch = batch_of([{"text": "a"}, {"text": None}, {"text": "ccc"}, {"text": "dd"}])
    assert batch.derived("text", "length", lengths).to_list() == [1, None, 3, 2]
    chosen = batch.filter(pl.Series([True, False, True, True])).slice(1, 2).filter(pl.Series([False, True]))
    assert chosen.derived("text", "length", lengths).to_list() == [2]
    assert len(seen) == 1
    written = chosen.with_texts("text", pl.Series(["four"]))
    assert written.derived("text", "length", lengths).to_list() == [4]
    assert written.with_values("other", [1], "integer").derived("text", "length", lengths).to_list() == [4]
    assert seen[1:] == [["four"]]


def test_writing_a_column_drops_its_views_and_no_others() -> None:
    batch = batch_of([{"text": "a", "title": "t"}])
    title = batch.views("title")[0]
    before = batch.views("text")[0]
    written = batch.with_texts("text", pl.Series(["b"]))
    assert written.views("text")[0] is not before
    assert written.texts("text").to_list() == ["b"]
    assert written.views("title")[0] is title
    assert batch.texts("text").to_list() == ["a"]


def test_texts_written_over_a_mixed_column_leave_the_other_values_alone() -> None:
    batch = batch_of(MIXED)
    written = batch.with_texts("x", pl.Series(["A", *[None] * 7], dtype=pl.String))
    assert written.rows() == [{"x": "A"}, *MIXED[1:]]
    assert written.schema == batch.schema


def test_texts_written_over_numbers_make_a_mixed_column() -> None:
    written = batch_of([{"n": 1}, {"n": 2}]).with_texts("n", pl.Series(["one", None]))
    assert written.rows() == [{"n": "one"}, {"n": 2}]
    assert written.schema["n"].dtype == "json"


def test_a_null_written_where_a_row_lacked_the_column_leaves_it_absent() -> None:
    rows = [{"x": "a"}, {}, {"x": None}]
    assert batch_of(rows).with_texts("x", pl.Series([None] * 3, dtype=pl.String)).rows() == rows


def test_a_new_column_comes_last_and_removing_one_leaves_the_order() -> None:
    batch = batch_of([{"a": 1, "b": 2, "c": 3}]).with_values("d", [4], "integer")
    assert batch.schema.names == ("a", "b", "c", "d")
    assert batch.without(["b"]).schema.names == ("a", "c", "d")
    assert batch.without(["b"]).frame.columns == [ROW, ABSENT, "a", "c", "d"]
    assert batch.with_values("a", [9], "integer").schema.names == ("a", "b", "c", "d")


def test_keeping_all_rows_copies_nothing() -> None:
    batch = batch_of([{"x": 1}, {"x": 2}])
    assert batch.filter(pl.Series([True, True])) is batch
    assert isinstance(batch.filter(pl.Series([False, False])), Batch)
    assert len(batch.filter(pl.Series([False, False]))) == 0
