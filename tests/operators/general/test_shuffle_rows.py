"""shuffle_rows: every row once, in an order that only the seed and the row ids decide."""

from collections import Counter
from hashlib import blake2b
from itertools import permutations
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.shuffle_rows import ShuffleRows
from hypothesis import given
from hypothesis import strategies as st


def order(rows: int, seed: int | None = None, ctx: Context | None = None) -> list[int]:
    numbered = [{"at": i} for i in range(rows)]
    return [row["at"] for row in apply_rows(ShuffleRows(seed=seed), numbered, ctx)]


@given(st.integers(1, 40), st.integers())
def test_every_row_comes_out_once_and_unchanged(rows: int, seed: int) -> None:
    assert sorted(order(rows, seed)) == list(range(rows))


def test_the_seed_decides_the_order() -> None:
    assert order(50, 7) == order(50, 7)
    assert len({tuple(order(50, seed)) for seed in range(20)}) == 20
    assert order(50, 7) != list(range(50))


def test_without_a_seed_it_is_the_workflows() -> None:
    assert order(50, None, Context(seed=7)) == order(50, 7) == order(50, 7, Context(seed=1))
    assert order(50, None, Context(seed=8)) == order(50, 8)


def test_an_order_is_that_of_keyed_hashes_of_the_row_ids() -> None:
    key = blake2b(b"shuffle_rows:3", digest_size=32).digest()

    def draw(at: int) -> int:
        return int.from_bytes(blake2b(f"0:{at + 1}".encode(), digest_size=8, key=key).digest(), "little")

    assert order(30, 3) == sorted(range(30), key=draw)


def test_all_orders_are_about_equally_likely() -> None:
    seeds = 480
    found = Counter(tuple(order(4, seed)) for seed in range(seeds))
    expected = seeds / 24
    # Chi-squared with 23 degrees of freedom: above 49.7 once in a thousand times; the seeds are fixed.
    assert sum((found[p] - expected) ** 2 / expected for p in permutations(range(4))) < 49.7


@given(st.lists(st.booleans(), min_size=2, max_size=30), st.integers(1, 7))
def test_parts_and_missing_rows_leave_the_order_of_the_others(present: list[bool], size: int) -> None:
    operator, batch = ShuffleRows(seed=1), batch_of([{"at": i} for i in range(len(present))])
    state = operator.open(Context())
    whole = apply_outcome(operator, batch).rows.ids.to_list()
    fewer = batch.filter(pl.Series(present))
    parts = [operator.sketch(fewer.slice(at, size), state) for at in range(0, max(len(fewer), 1), size)]
    there = set(fewer.ids)
    found = operator.decide(pl.concat(parts), _no_fetch, Context()).order
    assert found is not None
    assert found.to_list() == [row for row in whole if row in there]


@pytest.mark.parametrize("seed", ["seven", 1.5])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed"):
        ShuffleRows(seed=seed)


def _no_fetch(ids: Any, columns: Any) -> pl.DataFrame:
    raise AssertionError("nothing is to be read back")
