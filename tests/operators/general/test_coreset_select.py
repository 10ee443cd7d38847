"""coreset_select: the rows kept are far from each other, and every other row is near one of them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.general.coreset_select import CoresetSelect, cover
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray


class Compass:
    """An embedder that turns a text, a number of degrees, into that direction."""

    identity, dimension = "compass", 2

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.radians([float(text or 0) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32).reshape(-1, 2)


def records(rows: list[dict[str, Any]], **options: Any) -> pl.DataFrame:
    found = apply_outcome(CoresetSelect(**options), batch_of(rows), Context(embedder=Compass)).records
    assert found is not None
    return found


def kept(texts: list[Any], **options: Any) -> list[int]:
    fates = records([{"text": text} for text in texts], **options)["fate"]
    return [at for at, fate in enumerate(fates) if fate == "kept"]


def test_the_most_central_row_comes_first_and_then_the_farthest() -> None:
    found = records([{"text": str(angle)} for angle in (0, 10, 20, 30, 80)], count=3)
    assert found["rank"].to_list() == [3, None, None, 1, 2]


def test_distances_are_to_the_nearest_row_taken() -> None:
    def chord(degrees: float) -> float:
        return float(2 * np.sin(np.radians(degrees) / 2))

    found = records([{"text": str(angle)} for angle in (0, 10, 20, 30, 80)], count=3)
    expected = [chord(30), chord(10), chord(10), None, chord(50)]
    assert found["distance"].to_list() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("options", "number"), [({"count": 1}, 1), ({"count": 9}, 4), ({"share": 0.5}, 2), ({"share": 1}, 4)]
)
def test_as_many_rows_stay_as_asked_for(options: dict[str, Any], number: int) -> None:
    assert len(kept(["0", "90", None, "45", "10"], **options)) == number


def test_equal_rows_are_taken_in_order_when_nothing_else_is_left() -> None:
    assert kept(["5", "5", "5", "5"], count=3) == [0, 1, 2]


def test_each_group_is_covered_by_itself() -> None:
    rows = [
        {"text": str(angle), "topic": topic} for angle, topic in [(0, "a"), (1, "a"), (2, "a"), (90, "b"), (91, "b")]
    ]
    assert records(rows, count=1, per=["topic"])["fate"].to_list() == ["dropped", "kept", "dropped", "kept", "dropped"]


def test_rows_without_a_text_fall_under_on_null() -> None:
    assert kept([None, "0", 3], count=5) == [1]
    assert kept([None, "0", 3], count=5, on_null="keep") == [0, 1, 2]


@given(st.lists(st.integers(0, 359), min_size=1, max_size=25), st.integers(1, 8))
def test_the_radius_is_at_most_the_distance_between_any_two_kept(angles: list[int], count: int) -> None:
    vectors = Compass().embed([str(angle) for angle in angles])
    rank, told = cover(vectors, min(count, len(vectors)))
    taken = np.flatnonzero(rank)[np.argsort(rank[rank > 0])]
    assert len(taken) == min(count, len(vectors))
    gaps = np.linalg.norm(vectors[:, None] - vectors[taken], axis=2).min(axis=1)
    assert told[rank == 0] == pytest.approx(gaps[rank == 0], abs=1e-5)
    reached = told[taken[1:]]
    assert all(before >= after for before, after in pairwise(reached))
    assert gaps.max() <= (reached.min() if len(reached) else 2.0) + 1e-5


@given(st.lists(st.integers(0, 359), min_size=1, max_size=9), st.integers(1, 4))
def test_the_size_of_parts_changes_nothing(angles: list[int], size: int) -> None:
    operator, batch, model = CoresetSelect(count=2), batch_of([{"text": str(angle)} for angle in angles]), Compass()
    parts = [operator.sketch(batch.slice(start, size), model) for start in range(0, len(batch), size)]
    assert pl.concat(parts).equals(operator.sketch(batch, model))
