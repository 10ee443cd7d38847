"""A question shows on the data what its answers come to."""

import json
from pathlib import Path

import pytest
from dataflow_agent import Agent
from dataflow_agent.agent.api import RunOptions, Standing
from dataflow_agent.operators.core.settings import Settings

SHORT, MIDDLE, LONG = ("word " * count + "end." for count in (9, 29, 79))


@pytest.fixture
def ask(tmp_path: Path):
    """Asks for something over three texts: `ask("drop short texts")`."""
    data = tmp_path / "texts.jsonl"
    data.write_text("".join(json.dumps({"text": text}) + "\n" for text in (SHORT, MIDDLE, LONG)))

    def asked(request: str) -> Standing:
        agent = Agent(planner="offline", settings=Settings(home=tmp_path / "home"))
        return agent.start(request, data, output=tmp_path / "out.jsonl", options=RunOptions(yes=True))

    return asked


def test_each_answer_is_counted_and_a_row_that_differs_is_shown(ask) -> None:
    question = ask("drop short texts").question
    assert question is not None
    limits = [int(option.split()[-2]) for option in question.options]
    kept = [sum(len(text.split()) >= limit for text in (SHORT, MIDDLE, LONG)) for limit in limits]
    assert f"Of the first 3 rows, {kept[0]}, {kept[1]} or {kept[2]} go on." in question.text
    assert len(set(kept)) == 3
    assert f"Only with {question.options[0]!r} there is “word word" in question.text


def test_what_is_shown_is_no_part_of_the_answer(ask, tmp_path: Path) -> None:
    first = ask("drop short texts")
    assert first.question is not None
    agent = Agent(planner="offline", settings=Settings(home=tmp_path / "home"))
    done = agent.resume(str(first.thread), first.question.options[0])
    assert done.status == "completed"
    assert done.report is not None
    limit = int(first.question.options[0].split()[-2])
    assert done.report.rows_out == sum(len(text.split()) >= limit for text in (SHORT, MIDDLE, LONG))


def test_no_run_is_left_behind(ask, tmp_path: Path) -> None:
    assert ask("drop short texts").question is not None
    assert not [*(tmp_path / "home" / "runs").glob("*")]
    assert not [*(tmp_path / "home" / "workspace").glob("weigh-*")]


def test_a_question_without_answers_to_choose_from_stands_as_it_is(ask) -> None:
    question = ask("keep fluent text").question
    assert question is not None
    assert not question.options
    assert "go on" not in question.text


def test_words_of_ones_own_that_fit_are_an_answer(ask, tmp_path: Path) -> None:
    first = ask("drop short texts")
    agent = Agent(planner="offline", settings=Settings(home=tmp_path / "home"))
    done = agent.resume(str(first.thread), "drop texts with fewer than 25 words")
    assert done.status == "completed"
    assert done.report is not None
    assert done.report.rows_out == 2


def test_words_that_fit_no_answer_change_nothing_and_the_question_stays(ask, tmp_path: Path) -> None:
    first = ask("drop short texts")
    agent = Agent(planner="offline", settings=Settings(home=tmp_path / "home"))
    again = agent.resume(str(first.thread), "paint it purple")
    assert again.status == "needs_input"
    assert again.question is not None
    assert first.question is not None
    assert again.question.options == first.question.options
    assert agent.resume(str(first.thread), again.question.options[0]).status == "completed"
