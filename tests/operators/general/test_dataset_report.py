"""dataset_report: figures checked against hand counts and against the definitions of its measures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from dataflow_agent.operators.core import Batch, Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_rows, batch_of
from dataflow_agent.operators.general._diversity import squared_mmd, vendi_score
from dataflow_agent.operators.general.dataset_report import DatasetReport, label_counts, spread


def facts_of(rows: list[dict[str, Any]], resources: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    return facts_of_batch(batch_of(rows), resources, **options)


def facts_of_batch(batch: Batch, resources: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    operator, ctx = DatasetReport(**options), Context(resources=resources or {})

    def fetch(ids: Any, columns: Any) -> pl.DataFrame:
        return pl.DataFrame({"_row": list(ids)}).join(batch.frame, on="_row", how="left").select("_row", *columns)

    return dict(operator.decide(operator.sketch(batch, operator.open(ctx)), fetch, ctx).facts)


def test_every_row_goes_on_as_it_came() -> None:
    rows = [{"text": "a", "n": 1}, {"text": None, "n": 2}]
    assert apply_rows(DatasetReport(), rows) == rows


def test_tokens_are_a_quarter_of_the_bytes_rounded_up() -> None:
    found = facts_of([{"text": "x" * size} for size in (1, 4, 5, 40)])
    assert found["tokens"]["sum"] == 1 + 1 + 2 + 10
    assert found["tokens"]["least"] == 1
    assert found["tokens"]["most"] == 10
    assert found["tokens"]["mean"] == 3.5


def test_rows_without_a_text_count_as_rows_only() -> None:
    found = facts_of([{"text": "four"}, {"text": None}, {"text": 7}, {"text": ""}])
    assert (found["rows"], found["texts"]) == (4, 2)


def test_labels_are_counted_with_their_rows_without_one() -> None:
    rows = [{"text": "a", "topic": topic} for topic in ("b", "a", "b", None, "c", "b")]
    labels = facts_of(rows, labels=["topic"])["labels"]["topic"]
    assert labels == {"values": {"b": 3, "a": 1, "c": 1}, "missing": 1}
    assert list(labels["values"]) == ["b", "a", "c"]


def test_the_rarest_of_many_labels_are_counted_together() -> None:
    values = pl.Series([f"{n:04}" for n in range(150)] + ["0000"])
    counted = label_counts(values)
    assert isinstance(counted["values"], dict)
    assert len(counted["values"]) == 101
    assert counted["values"]["0000"] == 2
    assert counted["values"]["(others)"] == 50


def test_numbers_are_told_by_quantiles_and_missing_ones_apart() -> None:
    rows = [{"text": "a", "score": score} for score in [*range(101), None]]
    found = facts_of(rows, numbers=["score"])["numbers"]["score"]
    assert (found["least"], found["p5"], found["p50"], found["p95"], found["most"]) == (0, 5, 50, 95, 100)
    assert (found["count"], found["missing"]) == (101, 1)


def test_a_column_without_a_number_has_only_its_count() -> None:
    assert spread(pl.Series([None, None], dtype=pl.Float64)) == {"count": 0}


def test_the_vendi_score_is_one_for_equal_and_n_for_orthogonal_vectors() -> None:
    assert vendi_score(np.tile(np.eye(8, dtype=np.float32)[0], (5, 1))) == pytest.approx(1.0)
    assert vendi_score(np.eye(8, dtype=np.float32)) == pytest.approx(8.0)
    # Two kinds, three of each: exp of the entropy of (1/2, 1/2).
    assert vendi_score(np.repeat(np.eye(4, dtype=np.float32)[:2], 3, axis=0)) == pytest.approx(2.0)


def test_the_discrepancy_is_that_of_its_definition() -> None:
    rng = np.random.default_rng(0)
    left = rng.normal(size=(7, 3)).astype(np.float32)
    right = rng.normal(size=(5, 3)).astype(np.float32)

    def kernel(one: Any, other: Any) -> float:
        return float(np.exp(-np.sum((one - other) ** 2, dtype=np.float64) / 2))

    def mean(ones: Any, others: Any) -> float:
        return float(np.mean([[kernel(one, other) for other in others] for one in ones]))

    expected = mean(left, left) + mean(right, right) - 2 * mean(left, right)
    assert squared_mmd(left, right) == pytest.approx(expected, abs=1e-6)
    assert squared_mmd(left, left) == pytest.approx(0.0, abs=1e-9)


def test_different_texts_are_more_diverse_than_repeated_ones() -> None:
    same = facts_of([{"text": "the cat sleeps on the mat"}] * 6)["diversity"]
    topics = ("oil prices fell", "a recipe for soup", "the cat sleeps", "proof by induction", "rain", "chess")
    other = facts_of([{"text": text} for text in topics])["diversity"]
    assert same["vendi"] == pytest.approx(1.0, abs=1e-3)
    assert other["vendi"] > 3
    assert other["texts"] == 6


def test_the_distance_to_a_reference_is_zero_for_the_same_texts_and_grows_with_difference(tmp_path: Path) -> None:
    texts = ["the cat sleeps on the mat", "a dog barks at night", "birds sing in the morning"]
    for name, lines in (("same", texts), ("other", ["SELECT a FROM b", "import numpy", "def f(x): return x"])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in lines))
    bound = {name: str(tmp_path / f"{name}.jsonl") for name in ("same", "other")}
    rows = [{"text": text} for text in texts]
    near = facts_of(rows, bound, reference="same")["distance"]
    far = facts_of(rows, bound, reference="other")["distance"]
    assert near["mmd"] == pytest.approx(0.0, abs=1e-3)
    assert far["mmd"] > 0.3
    assert (far["texts"], far["reference_texts"]) == (3, 3)


def test_a_reference_without_the_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"body": "x"}\n')
    with pytest.raises(InvalidInput, match="has no column 'text'"):
        facts_of([{"text": "a"}], {"r": str(tmp_path / "r.jsonl")}, reference="r")


def test_no_rows_and_no_texts_give_figures_without_diversity() -> None:
    nothing = facts_of_batch(batch_of([{"text": "a"}]).slice(0, 0))
    assert (nothing["rows"], nothing["tokens"], "diversity" in nothing) == (0, {"count": 0, "estimated": True}, False)
    assert "diversity" not in facts_of([{"text": None}, {"text": ""}])


def test_a_sample_is_drawn_by_seed_and_bounds_what_is_embedded() -> None:
    rows: list[dict[str, Any]] = [{"text": f"text number {n} about topic {n % 7}"} for n in range(30)]
    first = facts_of(rows, sample=5, seed=1)["diversity"]
    assert first["texts"] == 5
    assert first == facts_of(rows, sample=5, seed=1)["diversity"]
    assert first != facts_of(rows, sample=5, seed=2)["diversity"]


def test_parts_of_any_size_are_sketched_the_same() -> None:
    operator, ctx = DatasetReport(labels=["n"]), Context()
    batch: Batch = batch_of([{"text": f"t{n}", "n": str(n)} for n in range(9)])
    state = operator.open(ctx)
    whole = operator.sketch(batch, state)
    parts = pl.concat([operator.sketch(batch.slice(start, 4), state) for start in range(0, 9, 4)])
    assert whole.equals(parts)
