"""Operators that order, draw and split rows, through the engine: parts, workers and resuming change nothing."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.engine.reordering import MOST_SPOOLS
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow

ROWS = 120


@pytest.fixture
def data(tmp_path: Path) -> Path:
    chance = random.Random(5)
    rows = [
        {
            "text": "the same beginning of a text that is longer than what a sketch holds of it "
            + chance.choice("abc"),
            "score": chance.choice([None, "none", 1, round(chance.random(), 2)]),
            "chat": n // 4,
            "lang": chance.choice(["en", "de", None]),
        }
        for n in range(ROWS)
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def flow(*steps: tuple[str, dict[str, Any]], seed: int = 0, where: str | None = None) -> Workflow:
    made = [
        Step(id=f"s{number}", operator=operator, options=options, where=where)
        for number, (operator, options) in enumerate(steps)
    ]
    return Workflow(steps=tuple(made), seed=seed)


EVERYTHING = flow(
    ("score_filter", {"min_score": 0.05, "on_null": "keep"}),
    ("sample_rows", {"share": 0.8}),
    ("sort_rows", {"columns": ["text", "score"], "order": ["descending", "ascending"]}),
    ("top_rows", {"share": 0.9, "per": ["lang"], "on_null": "keep"}),
    ("split_dataset", {"together": ["chat"]}),
    ("sample_rows", {"count": 5, "per": ["split"], "method": "first"}),
    ("shuffle_rows", {}),
    seed=11,
)


def rows_of(result: RunResult) -> list[dict[str, Any]]:
    assert isinstance(result.output, Path)
    return [json.loads(line) for line in result.output.read_text().splitlines()]


def test_parts_workers_and_a_second_run_give_the_same_bytes_and_the_same_ledger(data: Path, tmp_path: Path) -> None:
    ways = {"whole": (ROWS, 1), "small": (17, 1), "workers": (31, 2), "again": (31, 1)}
    results = {}
    for name, (part_rows, workers) in ways.items():
        home = Settings(home=tmp_path / ("home-31" if part_rows == 31 else f"home-{name}"))
        results[name] = run(
            EVERYTHING, data, tmp_path / f"{name}.jsonl", part_rows=part_rows, workers=workers, settings=home
        )
    assert len({result.output.read_bytes() for result in results.values() if isinstance(result.output, Path)}) == 1
    stories = [[result.ledger.why(str(n)) for n in range(1, ROWS, 30)] for result in results.values()]
    assert all(story == stories[0] for story in stories)
    assert results["workers"].ledger.digest() == results["again"].ledger.digest()
    assert all(step.reused for step in results["again"].report.steps)
    assert len(rows_of(results["whole"])) == 15


def test_a_run_stopped_by_hand_goes_on_to_the_same_bytes(data: Path, tmp_path: Path) -> None:
    whole = run(EVERYTHING, data, tmp_path / "whole.jsonl", part_rows=31, settings=Settings(home=tmp_path / "a"))
    home, seen = Settings(home=tmp_path / "b"), list[str]()

    def stop(event: dict[str, Any]) -> None:
        seen.append(event["event"])
        if seen.count("barrier_decided") == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(EVERYTHING, data, tmp_path / "out.jsonl", part_rows=31, settings=home, on_event=stop)
    again = run(EVERYTHING, data, tmp_path / "out.jsonl", part_rows=31, settings=home)
    assert again.report.steps[0].reused
    assert rows_of(again) == rows_of(whole)


@pytest.mark.parametrize("operator", ["shuffle_rows", "sample_rows", "split_dataset"])
def test_the_seed_of_the_workflow_decides_where_a_step_has_none(data: Path, tmp_path: Path, operator: str) -> None:
    options: dict[str, Any] = {"share": 0.5} if operator == "sample_rows" else {}
    seeded = [
        run(flow((operator, given), seed=seed), data, tmp_path / f"{operator}-{number}.jsonl", part_rows=50)
        for number, (given, seed) in enumerate([(options, 7), ({**options, "seed": 7}, 0), (options, 0)])
    ]
    seven, own, other = map(rows_of, seeded)
    assert seven == own != other


def test_a_condition_limits_what_is_drawn_from_and_what_is_split(data: Path, tmp_path: Path) -> None:
    drawn = run(flow(("sample_rows", {"count": 10}), where='lang = "en"'), data, tmp_path / "drawn.jsonl", part_rows=50)
    given = [json.loads(line) for line in data.read_text().splitlines()]
    assert [row for row in rows_of(drawn) if row["lang"] != "en"] == [row for row in given if row["lang"] != "en"]
    assert sum(row["lang"] == "en" for row in rows_of(drawn)) == 10
    split = rows_of(run(flow(("split_dataset", {}), where='lang = "en"'), data, tmp_path / "split.jsonl"))
    assert all(("split" in row) == (row["lang"] == "en") for row in split)


def test_a_row_knows_why_it_was_not_among_the_best(data: Path, tmp_path: Path) -> None:
    result = run(
        flow(("top_rows", {"count": 5}), ("split_dataset", {"shares": {"all": 1.0}})), data, tmp_path / "o.jsonl"
    )
    given = [json.loads(line) for line in data.read_text().splitlines()]
    first_half = next(
        n for n, row in enumerate(given, start=1) if isinstance(row["score"], float) and row["score"] < 0.9
    )
    (event,) = result.ledger.why(str(first_half)).events
    assert (event.did, event.reason, event.metrics["score"]) == (
        "dropped", "not_among_best", given[first_half - 1]["score"],
    )  # fmt: skip
    best = [row for row in given if row["score"] == 1][:5]
    assert rows_of(result) == [{**row, "split": "all"} for row in best]


def test_a_step_that_is_repeated_draws_anew(data: Path, tmp_path: Path) -> None:
    twice = flow(("split_dataset", {"output": "one"}), ("split_dataset", {"output": "two"}))
    rows = rows_of(run(twice, data, tmp_path / "out.jsonl"))
    assert [row["one"] for row in rows] != [row["two"] for row in rows]


def test_rows_are_put_in_order_in_many_small_parts(data: Path, tmp_path: Path) -> None:
    for part_rows in (1, ROWS):
        home = Settings(home=tmp_path / f"home-{part_rows}")
        run(flow(("shuffle_rows", {})), data, tmp_path / f"{part_rows}.jsonl", part_rows=part_rows, settings=home)
    assert ROWS > MOST_SPOOLS
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / f"{ROWS}.jsonl").read_bytes()
