"""Histograms: nothing is lost, edges are round, and a wild value does not flatten the rest."""

import math

import polars as pl
import pytest
from dataflow_agent.pipelines.histogram import Histogram, histogram, rebin, shared_edges
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

numbers = st.lists(st.one_of(st.none(), st.floats(), st.integers(-(2**62), 2**62).map(float)), max_size=60)


def column(values: list[float | None]) -> pl.Series:
    return pl.Series("metric", values, dtype=pl.Float64)


@given(numbers, st.integers(1, 40))
def test_every_value_is_counted_once_and_no_edge_is_nan(values: list[float | None], bins: int) -> None:
    made = histogram(column(values), bins=bins)
    missing = sum(value is None or math.isnan(value) for value in values)
    assert (made.missing, made.total) == (missing, len(values) - missing)
    assert 1 <= len(made.counts) <= bins
    assert all(map(math.isfinite, made.edges))


@given(numbers)
def test_each_bin_counts_what_lies_between_its_edges(values: list[float | None]) -> None:
    made = histogram(column(values))
    held = [value for value in values if value is not None and not math.isnan(value)]
    inner = made.edges[1:-1]
    for index, count in enumerate(made.counts):
        low = -math.inf if index == 0 else made.edges[index]
        high = math.inf if index == len(inner) else made.edges[index + 1]
        assert count == sum(low <= value and (value < high or high == math.inf) for value in held)


@given(numbers, numbers)
def test_two_columns_on_shared_edges_add_up_to_both_together(one: list[float | None], two: list[float | None]) -> None:
    edges = shared_edges([column(one), column(two)])
    parts = [rebin(column(values), edges) for values in (one, two)]
    whole = rebin(column(one + two), edges)
    assert whole.counts == tuple(map(sum, zip(*(part.counts for part in parts), strict=True)))
    assert whole.missing == sum(part.missing for part in parts)


def test_the_order_of_the_values_changes_nothing() -> None:
    values = [0.25, 7.5, None, 3.125, 3.0]
    assert histogram(column(values)) == histogram(column(values[::-1]))


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt8, pl.Float64])
def test_whole_numbers_get_whole_edges_and_few_of_them_a_bin_each(dtype: type[pl.DataType]) -> None:
    made = histogram(pl.Series([2, 4, 4, 5], dtype=dtype))
    assert made == Histogram(edges=(2, 3, 4, 5, 6), counts=(1, 0, 2, 1), missing=0)


@given(st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=60), st.integers(2, 30))
def test_edges_of_whole_numbers_are_whole(values: list[int], bins: int) -> None:
    assert all(edge == int(edge) for edge in histogram(pl.Series(values), bins=bins).edges)


def test_edges_of_shares_are_round() -> None:
    made = histogram(column([index / 1000 for index in range(1001)]))
    assert made.edges == tuple(index / 20 for index in range(21))
    assert made.counts == (50,) * 19 + (51,)


def test_a_far_outlier_is_counted_in_the_end_bin_and_does_not_flatten_the_rest() -> None:
    made = histogram(pl.Series([*range(1000), 10**9, -(10**9)]))
    assert made.edges[0] >= -1000
    assert made.edges[-1] <= 2000
    assert sum(count > 0 for count in made.counts) >= 5
    assert made.total == 1002


def test_infinities_are_counted_in_the_end_bins() -> None:
    made = histogram(column([1.0, 2.0, 3.0, math.inf, -math.inf]))
    assert (made.counts[0], made.counts[-1]) == (2, 2)


def test_a_short_column_beside_a_long_one_keeps_its_place_in_view() -> None:
    edges = shared_edges([pl.Series([0] * 5000 + [10]), pl.Series([90, 95, 100])])
    assert edges[0] == 0
    assert edges[-1] >= 100


@pytest.mark.parametrize("value", [0.0, 0.5, -3.0, 1e-320, 1e300, 2.0**60, 1.7e308])
def test_one_value_has_one_bin_that_holds_it(value: float) -> None:
    made = histogram(column([value] * 3))
    assert made.counts == (3,)


@pytest.mark.parametrize("values", [[], [None], [math.nan, None]])
def test_without_a_value_there_is_one_empty_bin(values: list[float | None]) -> None:
    assert histogram(column(values)) == Histogram(edges=(0, 1), counts=(0,), missing=len(values))


def test_a_column_of_no_type_and_one_of_booleans_are_read() -> None:
    assert histogram(pl.Series([None, None])).missing == 2
    assert histogram(pl.Series([True, False, True])).counts == (1, 2)


@pytest.mark.parametrize(
    ("edges", "counts"), [((0.0,), ()), ((0.0, 1.0), (1, 2)), ((1.0, 0.0), (1,)), ((0.0, math.nan), (1,))]
)
def test_edges_that_fit_no_counts_are_refused(edges: tuple[float, ...], counts: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        Histogram(edges=edges, counts=counts, missing=0)


def test_no_bins_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one bin"):
        histogram(pl.Series([1]), bins=0)
