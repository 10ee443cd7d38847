"""Runs in a process of their own: they outlive their starter, can be followed and stopped, and tell how they ended."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dataflow_agent.operators.core import (
    EndpointError,
    Fault,
    InvalidInput,
    Operator,
    RowFilter,
    RunStopped,
)
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import FailOn, RaiseOn
from dataflow_agent.pipelines.attaching import ENDING, EVENTS, Ending, RunInterrupted, attach, cancel, ending_of
from dataflow_agent.pipelines.engine.manifest import Manifest
from dataflow_agent.pipelines.engine.presence import is_alive, runner_process
from dataflow_agent.pipelines.events import EventTail, read_events
from dataflow_agent.pipelines.run import Home, new_run_id, run
from dataflow_agent.pipelines.runner import DetachedRunner, Job, LocalRunner, start
from dataflow_agent.pipelines.workflow import Step, Workflow

ROWS, PART_ROWS, WAITS_AT = 60, 10, 35
SECRET = "sk-very-secret"
WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 2})
DEDUP = Step(id="dedup", operator="exact_dedup")
UNHELD = Workflow(name="runner", steps=(WORDS, DEDUP))


class Place:
    """Data, a home and a gate that holds runs up in the middle of their first stage."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.gate = folder, folder / "in.jsonl", folder / "gate"
        self.output = folder / "out.jsonl"
        self.settings = Settings(home=folder / "home", llm_api_key=SECRET)
        texts = [f"row {n % 50}" if n % 3 else "short" for n in range(ROWS)]
        texts[WAITS_AT] = "wait here"
        self.data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    @property
    def held(self) -> Workflow:
        """The workflow, with a step that waits at the gate and changes nothing."""
        wait = Step(id="wait", operator="testing_wait_for", options={"path": str(self.gate)})
        return Workflow(name="runner", steps=(WORDS, wait, DEDUP))

    def job(self, workflow: Workflow | None = None, **options: Any) -> Job:
        return Job(
            run_id=new_run_id(),
            workflow=workflow or self.held,
            data=(str(self.data),),
            output=str(self.output),
            settings=self.settings,
            options={"part_rows": PART_ROWS, **options},
        )

    def undisturbed(self) -> bytes:
        """What comes out of a run that nobody disturbs."""
        output = self.folder / "undisturbed.jsonl"
        run(UNHELD, self.data, output, settings=Settings(home=self.folder / "quiet"), part_rows=PART_ROWS)
        return output.read_bytes()

    def runs(self) -> list[str]:
        return sorted(path.name for path in Home.of(self.settings).runs.iterdir())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def is_held(folder: Path) -> bool:
    """Whether a run has come as far as its gate lets it."""
    done = sum(event["event"] == "part_done" for event in EventTail(folder / EVENTS).read())
    return done == WAITS_AT // PART_ROWS


STARTER = """
import pickle, sys
import waiting_operator
from dataflow_agent.pipelines.runner import DetachedRunner
DetachedRunner().carry_out(pickle.load(sys.stdin.buffer))
"""


