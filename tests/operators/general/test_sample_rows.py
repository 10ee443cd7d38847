"""sample_rows: exactly so many rows, the same for the same seed, out in input order."""

from collections import Counter
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.sample_rows import SampleRows
from hypothesis import given
from hypothesis import strategies as st


def kept(rows: int, ctx: Context | None = None, **options: Any) -> list[int]:
    return [row["at"] for row in apply_rows(SampleRows(**options), [{"at": i} for i in range(rows)], ctx)]


@given(st.integers(1, 40), st.integers(1, 45), st.integers())
def test_a_count_is_exact_and_rows_keep_their_order(rows: int, count: int, seed: int) -> None:
    drawn = kept(rows, count=count, seed=seed)
    assert len(drawn) == min(count, rows)
    assert drawn == sorted(set(drawn))


@pytest.mark.parametrize("method", ["random", "first"])
@pytest.mark.parametrize(
    ("rows", "share", "stay"),
    [(44, 0.1, 4), (45, 0.1, 5), (4, 0.1, 0), (5, 0.1, 1), (7, 1.0, 7), (1000, 0.285, 285), (3, 0.5, 2)],
)
def test_a_share_is_rounded_to_whole_rows_a_half_up(method: Any, rows: int, share: float, stay: int) -> None:
    assert len(kept(rows, share=share, method=method)) == stay


def test_the_first_rows_stay() -> None:
    assert kept(9, count=3, method="first") == [0, 1, 2]
    assert kept(9, share=1 / 3, method="first") == [0, 1, 2]


def test_the_last_rows_stay_in_their_order() -> None:
    assert kept(9, count=3, method="last") == [6, 7, 8]


@given(st.integers(1, 30), st.integers(1, 35), st.sampled_from(["random", "first", "last"]))
def test_the_rows_chosen_go_where_they_are_dropped(rows: int, count: int, method: str) -> None:
    stay = kept(rows, count=count, method=method, seed=5)
    assert kept(rows, count=count, method=method, seed=5, chosen="dropped") == sorted({*range(rows)} - {*stay})


def test_the_seed_decides_what_is_drawn() -> None:
    assert kept(200, count=20, seed=7) == kept(200, count=20, seed=7) == kept(200, Context(seed=7), count=20)
    assert len({tuple(kept(200, count=20, seed=seed)) for seed in range(30)}) == 30


def test_a_larger_sample_holds_the_smaller_one() -> None:
    samples = [set(kept(50, count=count, seed=3)) for count in range(1, 50)]
    assert all(small < large for small, large in pairwise(samples))


def test_every_row_is_drawn_about_equally_often() -> None:
    seeds = 400
    found = Counter(at for seed in range(seeds) for at in kept(10, count=3, seed=seed))
    # The number of draws of a row is binomial; the seeds are fixed.
    expected, deviation = seeds * 0.3, (seeds * 0.3 * 0.7) ** 0.5
    assert all(abs(found[at] - expected) < 4 * deviation for at in range(10))


@pytest.mark.parametrize("method", ["random", "first"])
def test_each_group_is_cut_by_itself(method: Any) -> None:
    langs = ["en"] * 8 + ["de"] * 3 + [None] * 4 + ["en"] * 2
    rows = [{"lang": lang, "at": at} for at, lang in enumerate(langs)]
    out = apply_rows(SampleRows(count=3, per=("lang",), method=method), rows)
    assert Counter(row["lang"] for row in out) == {"en": 3, "de": 3, None: 3}
    out = apply_rows(SampleRows(share=0.5, per=("lang",), method=method), rows)
    assert Counter(row["lang"] for row in out) == {"en": 5, "de": 2, None: 2}
    assert [row["at"] for row in out] == sorted(row["at"] for row in out)


def test_null_and_absent_are_one_group() -> None:
    out = apply_rows(
        SampleRows(count=1, per=("g",), method="first"), [{"g": None, "at": 0}, {"at": 1}, {"g": 1, "at": 2}]
    )
    assert [row["at"] for row in out] == [0, 2]


def test_the_ledger_says_what_was_not_drawn() -> None:
    records = apply_outcome(SampleRows(count=1, method="first"), batch_of([{"a": 1}, {"a": 2}])).records
    assert records is not None
    assert records["fate"].to_list() == ["kept", "dropped"]
    assert records["reason"].to_list() == [None, "not_sampled"]
    rest = apply_outcome(SampleRows(count=1, method="first", chosen="dropped"), batch_of([{"a": 1}, {"a": 2}])).records
    assert rest is not None
    assert rest["reason"].to_list() == ["sampled", None]


@given(st.integers(1, 30), st.integers(1, 7), st.sampled_from(["random", "first"]), st.sampled_from([(), ("g",)]))
def test_the_size_of_parts_changes_nothing(rows: int, size: int, method: Any, per: Any) -> None:
    operator = SampleRows(share=0.4, method=method, per=per, seed=5)
    batch = batch_of([{"g": i % 3} for i in range(rows)])
    state = operator.open(Context())
    parts = pl.concat(operator.sketch(batch.slice(at, size), state) for at in range(0, rows, size))
    assert parts.equals(operator.sketch(batch, state))


@pytest.mark.parametrize(
    "options",
    [{}, {"count": 1, "share": 0.5}, {"count": 0}, {"share": 0}, {"share": 1.5}, {"count": 1, "method": "middle"}],
)
def test_options_that_say_nothing_or_too_much_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"count|share|method"):
        SampleRows(**options)
