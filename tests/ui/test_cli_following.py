"""`runs attach` and `runs stop`: runs that other processes carry out, followed, left alone and stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dataflow_agent.agent.api import Standing
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import FailOn
from dataflow_agent.pipelines.attaching import EVENTS, attach, cancel
from dataflow_agent.pipelines.engine.presence import is_alive, runner_process
from dataflow_agent.pipelines.events import EventTail
from dataflow_agent.pipelines.run import new_run_id
from dataflow_agent.pipelines.runner import Job, LocalRunner, start
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.ui.requesting import answer_for

Cli = Callable[..., Any]
ROWS, PART_ROWS, WAITS_AT = 30, 10, 15
WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 2})


def job_in(folder: Path, *steps: Step, **options: Any) -> Job:
    """A job in the home of the command line; one row waits until there is a file `gate`."""
    texts = ["wait here" if n == WAITS_AT else f"row {n}" if n % 3 else "short" for n in range(ROWS)]
    (folder / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return Job(
        run_id=new_run_id(),
        workflow=Workflow(steps=(WORDS, *steps)),
        data=(str(folder / "in.jsonl"),),
        output=str(folder / "out.jsonl"),
        settings=Settings(home=folder / "home"),
        options={"part_rows": PART_ROWS, **options},
    )


@pytest.fixture
def held(tmp_path: Path, cli: Cli, waiting: ModuleType) -> Iterator[Job]:
    """A run in a process of its own that waits in the middle; stopped afterwards."""
    job = job_in(tmp_path, wait_step(tmp_path))
    start(job)
    waiting.until(lambda: came_to_gate(job.folder))
    yield job
    if cancel(job.folder):
        attach(job.folder)


def wait_step(folder: Path) -> Step:
    return Step(id="wait", operator="testing_wait_for", options={"path": str(folder / "gate")})


def came_to_gate(folder: Path) -> bool:
    return any(event["event"] == "part_done" for event in EventTail(folder / EVENTS).read())


def test_who_attaches_sees_the_whole_run_and_ends_as_it_does(cli: Cli, held: Job, tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    said = cli("runs", "attach", "last")
    assert said.code == 0
    assert "30 rows read" in said.err
    assert "stage 1 of 1, words, wait: 30 rows in, 21 out, 9 dropped, 0 failed" in said.err
    assert f"Run {held.run_id} completed: 30 rows in, 21 out" in said.out
    assert f"runs show {held.run_id}" in said.out
    late = cli("runs", "attach", held.run_id, "--json")
    assert (late.code, late.err) == (0, "")
    assert late.document["status"] == "completed"
    assert (late.document["run"]["id"], late.document["run"]["rows_out"]) == (held.run_id, 21)
    assert [step["id"] for step in late.document["workflow"]["steps"]] == ["words", "wait"]


def test_ctrl_c_leaves_the_run_at_work_and_says_how_to_come_back_and_how_to_stop_it(
    cli: Cli, held: Job, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dataflow_agent", "runs", "attach", held.run_id],
        cwd=tmp_path,
        env={**os.environ, "DATAFLOW_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stderr
        assert process.stderr.readline() == b"30 rows read\n"
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"run {held.run_id} goes on".encode() in said
    assert f"runs attach {held.run_id}`".encode() in said
    assert f"runs stop {held.run_id}`".encode() in said
    assert b"Traceback" not in said
    assert is_alive(held.folder)
    assert f"runs attach {held.run_id}" in cli("runs", "show", held.run_id).out

    stopped = cli("runs", "stop", held.run_id)
    assert stopped.code == 0
    assert f"Run {held.run_id} was stopped" in stopped.out
    assert not is_alive(held.folder)
    assert not (tmp_path / "out.jsonl").exists()
    followed = cli("runs", "attach", held.run_id, "--json")
    assert (followed.code, followed.document["status"]) == (130, "interrupted")
    again = cli("runs", "stop", held.run_id, "--json")
    assert again.code == 0
    assert again.document["result"] == {
        "kind": "stop",
        "run": held.run_id,
        "stopped": False,
        "status": "interrupted",
    }


def test_a_run_whose_process_was_killed_is_interrupted(cli: Cli, held: Job) -> None:
    process = runner_process(held.folder)
    assert process is not None
    os.kill(process, signal.SIGKILL)
    said = cli("runs", "attach", held.run_id)
    assert said.code == 130
    assert "the same command continues it" in said.err


def test_a_run_that_failed_ends_its_follower_with_1_and_says_why(cli: Cli, tmp_path: Path) -> None:
    fails = Step(id="fail", operator=FailOn.name, options={"word": "row"})
    job = job_in(tmp_path, fails, max_failures="0")
    start(job)
    attach(job.folder)
    said = cli("runs", "attach", "last", "--json")
    assert (said.code, said.document["status"]) == (1, "failed")
    assert "at most 0 may" in said.document["message"]
    assert said.document["run"]["steps"][1]["failed"] > 0


def test_a_bug_in_the_process_of_a_run_is_told_with_where_its_trace_is(cli: Cli, tmp_path: Path) -> None:
    job = job_in(tmp_path, context="no function")
    start(job)
    attach(job.folder)
    said = cli("runs", "attach", "last")
    assert said.code == 1
    assert "TypeError" in said.err
    assert str(job.folder / "runner.log") in said.err


def test_a_request_whose_run_goes_on_names_the_commands_for_that_run(tmp_path: Path) -> None:
    left = Standing("interrupted", "Its run goes on.", thread="t-1", running="r-1")
    said = answer_for(left, Settings(home=tmp_path)).document
    assert said.exit_code == 130
    assert "`dataflow-agent runs attach r-1`" in said.message


def test_a_run_in_the_foreground_is_stopped_by_its_own_command_only(
    cli: Cli, tmp_path: Path, waiting: ModuleType
) -> None:
    job = job_in(tmp_path, wait_step(tmp_path))
    with ThreadPoolExecutor() as threads:
        running = threads.submit(LocalRunner().carry_out, job)
        waiting.until(lambda: came_to_gate(job.folder))
        said = cli("runs", "stop", job.run_id)
        (tmp_path / "gate").touch()
        assert said.code == 2
        assert "Ctrl-C" in said.err
        assert cli("runs", "attach", job.run_id).code == 0
        assert running.result().report.rows_out == 21


@pytest.mark.parametrize("command", ["attach", "stop"])
def test_a_run_that_is_not_there_is_said_so(cli: Cli, command: str) -> None:
    said = cli("runs", command, "nope")
    assert said.code == 2
    assert "'nope'" in said.err