def test_a_run_outlives_its_killed_starter_and_any_process_gets_its_events_and_its_result(
    place: Place, waiting: ModuleType
) -> None:
    import pickle

    job = place.job()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER], stdin=subprocess.PIPE, env=environment, start_new_session=True
    )
    assert starter.stdin is not None
    with starter.stdin as pipe:
        pipe.write(pickle.dumps(job))
    waiting.until(lambda: is_held(job.folder))
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    assert ending_of(job.folder) is None, "the run is at work"
    assert Manifest.load(job.folder).status == "running"
    place.gate.touch()
    heard: list[dict[str, Any]] = []
    assert attach(job.folder, heard.append) == Ending(status="completed")
    assert place.output.read_bytes() == place.undisturbed()
    assert heard == list(read_events(job.folder / EVENTS))
    assert [heard[0]["event"], heard[-1]["event"]] == ["run_started", "run_ended"]
    late: list[dict[str, Any]] = []
    attach(job.folder, late.append, after=3)
    assert late == heard[3:], "one who comes back hears only what is new"
    result = LocalRunner().carry_out(job)
    assert (result.id, result.output) == (job.run_id, place.output)
    assert result.report == Home.of(place.settings).report(job.run_id)
    assert place.runs() == [job.run_id], "who asks again for a run that has been gets its result"
    stored = [path for path in place.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert stored == [], "keys are never stored"


def test_a_killed_run_is_interrupted_and_the_same_request_continues(place: Place, waiting: ModuleType) -> None:
    job = place.job()
    start(job)
    waiting.until(lambda: is_held(job.folder))
    process = runner_process(job.folder)
    assert process is not None
    os.kill(process, signal.SIGKILL)
    with pytest.raises(RunInterrupted, match=f"{job.run_id} ended before the run did; the same command continues it"):
        DetachedRunner().carry_out(job)
    assert Manifest.load(job.folder).status == "interrupted"
    assert not place.output.exists()
    place.gate.touch()
    result = LocalRunner().carry_out(place.job())
    assert place.output.read_bytes() == place.undisturbed()
    assert result.report.steps[0].reused == WAITS_AT // PART_ROWS * PART_ROWS


def test_a_run_that_is_cancelled_stops_and_says_so(place: Place, waiting: ModuleType) -> None:
    job = place.job()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell has it for commands in the background
    try:
        start(job)
    finally:
        signal.signal(signal.SIGINT, before)
    with ThreadPoolExecutor() as threads:
        follower = threads.submit(DetachedRunner().carry_out, job)
        waiting.until(lambda: is_held(job.folder))
        assert cancel(job.folder) is True
        with pytest.raises(RunInterrupted, match="somebody stopped the run; the same command continues it"):
            follower.result()
    assert [event["status"] for event in read_events(job.folder / EVENTS) if event["event"] == "run_ended"] == [
        "interrupted"
    ]
    assert Manifest.load(job.folder).status == "interrupted"
    assert not place.output.exists()
    assert cancel(job.folder) is False, "there is nothing to stop any more"


def test_a_stop_that_a_library_swallows_is_asked_for_again(place: Place, waiting: ModuleType) -> None:
    wait = place.held.steps[1]
    deaf = wait.model_copy(update={"options": {**wait.options, "deaf": True}})
    job = place.job(Workflow(steps=(WORDS, deaf)))
    start(job)
    waiting.until(lambda: is_held(job.folder))
    assert cancel(job.folder) is True
    assert attach(job.folder).status == "interrupted"
    assert not place.output.exists()


def test_ctrl_c_of_the_starter_stops_its_run(place: Place, waiting: ModuleType) -> None:
    job = place.job()

    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "part_done":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DetachedRunner().carry_out(job, stop)
    ending = ending_of(job.folder)
    assert ending is not None
    assert ending.status == "interrupted"
    assert not place.output.exists()


def test_whatever_ends_a_detached_run_comes_back_as_the_error_that_it_was(place: Place) -> None:
    unusable = Workflow(
        steps=(Step(id="a", operator="zzzzzz"), WORDS.model_copy(update={"options": {"min_words": -1}}))
    )
    failing = Workflow(steps=(Step(id="fail", operator=FailOn.name, options={"word": "row"}),))
    refused, stopped = place.job(unusable), place.job(failing, max_failures="0")
    buggy = place.job(UNHELD, context="no function")
    for job in (refused, stopped, buggy):
        start(job)
    with pytest.raises(InvalidInput) as there:
        DetachedRunner().carry_out(refused)
    with pytest.raises(InvalidInput) as here:
        refused.carry_out()
    assert there.value.faults == here.value.faults
    assert len(there.value.faults) == 2
    assert not refused.folder.exists(), "nothing has run, so nothing stays"
    with pytest.raises(RunStopped, match="rows failed, at most 0 may") as limit:
        DetachedRunner().carry_out(stopped)
    assert not isinstance(limit.value, RunInterrupted)
    ending = attach(buggy.folder)
    assert ending.cause == "bug"
    assert "TypeError" in ending.message
    assert "Traceback" in (buggy.folder / "runner.log").read_text()


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput([Fault(code="a", message="b", got=[1]), Fault(code="c", message="d", step="s")]),
        RunStopped("a limit"),
        EndpointError("refused"),
        PermissionError(13, "Permission denied", "/nowhere/out.jsonl"),
    ],
)
def test_errors_survive_the_way_between_processes(error: Exception) -> None:
    back = Ending.model_validate_json(Ending.of(error).model_dump_json()).error()
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert getattr(back, "faults", None) == getattr(error, "faults", None)


