"""top_rows: exactly the best so many, ties by input order, out in input order, groups cut by themselves."""

import math
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.top_rows import TopRows
from hypothesis import given
from hypothesis import strategies as st


def kept(scores: list[Any], **options: Any) -> list[int]:
    rows = [{"score": score, "at": i} for i, score in enumerate(scores)]
    return [row["at"] for row in apply_rows(TopRows(**options), rows)]


def test_the_best_stay_in_input_order() -> None:
    scores = [0.1, 0.9, 0.5, 0.7, 0.3]
    assert kept(scores, count=2) == [1, 3]
    assert kept(scores, count=2, best="low") == [0, 4]
    assert kept(scores, count=5) == kept(scores, count=99) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("best", ["high", "low"])
def test_of_equal_scores_the_earlier_row_is_the_better(best: str) -> None:
    assert kept([1, 1, 1, 1], count=2, best=best) == [0, 1]
    assert kept([0.0, -0.0, 0.0], count=1, best=best) == [0]
    assert kept([2, 1, 2, 1, 2, 1], count=4, best="high") == [0, 1, 2, 4]
    assert kept([2, 1, 2, 1, 2, 1], count=4, best="low") == [0, 1, 3, 5]


@pytest.mark.parametrize(
    ("rows", "share", "stay"),
    [(14, 0.1, 1), (15, 0.1, 2), (4, 0.1, 0), (5, 0.1, 1), (3, 0.5, 2), (1, 0.5, 1), (1, 0.49, 0), (7, 1.0, 7),
     (1000, 0.285, 285), (10, 0.145, 1), (100, 0.145, 15), (200, 0.0025, 1), (199, 0.0025, 0)],
)  # fmt: skip
def test_a_share_is_rounded_to_whole_rows_a_half_up(rows: int, share: float, stay: int) -> None:
    assert kept(list(range(rows)), share=share) == list(range(rows - stay, rows))


def test_a_share_is_of_the_rows_that_have_a_score() -> None:
    scores = [1, None, 2, None, "9", None, 3, None, 4, None]
    assert kept(scores, share=0.5) == [6, 8]
    assert kept(scores, share=0.5, on_null="keep") == [1, 3, 4, 5, 6, 7, 8, 9]


def test_each_group_is_cut_by_itself_and_rows_without_a_group_are_one() -> None:
    rows = [
        {"lang": lang, "score": score, "at": at}
        for at, (lang, score) in enumerate(
            [("en", 1), ("de", 5), ("en", 3), (None, 2), ("de", 4), ("en", 2), (None, 9), ("fr", None)]
        )
    ]
    out = apply_rows(TopRows(count=1, per=("lang",)), rows)
    assert [row["at"] for row in out] == [1, 2, 6]
    out = apply_rows(TopRows(share=0.5, per=("lang",), best="low"), rows)
    assert [row["at"] for row in out] == [0, 3, 4, 5]


def test_groups_are_told_apart_by_value_and_type_over_several_columns() -> None:
    groups = [("a", 1), ("a", "1"), ("b", 1), ("a", 1), ("ab", ""), ("a", "b")]
    rows = [{"x": x, "y": y, "score": at, "at": at} for at, (x, y) in enumerate(groups)]
    assert [row["at"] for row in apply_rows(TopRows(count=1, per=("x", "y")), rows)] == [1, 2, 3, 4, 5]


def test_the_best_rows_go_where_they_are_dropped_and_those_without_a_score_as_said() -> None:
    rows = [{"score": score, "at": at} for at, score in enumerate([5, None, 1, 3, 1])]
    low = TopRows(count=2, best="low", chosen="dropped", on_null="keep")
    assert [row["at"] for row in apply_rows(low, rows)] == [0, 1, 3]
    assert [row["at"] for row in apply_rows(TopRows(count=1, chosen="dropped"), rows)] == [2, 3, 4]
    records = apply_outcome(low, batch_of(rows)).records
    assert records is not None
    assert records["reason"].to_list() == [None, None, "among_best", None, "among_best"]


def test_the_ledger_holds_score_and_rank_of_every_row() -> None:
    records = apply_outcome(TopRows(score="q", count=1), batch_of([{"q": 1}, {"q": None}, {"q": 3}, {"q": 3}])).records
    assert records is not None
    assert records["fate"].to_list() == ["dropped", "dropped", "kept", "dropped"]
    assert records["reason"].to_list() == ["not_among_best", "no_value", None, "not_among_best"]
    assert records["score"].to_list() == [1.0, None, 3.0, 3.0]
    assert records["rank"].to_list() == [3, None, 1, 2]


@pytest.mark.parametrize(
    ("on_null", "fate", "reason"),
    [("drop", "dropped", "no_value"), ("keep", "kept", None), ("fail", "failed", "no_value")],
)
@pytest.mark.parametrize("best", ["high", "low"])
def test_rows_without_a_number_fall_under_on_null_and_are_never_the_best(
    on_null: Any, fate: str, reason: str | None, best: Any
) -> None:
    for value in (None, math.nan):
        records = apply_outcome(
            TopRows(count=3, on_null=on_null, best=best), batch_of([{"score": value}, {"score": 0.5}])
        ).records
        assert records is not None
        assert records["fate"].to_list() == [fate, "kept"]
        assert records["reason"].to_list() == [reason, None]
    assert kept([True, "x", [9], 1, 2], count=9) == [3, 4]


def test_infinite_scores_are_the_highest_and_the_lowest() -> None:
    assert kept([1.0, math.inf, -math.inf, 1e308], count=1) == [1]
    assert kept([1.0, math.inf, -math.inf, 1e308], count=1, best="low") == [2]


@pytest.mark.parametrize(
    "options",
    [{}, {"count": 1, "share": 0.5}, {"count": 0}, {"share": 0}, {"share": 1.01}, {"count": 1, "best": "top"}],
)
def test_options_that_say_nothing_or_too_much_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"count|share|best"):
        TopRows(**options)


SCORES = st.lists(st.one_of(st.none(), st.integers(-3, 3), st.floats(-3, 3)), max_size=12)


@given(SCORES, st.integers(1, 5), st.sampled_from(["high", "low"]), st.integers(1, 4))
def test_it_keeps_what_a_stable_sort_puts_first_in_parts_of_any_size(
    scores: list[Any], count: int, best: Any, size: int
) -> None:
    operator, batch = TopRows(count=count, best=best), batch_of([{"score": score} for score in [*scores, 0]])
    sketches = pl.concat(operator.sketch(batch.slice(at, size), None) for at in range(0, len(batch), size))
    records = operator.decide(sketches, _no_fetch, Context()).records
    scored = [i for i, score in enumerate([*scores, 0]) if score is not None]
    ranked = sorted(scored, key=lambda i: [*scores, 0][i] * (-1 if best == "high" else 1))
    assert records["fate"].to_list() == ["kept" if i in ranked[:count] else "dropped" for i in range(len(scores) + 1)]


@given(SCORES, st.floats(0.01, 1))
def test_a_larger_share_keeps_all_that_a_smaller_one_keeps(scores: list[Any], share: float) -> None:
    assert set(kept([*scores, 0], share=share / 2)) <= set(kept([*scores, 0], share=share))


def _no_fetch(ids: Any, columns: Any) -> pl.DataFrame:
    raise AssertionError("nothing is to be read back")
