"""The page on events says what events say: every event that runs emit is documented with exactly its fields."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import pytest
from dataflow_agent.operators.core import Context, RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.validate import Resources
from dataflow_agent.pipelines.workflow import Step, Workflow

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
OF_THE_AGENT = {"node_started"}
PART_ROWS = 10

WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 2})
DEDUP = Step(id="dedup", operator="exact_dedup")
FAIL = Step(id="fail", operator=doubles.FailOn.name, options={"word": "7"})
SUMMARY = Step(id="sum", operator=doubles.AddSummary.name)
LABEL = Step(id="label", operator=doubles.AskForLabel.name)
AGAIN = Step(id="again", operator=doubles.AskForLabel.name, options={"column": "label", "output": "again"})
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
    model = doubles.ScriptedLLM(lambda _: "yes")
    means = {"context": lambda: Context(llm=model), "available": Resources(needs=frozenset({"llm"}))}
    go("asks", WORDS, LABEL, AGAIN, CHILDREN, DEDUP, **means)
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
    stages, open_stages = 0, dict[int, dict[str, Any]]()
    for at, event in enumerate(told):
        if event["event"] == "stage_started":
            sizes = {"rows": event["rows"], "expected": event["parts"]}
            open_stages[event["stage"]] = {**sizes, "done": 0, "out": 0, "parts": [], "seconds": 0.0}
        elif event["event"] == "barrier_decided":
            open_stages[event["stage"]]["expected"] = event["parts"]
        elif event["event"] == "part_done":
            stage = open_stages[event["stage"]]
            stage["done"] += event["rows_in"]
            stage["out"] += event["rows_out"]
            stage["parts"].append(event["part"])
            assert event["rows_done"] == stage["done"]
            assert event["of"] == stage["expected"]
            assert event["seconds"] >= stage["seconds"]
            stage["seconds"] = event["seconds"]
        elif event["event"] == "stage_done":
            stages += 1
            stage = open_stages[event["stage"]]
            rows = open_stages[event["stage"] - 1]["out"] if stage["rows"] is None else stage["rows"]
            assert stage["done"] == rows
            assert stage["parts"] == list(range(stage["expected"]))
            assert event["seconds"] >= stage["seconds"]
            assert (told[at - 1]["event"], told[at - 1]["stage"]) == ("part_done", event["stage"])
    assert stages >= 14


def test_stages_that_ask_a_model_start_together_and_end_in_their_order(told: list[dict[str, Any]]) -> None:
    starts = [at for at, event in enumerate(told) if event["event"] == "run_started"]
    asks = told[starts[4] : starts[5]]
    at_work = [(event["event"], event["stage"]) for event in asks if event["event"] in ("stage_started", "stage_done")]
    together = [("stage_started", 1), ("stage_started", 2), ("stage_started", 3)]
    assert at_work[2:8] == [*together, ("stage_done", 1), ("stage_done", 2), ("stage_done", 3)]
    assert [event["rows"] for event in asks if event["event"] == "stage_started"][1:4] == [30, None, None]


def test_a_run_that_reuses_parts_says_so_of_each(told: list[dict[str, Any]]) -> None:
    starts = [at for at, event in enumerate(told) if event["event"] == "run_started"]
    first, again = told[: starts[1]], told[starts[1] : starts[2]]
    assert not any(event.get("reused") for event in first)
    without_failures = [event for event in again if event["event"] == "part_done" and not event["failed"]]
    assert any(event["reused"] for event in without_failures)


def test_the_end_of_a_run_says_how_and_why(told: list[dict[str, Any]]) -> None:
    ends = [(event["status"], event["message"]) for event in told if event["event"] == "run_ended"]
    assert ends[:5] == [("completed", "")] * 5
    assert ends[5][0] == "failed"
    assert "--max-failures" in ends[5][1]
    assert ends[6] == ("interrupted", "stopped by hand")