def test_a_job_that_is_asked_for_twice_runs_once(place: Place, waiting: ModuleType) -> None:
    job = place.job()
    start(job)
    with ThreadPoolExecutor() as threads:
        waiting.until(lambda: is_held(job.folder))
        followers = [threads.submit(runner.carry_out, job) for runner in (DetachedRunner(), LocalRunner())]
        place.gate.touch()
        results = [follower.result() for follower in followers]
    assert [result.report.rows_out for result in results] == [results[0].report.rows_out] * 2
    assert sum(event["event"] == "run_started" for event in read_events(job.folder / EVENTS)) == 1
    assert place.runs() == [job.run_id]


def test_a_run_in_the_foreground_can_be_followed_but_only_its_own_command_stops_it(
    place: Place, waiting: ModuleType
) -> None:
    job = place.job()
    heard: list[str] = []
    with ThreadPoolExecutor() as threads:
        running = threads.submit(LocalRunner().carry_out, job)
        waiting.until(lambda: is_held(job.folder))
        follower = threads.submit(attach, job.folder, lambda event: heard.append(event["event"]))
        with pytest.raises(InvalidInput, match="press Ctrl-C there"):
            cancel(job.folder)
        place.gate.touch()
        assert follower.result().status == "completed"
        assert running.result().id == job.run_id
    assert heard[-1] == "run_ended"


def test_a_starter_that_dies_before_it_has_said_what_to_run_leaves_nothing_at_work(place: Place) -> None:
    folder = place.job().folder
    folder.mkdir()
    with (folder / "runner").open("wb") as presence:
        subprocess.run(
            [sys.executable, "-m", "dataflow_agent.pipelines._detached", str(folder), str(presence.fileno())],
            pass_fds=(presence.fileno(),),
            stdin=subprocess.DEVNULL,
            check=True,
        )
    assert Ending.model_validate_json((folder / ENDING).read_text()).status == "interrupted"
    assert not is_alive(folder)


def test_operators_that_another_process_cannot_find_are_refused_before_anything_starts(place: Place) -> None:
    class Own(RaiseOn, RowFilter):
        """Double: as if it stood in the script that was started."""

        name = "testing_own"
        __module__ = "__main__"

    try:
        with pytest.raises(InvalidInput, match="'testing_own' is defined in the script itself"):
            start(place.job(Workflow(steps=(Step(id="own", operator="testing_own"),))))
    finally:
        del Operator.registry["testing_own"]
    assert place.runs() == []


def test_a_run_id_is_used_once(place: Place) -> None:
    job = place.job(UNHELD)
    first = job.carry_out()
    with pytest.raises(InvalidInput, match=first.id):
        run(UNHELD, place.data, place.folder / "other.jsonl", settings=place.settings, run_id=first.id)


def test_a_line_that_is_still_being_written_is_heard_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tail = EventTail(path)
    assert list(tail.read()) == []
    path.write_text('{"event": "a"}\n{"event": ')
    assert list(tail.read()) == [{"event": "a"}]
    with path.open("a") as file:
        file.write('"b"}\nno room on the di\n{"event": "c"}\n')
    assert list(tail.read()) == [{"event": "b"}, {"event": "c"}]
