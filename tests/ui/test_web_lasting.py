"""Runs of the page outlive its server: whoever opens the conversation again follows them, stops them, has their result.

The servers are processes of their own, and die by `kill -9`.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.state import Change, Draft
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.attaching import EVENTS
from dataflow_agent.pipelines.cleaning import purge
from dataflow_agent.pipelines.edits import RemoveStep, SetOption
from dataflow_agent.pipelines.engine.presence import is_alive, runner_process
from dataflow_agent.pipelines.events import EventTail
from dataflow_agent.pipelines.run import Home
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.ui.web_layout import Page, lay_out
from dataflow_agent.ui.web_screen import Screen
from dataflow_agent.ui.web_sessions import Session, Sessions

ROWS, WAITS_AT = 260, 250
"""The row that holds a run up lies behind those of the sample."""
SERVER = """
import sys
from pathlib import Path
import waiting_operator
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.operators.core.settings import Settings

settings = Settings(home=Path(sys.argv[1]), llm_base_url=None, llm_api_key=None, llm_model=None)
planner = ScriptedPlanner([Draft.model_validate_json(sys.argv[2])])
"""
CONVERSATION = """
from dataflow_agent.ui.web_sessions import Sessions
session = Sessions(settings, planner).new()
session.add_files([Path(sys.argv[3])])
for words in ("keep texts of at least two words", "approve"):
    session.say(words)
    print(session.id, flush=True)
    session.job.ends_within(600)
