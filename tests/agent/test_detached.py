"""Runs that outlive the conversation that began them: who takes the request up finds them, and begins none twice."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dataflow_agent.agent.api import Agent, Standing
from dataflow_agent.agent.graph import FILE_NAME, PURE, WITH_MEANS, Conversations, Stand, build_graph
from dataflow_agent.agent.means import Means
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.resuming import Request
from dataflow_agent.agent.state import Change, Draft
from dataflow_agent.agent.turns import FOLDER, turn
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.memory.history import History
from dataflow_agent.operators.core.embedder import default_embedder
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.vectors import InMemoryStore
from dataflow_agent.pipelines.attaching import EVENTS, attach, ending_of
from dataflow_agent.pipelines.edits import RemoveStep
from dataflow_agent.pipelines.engine.presence import is_alive, runner_process
from dataflow_agent.pipelines.events import EventTail
from dataflow_agent.pipelines.run import Home
from dataflow_agent.pipelines.runner import DetachedRunner
from dataflow_agent.pipelines.workflow import Step
from langgraph.checkpoint.sqlite import SqliteSaver

MakeDraft = Callable[..., Draft]
ROWS, WAITS_AT = 260, 250
"""The row that holds a run up lies behind those of the sample."""
LONG = [n for n in range(ROWS) if n % 2]


class Place:
    """Data, a plan whose run waits at a gate, and agents of one home."""

    def __init__(self, folder: Path, settings: Settings, draft: Draft, until: Callable[[Any], None]) -> None:
        self.data, self.output, self.gate = folder / "in.jsonl", folder / "in.clean.jsonl", folder / "gate"
        self.settings, self.until = settings, until
        rows = [
            {"text": f"two w{n}" if n % 2 else f"one{n}", "n": n} for n in range(ROWS)
        ]  # no labels, which are tried
        rows[WAITS_AT]["text"] = "wait"
        self.data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        wait = Step(id="wait", operator="testing_wait_for", options={"path": str(self.gate)})
        steps = (wait, *draft.workflow.steps)
        self.draft = draft.model_copy(update={"workflow": draft.workflow.model_copy(update={"steps": steps})})

    def agent(self, **more: Any) -> Agent:
        return Agent(planner=ScriptedPlanner([self.draft]), settings=self.settings, **more)

    def asked(self) -> str:
        """The thread of a request that waits for its approval."""
        standing = self.agent().start("keep texts of two words", self.data)
        assert standing.status == "needs_input"
        assert standing.thread
        return standing.thread

    def process(self, script: str, *arguments: str) -> "subprocess.Popen[str]":
        """A process that has an agent of this home and does something with it."""
        return subprocess.Popen(
            [sys.executable, "-c", AGENT + script, self.draft.model_dump_json(), str(self.settings.home), *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def held_run(self) -> Path:
        """The folder of the only run, once it is held up at the gate."""

        def held() -> bool:
            events = [event["event"] for folder in self.runs() for event in EventTail(folder / EVENTS).read()]
            return "stage_started" in events

        self.until(held)
        (folder,) = self.runs()
        return folder

    def runs(self) -> list[Path]:
        return sorted(Home.of(self.settings).runs.iterdir())

    def outcomes(self) -> list[str]:
        """What is remembered."""
        return [past.outcome for past in History(self.settings.home).recent()]

    def is_done(self, standing: Standing) -> bool:
        """Whether the request came to its whole end, once."""
        rows = [json.loads(line)["n"] for line in self.output.read_text().splitlines()]
        told = (standing.status, [ask.holds for ask in standing.asks], self.outcomes())
        return rows == LONG and told == ("completed", [True], ["completed"])


@pytest.fixture
def place(here: Path, settings: Settings, at_least: MakeDraft, waiting: ModuleType) -> Place:
    return Place(here, settings, at_least(2), waiting.until)


AGENT = """
import sys
from pathlib import Path
import waiting_operator
from dataflow_agent.agent.api import Agent
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.operators.core.settings import Settings

