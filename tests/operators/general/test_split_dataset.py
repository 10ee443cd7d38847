"""split_dataset: exact sizes, no group torn apart, the same mix in every split, and only the seed decides."""

from collections import Counter
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_rows, batch_of
from dataflow_agent.operators.general.split_dataset import SplitDataset
from hypothesis import given
from hypothesis import strategies as st


def splits(rows: int, ctx: Context | None = None, **options: Any) -> list[str]:
    return [row["split"] for row in apply_rows(SplitDataset(**options), [{"at": i} for i in range(rows)], ctx)]


@pytest.mark.parametrize(
    ("rows", "shares", "sizes"),
    [
        (10, {"train": 0.8, "validation": 0.1, "test": 0.1}, {"train": 8, "validation": 1, "test": 1}),
        (1, {"train": 0.8, "validation": 0.1, "test": 0.1}, {"train": 1}),
        (5, {"train": 0.8, "validation": 0.1, "test": 0.1}, {"train": 4, "test": 1}),
        (4, {"train": 0.8, "validation": 0.1, "test": 0.1}, {"train": 3, "test": 1}),
        (99, {"train": 0.8, "validation": 0.1, "test": 0.1}, {"train": 79, "validation": 10, "test": 10}),
        (3, {"a": 0.5, "b": 0.5}, {"a": 2, "b": 1}),
        (2, {"a": 0.25, "b": 0.75}, {"b": 2}),
        (2, {"a": 0.3333, "b": 0.3333, "c": 0.3334}, {"c": 1, "a": 1}),
        (3, {"a": 0.333333, "b": 0.333333, "c": 0.333333}, {"a": 1, "b": 1, "c": 1}),
        (1000, {"a": 0.285, "b": 0.715}, {"a": 285, "b": 715}),
        (7, {"all": 1.0}, {"all": 7}),
    ],
)
def test_sizes_are_exact_and_the_rest_goes_where_most_was_lost(
    rows: int, shares: dict[str, float], sizes: dict[str, int]
) -> None:
    assert Counter(splits(rows, shares=shares)) == sizes
    assert Counter(splits(rows, shares=dict(reversed(shares.items())))) == sizes


SHARES = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(
    lambda parts: {f"s{i}": float(Fraction(part, sum(parts))) for i, part in enumerate(parts)}
)


@given(st.integers(1, 60), SHARES, st.integers())
def test_no_split_is_off_its_share_by_a_whole_row(rows: int, shares: dict[str, float], seed: int) -> None:
    found = Counter(splits(rows, shares=shares, seed=seed))
    assert sum(found.values()) == rows
    assert all(abs(found[name] - share * rows) < 1 + 1e-9 for name, share in shares.items())


def test_rows_stay_where_they_were_with_one_column_more() -> None:
    rows = [{"text": "a", "n": 1}, {"n": 2}, {"text": None}]
    out = apply_rows(SplitDataset(shares={"only": 1.0}, output="fold"), rows)
    assert out == [{**row, "fold": "only"} for row in rows]


@pytest.mark.parametrize("output", ["fate", "reason", "target", "detail"])
def test_the_column_may_have_any_name(output: str) -> None:
    out = apply_rows(SplitDataset(shares={"a": 0.5, "b": 0.5}, output=output), [{"n": 1}, {"n": 2}])
    assert sorted(row[output] for row in out) == ["a", "b"]


def test_the_seed_decides_and_not_the_order_in_which_shares_are_written() -> None:
    assert splits(100, seed=7) == splits(100, seed=7) == splits(100, Context(seed=7))
    assert len({tuple(splits(100, seed=seed)) for seed in range(20)}) == 20
    turned = {"test": 0.1, "validation": 0.1, "train": 0.8}
    assert splits(100, seed=7, shares=turned) == splits(100, seed=7)


def test_every_row_gets_into_every_split_about_as_often_as_its_share_says() -> None:
    seeds = 400
    found = Counter(at for seed in range(seeds) for at, name in enumerate(splits(10, seed=seed)) if name == "test")
    expected, deviation = seeds * 0.1, (seeds * 0.1 * 0.9) ** 0.5
    assert all(abs(found[at] - expected) < 4 * deviation for at in range(10))


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 5), st.sampled_from(["0", "a"])), min_size=1, max_size=40),
    st.integers(),
)
def test_no_group_is_torn_apart_and_no_split_is_too_large_by_a_group(groups: list[Any], seed: int) -> None:
    operator = SplitDataset(together=("g",), seed=seed)
    out = apply_rows(operator, [{"g": group} for group in groups])
    where: dict[tuple[type, Any], set[str]] = {}
    for row in out:
        where.setdefault((type(row["g"]), row["g"]), set()).add(row["split"])
    assert all(len(names) == 1 for group, names in where.items() if group[1] is not None)
    largest = max(Counter((type(g), g) for g in groups if g is not None).values(), default=1)
    sizes, aimed = Counter(row["split"] for row in out), operator.sizes(len(groups))
    assert all(sizes[name] < aimed[name] + largest for name in aimed)


