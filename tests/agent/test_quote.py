"""Plans that cost money: a quote before anybody pays, a measured one for three rows, caps that refuse the run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.agent.api import Agent, RunOptions, Standing
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.review import APPROVE, TRY
from dataflow_agent.agent.state import Draft
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.spending import Spending
from dataflow_agent.operators.core.testing import AskForLabel
from dataflow_agent.operators.core.testing_endpoint import Behaviour, FakeEndpoint
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.ui.document import from_standing

pytest.importorskip("aiohttp")

ROWS = 100
KEPT = 40
"""Rows of the data that have at least 61 words."""


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(lambda _: "good") as made:
        yield made


@pytest.fixture
def priced(settings: Settings, endpoint: FakeEndpoint) -> Settings:
    model = {"llm_base_url": endpoint.base_url, "llm_model": "fake", "llm_price_in": 1.0, "llm_price_out": 2.0}
    return settings.model_copy(update=model)


def paid_plan() -> Draft:
    steps = (
        Step(id="long", operator="word_count_filter", options={"min_words": ROWS - KEPT + 1}),
        Step(id="label", operator=AskForLabel.name),
    )
    return Draft(workflow=Workflow(steps=steps))


def planned(settings: Settings, crawl: Path, **options: Any) -> tuple[Agent, Standing]:
    agent = Agent(planner=ScriptedPlanner([paid_plan()]), settings=settings)
    return agent, agent.start("label the long texts", crawl, output="out.jsonl", options=RunOptions(**options))


def calls(endpoint: FakeEndpoint) -> int:
    return sum(count for (path, _), count in endpoint.calls.items() if path.endswith("/chat/completions"))


def test_an_unapproved_plan_is_quoted_from_its_texts_and_costs_nothing(
    priced: Settings, crawl: Path, endpoint: FakeEndpoint
) -> None:
    _, asked = planned(priced, crawl)
    assert asked.status == "needs_input"
    assert asked.question is not None
    assert asked.question.options == (APPROVE, TRY, "reject")
    assert asked.quote is not None
    assert asked.quote.basis == "estimate"
    # All rows were in the sample, so it is known how many get there.
    assert (asked.quote.calls.low, asked.quote.calls.high) == (KEPT, KEPT)
    assert asked.quote.cost is not None
    assert calls(endpoint) == 0
    assert f"{KEPT} calls" in str(asked)


def test_three_rows_make_the_quote_a_measured_one_and_are_not_paid_for_twice(
    priced: Settings, crawl: Path, endpoint: FakeEndpoint
) -> None:
    agent, asked = planned(priced, crawl)
    assert asked.thread is not None
    tried = agent.resume(asked.thread, TRY)
    assert calls(endpoint) == 3
    assert tried.status == "needs_input"
    assert tried.question is not None
    assert TRY not in tried.question.options
    assert tried.quote is not None
    assert (tried.quote.basis, tried.quote.tried) == ("sample", 3)
    assert (tried.quote.calls.low, tried.quote.calls.high) == (KEPT, KEPT)
    assert any("the sample stops before step 'label'" in line for line in asked.warnings)
    assert not any("the sample stops" in line for line in tried.warnings)
    assert tried.tried is not None
    assert tried.tried.steps[-1].rows_out == 3
    end = agent.resume(asked.thread, APPROVE)
    assert end.status == "completed", end.message
    assert calls(endpoint) == KEPT
    assert end.report is not None
    assert end.report.usage.calls == KEPT - 3
    assert end.report.usage.cached == 3


def test_yes_is_consent_to_try_and_to_run(priced: Settings, crawl: Path, endpoint: FakeEndpoint) -> None:
    _, end = planned(priced, crawl, yes=True)
    assert end.status == "completed", end.message
    assert end.quote is not None
    assert end.quote.basis == "sample"
    assert calls(endpoint) == KEPT
    assert len(Path("out.jsonl").read_text().splitlines()) == KEPT


@pytest.mark.parametrize("yes", [False, True])
def test_a_cap_below_the_quote_stops_the_request_before_its_run(
    priced: Settings, crawl: Path, endpoint: FakeEndpoint, yes: bool
) -> None:
    _, end = planned(priced, crawl, yes=yes, spending=Spending(max_calls=KEPT - 1))
    assert end.status == "failed"
    assert [fault.code for fault in end.faults] == ["over_budget"]
    assert "--max-calls" in end.message
    assert calls(endpoint) == (3 if yes else 0)
    assert not Path("out.jsonl").exists()


def test_a_cap_on_money_without_prices_is_refused(settings: Settings, crawl: Path, endpoint: FakeEndpoint) -> None:
    named = settings.model_copy(update={"llm_base_url": endpoint.base_url, "llm_model": "fake"})
    _, end = planned(named, crawl, spending=Spending(max_cost=1.0))
    assert end.status == "failed"
    assert "DATAFLOW_LLM_PRICE_IN" in end.message
    assert calls(endpoint) == 0


def test_a_key_that_is_refused_ends_the_request_at_its_three_rows(settings: Settings, crawl: Path) -> None:
    with FakeEndpoint(lambda _: "good", Behaviour(key="right")) as endpoint:
        named = settings.model_copy(update={"llm_base_url": endpoint.base_url, "llm_model": "fake"})
        _, end = planned(named, crawl, yes=True)
        assert end.status == "failed"
        assert "DATAFLOW_LLM_API_KEY" in end.message
        assert calls(endpoint) <= 3
    assert not Path("out.jsonl").exists()


def test_a_plan_of_rules_has_no_quote(settings: Settings, crawl: Path) -> None:
    draft = Draft(workflow=Workflow(steps=paid_plan().workflow.steps[:1]))
    agent = Agent(planner=ScriptedPlanner([draft]), settings=settings)
    asked = agent.start("keep long texts", crawl, output="out.jsonl")
    assert asked.quote is None
    assert asked.question is not None
    assert asked.question.options == (APPROVE, "reject")


def test_programs_get_the_quote_in_the_object(priced: Settings, crawl: Path, endpoint: FakeEndpoint) -> None:
    _, asked = planned(priced, crawl)
    found = json.loads(from_standing(asked).to_json())
    assert found["quote"]["basis"] == "estimate"
    assert found["quote"]["calls"] == {"low": KEPT, "high": KEPT}
    assert found["question"]["options"] == [APPROVE, TRY, "reject"]


def test_a_cap_holds_for_the_tried_rows_and_the_run_together(settings: Settings, crawl: Path) -> None:
    failing = Behaviour(fail=1.0, fails_first=1)
    with FakeEndpoint(lambda _: "good", failing) as endpoint:
        named = settings.model_copy(update={"llm_base_url": endpoint.base_url, "llm_model": "fake"})
        _, end = planned(named, crawl, yes=True, spending=Spending(max_calls=KEPT + 2))
        assert end.status == "failed"
        assert "--max-calls" in end.message
        # What a gateway refuses with status 503 has reached no model, and is not counted.
        assert calls(endpoint) - endpoint.calls["/v1/chat/completions", 503] == KEPT + 2


def test_a_step_that_takes_as_much_for_three_rows_as_for_all_is_not_tried(
    priced: Settings, crawl: Path, endpoint: FakeEndpoint
) -> None:
    more = Step(id="more", operator="llm_generate_rows", options={"count": 20})
    agent = Agent(planner=ScriptedPlanner([Draft(workflow=Workflow(steps=(more,)))] * 2), settings=priced)
    asked = agent.start("20 new rows", crawl, output="out.jsonl")
    assert asked.question is not None
    assert TRY not in asked.question.options
    end = agent.start("20 new rows", crawl, output="out.jsonl", options=RunOptions(yes=True))
    assert end.quote is not None
    assert end.quote.basis == "estimate"


def test_a_plan_alone_costs_nothing_though_a_run_would_be_agreed_to(
    priced: Settings, crawl: Path, endpoint: FakeEndpoint
) -> None:
    agent = Agent(planner=ScriptedPlanner([paid_plan()]), settings=priced)
    agent.plan("label the long texts", crawl, options=RunOptions(yes=True))
    assert calls(endpoint) == 0