"""
PAGE = """
from dataflow_agent.ui.web import launch
launch(settings, planner, port=int(sys.argv[3]))
"""


class Place:
    """Data, a plan whose run waits at a gate, and servers of one home."""

    def __init__(self, folder: Path, until: Callable[[Any], None]) -> None:
        self.folder, self.gate, self.until = folder, folder / "gate", until
        self.settings = Settings(home=folder / "home", llm_base_url=None, llm_api_key=None, llm_model=None)
        wait = Step(id="wait", operator="testing_wait_for", options={"path": str(self.gate)})
        words = Step(id="words", operator="word_count_filter", options={"min_words": 2})
        self.draft = Draft(workflow=Workflow(steps=(wait, words)))

    def data(self) -> Path:
        """A file that may be moved away, as uploads are."""
        rows = [{"text": "two words" if n % 2 else "one", "n": n} for n in range(ROWS)]
        rows[WAITS_AT]["text"] = "wait"
        path = self.folder / "in.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    def sessions(self, *changes: Change, **more: Any) -> Sessions:
        """The conversations of a server in this process."""
        return Sessions(self.settings, ScriptedPlanner([self.draft], list(changes)), **more)

    def process(self, script: str, *arguments: object) -> "subprocess.Popen[str]":
        """A server in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", SERVER + script, str(self.settings.home), self.draft.model_dump_json()]
            + [str(argument) for argument in arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def held_run(self) -> Path:
        """The folder of the only run, once it is held up at the gate."""

        def held() -> bool:
            told = [event["event"] for folder in self.runs() for event in EventTail(folder / EVENTS).read()]
            return "stage_started" in told

        self.until(held)
        (folder,) = self.runs()
        return folder

    def runs(self) -> list[Path]:
        return sorted(Home.of(self.settings).runs.iterdir())


@pytest.fixture
def place(tmp_path: Path, waiting: ModuleType) -> Iterator[Place]:
    """A place; no run of it waits on afterwards."""
    made = Place(tmp_path, waiting.until)
    yield made
    made.gate.touch()


def killed(process: "subprocess.Popen[str]") -> None:
    with process:
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def left(place: Place) -> tuple[str, Path]:
    """A conversation whose server was killed while its run is at work, and that run."""
    server = place.process(CONVERSATION, place.data())
    assert server.stdout is not None
    name = server.stdout.readline().strip()
    assert name, "the server came to nothing; its error stands above"
    folder = place.held_run()
    killed(server)
    assert is_alive(folder)
    return name, folder


def opened_again(sessions: Sessions, name: str) -> Session:
    session = sessions.get(name)
    assert session is not None
    return session


def finish(session: Session) -> None:
    assert session.job is None or session.job.ends_within(60)
    assert session.job is None


def numbers(session: Session) -> list[int]:
    """The rows of the result."""
    return [json.loads(line)["n"] for line in session.output.read_text().splitlines()]


def test_a_server_that_is_started_anew_follows_the_run_that_its_predecessor_left(
    place: Place, left: tuple[str, Path]
) -> None:
    name, folder = left
    session = opened_again(place.sessions(), name)
    job = session.job
    assert job is not None
    place.until(lambda: job.progress.stages)
    assert job.running, "the page shows how far it is"
    assert session.draft == place.draft, "and the plan"
    with pytest.raises(InvalidInput, match="still being dealt with"):
        session.say("approve")
    place.gate.touch()
    finish(session)
    assert numbers(session) == [n for n in range(ROWS) if n % 2]
    assert place.runs() == [folder], "nothing was run twice"
    assert session.finished is not None
    assert session.finished.report is not None
    assert (session.finished.status, session.finished.report.id) == ("completed", folder.name)
    said = [message.text for message in session.messages]
    assert said[0] == "keep texts of at least two words"
    assert said[-2] == "approve"
    assert said[-1].startswith("Done: 260 rows in, 130 out.")


def test_a_run_that_ended_while_there_was_no_server_is_told_by_the_next_one(
    place: Place, left: tuple[str, Path]
) -> None:
    name, folder = left
    place.gate.touch()
    place.until(lambda: not is_alive(folder))
    session = opened_again(place.sessions(), name)
    finish(session)
    assert session.messages[-1].text.startswith("Done: 260 rows in, 130 out.")
    assert place.runs() == [folder]


def test_a_run_that_died_with_its_server_goes_on_where_it_was(place: Place, left: tuple[str, Path]) -> None:
    name, folder = left
    process = runner_process(folder)
    assert process is not None
    os.kill(process, signal.SIGKILL)
    place.until(lambda: not is_alive(folder))
    session = opened_again(place.sessions(), name)
    finish(session)
    assert "Stopped before its end" in session.messages[-1].text
    assert session.may_run
    place.gate.touch()
    session.say("approve")
    finish(session)
    assert numbers(session) == [n for n in range(ROWS) if n % 2]


def test_a_run_is_stopped_and_its_plan_is_changed_or_run_on(place: Place, left: tuple[str, Path]) -> None:
    name, folder = left
    session = opened_again(place.sessions(Change(edits=(RemoveStep(step="wait"),))), name)
    session.stop()
    finish(session)
    assert not is_alive(folder)
    assert session.messages[-1].text.startswith("The run was stopped; what it finished is kept.")
    with pytest.raises(InvalidInput, match="there is no run to stop"):
        session.stop()
    session.say("do not wait")
    finish(session)
    assert session.draft is not None
    assert [step.id for step in session.draft.workflow.steps] == ["words"]
    session.say("approve")
    finish(session)
    assert numbers(session) == [n for n in range(ROWS) if n % 2]


def test_a_conversation_is_as_it_was(place: Place) -> None:
    session = place.sessions().new()
    session.add_files([place.data()])
    for action in (
        lambda: session.say("keep texts of at least two words"),
        lambda: session.edit(RemoveStep(step="wait")),
        lambda: session.say("approve"),
        lambda: session.edit(SetOption(step="words", option="min_words", value=1)),
    ):
        action()
        finish(session)
    again = opened_again(place.sessions(), session.id)
    finish(again)
    assert again.messages == session.messages
    assert again.files == session.files
    assert again.draft == session.draft
    assert again.finished == session.finished
    again.undo()
    finish(again)
    again.undo()
    finish(again)
    assert again.draft is not None
    assert [step.id for step in again.draft.workflow.steps] == ["wait", "words"]


def test_a_message_that_its_server_never_answered_is_said_to_be_lost(place: Place) -> None:
    session = place.sessions().new()
    session.add_files([place.data()])
    session.say("keep texts of at least two words")
    busy = (session.folder / "conversation.json").read_bytes()
    finish(session)
    (session.folder / "conversation.json").write_bytes(busy)
    again = opened_again(place.sessions(), session.id)
    assert "say it again" in again.messages[-1].text
    again.say("keep texts of at least two words")
    finish(again)
    assert again.may_run


def test_data_of_a_run_that_takes_longer_than_a_week_stays(place: Place, left: tuple[str, Path]) -> None:
    name, _ = left
    own = Home.of(place.settings).path / "uploads" / name
    old = time.time() - 8 * 24 * 3600
    os.utime(own, (old, old))
    sessions = place.sessions()
    assert (own / "data" / "in.jsonl").exists()
    session = opened_again(sessions, name)
    place.gate.touch()
    finish(session)
    os.utime(own, (old, old))
    place.sessions()
    assert not own.exists(), "what nobody uses goes"


@pytest.mark.parametrize("name", ["", "0" * 32, "../../etc", "0" * 31 + "/", "*" * 32])
def test_other_names_open_nothing(place: Place, name: str) -> None:
    assert place.sessions().get(name) is None


@pytest.mark.browser
def test_a_page_whose_server_was_killed_shows_the_run_again_under_its_address_and_stops_it(
    place: Place, opened: Callable[..., Any]
) -> None:
    from playwright.sync_api import expect

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    first = served(place, port)
    window = opened(url)
    window.give(place.data())
    window.say("keep texts of at least two words")
    window.button("Approve and run").click()
    folder = place.held_run()
    address = window.page.url
    window.page.goto("about:blank")
    killed(first)

    second = served(place, port)
    try:
        page = window.page
        page.goto(address)
        progress = page.get_by_role("table", name="Progress, stage by stage")
        expect(progress).to_contain_text("starting")
        expect(page.locator("#df-chat")).to_contain_text("approve")
        window.button("Stop the run").click()
        expect(page.locator("#df-chat")).to_contain_text("The run was stopped")
        assert not is_alive(folder)
        place.gate.touch()
        window.tab("Plan").click()
        window.button("Go on").click()
        expect(page.locator("#df-rows")).to_contain_text("The first 50 of 130 rows")
    finally:
        killed(second)


def served(place: Place, port: int) -> "subprocess.Popen[str]":
    """A process that serves the page, once it answers."""
    process = place.process(PAGE, port)

    def answers() -> bool:
        assert process.poll() is None, "the server came to nothing; its error stands above"
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", port)) == 0

    place.until(answers)
    return process


@pytest.mark.browser
def test_a_conversation_whose_run_was_cleaned_away_still_shows_its_result(place: Place) -> None:
    import gradio as gr

    place.gate.touch()
    session = place.sessions().new()
    session.add_files([place.data()])
    for words in ("keep texts of at least two words", "approve"):
        session.say(words)
        finish(session)
    purge(Home.of(place.settings))
    again = opened_again(place.sessions(), session.id)
    finish(again)

    async def look() -> tuple[Page, dict[Any, Any]]:
        """With a loop running: without one, gradio makes several and leaves them open; the browser has its own."""
        with gr.Blocks():
            page = lay_out("")
        return page, Screen(page).whole(again)

    with ThreadPoolExecutor(1) as thread:
        page, shown = thread.submit(asyncio.run, look()).result()
    assert "The first 50 of 130 rows" in shown[page.result.rows]
    assert "was cleaned away" in shown[page.run]
