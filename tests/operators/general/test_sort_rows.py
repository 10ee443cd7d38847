"""sort_rows: by value and code point, stable, each column in its own order, however long the texts are."""

import json
import math
from datetime import datetime
from functools import cmp_to_key
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Batch, Context, Schema
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general._sort_keys import HEAD_BYTES, WINDOW_BYTES
from dataflow_agent.operators.general.sort_rows import SortRows
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given
from hypothesis import strategies as st


def ordered(values: list[Any], **options: Any) -> list[int]:
    rows = [{"x": value, "at": i} for i, value in enumerate(values)]
    return [row["at"] for row in apply_rows(SortRows(columns=("x",), **options), rows)]


def of_json(documents: list[str | None], **options: Any) -> list[str]:
    """Row ids in order, of a column of several types that holds these JSON documents."""
    frame = pl.DataFrame(
        {"_row": [f"0:{i}" for i in range(len(documents))], "_absent": [None] * len(documents), "x": documents},
        schema={"_row": pl.String, "_absent": pl.List(pl.String), "x": pl.String},
    )
    return apply_outcome(SortRows(columns=("x",), **options), Batch(frame, Schema.of(x="json"))).rows.ids.to_list()


def test_numbers_rise_or_fall_and_equal_rows_keep_their_order() -> None:
    assert ordered([3, 1, 2, 1]) == [1, 3, 2, 0]
    assert ordered([3, 1, 2, 1], order=("descending",)) == [0, 2, 1, 3]
    assert ordered([0.5, -math.inf, math.inf, -0.0, 0.0]) == [1, 3, 4, 0, 2]


def test_many_equal_rows_keep_their_order() -> None:
    values = [i % 3 for i in range(5000)]
    for order in ("ascending", "descending"):
        expected = sorted(range(5000), key=lambda i: values[i] * (1 if order == "ascending" else -1))
        assert ordered(values, order=(order,)) == expected


def test_integers_are_compared_exactly() -> None:
    assert ordered([2**53 + 1, 2**53, 2**53 + 2]) == [1, 0, 2]
    assert ordered([2**63 - 1, -(2**63), 2**63 - 2]) == [1, 2, 0]


@pytest.mark.parametrize("order", ["ascending", "descending"])
@pytest.mark.parametrize(("nulls", "expected"), [("last", [1, 3]), ("first", [0, 2])])
@pytest.mark.parametrize("nothing", [[None, None], [math.nan, None]])
def test_rows_without_a_value_come_last_or_first_whatever_the_order(
    order: Any, nulls: Any, expected: list[int], nothing: list[Any]
) -> None:
    found = ordered([nothing[0], 1.0, nothing[1], 2.0], order=(order,), nulls=nulls)
    assert sorted(found[:2]) == expected
    without = [at for at in found if at in (0, 2)]
    assert without == [0, 2]


def test_an_absent_value_is_as_a_null() -> None:
    rows = [{"at": 0}, {"x": "a", "at": 1}, {"x": None, "at": 2}]
    assert [row["at"] for row in apply_rows(SortRows(columns=("x",)), rows)] == [1, 0, 2]


def test_texts_are_ordered_by_code_point() -> None:
    texts = ["a", "B", "", "é", "ab", "Z", "\uffff", "\U0001f600", "a\x00", "10", "9", "\u4f60"]
    assert [texts[i] for i in ordered(texts)] == sorted(texts)


def test_false_comes_before_true_and_earlier_before_later() -> None:
    assert ordered([True, False, None, True, False]) == [1, 4, 0, 3, 2]
    days = [datetime(2026, 2, 1), datetime(2025, 12, 31), None, datetime(2026, 1, 1, 0, 0, 1)]
    frame = pl.DataFrame(
        {"_row": ["0:1", "0:2", "0:3", "0:4"], "_absent": [None] * 4, "t": days},
        schema={"_row": pl.String, "_absent": pl.List(pl.String), "t": pl.Datetime("us")},
    )
    operator, batch = SortRows(columns=("t",)), Batch(frame, Schema.of(t="time"))
    assert apply_outcome(operator, batch).rows.ids.to_list() == ["0:2", "0:4", "0:1", "0:3"]
    unknown = frame.slice(2, 1).with_columns(t=pl.lit(None, dtype=pl.Null))
    part = operator.sketch(Batch(unknown, Schema.of(t="time")), None)
    assert part.schema == operator.sketch(batch, None).schema


