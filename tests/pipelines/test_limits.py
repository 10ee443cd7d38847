"""Limits: where their lines stand among whole numbers, and which values lie beyond them."""

from typing import Literal

import polars as pl
import pytest
from dataflow_agent.operators.core import OneOf, Range
from dataflow_agent.pipelines.limits import all_whole, beyond, limits_of
from hypothesis import given
from hypothesis import strategies as st

Closed = Literal["both", "left", "right", "none"]
CLOSED: tuple[Closed, ...] = ("both", "left", "right", "none")


@given(st.floats(-5, 5), st.floats(0, 5), st.sampled_from(CLOSED), st.lists(st.integers(-12, 12)))
def test_the_lines_part_whole_numbers_into_those_kept_and_those_beyond(
    low: float, width: float, closed: Closed, values: list[int]
) -> None:
    rule = Range(low, low + width, closed=closed)
    lower, upper = limits_of(rule, whole=True)
    assert (lower.side, lower.value, upper.side, upper.value) == ("low", low, "high", low + width)
    out = beyond(pl.Series(values, dtype=pl.Float64), rule).to_list()
    assert out == [value for value in values if not lower.at <= value < upper.at]


def test_among_other_numbers_a_line_stands_at_the_limit_itself() -> None:
    assert [limit.at for limit in limits_of(Range(0.25, 3, closed="none"), whole=False)] == [0.25, 3]


@pytest.mark.parametrize("rule", [Range(), Range(None, None), Range(None, float("inf"))])
def test_what_is_no_limit_has_none(rule: Range) -> None:
    assert limits_of(rule, whole=False) == ()


def test_every_rule_tells_what_lies_beyond_it_and_a_null_never_does() -> None:
    assert beyond(pl.Series(["a", "b", None]), OneOf.of(["a"])).to_list() == ["b"]


@pytest.mark.parametrize(
    ("values", "whole"), [([1.0, None, -3.0], True), ([1.0, 0.5], False), ([None], False), ([], False)]
)
def test_values_are_whole_where_there_are_some_and_each_is(values: list[float | None], whole: bool) -> None:
    assert all_whole(pl.Series(values, dtype=pl.Float64)) is whole
