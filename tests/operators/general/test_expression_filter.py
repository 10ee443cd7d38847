"""expression_filter: rows for which the condition is true stay; what is unknown falls under on_null."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.expression_filter import ExpressionFilter
from hypothesis import given
from hypothesis import strategies as st

ROWS = [{"n": 1, "tag": "a"}, {"n": 2, "tag": "b"}, {"n": None, "tag": "a"}, {"tag": "b"}, {"n": 3, "tag": None}]


def kept(expression: str, rows: list[dict[str, Any]] = ROWS, **options: Any) -> list[int]:
    out = apply_rows(
        ExpressionFilter(expression=expression, **options), [{**row, "at": i} for i, row in enumerate(rows)]
    )
    return [row["at"] for row in out]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("n >= 2", [1, 4]),
        ("n > 2", [4]),
        ("not n >= 2", [0]),
        ('tag = "a" and n = 1', [0]),
        ('tag = "a" or n > 1', [0, 1, 2, 4]),
        ("n is null", [2, 3]),
        ("n is not null and tag is not null", [0, 1]),
        ('tag in ("b")', [1, 3]),
        ("n > 100", []),
    ],
)
def test_rows_for_which_it_is_true_are_kept_in_order(expression: str, expected: list[int]) -> None:
    assert kept(expression) == expected


def test_what_is_unknown_is_neither_kept_nor_counted_as_false() -> None:
    records = apply_outcome(ExpressionFilter(expression="n >= 2"), batch_of(ROWS)).records
    assert records is not None
    assert records["holds"].to_list() == [False, True, None, None, True]
    assert records["fate"].to_list() == ["dropped", "kept", "dropped", "dropped", "kept"]
    assert records["reason"].to_list() == ["holds_not_allowed", None, "no_value", "no_value", None]


def test_unknown_rows_can_be_kept() -> None:
    assert kept("n >= 2", on_null="keep") == [1, 2, 3, 4]
    assert kept("not n >= 2", on_null="keep") == [0, 2, 3]


def test_values_of_another_kind_in_a_mixed_column_are_unknown() -> None:
    rows = [{"n": 5}, {"n": "5"}, {"n": [5]}, {"n": None}]
    assert kept("n = 5", rows) == [0]
    assert kept("n != 5", rows, on_null="keep") == [1, 2, 3]


def test_it_reads_the_columns_of_its_condition() -> None:
    operator = ExpressionFilter(expression='`my score` > 1 and tag contains "x" and length(tag) < 9')
    assert list(operator.reads()) == ["my score", "tag"]


@pytest.mark.parametrize("expression", ["", "n >", "n => 2", "import os", "n = 1; drop", "__import__('os')"])
def test_what_is_no_condition_is_refused_when_it_is_written(expression: str) -> None:
    with pytest.raises(ValueError, match="condition"):
        ExpressionFilter(expression=expression)


@given(st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=8), st.integers(-3, 3))
def test_each_row_is_in_one_of_true_false_and_unknown(values: list[int | None], limit: int) -> None:
    rows = [{"n": value} for value in [*values, 0]]
    true, false = kept(f"n < {limit}", rows), kept(f"not n < {limit}", rows)
    unknown = [i for i, row in enumerate(rows) if row["n"] is None]
    assert sorted([*true, *false, *unknown]) == list(range(len(rows)))