def test_unsigned_integers_in_one_part_and_none_in_another_go_together() -> None:
    def part(values: pl.Series) -> Batch:
        frame = pl.DataFrame({"_row": [f"0:{values[0]}"], "_absent": [None], "n": values})
        return Batch(frame, Schema.of(n="integer"))

    large, none = pl.Series([2**64 - 1], dtype=pl.UInt64), pl.Series([None], dtype=pl.Int64)
    sketches = [SortRows(columns=("n",)).sketch(part(values), None) for values in (none, large)]
    order = SortRows(columns=("n",)).decide(pl.concat(sketches), _no_fetch, Context()).order
    assert order is not None
    assert order.to_list() == [f"0:{2**64 - 1}", "0:None"]


def test_a_column_of_several_types_has_truth_values_then_numbers_then_texts() -> None:
    values = ["a", 2, True, None, 1.5, [1], "", False, {"a": 1}, -3, "10"]
    assert [values[i] for i in ordered(values)] == [False, True, -3, 1.5, 2, "", "10", "a", None, [1], {"a": 1}]
    assert [values[i] for i in ordered(values, order=("descending",))] == [
        "a", "10", "", 2, 1.5, -3, True, False, None, [1], {"a": 1},
    ]  # fmt: skip


def test_integers_beyond_64_bits_are_compared_exactly_with_all_numbers() -> None:
    numbers = [
        10**30,
        10**30 + 1,
        1e30,
        -(10**30),
        2**63,
        2**64,
        9e307,
        10**400,
        -(10**400),
        0,
        0.1,
        -0.1,
        1,
        255,
        256,
        257,
        -256,
        -257,
    ]
    documents = [json.dumps(number) for number in numbers]
    expected = sorted(range(len(numbers)), key=lambda i: numbers[i])
    assert of_json(documents) == [f"0:{i}" for i in expected]  # type: ignore[arg-type]


@given(st.lists(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)), max_size=12))
def test_mixed_numbers_are_ordered_as_python_orders_them(numbers: list[float]) -> None:
    expected = sorted(range(len(numbers)), key=lambda i: numbers[i])
    assert of_json([json.dumps(number) for number in numbers]) == [f"0:{i}" for i in expected]


def test_a_later_column_decides_where_the_earlier_are_equal_each_in_its_order() -> None:
    rows = [{"a": a, "b": b} for a, b in [("x", 1), ("y", 2), ("x", 2), (None, 9), ("y", None), ("x", None)]]
    found = apply_rows(SortRows(columns=("a", "b"), order=("descending", "ascending")), rows)
    assert [(row["a"], row["b"]) for row in found] == [
        ("y", 2), ("y", None), ("x", 1), ("x", 2), ("x", None), (None, 9),
    ]  # fmt: skip
    both = apply_rows(SortRows(columns=("a", "b"), order=("descending",), nulls="first"), rows)
    assert [(row["a"], row["b"]) for row in both] == [
        (None, 9), ("y", None), ("y", 2), ("x", None), ("x", 2), ("x", 1),
    ]  # fmt: skip


def test_by_length_texts_are_compared_by_their_characters() -> None:
    texts = ["ccc", "\U0001f600\U0001f600", "", None, "a", "bb"]
    assert ordered(texts, by="length") == [2, 4, 1, 5, 0, 3]
    assert ordered(texts, by="length", order=("descending",)) == [0, 1, 5, 4, 2, 3]
    assert ordered(["abc", 12345, "d", [1, 2]], by="length") == [2, 0, 1, 3]


@pytest.mark.parametrize("order", ["ascending", "descending"])
def test_long_texts_that_begin_alike_are_told_apart_by_reading_them_back(order: Any) -> None:
    begin = "a" * (HEAD_BYTES - 1)
    deep = "b" * (HEAD_BYTES + WINDOW_BYTES)
    texts = [
        begin + "az", begin + "a", begin + "ay", begin, begin + "b", begin + "az", "z",
        deep + "b", deep + "a", deep, deep + "a" * WINDOW_BYTES + "z", deep + "a" * WINDOW_BYTES + "y", deep + "b",
        "é" * HEAD_BYTES, "é" * HEAD_BYTES + "\U0001f600", "é" * HEAD_BYTES + "\uffff",
    ]  # fmt: skip
    expected = sorted(range(len(texts)), key=lambda i: texts[i], reverse=order == "descending")
    for values in (texts, [*texts, True]):
        found = [i for i in ordered(values, order=(order,)) if i < len(texts)]
        assert [texts[i] for i in found] == [texts[i] for i in expected]
        assert [i for i in found if texts[i] == texts[0]] == [0, 5]
        assert [i for i in found if texts[i] == texts[7]] == [7, 12]


