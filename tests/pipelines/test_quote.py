"""Quotes: what paid steps will take, as ranges, from rows that went through or from the length of the texts."""

import pytest
from dataflow_agent.operators.core import Usage
from dataflow_agent.operators.core.spending import Prices, Spending
from dataflow_agent.operators.core.testing import AskForLabel
from dataflow_agent.pipelines.quote import Span, arriving, estimated, measured, over_budget, paid_steps, quote_text
from dataflow_agent.pipelines.report import Report, StepReport
from dataflow_agent.pipelines.workflow import Step, Workflow

WORKFLOW = Workflow(
    steps=(
        Step(id="short", operator="word_count_filter", options={"min_words": 2}),
        Step(id="label", operator=AskForLabel.name),
    )
)
PRICES = Prices(prompt=2.0, completion=10.0)
NO_PRICES = Prices()


def a_report(rows_in: int, rows_out: int) -> Report:
    step = StepReport(id="short", operator="word_count_filter", rows_in=rows_in, rows_out=rows_out)
    return Report(
        id="r",
        status="completed",
        workflow="w",
        inputs=("a",),
        rows_in=rows_in,
        rows_out=rows_out,
        rejects=0,
        steps=(step,),
        output="o",
        output_sha256=None,
    )


def took(calls: int, read: int, written: int) -> Usage:
    return Usage(calls=calls, prompt_tokens=read, completion_tokens=written)


def test_only_steps_that_ask_a_model_are_paid() -> None:
    assert paid_steps(WORKFLOW) == ["label"]


def test_a_sample_that_is_the_whole_says_exactly_how_many_rows_arrive() -> None:
    assert arriving(a_report(50, 20), 50) == Span(low=20, high=20)


def test_a_part_of_the_rows_gives_a_range_around_its_share() -> None:
    found = arriving(a_report(200, 100), 10_000)
    assert 4000 < found.low < 5000 < found.high < 6000


def test_a_sample_of_which_nothing_arrived_does_not_promise_that_nothing_will() -> None:
    found = arriving(a_report(200, 0), 10_000)
    assert found.low == 0
    assert found.high > 0


def test_without_a_free_step_all_rows_arrive() -> None:
    assert arriving(None, 7) == Span(low=7, high=7)


def test_equal_rows_give_a_quote_without_a_range() -> None:
    tried = {"label": [took(1, 100, 10)] * 3}
    quote = measured(WORKFLOW, tried, 3, Span(low=1000, high=1000), rows=1000, prices=PRICES)
    assert quote.basis == "sample"
    assert quote.calls == Span(low=1000, high=1000)
    assert quote.tokens == Span(low=110_000, high=110_000)
    assert quote.cost is not None
    # 100,000 tokens read at 2 and 10,000 written at 10 for a million.
    assert quote.cost.low == pytest.approx(0.3)
    assert quote.cost.high == pytest.approx(0.3)


def test_rows_that_differ_widen_the_quote_around_their_mean() -> None:
    tried = {"label": [took(1, 100, 10), took(1, 300, 10), took(1, 200, 10)]}
    quote = measured(WORKFLOW, tried, 3, Span(low=100, high=100), rows=100, prices=NO_PRICES)
    assert quote.tokens.low < 100 * 210 < quote.tokens.high
    assert quote.cost is None


def test_replies_that_were_cached_in_the_sample_are_counted_as_if_paid() -> None:
    tried = {"label": [Usage(cached=1, saved_tokens=110)] * 3}
    quote = measured(WORKFLOW, tried, 3, Span(low=10, high=10), rows=10, prices=NO_PRICES)
    assert quote.calls == Span(low=10, high=10)
    assert quote.tokens == Span(low=1100, high=1100)


def test_an_estimate_goes_from_the_texts_alone_to_the_longest_replies() -> None:
    quote = estimated(WORKFLOW, Span(low=10, high=20), rows=20, chars={"text": 4000.0}, prices=NO_PRICES)
    assert quote.basis == "estimate"
    assert quote.calls == Span(low=10, high=20)
    # 4,000 characters are a thousand tokens; a reply has at most 1,024.
    assert quote.steps[0].prompt_tokens.low == 10 * 1000
    assert quote.steps[0].completion_tokens.high == 20 * 1024


@pytest.mark.parametrize(
    ("spending", "options"),
    [
        (Spending(max_calls=999), ["--max-calls"]),
        (Spending(max_calls=1000), []),
        (Spending(max_tokens=109_999), ["--max-tokens"]),
        (Spending(max_tokens=110_000), []),
        (Spending(max_cost=0.29), ["--max-cost"]),
        (Spending(max_cost=0.31, max_calls=1, max_tokens=1), ["--max-tokens", "--max-calls"]),
        (Spending(), []),
    ],
)
def test_a_cap_below_the_lower_end_is_a_fault_that_names_it(spending: Spending, options: list[str]) -> None:
    tried = {"label": [took(1, 100, 10)] * 3}
    quote = measured(WORKFLOW, tried, 3, Span(low=1000, high=1000), rows=1000, prices=PRICES)
    faults = over_budget(quote, spending)
    assert [fault.code for fault in faults] == ["over_budget"] * len(options)
    assert all(option in fault.message for option, fault in zip(options, faults, strict=True))


def test_a_quote_in_words_says_how_it_was_found() -> None:
    tried = {"label": [took(1, 100, 10)] * 3}
    sampled = measured(WORKFLOW, tried, 3, Span(low=1000, high=2000), rows=5000, prices=PRICES)
    text = quote_text(sampled)
    assert "5,000 rows" in text
    assert "1,000 to 2,000 calls" in text
    assert "3 rows that went through" in text
    assert "DATAFLOW_LLM_PRICE_IN" in quote_text(
        estimated(WORKFLOW, Span(low=1, high=1), rows=1, chars={}, prices=NO_PRICES)
    )


def test_an_estimate_counts_the_children_that_steps_before_may_make() -> None:
    steps = (
        Step(id="pairs", operator="generate_sft_from_text", options={"pairs": 3}),
        Step(id="judge", operator="sft_judge_score"),
    )
    quote = estimated(Workflow(steps=steps), Span(low=10, high=10), rows=10, chars={"text": 400.0}, prices=NO_PRICES)
    pairs, judge = quote.steps
    assert pairs.calls == Span(low=10, high=10)
    assert judge.calls == Span(low=10, high=30)