settings = Settings(home=Path(sys.argv[2]), llm_base_url=None, llm_api_key=None, llm_model=None)
agent = Agent(planner=ScriptedPlanner([Draft.model_validate_json(sys.argv[1])]), settings=settings)
"""
CHAT = """
chat = agent.chat(sys.argv[3])
print(chat.say("keep texts of two words").thread, flush=True)
chat.say("approve")
"""
RESUME = """
end = agent.resume(sys.argv[3], "approve")
print(end.status, end.report.id)
"""


def killed_chat(place: Place) -> tuple[str, Path]:
    """The thread and the run of a conversation whose process was killed while its run is at work."""
    chat = place.process(CHAT, str(place.data))
    assert chat.stdout is not None
    with chat.stdout as said:
        thread = said.readline().strip()
        assert thread, "the conversation came to nothing; its error stands above"
        folder = place.held_run()
        os.killpg(chat.pid, signal.SIGKILL)
        chat.wait()
    assert is_alive(folder)
    return thread, folder


def test_a_request_whose_conversation_was_killed_is_taken_up_while_its_run_is_at_work(place: Place) -> None:
    thread, folder = killed_chat(place)
    standing = place.agent().standing(thread)
    assert (standing.status, standing.running) == ("interrupted", folder.name)
    assert f"run {folder.name} goes on by itself" in standing.message
    refused = place.agent().resume(thread, "approve", output="other.jsonl")
    assert [fault.code for fault in refused.faults] == ["run_at_work"]
    heard: list[str] = []

    def hear(event: dict[str, Any]) -> None:
        heard.append(event["event"])
        if event["event"] == "stage_started":
            place.gate.touch()

    end = place.agent().resume(thread, on_event=hear)
    assert place.is_done(end)
    assert place.runs() == [folder]
    assert (heard.count("run_started"), heard.count("run_ended")) == (1, 1)
    assert place.agent().standing(thread) == end


class Gone(BaseException):
    """Ends whoever follows a run, as the end of its process would."""


def left_alone(place: Place) -> tuple[str, Path]:
    """The thread and the run of a request that nobody follows while its run is at work."""

    def leave(event: dict[str, Any]) -> None:
        if event["event"] == "stage_started":
            raise Gone

    thread = place.asked()
    with pytest.raises(Gone):
        place.agent(runner=DetachedRunner()).resume(thread, "approve", on_event=leave)
    folder = place.held_run()
    assert is_alive(folder)
    return thread, folder


@pytest.mark.parametrize("take_up", ["standing", "decide"])
def test_a_run_that_ended_while_nobody_listened_is_caught_up_on(place: Place, take_up: str) -> None:
    thread, folder = left_alone(place)
    place.gate.touch()
    assert attach(folder).status == "completed"
    assert place.outcomes() == [], "nobody has told it yet"
    agent = place.agent()
    assert place.is_done(agent.standing(thread) if take_up == "standing" else agent.decide(thread, "run"))
    assert place.runs() == [folder]


def test_a_killed_run_is_told_as_interrupted_and_the_same_request_continues(place: Place) -> None:
    def kill(event: dict[str, Any]) -> None:
        if event["event"] == "stage_started":
            process = runner_process(place.held_run())
            assert process is not None
            os.kill(process, signal.SIGKILL)

    thread = place.asked()
    stopped = place.agent(runner=DetachedRunner()).resume(thread, "approve", on_event=kill)
    assert (stopped.status, stopped.running) == ("interrupted", None)
    assert "ended before the run did" in stopped.message
    assert f"Resume the thread {thread}" in stopped.message
    (lost,) = place.runs()
    place.gate.touch()
    assert place.is_done(place.agent().resume(thread))
    assert [folder for folder in place.runs() if folder != lost], "it has a new name"


def stop(event: dict[str, Any]) -> None:
    """Ctrl-C while the run is held up."""
    if event["event"] == "stage_started":
        raise KeyboardInterrupt


def test_ctrl_c_in_a_conversation_stops_its_run(place: Place) -> None:
    chat = place.agent().chat(place.data)
    chat.say("keep texts of two words")
    stopped = chat.say("approve", on_event=stop)
    assert (stopped.status, stopped.running) == ("interrupted", None)
    (folder,) = place.runs()
    ending = ending_of(folder)
    assert ending is not None
    assert ending.status == "interrupted"
    place.gate.touch()
    assert place.is_done(chat.say("approve"))


def test_the_plan_of_a_stopped_run_can_be_changed_instead_of_run(place: Place) -> None:
    changes = [Change(edits=(RemoveStep(step="wait"),))]
    chat = Agent(planner=ScriptedPlanner([place.draft], changes), settings=place.settings).chat(place.data)
    chat.say("keep texts of two words")
    assert chat.say("approve", on_event=stop).status == "interrupted"
    changed = chat.say("do not wait")
    assert changed.status == "needs_input"
    assert changed.draft is not None
    assert [step.operator for step in changed.draft.workflow.steps] == ["word_count_filter"]
    assert len(place.runs()) == 1, "nothing ran meanwhile"
    assert place.is_done(chat.say("approve"))


def test_the_plan_of_a_stopped_run_can_be_rejected(place: Place) -> None:
    chat = place.agent().chat(place.data)
    chat.say("keep texts of two words")
    assert chat.say("approve", on_event=stop).status == "interrupted"
    assert chat.say("reject").status == "rejected"
    assert len(place.runs()) == 1


@pytest.mark.parametrize("first_dies", [False, True])
def test_of_two_that_take_a_request_up_one_runs_it_and_the_other_follows(place: Place, *, first_dies: bool) -> None:
    thread = place.asked()
    first = place.process(RESUME, thread)
    folder = place.held_run()
    following = threading.Event()
    with ThreadPoolExecutor() as threads:
        second = threads.submit(place.agent().resume, thread, "approve", on_event=lambda _: following.set())
        assert following.wait(60), "the second hears the run of the first"
        if first_dies:
            first.send_signal(signal.SIGKILL)
        else:
            place.gate.touch()
        said, _ = first.communicate()
        place.gate.touch()
        end = second.result()
    assert place.is_done(end)
    assert end.report is not None
    if first_dies:
        assert end.report.id != folder.name
    else:
        assert said.split() == ["completed", folder.name] == [end.status, end.report.id]
        assert place.runs() == [folder]


class Looking(Conversations):
    """Counts how often it is asked where a request stands."""

    looks = 0

    def stand(self, thread: str) -> Stand | None:
        self.looks += 1
        return super().stand(thread)


def test_an_approval_that_had_to_wait_is_not_heard_since_the_plan_may_be_another_by_then(place: Place) -> None:
    thread, home = place.asked(), Home.of(place.settings)
    means = Means(ScriptedPlanner(), lambda: Catalog(InMemoryStore(), default_embedder(), []), place.settings)
    with (
        closing(sqlite3.connect(home.path / FILE_NAME, check_same_thread=False)) as connection,
        ThreadPoolExecutor() as threads,
    ):
        looking = Looking(build_graph(means, SqliteSaver(connection)))
        with turn(home.path, thread, lambda: None):
            late = threads.submit(Request(thread, looking, home).resume, "approve", None, None)
            place.until(lambda: looking.looks >= 2)  # once to see that it is there, and then while it waits
        assert late.result().status == "needs_input"
    assert place.runs() == []


def test_a_turn_waits_for_the_one_before_and_leaves_nothing_behind(tmp_path: Path) -> None:
    inside, waits = threading.Event(), threading.Event()
    order: list[str] = []

    def second() -> bool:
        inside.wait()
        with turn(tmp_path, "t", waits.set) as waited:
            order.append("second")
            return waited

    with ThreadPoolExecutor() as threads:
        later = threads.submit(second)
        with turn(tmp_path, "t", lambda: None) as waited, turn(tmp_path, "another", lambda: None):
            inside.set()
            assert waits.wait(60)
            order.append("first")
            assert waited is False
        assert later.result() is True
    assert order == ["first", "second"]
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_of_many_that_want_a_turn_at_once_only_one_has_it(tmp_path: Path) -> None:
    inside, most = 0, 0

    def take(_: int) -> None:
        nonlocal inside, most
        with turn(tmp_path, "t", lambda: time.sleep(0.001)):
            inside += 1
            time.sleep(0.0005)
            most = max(most, inside)
            inside -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(take, range(400)))
    assert most == 1


HOLD = """
import sys, time
from pathlib import Path
from dataflow_agent.agent.turns import turn
with turn(Path(sys.argv[1]), "t", lambda: None):
    print("mine", flush=True)
    time.sleep(600)
"""


def test_the_turn_of_a_dead_process_is_over(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder.stdout as said:
        said.readline()
        with turn(tmp_path, "t", holder.kill) as waited:
            assert waited
    holder.wait()


def test_what_the_agent_itself_tells_is_documented(place: Place) -> None:
    page = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
    section = page.partition("## node_started")[2]
    heard: list[dict[str, Any]] = []
    place.agent().start("keep texts of two words", place.data, on_event=heard.append)
    assert {frozenset(event) for event in heard if event["event"] == "node_started"} == {
        frozenset({"time", "event", "node"})
    }
    assert set(re.findall(r"`(\w+)`", section)) - {"node"} == {*PURE, *WITH_MEANS}
