"""score_filter: both limits belong to what is kept, and what is no number falls under on_null."""

import math
from typing import Any

import pytest
from dataflow_agent.operators.core import Batch, Schema
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.score_filter import ScoreFilter
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given
from hypothesis import strategies as st

NO_NUMBERS = [None, "0.9", "", "nan", True, False, [0.9], {"score": 0.9}]


def kept(values: list[Any], **options: Any) -> list[int]:
    rows = [{"score": value, "at": i} for i, value in enumerate(values)]
    return [row["at"] for row in apply_rows(ScoreFilter(**options), rows)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"min_score": 0.5}, [1, 2, 3]),
        ({"max_score": 0.5}, [0, 1]),
        ({"min_score": 0.5, "max_score": 0.75}, [1, 2]),
        ({"min_score": 0.75, "max_score": 0.75}, [2]),
        ({"min_score": 2.0}, []),
        ({"max_score": -1.0}, []),
    ],
)
def test_limits_are_inclusive_at_both_ends(options: dict[str, Any], expected: list[int]) -> None:
    below, above = math.nextafter(0.5, 0), math.nextafter(0.75, 1)
    assert kept([below, 0.5, 0.75, above], **options) == expected


def test_the_default_of_dataflow_keeps_eight_and_drops_what_is_less() -> None:
    assert kept([7, 8, 9], min_score=8) == [1, 2]


def test_the_numbers_of_a_column_of_several_types_count_and_the_rest_has_no_score() -> None:
    assert kept([1, 0.5, 0.49, *NO_NUMBERS], min_score=0.5) == [0, 1]
    assert kept([0.49, *NO_NUMBERS], min_score=0.5, on_null="keep") == list(range(1, len(NO_NUMBERS) + 1))


@pytest.mark.parametrize(("on_null", "fate"), [("drop", "dropped"), ("keep", "kept"), ("fail", "failed")])
def test_null_absent_and_nan_fall_under_on_null(on_null: Any, fate: str) -> None:
    batch = batch_of([{"score": 0.9}, {"score": None}, {}, {"score": math.nan}])
    records = apply_outcome(ScoreFilter(min_score=0.5, on_null=on_null), batch).records
    assert records is not None
    assert records["fate"].to_list() == ["kept", *[fate] * 3]
    assert records["reason"].to_list() == [None, *([None] if fate == "kept" else ["no_value"]) * 3]
    assert records["score"].to_list() == [0.9, None, None, None]


def test_infinite_numbers_are_numbers() -> None:
    assert kept([math.inf, -math.inf, 0.0], min_score=1.0) == [0]
    assert kept([math.inf, -math.inf, 0.0], max_score=1.0) == [1, 2]


def test_the_reason_says_which_limit_was_broken() -> None:
    records = apply_outcome(
        ScoreFilter(score="q", min_score=1, max_score=2), batch_of([{"q": 0}, {"q": 1}, {"q": 3}])
    ).records
    assert records is not None
    assert records["reason"].to_list() == ["score_too_low", None, "score_too_high"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "min_score, max_score or both"),
        ({"min_score": 2, "max_score": 1}, "min_score 2 lies above max_score 1"),
        ({"min_score": math.nan}, "finite"),
        ({"max_score": math.inf}, "finite"),
        ({"min_score": "high"}, "min_score"),
    ],
)
def test_limits_that_mean_nothing_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ScoreFilter(**options)


@pytest.mark.parametrize(("dtype", "refused"), [("boolean", True), ("text", True), ("integer", False), ("json", False)])
def test_a_column_that_can_hold_no_number_is_a_fault(dtype: Any, refused: bool) -> None:
    flow = Workflow(steps=(Step(id="s", operator="score_filter", options={"min_score": 1}),))
    codes = [fault.code for fault in validate(flow, Schema.of(score=dtype)) if fault.severity == "error"]
    assert codes == (["wrong_column_type"] if refused else [])


def test_both_limits_can_be_moved_later() -> None:
    assert ScoreFilter.limits == ("min_score", "max_score")


SCORES = st.lists(st.one_of(st.none(), st.floats(allow_nan=True), st.integers(-3, 3), st.text(max_size=2)), max_size=9)


@given(SCORES, st.floats(-2, 2), st.floats(0, 3), st.integers(1, 4))
def test_it_keeps_what_a_comparison_keeps_in_parts_of_any_size(
    values: list[Any], low: float, width: float, size: int
) -> None:
    operator = ScoreFilter(min_score=low, max_score=low + width)
    # batch_of encodes a column of several types as JSON, which knows neither NaN nor infinity.
    batch = batch_of(
        [{"score": v if isinstance(v, str | int) or v is None or math.isfinite(v) else None} for v in values]
    )
    numbers = [row.get("score") for row in batch.rows()]
    expected = [isinstance(v, int | float) and low <= v <= low + width for v in numbers]
    parts: list[Batch] = [batch.slice(start, size) for start in range(0, len(batch), size)] if values else []
    fates = [fate for part in parts for fate in _fates(operator, part)]
    assert [fate == "kept" for fate in fates] == expected


def _fates(operator: ScoreFilter, part: Batch) -> list[str]:
    records = apply_outcome(operator, part).records
    assert records is not None
    return list(records["fate"])
