"""Talking over a plan: in `run` on a terminal, and in `chat`."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest
from dataflow_agent.agent.api import Agent
from dataflow_agent.agent.conversation import SAMPLE_ROWS
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.attaching import EVENTS
from dataflow_agent.pipelines.engine.presence import runner_process
from dataflow_agent.pipelines.events import EventTail
from dataflow_agent.pipelines.run import Home
from dataflow_agent.ui.applying import Running
from dataflow_agent.ui.chatting import talk
from dataflow_agent.ui.requesting import talk_over

REQUEST = "keep texts of at least 2 words"
QUIET = Running(silent=True)


def saying(*lines: str) -> Callable[[str], str]:
    """A person who types these lines and then leaves."""
    return typed(iter(lines))


def typed(left: Iterator[str]) -> Callable[[str], str]:
    """A person who does what it takes to come to each line, and then types it."""

    def ask(prompt: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return ask


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(home=tmp_path / "home")


def rows(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_a_person_changes_the_plan_and_then_approves_it(
    settings: Settings, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = Agent(planner="offline", settings=settings)
    standing = agent.start(REQUEST, data, output=tmp_path / "out.jsonl")
    ended = talk_over(agent, standing, QUIET, saying("", "make it 5 words", "approve"))
    assert ended.status == "completed"
    assert rows(tmp_path / "out.jsonl") == 1
    shown = capsys.readouterr().out
    assert "min_words = 2" in shown
    assert "min_words = 5" in shown
    assert "Run this plan?" in shown


def test_a_person_who_leaves_finds_the_request_waiting(settings: Settings, data: Path, tmp_path: Path) -> None:
    agent = Agent(planner="offline", settings=settings)
    standing = agent.start(REQUEST, data, output=tmp_path / "out.jsonl")
    left = talk_over(agent, standing, QUIET, saying())
    assert left.status == "needs_input"
    assert left.thread
    assert agent.resume(left.thread, "approve").status == "completed"


def test_a_chat_takes_a_file_a_request_an_answer_and_a_change(
    settings: Settings, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (REQUEST, f"use {data}", REQUEST, "approve", "make it 6 words", "approve", "exit", "never read")
    answer = talk(settings, [], "offline", saying(*lines))
    assert answer.document.exit_code == 0
    shown = capsys.readouterr().out
    assert "Which data?" in shown
    assert "5 rows in, 4 out" in shown
    results = sorted(rows(path) for path in tmp_path.glob("rows.clean*.jsonl"))
    assert results == [1, 4], "what was written first is still there"


def test_a_chat_says_what_is_wrong_and_goes_on(
    settings: Settings, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = talk(settings, ["nope.jsonl"], "offline", saying(REQUEST, f"use {data}", REQUEST, "reject"))
    assert answer.document.exit_code == 0
    shown = capsys.readouterr().out
    assert "nope.jsonl" in shown.replace("\n", "")  # a long path is broken at the edge
    assert "Run this plan?" in shown


def test_the_rows_of_a_chat_are_those_of_its_data(settings: Settings, data: Path, tmp_path: Path) -> None:
    talk(settings, [str(data)], "offline", saying(REQUEST, "approve"))
    kept = [json.loads(line)["id"] for line in (tmp_path / "rows.clean.jsonl").read_text().splitlines()]
    assert kept == [0, 1, 2, 4]


def test_a_chat_says_that_its_run_was_lost_and_the_next_message_goes_on(
    settings: Settings, tmp_path: Path, waiting: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"row {n}" for n in range(SAMPLE_ROWS)] + ["wait here"]  # not within the sample
    (tmp_path / "many.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in lines))
    runs = Home.of(settings).runs

    def kill() -> None:
        waiting.until(lambda: any(came_to_its_step(folder) for folder in runs.iterdir()))
        (folder,) = runs.iterdir()
        process = runner_process(folder)
        assert process is not None
        os.kill(process, signal.SIGKILL)

    def person() -> Iterator[str]:
        yield "wait at the gate"
        killing.start()
        yield "approve"
        killing.join()
        (tmp_path / "gate").touch()
        yield "approve"

    killing = Thread(target=kill)
    answer = talk(settings, ["many.jsonl"], "offline", typed(person()))
    assert answer.document.exit_code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "ended before the run did" in shown
    assert "`approve` goes on with it" in shown
    assert "KeyboardInterrupt" not in shown
    assert rows(tmp_path / "many.clean.jsonl") == SAMPLE_ROWS + 1


def came_to_its_step(folder: Path) -> bool:
    return any(event["event"] == "stage_started" for event in EventTail(folder / EVENTS).read())
