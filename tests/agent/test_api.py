"""The agent for programs: start, resume, plan, chat, and what they return."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.agent.api import Agent, Plan, RunOptions, Standing
from dataflow_agent.agent.conversation import default_output
from dataflow_agent.agent.state import Change, Question
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Workflow

from .conftest import MakeAgent, MakeDraft, rows, to

YES = RunOptions(yes=True)
REQUEST = "keep texts with at least 98 words"
LONG_ONES = "keep the long ones"
"""Says nothing that a scripted plan could contradict."""


def resumed(agent: Agent, standing: Standing, answer: str) -> Standing:
    assert standing.thread is not None
    return agent.resume(standing.thread, answer)


def test_from_request_to_result_without_a_model(settings: Settings, crawl: Path) -> None:
    end = Agent(settings=settings).start(REQUEST, crawl, output="out.jsonl", options=YES)
    assert end.status == "completed", end.message
    assert rows("out.jsonl") == [98, 99, 100]
    assert end.report is not None
    assert (end.report.rows_in, end.report.rows_out) == (100, 3)
    assert end.report.output == str(Path("out.jsonl").absolute())
    assert [ask.holds for ask in end.asks] == [True]
    assert end.faults == ()


def test_a_plan_is_read_saved_and_run(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    plan = agent([at_least(98)]).plan(REQUEST, crawl)
    assert plan.standing.status == "planned"
    assert "word_count_filter" in str(plan)
    assert "keeps long texts" in str(plan)
    assert "at least 98 words" in str(plan)
    plan.save("plan.yaml")
    assert Workflow.from_yaml("plan.yaml") == plan.workflow
    result = plan.run("out.jsonl")
    assert rows(result.output) == [98, 99, 100]
    assert result.report.rows_out == 3
    assert result.ledger.why("1").events


def test_a_plan_runs_the_same_without_an_agent(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft, settings: Settings
) -> None:
    plan = agent([at_least(50)]).plan(LONG_ONES, crawl)
    plan.run("by_agent.jsonl")
    run(plan.workflow, crawl, "by_engine.jsonl", settings=settings)
    assert Path("by_agent.jsonl").read_bytes() == Path("by_engine.jsonl").read_bytes()


def test_a_plan_with_a_question_is_answered_before_it_runs(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    question = Question(text="Words or characters?", options=("words", "characters"))
    plan = agent([at_least(1, question=question), at_least(98)]).plan(REQUEST, crawl)
    assert plan.question == question
    with pytest.raises(InvalidInput, match="Words or characters"):
        plan.run("out.jsonl")
    answered = plan.answer("words")
    assert answered.question is None
    assert rows(answered.run("out.jsonl").output) == [98, 99, 100]


def test_a_plan_that_leaves_something_out_runs_only_with_consent(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    plan = agent([at_least(98, not_covered=("translate",))]).plan(REQUEST, crawl)
    assert "translate" in str(plan)
    with pytest.raises(InvalidInput, match="translate"):
        plan.run("out.jsonl")
    assert not Path("out.jsonl").exists()
    assert rows(plan.run("out.jsonl", partial=True).output) == [98, 99, 100]


def test_a_refused_plan_cannot_be_run(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    plan = agent([at_least(98, refusal="No operator translates.")]).plan("translate", crawl)
    assert plan.standing.status == "rejected"
    with pytest.raises(InvalidInput, match="No operator translates"):
        plan.run("out.jsonl")


def test_what_keeps_a_plan_from_running_is_raised(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    plan = agent([at_least(98)]).plan(REQUEST, crawl)
    Path("out.jsonl").write_text("mine")
    with pytest.raises(InvalidInput, match="exists already"):
        plan.run("out.jsonl")
    assert Path("out.jsonl").read_text() == "mine"
    assert rows(plan.run("out.jsonl", overwrite=True).output) == [98, 99, 100]


def test_there_is_no_plan_for_data_that_cannot_be_read(agent: MakeAgent, here: Path, at_least: MakeDraft) -> None:
    with pytest.raises(InvalidInput, match=r"missing\.jsonl"):
        agent([at_least(98)]).plan(REQUEST, here / "missing.jsonl")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"request": " "}, "empty_request"),
        ({"data": "missing.jsonl"}, "missing_file"),
        ({"data": []}, "no_input"),
        ({"data": "a\udcff.jsonl"}, "unreadable_name"),
        ({"output": "out.xyz"}, "unknown_ending"),
        ({"output": "taken.jsonl"}, "output_exists"),
        ({"output": "nowhere/out.jsonl"}, "unwritable_target"),
    ],
)
def test_what_cannot_be_used_is_a_fault_before_anything_is_planned(
    agent: MakeAgent, crawl: Path, given: dict[str, Any], code: str
) -> None:
    Path("taken.jsonl").write_text("mine")
    end = agent([]).start(**{"request": REQUEST, "data": "crawl.jsonl", "output": None, **given})
    assert end.status == "failed"
    assert [fault.code for fault in end.faults] == [code]
    assert end.thread is None
    assert Path("taken.jsonl").read_text() == "mine"


def test_the_planner_llm_without_an_endpoint_says_what_to_set(settings: Settings, crawl: Path) -> None:
    end = Agent(planner="llm", settings=settings).start(REQUEST, crawl)
    assert end.status == "failed"
    assert "DATAFLOW_LLM_BASE_URL and DATAFLOW_LLM_MODEL" in end.message


def test_a_thread_that_is_not_there_is_a_fault(agent: MakeAgent, here: Path) -> None:
    for end in (agent([]).resume("t-00000000", "approve"), agent([]).standing("t-00000000")):
        assert (end.status, [fault.code for fault in end.faults]) == ("failed", ["unknown_thread"])


def test_where_a_request_stands_can_be_asked_without_going_on(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    asked = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl")
    assert asked.status == "needs_input"
    assert asked.thread is not None
    assert agent([]).standing(asked.thread) == asked
    assert agent([]).resume(asked.thread) == asked, "an empty answer is none"
    assert not Path("out.jsonl").exists()


def test_without_an_output_it_is_named_after_the_input_and_said(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    asked = agent([at_least(98)]).start(REQUEST, crawl)
    place = Path("crawl.clean.jsonl").absolute()
    assert str(place) in asked.message
    end = resumed(agent([]), asked, "approve")
    assert end.status == "completed"
    assert str(place) in end.message
    assert rows(place) == [98, 99, 100]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "a.clean.csv"),
        ("v1.2/a.b.JSONL.gz", "a.b.clean.JSONL.gz"),
        ("report.pdf", "report.clean.jsonl"),
        ("noending", "noending.clean.jsonl"),
    ],
)
def test_the_made_up_name_keeps_the_format(name: str, expected: str, here: Path) -> None:
    assert default_output(name, here) == here / expected


def test_approving_twice_runs_once(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    asked = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl")
    first = resumed(agent([]), asked, "approve")
    assert first.report is not None
    again = resumed(agent([]), asked, "approve")
    assert again.report is not None
    assert again.report.id == first.report.id


def test_what_was_rejected_stays_rejected(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    asked = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl")
    assert resumed(agent([]), asked, "reject").status == "rejected"
    assert resumed(agent([]), asked, "approve").status == "rejected"
    assert not Path("out.jsonl").exists()


def test_a_planned_thread_is_run_by_approval_and_changed_by_words(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    planned = agent([at_least(50)]).start(LONG_ONES, crawl, output="out.jsonl", plan_only=True)
    changed = resumed(agent([], [to(98)]), planned, "make it 98")
    assert changed.status == "planned"
    end = resumed(agent([]), changed, "approve")
    assert end.status == "completed"
    assert rows("out.jsonl") == [98, 99, 100]


def test_a_run_that_failed_is_tried_again_by_approval_with_other_options(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    asked = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl")
    Path("out.jsonl").write_text("mine")
    failed = resumed(agent([]), asked, "approve")
    assert (failed.status, [fault.code for fault in failed.faults]) == ("failed", ["output_exists"])
    assert failed.thread is not None
    end = agent([]).resume(failed.thread, "approve", output="other.jsonl")
    assert end.status == "completed"
    assert Path("out.jsonl").read_text() == "mine"
    assert rows("other.jsonl") == [98, 99, 100]


def test_consent_may_come_as_an_option_of_the_resumed_request(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    draft = at_least(98, not_covered=("translate",))
    asked = agent([draft]).start(REQUEST, crawl, output="out.jsonl", options=YES)
    assert asked.thread is not None
    end = agent([]).resume(asked.thread, options=RunOptions(partial=True))
    assert end.status == "completed"


def test_words_that_come_with_new_options_are_heard_before_anything_runs(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    asked = agent([at_least(50)]).start(LONG_ONES, crawl, output="out.jsonl")
    assert asked.thread is not None
    unheard = agent([], [Change()]).resume(asked.thread, "gibberish", options=YES)
    assert unheard.status == "needs_input"
    assert unheard.message.startswith("Nothing was changed.")
    assert not Path("out.jsonl").exists()
    assert agent([], [to(98)]).resume(asked.thread, "make it 98", options=YES).status == "completed"
    assert rows("out.jsonl") == [98, 99, 100]


def test_a_wish_after_a_run_is_asked_about_even_where_the_first_run_was_not(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    done = agent([at_least(98)]).start(REQUEST, crawl, options=YES)
    assert resumed(agent([], [to(99)]), done, "99").status == "needs_input"


def test_options_reach_the_run(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    options = RunOptions(yes=True, sample=10)
    end = agent([at_least(5)]).start(LONG_ONES, crawl, output="out.jsonl", options=options)
    assert end.report is not None
    assert end.report.rows_in == 10
    assert rows("out.jsonl") == [5, 6, 7, 8, 9, 10]


def test_a_plan_that_keeps_what_must_go_is_stopped_before_any_row_is_touched(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    end = agent([at_least(50)]).start(REQUEST, crawl, output="out.jsonl", options=YES)
    assert (end.status, [fault.code for fault in end.faults]) == ("needs_input", ["canary"])
    assert end.question is not None
    assert "would keep a text of 97 words" in end.question.text
    assert resumed(agent([]), end, "yes").status == "needs_input"
    assert not Path("out.jsonl").exists()


def test_stopped_by_hand_it_is_interrupted_and_goes_on(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    def stop(event: dict[str, object]) -> None:
        if event["event"] == "run_started":
            raise KeyboardInterrupt

    stopped = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl", options=YES, on_event=stop)
    assert stopped.status == "interrupted"
    assert stopped.thread is not None
    assert stopped.thread in stopped.message
    assert agent([]).standing(stopped.thread).status == "interrupted"
    assert not Path("out.jsonl").exists()
    assert resumed(agent([]), stopped, "approve").status == "completed"
    assert rows("out.jsonl") == [98, 99, 100]


def test_a_plan_stopped_by_hand_raises_and_the_same_call_goes_on(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    plan = agent([at_least(98)]).plan(REQUEST, crawl)

    def stop(event: dict[str, object]) -> None:
        if event["event"] == "run_started":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan.run("out.jsonl", on_event=stop)
    assert rows(plan.run("out.jsonl").output) == [98, 99, 100]


def test_an_approval_given_before_the_plan_was_seen_approves_nothing(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    def stop(event: dict[str, object]) -> None:
        if event.get("node") == "sample":
            raise KeyboardInterrupt

    stopped = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl", on_event=stop)
    asked = resumed(agent([]), stopped, "approve")
    assert asked.status == "needs_input"
    assert not Path("out.jsonl").exists()


def test_warnings_name_rows_that_cannot_be_read_and_hazards(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    crawl.write_text(crawl.read_text() + "{broken\n")
    asked = agent([at_least(500)]).start(LONG_ONES, crawl, output="out.jsonl")
    assert any("cannot be read" in line for line in asked.warnings)
    assert any("drops all of the sample" in line for line in asked.warnings)
    end = resumed(agent([]), asked, "approve")
    assert end.report is not None
    assert end.report.rejects == 1


def test_a_chat_plans_changes_runs_and_changes_again(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    chat = agent([at_least(50)], [to(80), to(98)]).chat(crawl)
    assert chat.say(LONG_ONES).status == "needs_input"
    changed = chat.say("actually, make it 80 words")
    assert "min_words 50 -> 80" in changed.message
    assert chat.say("approve").status == "completed"
    assert rows("crawl.clean.jsonl") == list(range(80, 101))
    wished = chat.say("rather 98")
    assert (wished.status, "crawl.clean-2.jsonl" in wished.message) == ("needs_input", True)
    assert chat.say("yes").status == "completed"
    assert rows("crawl.clean-2.jsonl") == [98, 99, 100]
    assert rows("crawl.clean.jsonl") == list(range(80, 101)), "the earlier result is left alone"


def test_a_chat_without_data_asks_for_it_and_a_rejection_frees_it(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    chat = agent([at_least(50), at_least(98)]).chat()
    assert chat.say(LONG_ONES).status == "needs_input"
    chat.use(crawl)
    assert chat.say(LONG_ONES).draft == at_least(50)
    assert chat.say("no").status == "rejected"
    assert chat.say("something else").draft == at_least(98)


def test_what_is_shown_cannot_steer_a_terminal(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    hostile = at_least(98, not_covered=("\x1b[2Jnothing\u202eever",), notes=("\x07bell",))
    plan = agent([hostile]).plan(REQUEST, crawl)
    assert not {"\x1b", "\u202e", "\x07"} & set(str(plan) + plan.standing.message)


def test_a_standing_is_shown_as_what_a_person_needs_next(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    asked = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl")
    assert "1. word_count_filter  min_words=98" in str(asked)
    assert "1. approve" in str(asked)
    end = resumed(agent([]), asked, "approve")
    assert str(end) == end.message


def test_a_plan_needs_a_standing_with_one(agent: MakeAgent, crawl: Path, at_least: MakeDraft) -> None:
    standing = agent([at_least(98)]).start(REQUEST, crawl, output="out.jsonl")
    with pytest.raises(InvalidInput, match="gone"):
        Plan(agent([]), replace(standing, draft=None, message="gone"))


def test_importing_the_package_and_its_agent_loads_nothing_heavy() -> None:
    heavy = {"langgraph", "langchain_core", "langchain_openai", "openai", "chromadb", "wordllama", "torch", "gradio"}
    code = f"import sys, dataflow_agent; dataflow_agent.Agent; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_password_in_a_resource_is_refused_before_anything_is_kept(home: Path, tmp_path: Path) -> None:
    data = tmp_path / "in.jsonl"
    data.write_text('{"text": "one two"}\n')
    options = RunOptions(resources={"shop": "postgresql://me:secret@127.0.0.1/shop"})
    standing = Agent(planner="offline").start("keep texts of at least 2 words", [str(data)], options=options)
    assert [fault.code for fault in standing.faults] == ["secret_in_resource"]
    assert "PGPASSWORD" in standing.message
    assert not any(b"secret" in path.read_bytes() for path in home.rglob("*") if path.is_file())
