"""Past workflows from end to end: a request is run, changed by words, and asked again, over a home on disk."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from dataflow_agent.agent.api import Agent, RunOptions, Standing
from dataflow_agent.memory.history import History
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing_endpoint import FakeEndpoint

REQUEST = "keep texts with at least 50 words"
YES = RunOptions(yes=True)


@pytest.fixture
def agent(settings: Settings) -> Agent:
    return Agent(planner="offline", settings=settings)


def lowest(path: str) -> int:
    return min(json.loads(line)["n"] for line in Path(path).read_text().splitlines())


def thread_of(standing: Standing) -> str:
    assert standing.thread is not None
    return standing.thread


def changed_and_run(agent: Agent, data: Path, output: str) -> None:
    planned = agent.start(REQUEST, data, output=output)
    changed = agent.resume(thread_of(planned), "make it 80 words")
    assert changed.status == "needs_input", changed.message
    end = agent.resume(thread_of(planned), "approve")
    assert end.status == "completed", end.message
    assert lowest(output) == 80


def test_a_request_asked_again_is_what_its_words_say_and_tells_how_its_plan_was_changed(
    agent: Agent, settings: Settings, crawl: Path
) -> None:
    changed_and_run(agent, crawl, "first.jsonl")
    again = Agent(planner="offline", settings=settings)  # another process would see no more than the home
    end = again.start("Please keep texts with at least fifty words.", crawl, output="second.jsonl", options=YES)
    assert end.status == "completed", end.message
    assert lowest("second.jsonl") == 50
    assert end.draft is not None
    assert "make it 80 words" in " ".join(end.draft.notes)


def test_a_question_that_was_answered_is_not_asked_again(agent: Agent, crawl: Path) -> None:
    asked = agent.start("drop short texts", crawl, output="first.jsonl")
    assert asked.question is not None
    answer = asked.question.options[1]
    agent.resume(thread_of(asked), answer)
    assert agent.resume(thread_of(asked), "approve").status == "completed"
    end = agent.start("Please drop short texts.", crawl, output="second.jsonl", options=YES)
    assert end.status == "completed", end.message
    assert Path("second.jsonl").read_bytes() == Path("first.jsonl").read_bytes()
    assert end.draft is not None
    assert answer in " ".join(end.draft.notes)


def test_the_same_as_last_time_is_that_also_when_it_was_itself_the_last(agent: Agent, crawl: Path) -> None:
    changed_and_run(agent, crawl, "first.jsonl")
    for output in ("second.jsonl", "third.jsonl"):
        end = agent.start("the same as last time", crawl, output=output, options=YES)
        assert end.status == "completed", end.message
        assert lowest(output) == 80
        assert end.draft is not None
        assert f"for “{REQUEST}”" in end.draft.notes[0]


def test_rejected_and_failed_plans_are_no_past(agent: Agent, settings: Settings, crawl: Path) -> None:
    planned = agent.start(REQUEST, crawl, output="out.jsonl")
    agent.resume(thread_of(planned), "make it 80 words")
    assert agent.resume(thread_of(planned), "reject").status == "rejected"
    assert [past.outcome for past in History(settings.home).recent()] == ["rejected"]
    assert agent.start("the same as last time", crawl, output="out.jsonl", options=YES).status == "rejected"
    end = agent.start(REQUEST, crawl, output="out.jsonl", options=YES)
    assert end.status == "completed"
    assert lowest("out.jsonl") == 50


def test_a_history_that_is_gone_is_said(agent: Agent, settings: Settings, crawl: Path) -> None:
    changed_and_run(agent, crawl, "first.jsonl")
    for file in settings.home.glob("history.sqlite3*"):
        file.unlink()
    shutil.rmtree(settings.home / "index", ignore_errors=True)
    end = agent.start("the same as last time", crawl, output="second.jsonl", options=YES)
    assert end.status == "rejected"
    assert "No request has completed yet" in end.message


def test_the_planner_with_a_model_takes_over_the_past_without_a_call(
    agent: Agent, settings_for: Callable[..., Settings], crawl: Path
) -> None:
    pytest.importorskip("langchain_openai")
    changed_and_run(agent, crawl, "first.jsonl")
    with FakeEndpoint([]) as endpoint:
        end = Agent(planner="llm", settings=settings_for(endpoint, "names")).start(
            "the same as last time", crawl, output="second.jsonl", options=YES
        )
    assert end.status == "completed", end.message
    assert lowest("second.jsonl") == 80
    assert endpoint.received == []


def test_the_name_of_the_text_column_may_be_another(agent: Agent, crawl: Path, here: Path) -> None:
    changed_and_run(agent, crawl, "first.jsonl")
    renamed = here / "pages.jsonl"
    rows = map(json.loads, crawl.read_text().splitlines())
    renamed.write_text("".join(json.dumps({"body": row["text"], "n": row["n"]}) + "\n" for row in rows))
    end = agent.start("the same as last time", renamed, output="second.jsonl", options=YES)
    assert end.status == "completed", end.message
    assert lowest("second.jsonl") == 80