def test_groups_of_one_row_are_split_as_exactly_as_rows() -> None:
    out = apply_rows(SplitDataset(together=("g",)), [{"g": i} for i in range(200)])
    assert Counter(row["split"] for row in out) == {"train": 160, "validation": 20, "test": 20}


def test_rows_without_a_group_are_split_one_by_one() -> None:
    out = apply_rows(SplitDataset(together=("g",)), [{"g": None} if i % 2 else {} for i in range(100)] + [{"g": "x"}])
    assert Counter(row["split"] for row in out[:100])["train"] in (79, 80, 81)


def test_of_two_groups_and_two_halves_each_gets_one_whatever_the_order() -> None:
    halves = {"train": 0.5, "test": 0.5}
    for seed in range(20):
        rows = [{"chat": 1}, {"chat": 2}, {"chat": 1}]
        out = apply_rows(SplitDataset(shares=halves, together=("chat",), seed=seed), rows)
        assert out[0]["split"] == out[2]["split"] != out[1]["split"]


def test_the_values_of_several_columns_make_a_group() -> None:
    rows = [{"a": i % 4, "b": i % 3} for i in range(60)]
    out = apply_rows(SplitDataset(shares={"x": 0.5, "y": 0.5}, together=("a", "b")), rows)
    where = {(row["a"], row["b"], row["split"]) for row in out}
    assert len(where) == 12
    assert {split for *_, split in where} == {"x", "y"}


def test_stratified_splits_hold_the_same_mix() -> None:
    labels = ["spam"] * 20 + ["ham"] * 70 + [None] * 10
    out = apply_rows(SplitDataset(per=("label",)), [{"label": label} for label in labels])
    assert Counter((row["label"], row["split"]) for row in out) == {
        ("spam", "train"): 16, ("spam", "validation"): 2, ("spam", "test"): 2,
        ("ham", "train"): 56, ("ham", "validation"): 7, ("ham", "test"): 7,
        (None, "train"): 8, (None, "validation"): 1, (None, "test"): 1,
    }  # fmt: skip


@given(st.integers(1, 30), st.integers(1, 7), st.sampled_from([{}, {"per": ("g",)}, {"together": ("g",)}]))
def test_the_size_of_parts_changes_nothing(rows: int, size: int, grouped: dict[str, Any]) -> None:
    operator, batch = SplitDataset(**grouped), batch_of([{"g": i % 3} for i in range(rows)])
    state = operator.open(Context())
    parts = pl.concat(operator.sketch(batch.slice(at, size), state) for at in range(0, rows, size))
    assert parts.equals(operator.sketch(batch, state))


@pytest.mark.parametrize("grouped", [{}, {"per": ("g",)}, {"together": ("g",)}])
def test_no_rows_get_an_empty_text_column(grouped: dict[str, Any]) -> None:
    operator, batch = SplitDataset(**grouped), batch_of([{"g": 1}]).slice(0, 0)
    verdict = operator.decide(operator.sketch(batch, operator.open(Context())), _no_fetch, Context())
    rows = operator.rewrite(batch, verdict.records).rows
    assert (len(rows), rows.frame.schema["split"]) == (0, pl.String)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shares": {}}, "shares"),
        ({"shares": {"a": 0.5, "b": 0.4}}, "sum to 0.9"),
        ({"shares": {"a": 0.9, "b": 0.2}}, "sum to 1.1"),
        ({"shares": {"a": 1.0, "b": 0.00001}}, "sum to"),
        ({"shares": {"train": 80, "test": 20}}, "shares"),
        ({"shares": {"a": 1.0, "b": 0.0}}, "greater than 0"),
        ({"shares": {"": 1.0}}, "at least 1 character"),
        ({"together": ("a",), "per": ("b",)}, "together or per"),
        ({"output": "_row"}, "output"),
    ],
)
def test_options_that_make_no_split_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SplitDataset(**options)


def _no_fetch(ids: Any, columns: Any) -> pl.DataFrame:
    raise AssertionError("nothing is to be read back")
