"""mix_sources: exact sizes by weight, no row twice, the same rows for the same seed."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.general.mix_sources import MixSources, mixture_sizes
from dataflow_agent.pipelines.workflow import Step
from hypothesis import given
from hypothesis import strategies as st


def step(step_id: str = "mix", where: str | None = None, **options: Any) -> Step:
    return Step(id=step_id, operator="mix_sources", options=options, where=where)


def rows_of(**sizes: int) -> list[dict[str, Any]]:
    """Rows with the name of their source, the sources in turns."""
    most = max(sizes.values())
    made = [{"source": name, "n": n} for n in range(most) for name, size in sizes.items() if n < size]
    return [{**row, "at": at} for at, row in enumerate(made)]


def kept(rows: list[dict[str, Any]], seed: int = 0, **options: Any) -> list[dict[str, Any]]:
    return apply_rows(MixSources(**{"by": "source", **options}), rows, Context(seed=seed))


def counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return dict(Counter(row["source"] for row in rows))


@pytest.mark.parametrize(
    ("weights", "there", "most", "sizes"),
    [
        ([0.7, 0.3], [7, 3], None, [7, 3]),
        ([0.7, 0.3], [100, 3], None, [7, 3]),
        ([0.7, 0.3], [6, 100], None, [6, 2]),
        ([0.7, 0.3], [100, 100], 10, [7, 3]),
        ([7, 3], [100, 100], 10, [7, 3]),
        ([1, 1, 1], [5, 5, 5], 7, [3, 2, 2]),
        ([1, 1, 1], [5, 5, 5], 8, [3, 3, 2]),
        ([1, 1], [5, 5], 100, [5, 5]),
        ([1, 1], [5, 0], None, [5, 0]),
        ([2, 1, 1], [10, 0, 10], None, [10, 0, 5]),
        ([1, 0], [5, 5], None, [5, 0]),
        ([1, 1], [0, 0], None, [0, 0]),
        ([1, 1000], [1, 10], None, [0, 10]),
    ],
)
def test_sizes_are_the_largest_that_weights_and_rows_allow(
    weights: list[float], there: list[int], most: int | None, sizes: list[int]
) -> None:
    assert mixture_sizes(weights, there, most) == sizes


SOURCES = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 1, 2, 7]), st.integers(0, 40)), min_size=1, max_size=5)


@given(SOURCES, st.none() | st.integers(1, 60))
def test_sizes_keep_to_the_weights_and_to_what_is_there(sources: list[tuple[float, int]], most: int | None) -> None:
    weights, there = [weight for weight, _ in sources], [rows for _, rows in sources]
    sizes = mixture_sizes(weights, there, most)
    total = sum(sizes)
    assert all(0 <= size <= rows for size, rows in zip(sizes, there, strict=True))
    assert total <= (most or total)
    whole = sum(Fraction(str(weight)) for weight, rows in sources if rows)
    if not whole:
        return
    shares = [Fraction(str(weight)) / whole if rows else Fraction(0) for weight, rows in sources]
    assert all(abs(size - total * share) < 1 for size, share in zip(sizes, shares, strict=True))
    # One more row would be one too many, for the limit or for the source that is shortest.
    assert total == most or any((total + 1) * share > rows for share, rows in zip(shares, there, strict=True))


def test_values_of_a_column_are_mixed_and_order_stays() -> None:
    out = kept(rows_of(web=20, books=9, code=5), weights={"web": 2, "books": 1, "code": 1})
    assert counts(out) == {"web": 10, "books": 5, "code": 5}
    assert [row["at"] for row in out] == sorted(row["at"] for row in out)


def test_count_is_the_size_of_the_whole() -> None:
    rows = rows_of(web=20, books=20)
    assert counts(kept(rows, weights={"web": 3, "books": 1}, count=12)) == {"web": 9, "books": 3}
    assert counts(kept(rows, weights={"web": 3, "books": 1}, count=9)) == {"web": 7, "books": 2}
    assert counts(kept(rows, weights={"web": 3, "books": 1}, count=1000)) == {"web": 19, "books": 7}


def test_a_tie_goes_to_the_first_by_the_alphabet_whatever_the_order_they_are_written_in() -> None:
    rows = rows_of(b=5, a=5)
    assert counts(kept(rows, weights={"b": 1, "a": 1}, count=3)) == {"a": 2, "b": 1}
    assert counts(kept(rows, weights={"a": 1, "b": 1}, count=3)) == {"a": 2, "b": 1}


def test_every_row_that_goes_says_why_and_every_row_its_place_in_the_draw() -> None:
    rows = [*rows_of(web=3, books=1, mail=1), {"source": None, "at": 5}, {"at": 6}]
    records = apply_outcome(MixSources(by="source", weights={"web": 1, "books": 1}), batch_of(rows)).records
    assert records is not None
    by_source = [(row.get("source"), *record) for row, record in zip(rows, records.rows(), strict=True)]
    web = sorted((draw, fate, reason) for source, _, fate, reason, draw in by_source if source == "web")
    assert web == [(1, "kept", None), (2, "dropped", "over_share"), (3, "dropped", "over_share")]
    others = [(fate, reason, draw) for source, _, fate, reason, draw in by_source if source != "web"]
    assert others == [("kept", None, 1), ("dropped", "no_weight", None), *[("dropped", "no_value", None)] * 2]


@pytest.mark.parametrize(("on_null", "fate"), [("keep", "kept"), ("drop", "dropped"), ("fail", "failed")])
def test_rows_without_a_source_fall_under_on_null_and_do_not_count(on_null: str, fate: str) -> None:
    rows = [{"source": "a", "at": 0}, {"source": None, "at": 1}, {"source": "b", "at": 2}]
    operator = MixSources(by="source", weights={"a": 1, "b": 1}, on_null=on_null)
    records = apply_outcome(operator, batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["kept", fate, "kept"]


def test_values_are_compared_as_they_are_written() -> None:
    rows = [{"source": value, "at": at} for at, value in enumerate(["1", 1, 1.0, True, "true", [1], "01", "é", "É"])]
    for weights, expected in (({"1": 1}, [0, 1]), ({"true": 1}, [3, 4]), ({"[1]": 1}, [5]), ({"é": 1}, [7])):
        assert [row["at"] for row in kept(rows, weights=weights)] == expected


def test_the_seed_decides_which_rows_and_nothing_else_does() -> None:
    rows = rows_of(a=200, b=200)
    weights = {"a": 1, "b": 1}
    one = kept(rows, seed=1, weights=weights, count=40)
    assert one == kept(rows, seed=1, weights=weights, count=40)
    assert one != kept(rows, seed=2, weights=weights, count=40)
    smaller = kept(rows, seed=1, weights=weights, count=20)
    assert {row["at"] for row in smaller} < {row["at"] for row in one}


def test_every_place_is_drawn_alike() -> None:
    rows = rows_of(a=10, b=10)
    drawn = Counter(
        row["at"] for seed in range(400) for row in kept(rows, seed=seed, weights={"a": 1, "b": 1}, count=4)
    )
    assert sum(drawn.values()) == 1600
    # 400 draws of 4 in 20: each row about 80 times, standard deviation 8; five of them are no accident.
    assert all(40 <= drawn[at] <= 120 for at in range(20))


def test_inputs_are_mixed_by_their_order(engine: Any) -> None:
    data = [engine.write(f"{name}.jsonl", rows_of(**{name: size})) for name, size in (("z", 9), ("a", 30), ("m", 30))]
    result = engine.over(data, step(weights=[1, 2, 0.5]))
    out = [json.loads(line) for line in Path(result.output).read_text().splitlines()]
    assert counts(out) == {"z": 9, "a": 18, "m": 4}
    assert [row["source"] for row in out] == ["z"] * 9 + ["a"] * 18 + ["m"] * 4
    assert result.report.steps[0].dropped == 69 - 31


def test_an_input_without_a_weight_gives_nothing(engine: Any) -> None:
    data = [engine.write(f"{name}.jsonl", rows_of(**{name: 5})) for name in "abc"]
    result = engine.over(data, step(weights=[1, 1]))
    out = [json.loads(line) for line in Path(result.output).read_text().splitlines()]
    assert counts(out) == {"a": 5, "b": 5}
    assert result.ledger.why("2:1").events[-1].reason == "no_weight"


def test_children_belong_to_the_input_of_their_parent_and_created_rows_to_none(engine: Any) -> None:
    data = [engine.write(f"{name}.jsonl", [{"text": "one two"}, {"text": "three"}]) for name in "ab"]
    steps = (Step(id="w", operator="testing_words_to_rows"), Step(id="sum", operator="testing_add_summary"))
    result = engine.over(data, *steps, step(weights=[1, 1], on_null="keep"))
    out = [json.loads(line)["text"] for line in Path(result.output).read_text().splitlines()]
    assert out == ["one", "two", "three"] * 2 + ["6 rows"]


def test_parts_workers_and_a_second_run_give_the_same(engine: Any) -> None:
    rows = [{**row, "pad": "x"} for row in rows_of(web=30, books=13)]
    weights = {"web": 2, "books": 1}
    one, two, three = (
        engine.result(rows, step(by="source", weights=weights, count=30), workers=workers, part_rows=size, home=name)
        for workers, size, name in ((1, 50, "h1"), (1, 3, "h2"), (2, 3, "h3"))
    )
    assert Path(one.output).read_bytes() == Path(two.output).read_bytes() == Path(three.output).read_bytes()
    assert two.ledger.digest() == three.ledger.digest()
    again = engine.result(rows, step(by="source", weights=weights, count=30), home="h1", part_rows=50)
    assert again.report.steps[0].reused
    other = engine.result(rows, step(by="source", weights=weights, count=30), home="h1", part_rows=50, seed=1)
    assert not other.report.steps[0].reused
    assert counts([json.loads(line) for line in Path(other.output).read_text().splitlines()]) == {
        "web": 20,
        "books": 10,
    }


def test_rows_outside_a_condition_pass_and_do_not_count(engine: Any) -> None:
    rows = rows_of(web=4, books=2)
    out = engine.rows(rows, step(by="source", weights={"web": 1, "books": 1}, where="at > 1"))
    assert [row["at"] for row in out][:2] == [0, 1]
    assert counts(out[2:]) == {"web": 1, "books": 1}


def test_a_mixture_of_nothing_is_nothing(engine: Any) -> None:
    gone = Step(id="none", operator="expression_filter", options={"expression": "at < 0"})
    assert engine.rows(rows_of(a=3), gone, step(by="source", weights={"a": 1})) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "weights"),
        ({"weights": []}, "at least 1"),
        ({"weights": {}, "by": "a"}, "at least 1"),
        ({"weights": [1, 2], "by": "a"}, "with by, weights is a mapping"),
        ({"weights": {"a": 1}}, "with by, weights is a mapping"),
        ({"weights": [0, 0]}, "above 0"),
        ({"weights": [1, -1]}, "greater than or equal to 0"),
        ({"weights": [1, float("nan")]}, "finite"),
        ({"weights": [1], "count": 0}, "greater than or equal to 1"),
    ],
)
def test_options_that_make_no_mixture_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MixSources(**options)


def test_memory_is_what_it_says(engine: Any) -> None:
    rows = rows_of(web=6000, books=3000)
    result = engine.result(rows, step(by="source", weights={"web": 2, "books": 1}), part_rows=2048)
    manifest = json.loads((engine.folder / "home" / "runs" / result.id / "manifest.json").read_text())
    assert 0.5 <= manifest["barrier_bytes"] / len(rows) / MixSources.sketch_bytes <= 1
