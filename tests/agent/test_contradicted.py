"""A plan that does what the words of the request forbid is asked about, and a person has the last word."""

from pathlib import Path

import pytest
from dataflow_agent.agent.api import Agent, RunOptions, Standing

from .conftest import MakeAgent, MakeDraft, rows, to

YES = RunOptions(yes=True)
REQUEST = "keep texts with at least 98 words"


def resumed(agent: Agent, standing: Standing, answer: str) -> Standing:
    assert standing.thread is not None
    return agent.resume(standing.thread, answer)


def test_who_says_that_a_contradicted_plan_is_meant_gets_it_and_is_told_so(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    asked = agent([at_least(96)]).start(REQUEST, crawl, output="out.jsonl")
    stands = resumed(agent([]), asked, "the plan is what I mean")
    assert (stands.status, stands.faults) == ("needs_input", ())
    assert any("you said that the plan is what you mean" in warning for warning in stands.warnings)
    assert resumed(agent([]), stands, "approve").status == "completed"
    assert rows("out.jsonl") == [96, 97, 98, 99, 100]


@pytest.mark.parametrize("answer", ["reject", "2", "no"])
def test_a_contradicted_plan_can_be_turned_down(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft, answer: str
) -> None:
    asked = agent([at_least(50)]).start(REQUEST, crawl, output="out.jsonl", options=YES)
    assert resumed(agent([]), asked, answer).status == "rejected"


def test_a_contradicted_plan_can_be_changed_in_words_and_is_tried_again(
    agent: MakeAgent, crawl: Path, at_least: MakeDraft
) -> None:
    asked = agent([at_least(50)]).start(REQUEST, crawl, output="out.jsonl", options=YES)
    assert resumed(agent([], [to(98)]), asked, "make it 98").status == "completed"
    assert rows("out.jsonl") == [98, 99, 100]
