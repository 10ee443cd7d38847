"""What a vague word means is asked with answers made from the data, and an answer in own words is heeded."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.operators.core import Operator
from dataflow_agent.tools.profile import Profile

from .conftest import plain, profile_of, text

Ask = Callable[..., Draft]
SHOP = profile_of(
    plain("id", "integer", "identifier"),
    text("blurb", 300, "prose"),
    plain("price", "number"),
    plain("rating", "number"),
    plain("minutes", "integer"),
    plain("confidence", "number"),
)
TWO_SCALES = profile_of(text("blurb", 300, "prose"), plain("rating", "number"), plain("units_sold", "integer"))


@pytest.fixture
def ask(catalog: Catalog, operators: dict[str, type[Operator]]) -> Ask:
    """Plans a request without a model: `ask("keep the best ones", SHOP, "an answer")`."""
    planner = OfflinePlanner(operators)

    def asked(request: str, data: Profile = SHOP, *answers: str) -> Draft:
        return planner.draft(request, data, catalog, answers=answers)

    return asked


@pytest.mark.parametrize(
    ("request_text", "column", "end"),
    [
        ("drop the expensive rows", "price", "highest"),
        ("get rid of cheap stuff", "price", "lowest"),
        ("keep the best rows", "rating", "highest"),
        ("only good items, please", "rating", "highest"),
        ("remove bad entries", "rating", "lowest"),
        ("keep quick items", "minutes", "lowest"),
        ("drop the uncertain rows", "confidence", "lowest"),
    ],
)
def test_a_vague_word_is_asked_about_with_portions_of_the_column_it_may_mean(
    ask: Ask, request_text: str, column: str, end: str
) -> None:
    question = ask(request_text).question
    assert question is not None
    assert len(question.options) == 3
    assert all(f"{end} `{column}`" in option for option in question.options)
    kept = request_text.startswith(("keep", "only"))
    assert all(option.startswith("keep" if kept else "drop") for option in question.options)


def test_each_answer_is_a_plan_by_itself(ask: Ask) -> None:
    question = ask("drop the expensive rows").question
    assert question is not None
    shares = []
    for option in question.options:
        draft = ask("drop the expensive rows", SHOP, option)
        (step,) = draft.workflow.steps
        assert (draft.question, draft.not_covered, step.options["score"]) == (None, (), "price")
        assert step.options["best"] == "low"
        shares.append(step.options["share"])
    assert shares == [0.9, 0.75, 0.5]


def test_where_several_columns_may_be_meant_each_is_an_answer(ask: Ask) -> None:
    question = ask("keep the best rows", TWO_SCALES).question
    assert question is not None
    assert {name for name in ("rating", "units_sold") for one in question.options if f"`{name}`" in one} == {
        "rating",
        "units_sold",
    }


@pytest.mark.parametrize(
    ("request_text", "answer", "operator", "options"),
    [
        (
            "drop the expensive rows",
            "drop rows with a price above 50",
            "expression_filter",
            {"expression": "price <= 50 or price is null"},
        ),
        ("drop short texts", "drop texts with fewer than 8 words", "word_count_filter", {"min_words": 8}),
        ("drop short texts", "Keep texts of at least 30 words.", "word_count_filter", {"min_words": 30}),
    ],
)
def test_a_request_is_an_answer_in_place_of_the_doubtful_words(
    ask: Ask, request_text: str, answer: str, operator: str, options: dict[str, Any]
) -> None:
    draft = ask(request_text, SHOP, answer)
    (step,) = draft.workflow.steps
    assert (draft.question, step.operator) == (None, operator)
    assert {name: step.options.get(name) for name in options} == options


@pytest.mark.parametrize(
    "words",
    [
        "drop exact duplicates too",
        "drop exact duplicates",
        "remove html tags first",
        "sort by rating",
        "also drop texts over 500 words",
        "drop texts over 500 words as well",
    ],
)
@pytest.mark.parametrize("request_text", ["drop short texts", "drop the expensive rows"])
def test_a_further_wish_never_takes_the_place_of_what_was_asked(ask: Ask, request_text: str, words: str) -> None:
    asked, after = ask(request_text), ask(request_text, SHOP, words)
    assert asked.question is not None
    assert after.question == asked.question


@pytest.mark.parametrize(
    "request_text", ["keep good rows about cats", "drop expensive looking rows", "keep recent rows"]
)
def test_more_than_a_vague_word_or_no_column_for_it_is_no_such_question(ask: Ask, request_text: str) -> None:
    draft = ask(request_text)
    assert draft.question is None or "Which rows are meant" not in draft.question.text
    assert not draft.workflow.steps


@pytest.mark.parametrize(
    ("request_text", "answer", "operator", "options"),
    [
        ("keep the best rows", "rating of 4 or more", "expression_filter", {"expression": "rating >= 4"}),
        ("keep the best rows", "the 5 with the highest rating", "top_rows", {"score": "rating", "count": 5}),
        ("keep quick items", "up to 20 minutes", "expression_filter", {"expression": "minutes <= 20"}),
        (
            "drop the uncertain rows",
            "confidence under 0.6",
            "expression_filter",
            {"expression": "confidence >= 0.6 or confidence is null"},
        ),
    ],
)
def test_an_answer_in_own_words_says_which_rows_are_meant(
    ask: Ask, request_text: str, answer: str, operator: str, options: dict[str, Any]
) -> None:
    draft = ask(request_text, SHOP, answer)
    (step,) = draft.workflow.steps
    assert (draft.question, draft.not_covered, step.operator) == (None, (), operator)
    assert {name: step.options.get(name) for name in options} == options


TWO_TEXTS = profile_of(text("blurb", 300, "prose"), text("remark", 120, "prose"))


@pytest.mark.parametrize(
    ("request_text", "answer", "operator", "options"),
    [
        ("dedupe the rows", "remove near duplicates of `blurb`", "minhash_dedup", {"column": "blurb"}),
        (
            "filter by language: french",
            "drop rows whose `blurb` is in french",
            "language_filter",
            {"languages": ["fr"], "exclude": True},
        ),
    ],
)
def test_readings_as_sensible_as_the_one_planned_are_offered_and_heeded(
    ask: Ask, request_text: str, answer: str, operator: str, options: dict[str, Any]
) -> None:
    planned, chosen = ask(request_text, TWO_TEXTS), ask(request_text, TWO_TEXTS, answer)
    assert planned.question is None
    assert planned.rivals is not None
    assert answer in planned.rivals.options
    (step,) = chosen.workflow.steps
    assert (chosen.question, chosen.rivals, step.operator) == (None, None, operator)
    assert {name: step.options.get(name) for name in options} == options


@pytest.mark.parametrize(
    "request_text", ["remove exact duplicates", "keep texts of at most 20 words", "drop French rows"]
)
def test_what_the_words_say_has_no_rival(ask: Ask, request_text: str) -> None:
    assert ask(request_text, SHOP).rivals is None
