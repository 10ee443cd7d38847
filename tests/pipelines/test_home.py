"""The runs of a home: the newest one, and whether one is still at work."""

import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import InvalidInput, RunStopped
from dataflow_agent.pipelines.engine.manifest import Manifest
from dataflow_agent.pipelines.run import Home, run
from dataflow_agent.pipelines.workflow import Step, Workflow

FLOW = Workflow(steps=(Step(id="words", operator="word_count_filter", options={"min_words": 1}),))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "a b"}\n')
    return path


def test_last_is_the_newest_run_also_of_several_in_one_second(data: Path, tmp_path: Path, home: Path) -> None:
    began = time.monotonic()
    names = []
    while len(names) < 5 or (time.monotonic() - began < 1 and len(names) < 12):
        names.append(run(FLOW, data, tmp_path / "out.jsonl").id)
        assert Home(home).run_folder("last").name == names[-1]
    assert names == sorted(names)


def test_a_run_is_running_while_it_is_at_work_and_its_end_is_noted(data: Path, tmp_path: Path, home: Path) -> None:
    seen: list[str] = []

    def look(event: dict[str, Any]) -> None:
        if event["event"] != "run_ended":
            seen.append(Manifest.load(Home(home).run_folder("last")).status)

    run(FLOW, data, tmp_path / "out.jsonl", on_event=look)
    assert set(seen) == {"running"}
    assert Home(home).report("last").status == "completed"


@pytest.mark.parametrize(("ending", "status"), [(KeyboardInterrupt(), "interrupted"), (RunStopped("full"), "failed")])
def test_a_run_that_was_ended_says_how(
    data: Path, tmp_path: Path, home: Path, ending: BaseException, status: str
) -> None:
    def end(event: dict[str, Any]) -> None:
        if event["event"] == "part_done":
            raise ending

    with pytest.raises(type(ending)):
        run(FLOW, data, tmp_path / "out.jsonl", on_event=end)
    assert Home(home).report("last").status == status


def test_an_interrupt_that_polars_turned_into_a_panic_is_one(data: Path, tmp_path: Path, home: Path) -> None:
    def end(event: dict[str, Any]) -> None:
        if event["event"] == "part_done":
            raise pl.exceptions.PanicException(
                "called `Result::unwrap()` on PyErr { type: <class 'KeyboardInterrupt'> }"
            )

    with pytest.raises(KeyboardInterrupt):
        run(FLOW, data, tmp_path / "out.jsonl", on_event=end)
    assert Home(home).report("last").status == "interrupted"


def test_a_run_that_nobody_carries_out_any_more_is_interrupted(data: Path, tmp_path: Path, home: Path) -> None:
    result = run(FLOW, data, tmp_path / "out.jsonl")
    folder = Home(home).run_folder(result.id)
    manifest = Manifest.load(folder)
    manifest.status = "running"  # what a killed process leaves
    manifest.save(folder)
    assert Manifest.load(folder).status == "interrupted"
    assert "the same command continues" in Home(home).report(result.id).message


def test_of_a_run_that_was_killed_before_its_first_part_no_row_came_out(data: Path, tmp_path: Path, home: Path) -> None:
    result = run(FLOW, data, tmp_path / "out.jsonl")
    folder = Home(home).run_folder(result.id)
    Manifest.load(folder).model_copy(update={"status": "running", "stages": []}).save(folder)
    report = Home(home).report(result.id)
    assert report.rows_in == result.report.rows_in > 0
    assert report.rows_out == 0


def test_a_run_that_is_not_there_is_named(home: Path) -> None:
    with pytest.raises(InvalidInput, match="run 'last' is not there"):
        Home(home).run_folder("last")
