"""Ranges and sets: one value and a whole column are judged alike, at the bounds too."""

import math
from typing import Literal

import polars as pl
import pytest
from dataflow_agent.operators.core import OneOf, Range, Rule
from hypothesis import given
from hypothesis import strategies as st

Closed = Literal["both", "left", "right", "none"]
CLOSED: tuple[Closed, ...] = ("both", "left", "right", "none")


def reasons(rule: Rule, values: list[object]) -> list[str | None]:
    return pl.DataFrame({"m": values}, strict=False).with_columns(reason=rule.reasons("m"))["reason"].to_list()


@pytest.mark.parametrize(
    ("closed", "inside"),
    [("both", [3, 5, 10]), ("left", [3, 5]), ("right", [5, 10]), ("none", [5])],
)
def test_which_bounds_belong_to_the_interval(closed: Closed, inside: list[int]) -> None:
    rule = Range(3, 10, closed=closed)
    assert [value for value in (2, 3, 5, 10, 11) if rule.contains(value)] == inside


def test_the_reason_says_on_which_side_a_value_fell() -> None:
    assert reasons(Range(3, 10), [2, 3, 10, 11]) == ["m_too_low", None, None, "m_too_high"]


def test_a_bound_of_none_is_open() -> None:
    assert reasons(Range(None, 5), [-1e300, 5, 6]) == [None, None, "m_too_high"]
    assert reasons(Range(5, None), [4, 5, 1e300]) == ["m_too_low", None, None]
    assert Range().contains(math.inf)


def test_nan_is_in_no_interval() -> None:
    assert not Range().contains(math.nan)


def test_a_null_has_no_reason_of_its_own() -> None:
    assert reasons(Range(3, 10), [None, 1]) == [None, "m_too_low"]
    assert reasons(OneOf.of(["a"]), [None, "b"]) == [None, "m_not_allowed"]


@given(
    st.one_of(st.none(), st.integers(-3, 3)),
    st.one_of(st.none(), st.integers(-3, 3)),
    st.sampled_from(CLOSED),
    st.lists(st.sampled_from([-4.0, -3.0, -1.5, 0.0, 2.0, 3.0, 4.0]), min_size=1),
)
def test_a_column_is_judged_as_its_values(
    low: int | None, high: int | None, closed: Closed, values: list[float]
) -> None:
    rule = Range(low, high, closed=closed)
    assert [reason is None for reason in reasons(rule, list(values))] == [rule.contains(value) for value in values]


@pytest.mark.parametrize("exclude", [False, True])
@pytest.mark.parametrize("values", [["a", "b", "c"], [1, 2, 3], [True, False, True]])
def test_a_set_keeps_its_members_or_all_others(values: list[str | int | bool], exclude: bool) -> None:
    rule = OneOf.of(values[:1], exclude=exclude)
    assert [reason is None for reason in reasons(rule, list(values))] == [rule.contains(value) for value in values]
    assert rule.contains(values[0]) is not exclude


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Range(3, 10, closed="left"), "at least 3 and below 10"),
        (Range(0.25, None, closed="right"), "more than 0.25"),
        (Range(None, 5_000_000), "at most 5,000,000"),
        (Range(), "any value"),
        (OneOf.of(["de", "en"]), "de, en"),
        (OneOf.of(["en"], exclude=True), "not en"),
    ],
)
def test_a_rule_reads_as_words(rule: Rule, words: str) -> None:
    assert str(rule) == words
