"""exact_dedup: the first of equal rows stays, and only rows that are equal in value and type are equal."""

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Batch, Context, Schema
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.dedup.exact_dedup import ExactDedup
from hypothesis import given
from hypothesis import strategies as st


def kept(rows: list[dict[str, Any]], **options: Any) -> list[int]:
    columns = options.pop("columns", ["x"])
    numbered = [{**row, "at": i} for i, row in enumerate(rows)]
    return [row["at"] for row in apply_rows(ExactDedup(columns=columns, **options), numbered)]


def kept_values(values: list[Any], **options: Any) -> list[int]:
    return kept([{"x": value} for value in values], **options)


def test_the_first_of_equal_rows_stays_and_is_the_target_of_the_others() -> None:
    rows = [{"text": text} for text in ("b", "a", "b", "b", "a", "c")]
    records = apply_outcome(ExactDedup(), batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["kept", "kept", "merged", "merged", "merged", "kept"]
    assert records["target"].to_list() == [None, None, "0:1", "0:1", "0:2", None]
    assert records["similarity"].to_list() == [None, None, 1.0, 1.0, 1.0, None]
    assert records["reason"].to_list() == [None, None, *["duplicate"] * 3, None]


@pytest.mark.parametrize(
    "values",
    [
        [1, 1.0, "1", True, "true", [1], {"1": 1}, None],
        ["null", None, "", "absent", "None"],
        [["a", "b"], ["ab"], ["b", "a"], "[\"a\",\"b\"]"],
        [{"a": 1, "b": 2}, {"a": 2, "b": 1}, {"a": 1}, {"a": 1, "b": 2.0}],
        [2**53, 2**53 + 1, -(2**53)],
        [0.1 + 0.2, 0.3],
        ["a", "A", "a ", " a", "\uff41", "\u00e9", "e\u0301"],
        [b"\xff\x00", b"\xff", b""],
    ],
)  # fmt: skip
def test_values_that_differ_in_any_way_are_no_duplicates(values: list[Any]) -> None:
    assert kept_values(values) == list(range(len(values)))


@pytest.mark.parametrize(
    "values",
    [["a", "a"], [1, 1], [1.5, 1.5], [-0.0, 0.0], [True, True], [b"\xff", b"\xff"], [[1, "a"], [1, "a"]],
     [{"a": 1, "b": [2]}, {"b": [2], "a": 1}], ["x", 5, "x"][::2]],
)  # fmt: skip
def test_equal_values_of_any_type_are_duplicates(values: list[Any]) -> None:
    assert kept_values(values) == [0]


def test_equal_values_in_a_column_of_several_types_are_duplicates() -> None:
    assert kept_values(["x", 5, "x", 5, [1], [1], 5.0, "5"]) == [0, 1, 4, 6, 7]


def test_times_and_vectors_are_compared() -> None:
    day, later = datetime(2026, 1, 2, 3), datetime(2026, 1, 2, 4)
    frame = pl.DataFrame(
        {"_row": ["0:1", "0:2", "0:3"], "_absent": [None] * 3, "t": [day, later, day], "v": [[1.0, 2.0]] * 3},
        schema={"_row": pl.String, "_absent": pl.List(pl.String), "t": pl.Datetime("us"), "v": pl.List(pl.Float32)},
    )
    batch = Batch(frame, Schema.of(t="time", v="vector"))
    assert apply_outcome(ExactDedup(columns=("t", "v")), batch).rows.ids.to_list() == ["0:1", "0:2"]


def test_several_columns_are_one_key() -> None:
    rows = [
        {"q": "a", "r": "b"},
        {"q": "a", "r": "c"},
        {"q": "ab", "r": ""},
        {"q": "a", "r": "b"},
        {"q": "", "r": "ab"},
    ]
    assert kept(rows, columns=["q", "r"]) == [0, 1, 2, 4]
    assert kept(rows, columns=["q"]) == [0, 2, 4]


def test_rows_without_any_key_fall_under_on_null() -> None:
    rows = [{"x": None}, {"x": "a"}, {}, {"x": None}, {"x": "a"}]
    assert kept(rows) == [0, 1, 2, 3]
    assert kept(rows, on_null="drop") == [1]
    records = apply_outcome(ExactDedup(columns=("x",), on_null="fail"), batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["failed", "kept", "failed", "failed", "merged"]
    assert records["reason"].to_list() == ["no_value", None, "no_value", "no_value", "duplicate"]


def test_a_part_of_a_key_may_be_missing_and_null_is_not_absent() -> None:
    rows = [{"q": "a", "r": None}, {"q": "a", "r": None}, {"q": "a"}, {"q": "a", "r": "b"}, {"q": "a"}]
    assert kept(rows, columns=["q", "r"]) == [0, 2, 3]


@pytest.mark.parametrize("other", ["Hello  World", " hello\nworld ", "HELLO WORLD", "hello\u00a0world", "ｈello world"])
def test_normalised_texts_ignore_case_white_space_and_unicode_form(other: str) -> None:
    assert kept_values(["hello world", other], normalize=True) == [0]
    assert kept_values(["hello world", other]) == [0, 1]
    assert kept_values([["hello world"], [other]], normalize=True) == [0]


@pytest.mark.parametrize(("one", "other"), [("Straße", "STRASSE"), ("é", "e\u0301"), ("ﬁt", "FIT"), ("İ", "i̇")])
def test_normalising_folds_beyond_ascii(one: str, other: str) -> None:
    assert kept_values([one, other], normalize=True) == [0]


def test_normalising_does_not_touch_what_differs_in_words_or_punctuation() -> None:
    assert kept_values(["hello world", "hello, world", "helloworld", "hello worlds"], normalize=True) == [0, 1, 2, 3]


def test_empty_texts_are_equal_to_each_other_and_to_no_null() -> None:
    assert kept_values(["", None, "", "a"]) == [0, 1, 3]


def test_columns_are_needed_and_repeats_do_not_count() -> None:
    with pytest.raises(ValueError, match="at least one column"):
        ExactDedup(columns=())
    assert ExactDedup(columns=("a", "b", "a")).columns == ("a", "b")


VALUES = st.one_of(
    st.none(), st.integers(0, 2), st.sampled_from(["", "0", "a", "A"]), st.lists(st.integers(0, 1), max_size=1)
)
ROWS = st.lists(st.fixed_dictionaries({}, optional={"x": VALUES, "y": VALUES}), min_size=1, max_size=10)


def key_of(row: dict[str, Any]) -> str:
    return repr([row.get(name, ...) for name in ("x", "y")])


@given(ROWS)
def test_it_keeps_what_a_plain_set_keeps(rows: list[dict[str, Any]]) -> None:
    rows = [*rows, {"x": "end", "y": "end"}]
    seen: set[str] = set()
    expected = []
    for i, row in enumerate(rows):
        without_key = row.get("x") is None and row.get("y") is None
        if without_key or key_of(row) not in seen:
            expected.append(i)
        seen.add(key_of(row))
    assert kept(rows, columns=["x", "y"]) == expected


@given(ROWS, st.integers(1, 4))
def test_the_size_of_parts_changes_nothing(rows: list[dict[str, Any]], size: int) -> None:
    operator, batch = ExactDedup(columns=("x", "y")), batch_of([*rows, {"x": "end", "y": "end"}])
    parts = [operator.sketch(batch.slice(start, size), None) for start in range(0, len(batch), size)]
    assert pl.concat(parts).equals(operator.sketch(batch, None))


def test_deciding_needs_no_rows_read_back() -> None:
    def fetch(ids: Any, columns: Any) -> pl.DataFrame:
        raise AssertionError("nothing is to be read back")

    operator, batch = ExactDedup(), batch_of([{"text": "a"}, {"text": "a"}])
    assert operator.decide(operator.sketch(batch, None), fetch, Context()).records["fate"].to_list() == [
        "kept",
        "merged",
    ]
