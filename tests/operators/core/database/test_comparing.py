"""Two results are the same if they answer the same, and only then."""

import math
from datetime import date
from decimal import Decimal

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.database import Table, same_result
from hypothesis import given
from hypothesis import strategies as st


def table(rows, order_by=None, columns=None, truncated=False):
    rows = tuple(tuple(row) for row in rows)
    width = len(rows[0]) if rows else 1
    return Table(columns or tuple(f"c{n}" for n in range(width)), rows, order_by, truncated)


def same(left, right, order_by=None):
    return same_result(table(left, order_by), table(right))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 1.0, True),
        (1, Decimal("1.00"), True),
        (True, 1, True),
        (0.1 + 0.2, 0.3, True),
        (Decimal("0.3"), 0.1 + 0.2, True),
        (1.0, 1.0 + 2e-9, False),
        (Decimal("0.1"), Decimal("0.10000000001"), False),
        (2**63, 2**63 + 1, False),
        (10**300 + 1, 1e300, True),
        (math.nan, math.nan, True),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (None, None, True),
        (None, "", False),
        (None, 0, False),
        ("1", 1, False),
        ("a", "A", False),
        (b"a", "a", False),
        (date(2024, 1, 2), "2024-01-02", False),
        (date(2024, 1, 2), date(2024, 1, 2), True),
        ([1, None], [1.0, None], True),
        ({"a": 1}, {"a": 2}, False),
    ],
)
def test_values_are_the_same_by_what_they_are(left, right, expected):
    assert same([[left]], [[right]]) is expected
    assert same([[right]], [[left]]) is expected
    assert same([["x", left], ["y", 1]], [["y", 1], ["x", right]]) is expected


def test_an_integer_beyond_all_floats_is_no_float():
    assert not same([[10**400]], [[1e300]])
    assert same([[10**400]], [[10**400]])


def test_rows_count_as_often_as_they_come():
    assert not same([[1], [1], [2]], [[1], [2], [2]])
    assert not same([[1], [1]], [[1]])
    assert same([[1], [2], [1]], [[2], [1], [1]])


def test_the_order_counts_only_where_the_first_asks_for_one():
    assert same([[1], [2]], [[2], [1]])
    assert not same([[1], [2]], [[2], [1]], order_by=(0,))
    assert not same([[1], [2]], [[2], [1]], order_by=())
    assert same_result(table([[1], [2]]), table([[2], [1]], order_by=(0,)))


def test_rows_that_are_sorted_alike_may_change_places():
    gold = [["a", 1], ["b", 1], ["c", 2]]
    assert same(gold, [["b", 1], ["a", 1], ["c", 2]], order_by=(1,))
    assert not same(gold, [["a", 1], ["c", 2], ["b", 1]], order_by=(1,))
    assert not same(gold, [["b", 1], ["a", 1], ["c", 2]], order_by=())


def test_names_of_columns_do_not_count_and_their_number_and_places_do():
    assert same_result(table([[1, 2]], columns=("a", "b")), table([[1, 2]], columns=("x", "x")))
    assert not same_result(table([[1, 2]]), table([[2, 1]]))
    assert not same_result(table([[1]]), table([[1, 1]]))
    assert not same_result(table([], columns=("a",)), table([], columns=("a", "b")))
    assert same_result(table([], columns=("a",)), table([], columns=("b",)))


def test_a_result_that_was_cut_cannot_be_compared():
    for left, right in ((True, False), (False, True)):
        with pytest.raises(RowError, match="result_too_large"):
            same_result(table([[1]], truncated=left), table([[1]], truncated=right))


def test_near_floats_find_their_partners_whatever_stands_before_them():
    gold = [[0.1 * n, n % 3, "x"] for n in range(1, 2000)]
    other = [[sum([0.1] * (n % 7)) + 0.1 * (n - n % 7), n % 3, "x"] for n in range(1, 2000)]
    assert same(gold, other[::-1])
    other[5][1] += 1
    assert not same(gold, other[::-1])


VALUES = st.one_of(st.none(), st.integers(-3, 3), st.floats(-2, 2), st.sampled_from(["", "a", "1"]), st.booleans())


@given(st.lists(st.tuples(VALUES, VALUES), max_size=6), st.randoms())
def test_a_result_is_the_same_as_itself_in_any_order(rows, lot):
    mixed = [*rows]
    lot.shuffle(mixed)
    assert same(rows, mixed)
    assert same(rows, rows, order_by=(0,))


@given(st.lists(st.tuples(VALUES, VALUES), max_size=4), st.lists(st.tuples(VALUES, VALUES), max_size=4))
def test_being_the_same_goes_both_ways(left, right):
    assert same(left, right) == same(right, left)
