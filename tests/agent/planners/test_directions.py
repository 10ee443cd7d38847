"""Which way limits point: comparators, ranges, negations."""

import pytest
from dataflow_agent.agent.planners.directions import Interval, Limit, find_limits
from dataflow_agent.agent.planners.quantities import find_quantities
from dataflow_agent.agent.planners.tokens import tokenize
from hypothesis import given, settings
from hypothesis import strategies as st

UP, OVER = Interval(low=50), Interval(low=50, low_open=True)
DOWN, BELOW = Interval(high=50), Interval(high=50, high_open=True)


def limits_of(text: str) -> list[Limit]:
    tokens = tokenize(text)
    return find_limits(tokens, find_quantities(tokens))


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("at least 50 words", UP),
        ("a minimum of 50 words", UP),
        ("minimum 50 words", UP),
        ("min 50 words", UP),
        (">= 50 words", UP),
        ("≥ 50 words", UP),
        ("no less than 50 words", UP),
        ("no fewer than 50 words", UP),
        ("not shorter than 50 words", UP),
        ("isn't shorter than 50 words", UP),
        ("should not have fewer than 50 words", UP),
        ("50 words or more", UP),
        ("50 or more words", UP),
        ("50+ words", UP),
        ("50 words minimum", UP),
        ("50 words and up", UP),
        ("more than 50 words", OVER),
        ("over 50 words", OVER),
        ("above 50 words", OVER),
        ("longer than 50 words", OVER),
        ("exceeding 50 words", OVER),
        ("> 50 words", OVER),
        ("not at most 50 words", OVER),
        ("at most 50 words", DOWN),
        ("no more than 50 words", DOWN),
        ("not more than 50 words", DOWN),
        ("up to 50 words", DOWN),
        ("maximum of 50 words", DOWN),
        ("50 words max", DOWN),
        ("50 words or fewer", DOWN),
        ("50 words at most", DOWN),
        ("not longer than 50 words", DOWN),
        ("should not be longer than 50 words", DOWN),
        ("<= 50 words", DOWN),
        ("under 50 words", BELOW),
        ("below 50 words", BELOW),
        ("less than 50 words", BELOW),
        ("fewer than 50 words", BELOW),
        ("shorter than 50 words", BELOW),
        ("less than about 50 words", BELOW),
        ("that don't have at least 50 words", BELOW),
        ("without at least 50 words", UP),
        ("between 50 and 100 words", Interval(50, 100)),
        ("from 50 to 100 words", Interval(50, 100)),
        ("50 to 100 words", Interval(50, 100)),
        ("50-100 words", Interval(50, 100)),
        ("50 – 100 words", Interval(50, 100)),
        ("exactly 50 words", Interval(50, 50)),
        ("word count >= 50", UP),
        ("word count of at least 50", UP),
        ("a number of words below 50", BELOW),
    ],
)
def test_a_comparator_gives_the_interval_it_means(text: str, interval: Interval) -> None:
    (limit,) = limits_of(text)
    assert (limit.interval, limit.unit, limit.stated) == (interval, "words", True)


def test_a_bare_number_states_no_direction() -> None:
    (limit,) = limits_of("with 50 words")
    assert not limit.stated


@pytest.mark.parametrize("joint", ["and", "but", ","])
def test_limits_to_both_sides_are_one_range(joint: str) -> None:
    (limit,) = limits_of(f"at least 50 {joint} at most 500 words")
    assert (limit.unit, limit.interval) == ("words", Interval(50, 500))


def test_a_unit_said_once_belongs_to_both_limits() -> None:
    first, second = limits_of("under 20 or over 500 words")
    assert (first.unit, first.interval) == ("words", Interval(high=20, high_open=True))
    assert (second.unit, second.interval) == ("words", Interval(low=500, low_open=True))


def test_a_direction_said_once_belongs_to_both_numbers() -> None:
    first, second = limits_of("at least 50 words and 3 sentences")
    assert (first.interval, second.interval) == (Interval(low=50), Interval(low=3))
    assert (first.unit, second.unit) == ("words", "sentences")


bounds = st.integers(-1000, 1000)
one_sided = st.one_of(
    st.builds(lambda low, is_open: Interval(low=low, low_open=is_open), bounds, st.booleans()),
    st.builds(lambda high, is_open: Interval(high=high, high_open=is_open), bounds, st.booleans()),
)


def contains(interval: Interval, value: float) -> bool:
    above = interval.low is None or value > interval.low or (value == interval.low and not interval.low_open)
    below = interval.high is None or value < interval.high or (value == interval.high and not interval.high_open)
    return above and below


@settings(deadline=None)
@given(one_sided, st.integers(-1001, 1001))
def test_a_number_is_inside_or_outside_and_never_both(interval: Interval, value: int) -> None:
    outside = interval.outside()
    assert outside is not None
    assert contains(interval, value) != contains(outside, value)


@settings(deadline=None)
@given(one_sided, st.integers(-1001, 1001))
def test_inclusive_bounds_hold_the_same_whole_numbers(interval: Interval, value: int) -> None:
    whole = interval.whole()
    assert not whole.low_open
    assert not whole.high_open
    assert contains(interval, value) == contains(whole, value)


def test_outside_a_range_is_no_interval() -> None:
    assert Interval(50, 100).outside() is None
