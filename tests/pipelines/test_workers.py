"""Worker processes: the same bytes and ledger as one process, and a dead worker is noticed."""

import json
from pathlib import Path

import dataflow_agent.operators.core.testing as doubles
import pytest
from dataflow_agent.operators.core import RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow

FLOW = Workflow(
    name="workers",
    steps=(
        Step(id="words", operator="word_count_filter", options={"min_words": 2}),
        Step(id="fail", operator="testing_fail_on", options={"word": "17"}),
        Step(id="sum", operator="testing_add_summary"),
        Step(id="rows", operator="testing_words_to_rows"),
    ),
)


def data_of(folder: Path, texts: list[str]) -> Path:
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return path


def test_two_workers_give_the_same_bytes_and_the_same_ledger(tmp_path: Path) -> None:
    data = data_of(tmp_path, [f"row {n}" if n % 3 else "short" for n in range(60)])
    results = [
        run(FLOW, data, tmp_path / f"{n}.jsonl", workers=n, part_rows=7, settings=Settings(home=tmp_path / f"h{n}"))
        for n in (1, 2)
    ]
    assert results[0].output.read_bytes() == results[1].output.read_bytes()
    assert results[0].ledger.digest() == results[1].ledger.digest()
    assert results[0].report.failed == 1


def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    data = data_of(tmp_path, [f"row {n}" for n in range(19)] + ["die here"])
    once = {"once": str(tmp_path / "died")}
    flow = Workflow(steps=(Step(id="die", operator="testing_die_on", options=once),))
    result = run(flow, data, tmp_path / "out.jsonl", workers=2, part_rows=4)
    assert (tmp_path / "died").exists()
    assert result.output.read_bytes() == data.read_bytes().replace(b'": "', b'":"')


def test_a_part_that_kills_its_worker_twice_stops_the_run_and_names_its_rows(tmp_path: Path) -> None:
    data = data_of(tmp_path, [f"row {n}" for n in range(9)] + ["die here"])
    flow = Workflow(steps=(Step(id="die", operator=doubles.DieOn.name),))
    with pytest.raises(RunStopped, match="rows 0:9 to 0:10"):
        run(flow, data, tmp_path / "out.jsonl", workers=2, part_rows=4)
    assert not (tmp_path / "out.jsonl").exists()
