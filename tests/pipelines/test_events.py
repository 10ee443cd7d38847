"""The page on events says what events say: every event that runs emit is documented with exactly its fields."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import pytest
from dataflow_agent.operators.core import RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
OF_THE_AGENT = {"node_started"}
PART_ROWS = 10

WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 2})
DEDUP = Step(id="dedup", operator="exact_dedup")
FAIL = Step(id="fail", operator=doubles.FailOn.name, options={"word": "7"})
SUMMARY = Step(id="sum", operator=doubles.AddSummary.name)
CHILDREN = Step(id="children", operator=doubles.WordsToRows.name)


def documented() -> dict[str, set[str]]:
    """The fields of each event, as the page has them."""
    events: dict[str, set[str]] = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, rest = section.partition("\n")
        cells = re.findall(r"^\| (`.*?) \|", rest, re.MULTILINE)
        events[name] = {field for cell in cells for field in re.findall(r"`(\w+)`", cell)} | {"time", "event"}
    return events


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What runs of many kinds tell: dropped, merged, failed, created and rejected rows, reuse, workers, bad ends."""
    folder = tmp_path_factory.mktemp("events")
    data, settings = folder / "in.jsonl", Settings(home=folder / "home")
    rows = [{"text": f"row {n % 20}" if n % 3 else "short"} for n in range(45)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n")
    events: list[dict[str, Any]] = []

    def go(name: str, *steps: Step, stop_at: str = "", **options: Any) -> None:
        def hear(event: dict[str, Any]) -> None:
            events.append(event)
            if event["event"] == stop_at:
                raise KeyboardInterrupt

        workflow = Workflow(name="events", steps=steps)
        options = {"settings": settings, "part_rows": PART_ROWS, **options}
        run(workflow, data, folder / f"{name}.jsonl", on_event=hear, **options)

    go("first", WORDS, FAIL, DEDUP, SUMMARY, CHILDREN)
    go("again", WORDS, FAIL, DEDUP, SUMMARY, CHILDREN)
    go("workers", WORDS, DEDUP, workers=2)
    go("only_dedup", DEDUP)
    with pytest.raises(RunStopped):
        go("limit", WORDS, FAIL, max_failures="0")
    with pytest.raises(KeyboardInterrupt):
        go("by_hand", WORDS, stop_at="part_done")
    return events


def test_every_event_is_documented_with_exactly_its_fields(told: list[dict[str, Any]]) -> None:
    fields: dict[str, set[frozenset[str]]] = defaultdict(set)
    for event in told:
        fields[event["event"]].add(frozenset(event))
    page = {name: {frozenset(names)} for name, names in documented().items() if name not in OF_THE_AGENT}
    assert dict(fields) == page


def test_the_rows_done_grow_to_the_rows_of_the_stage_and_the_parts_to_their_number(told: list[dict[str, Any]]) -> None:
    stages = 0
    for at, event in enumerate(told):
        if event["event"] == "stage_started":
            rows, done, parts, seconds = event["rows"], 0, [], 0.0
            expected = event["parts"]
        elif event["event"] == "barrier_decided":
            expected = event["parts"]
        elif event["event"] == "part_done":
            done += event["rows_in"]
            parts.append(event["part"])
            assert event["rows_done"] == done
            assert event["of"] == expected
            assert event["seconds"] >= seconds
            seconds = event["seconds"]
        elif event["event"] == "stage_done":
            stages += 1
            assert done == rows
            assert parts == list(range(expected))
            assert event["seconds"] >= seconds
            assert told[at - 1]["event"] == "part_done"
    assert stages >= 10


def test_a_run_that_reuses_parts_says_so_of_each(told: list[dict[str, Any]]) -> None:
    starts = [at for at, event in enumerate(told) if event["event"] == "run_started"]
    first, again = told[: starts[1]], told[starts[1] : starts[2]]
    assert not any(event.get("reused") for event in first)
    without_failures = [event for event in again if event["event"] == "part_done" and not event["failed"]]
    assert any(event["reused"] for event in without_failures)


def test_the_end_of_a_run_says_how_and_why(told: list[dict[str, Any]]) -> None:
    ends = [(event["status"], event["message"]) for event in told if event["event"] == "run_ended"]
    assert ends[:4] == [("completed", "")] * 4
    assert ends[4][0] == "failed"
    assert "--max-failures" in ends[4][1]
    assert ends[5] == ("interrupted", "stopped by hand")
