"""semantic_dedup: what points the same way as a row kept before it is merged into it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.operators.dedup._nearest import Cells, merge_by_cosine
from dataflow_agent.operators.dedup.semantic_dedup import SemanticDedup
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray


class Compass:
    """An embedder that turns a text, a number of degrees, into that direction; other texts mean nothing."""

    dimension = 2

    def __init__(self, identity: str = "compass", factor: float = 1.0) -> None:
        self.identity, self._factor = identity, factor

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._direction(text) for text in texts], dtype=np.float32).reshape(-1, 2)

    def _direction(self, text: str) -> tuple[float, float]:
        if not re.fullmatch(r"-?[0-9.]+", text):
            return 0.0, 0.0
        angle = np.radians(float(text) * self._factor)
        return float(np.cos(angle)), float(np.sin(angle))


def context(embedder: Compass) -> Context:
    return Context(embedder=lambda: embedder)


def merged(texts: list[Any], **options: Any) -> list[tuple[int, float] | None]:
    """For each text its target and similarity, or None when it is kept."""
    batch = batch_of([{"text": text} for text in texts])
    records = apply_outcome(SemanticDedup(**options), batch, context(Compass())).records
    assert records is not None
    return [
        None if target is None else (int(target.partition(":")[2]) - 1, similarity)
        for target, similarity in records.select("target", "similarity").iter_rows()
    ]


def unit(rows: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    vectors = np.array(rows, dtype=np.float64)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def naive(vectors: NDArray[np.float32], threshold: float) -> list[int]:
    target: list[int] = []
    for i, vector in enumerate(vectors):
        kept = (j for j in range(i) if target[j] == j and float(vectors[j] @ vector) >= threshold - 5e-7)
        target.append(next(kept, i))
    return target


def test_what_points_the_same_way_is_merged_into_the_first() -> None:
    assert merged(["0", "90", "5"]) == [None, None, (0, pytest.approx(np.cos(np.radians(5)), abs=1e-6))]


def test_the_threshold_itself_is_inside() -> None:
    cosine = round(float(np.cos(np.radians(18))), 6)
    assert merged(["0", "18"], threshold=cosine) == [None, (0, cosine)]
    assert merged(["0", "18"], threshold=cosine + 2e-6) == [None, None]
    assert merged(["7", "7.0"], threshold=1) == [None, (0, 1.0)]


def test_rows_are_compared_with_those_kept_and_not_with_those_merged() -> None:
    assert [pair and pair[0] for pair in merged(["0", "15", "30"], threshold=0.96)] == [None, 0, None]


def test_of_several_kept_rows_the_first_is_the_target() -> None:
    assert [pair and pair[0] for pair in merged(["0", "20", "10"], threshold=0.98)] == [None, None, 0]


def test_texts_without_meaning_equal_only_the_same_text() -> None:
    assert merged(["", "?", " ", "!", "?"]) == [None, None, (0, 1.0), None, (1, 1.0)]


def test_rows_without_a_text_are_kept_and_repeat_nothing() -> None:
    assert merged([None, "3", 3, None, "3"]) == [None, None, None, None, (1, 1.0)]


@given(st.lists(st.integers(0, 359), min_size=1, max_size=30), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_it_does_what_comparing_all_with_all_does(angles: list[int], threshold: float) -> None:
    vectors = Compass().embed([str(angle) for angle in angles])
    assert merge_by_cosine(vectors, threshold).tolist() == naive(vectors, threshold)


def test_rows_of_different_blocks_are_compared_as_those_of_one() -> None:
    rng = np.random.default_rng(3)
    vectors = unit(rng.normal(size=(600, 3)))  # in 3 dimensions most of 5,000 rows have a near one
    vectors = vectors[rng.integers(0, len(vectors), 5000)]
    assert merge_by_cosine(vectors, 0.97).tolist() == naive(vectors, 0.97)


def test_with_cells_planted_duplicates_are_found_and_nothing_unlike_is_merged() -> None:
    rng = np.random.default_rng(4)
    topics = rng.normal(size=(40, 64))
    vectors = unit(topics[rng.integers(0, 40, 4000)] + 0.8 * rng.normal(size=(4000, 64)))
    twins = unit(vectors[rng.permutation(4000)[:1000]] + 0.02 * rng.normal(size=(1000, 64)))
    both = np.concatenate([vectors, twins])
    target = merge_by_cosine(both, 0.95, compared_with_all=1000)
    moved = np.flatnonzero(target != np.arange(len(both)))
    assert np.all(np.einsum("ij,ij->i", both[moved], both[target[moved]]) >= 0.95 - 1e-6)
    assert np.all(target[target] == target)
    assert np.mean(target[4000:] < 4000) > 0.98


def test_cells_are_those_with_the_nearest_centre() -> None:
    cells = Cells(unit([[1, 0], [0, 1], [-1, 0]]))
    assert next(cells.nearest(unit([[0.9, 0.5], [-0.1, 1]]), 2)).tolist() == [[0, 1], [1, 2]]


@given(st.lists(st.sampled_from(["0", "40", "", "no"]), min_size=1, max_size=9), st.integers(1, 4))
def test_the_size_of_parts_changes_nothing(texts: list[str], size: int) -> None:
    operator, batch, model = SemanticDedup(), batch_of([{"text": text} for text in texts]), Compass()
    parts = [operator.sketch(batch.slice(start, size), model) for start in range(0, len(batch), size)]
    assert pl.concat(parts).equals(operator.sketch(batch, model))


def test_what_another_model_found_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(orjson.dumps({"text": str(angle)}) for angle in (0, 10, 20)))
    flow = Workflow(name="w", steps=(Step(id="s", operator="semantic_dedup"),))

    def rows_left(model: Compass) -> int:
        means = {"context": lambda: context(model), "settings": Settings(home=tmp_path / "home"), "overwrite": True}
        return run(flow, tmp_path / "in.jsonl", tmp_path / "out.jsonl", **means).report.rows_out

    assert rows_left(Compass("wide")) == 2
    assert rows_left(Compass("narrow", factor=9.0)) == 3
