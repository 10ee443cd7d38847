"""`--workers`: as many processes work as were asked for, and the result is the same."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

Cli = Callable[..., Any]
ROWS = 5_000
"""Three parts."""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"text": "word " * (n % 5)}) + "\n" for n in range(ROWS)))
    return path


def most_processes(call: Callable[[], None]) -> int:
    """How many processes of this one were at work at once while something was done."""
    seen, over = [0], Event()

    def look() -> None:
        while not over.wait(0.01):
            seen.append(len(multiprocessing.active_children()))

    looking = Thread(target=look)
    looking.start()
    try:
        call()
    finally:
        over.set()
        looking.join()
    return max(seen)


def test_a_workflow_and_a_request_are_carried_out_by_as_many_processes_as_were_asked_for(
    cli: Cli, many: Path, tmp_path: Path
) -> None:
    (tmp_path / "plan.yaml").write_text("steps: [{id: a, operator: word_count_filter, options: {min_words: 3}}]")
    alone, together, asked = (tmp_path / name for name in ("alone.jsonl", "together.jsonl", "asked.jsonl"))
    apply = ["apply", "plan.yaml", "-i", many, "-o"]
    assert most_processes(lambda: done(cli(*apply, alone))) == 0
    cli("runs", "clean", "--purge", "--yes")
    assert most_processes(lambda: done(cli(*apply, together, "--workers", "2"))) == 2
    cli("runs", "clean", "--purge", "--yes")
    request = ["run", "keep texts of at least 3 words", "-i", many, "-o", asked, "--planner", "offline", "--yes"]
    assert most_processes(lambda: done(cli(*request, "--workers", "2"))) == 2
    assert alone.read_bytes() == together.read_bytes() == asked.read_bytes()


def done(said: Any) -> None:
    assert said.code == 0, said.err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_an_operator_prints_does_not_come_between_the_object_and_its_reader(
    many: Path, tmp_path: Path, workers: str
) -> None:
    operators = Path(__file__).parents[1] / "pipelines"
    (tmp_path / "plan.yaml").write_text("steps: [{id: a, operator: testing_print}]")
    command = "import printing_operator; from dataflow_agent.ui.cli import main; main()"
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            command,
            "apply",
            "plan.yaml",
            "-i",
            many,
            "-o",
            "o.jsonl",
            "--workers",
            workers,
            "--json",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(operators), *filter(None, sys.path)])},
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(said.stdout)["status"] == "completed"
    assert "printed by Python" in said.stderr
    assert "written past Python" in said.stderr


@pytest.mark.parametrize("count", ["0", "65", "two"])
@pytest.mark.parametrize("command", [["apply", "plan.yaml"], ["run", "keep all"]])
def test_other_numbers_are_refused(cli: Cli, command: list[str], count: str) -> None:
    said = cli(*command, "-i", "rows.jsonl", "-o", "out.jsonl", "--workers", count)
    assert said.code == 2
    assert "--workers" in said.err