def test_what_begins_alike_is_settled_before_a_later_column_decides() -> None:
    begin = "same " * HEAD_BYTES
    rows = [{"t": begin + "b", "n": 1}, {"t": begin + "a", "n": 2}, {"t": begin + "a", "n": 1}]
    assert [row["n"] for row in apply_rows(SortRows(columns=("t", "n")), rows)] == [1, 2, 1]
    assert apply_rows(SortRows(columns=("t", "n")), rows)[-1] == rows[0]


def test_only_different_texts_that_begin_alike_are_read_back() -> None:
    long = "x" * 9000
    texts = [long, "short", long, None, "y" * 9000, "short"]
    operator, batch = SortRows(columns=("t",)), batch_of([{"t": text} for text in texts])
    order = operator.decide(operator.sketch(batch, None), _no_fetch, Context()).order
    assert order is not None
    assert order.to_list() == ["0:2", "0:6", "0:1", "0:3", "0:5", "0:4"]


TEXTS = st.one_of(
    st.none(),
    st.text(max_size=4),
    st.builds(lambda n, end: "a" * (HEAD_BYTES - 2 + n) + end, st.integers(0, 4), st.text("ab\u00e9", max_size=3)),
)
MIXED = st.one_of(TEXTS, st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, -0.5, 1.0]))
ORDERS = st.sampled_from(["ascending", "descending"])


def kind(value: Any) -> int:
    return 0 if isinstance(value, bool) else 1 if isinstance(value, int | float) else 2


@given(st.lists(st.tuples(MIXED, TEXTS), max_size=10), ORDERS, ORDERS, st.sampled_from(["last", "first"]))
def test_it_orders_as_a_plain_comparison_of_rows_does(
    values: list[tuple[Any, Any]], first: str, second: str, nulls: str
) -> None:
    rows = [{"a": a, "b": b, "at": at} for at, (a, b) in enumerate([*values, (0, "end"), ("end", "0")])]

    def compare(one: dict[str, Any], other: dict[str, Any]) -> int:
        for column, order in (("a", first), ("b", second)):
            x, y = one[column], other[column]
            if (x is None) != (y is None):
                return -1 if (x is None) == (nulls == "first") else 1
            if x is not None and (kind(x), x) != (kind(y), y):
                return (-1 if (kind(x), x) < (kind(y), y) else 1) * (1 if order == "ascending" else -1)
        return 0

    found = apply_rows(SortRows(columns=("a", "b"), order=(first, second), nulls=nulls), rows)
    assert [row["at"] for row in found] == [row["at"] for row in sorted(rows, key=cmp_to_key(compare))]


@given(st.lists(MIXED, min_size=1, max_size=12), st.integers(1, 5), st.sampled_from(["value", "length"]))
def test_the_size_of_parts_changes_nothing(values: list[Any], size: int, by: Any) -> None:
    operator, batch = SortRows(columns=("x",), by=by), batch_of([{"x": value} for value in [*values, "end", 1]])
    parts = pl.concat(operator.sketch(batch.slice(at, size), None) for at in range(0, len(batch), size))
    assert parts.equals(operator.sketch(batch, None))


@pytest.mark.parametrize(
    "options",
    [
        {"columns": ()},
        {"columns": ("a", "a")},
        {"columns": ("a", "b", "c"), "order": ("ascending", "descending")},
        {"columns": ("a",), "order": ("ascending", "descending")},
        {"columns": ("a",), "order": ()},
        {"columns": ("a",), "order": ("down",)},
        {"columns": ("_row",)},
    ],
)
def test_options_that_say_no_order_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"columns|order"):
        SortRows(**options)


@pytest.mark.parametrize(
    ("dtype", "by", "code"),
    [
        ("nested", "value", "wrong_column_type"),
        ("vector", "value", "wrong_column_type"),
        ("bytes", "value", "wrong_column_type"),
        ("integer", "length", "unfit_columns"),
        ("text", "length", None),
        ("json", "length", None),
        ("time", "value", None),
    ],
)
def test_a_column_without_an_order_is_a_fault(dtype: Any, by: str, code: str | None) -> None:
    flow = Workflow(steps=(Step(id="s", operator="sort_rows", options={"columns": ["x"], "by": by}),))
    assert [fault.code for fault in validate(flow, Schema.of(x=dtype))] == ([] if code is None else [code])


def _no_fetch(ids: Any, columns: Any) -> pl.DataFrame:
    raise AssertionError("nothing is to be read back")
