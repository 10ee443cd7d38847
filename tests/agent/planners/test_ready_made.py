"""Requests that mean a pipeline which ships, and what else they say about it."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.agent.planners.llm import LLMPlanner
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.operators.core import Operator
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.builtin import builtins, pipeline
from dataflow_agent.pipelines.validate import columns_needed
from dataflow_agent.pipelines.workflow import Step
from dataflow_agent.tools.profile import Profile

from .conftest import PROFILES, plain, profile_of, text

Plan = Callable[..., Draft]
STANDARD, REFERENCE = "text_pretrain_filter", "text_pretrain_filter_reference"
PHRASES = [(name, phrase) for name, one in builtins().items() for phrase in one.phrases]


def steps(name: str, **columns: str) -> dict[str, Step]:
    return {step.id: step for step in pipeline(name).bound(columns).steps}


def made_for(name: str) -> Profile:
    """Data with the columns that a pipeline is written for; the web data where that is its text."""
    columns, needed = pipeline(name).columns, columns_needed(pipeline(name).workflow, {})
    if [*columns] == ["text"]:
        return PROFILES["web"]
    types = {column: needed[column].dtype if column in needed else "text" for column in columns}
    shown = [text(column, 400, "prose") if dtype == "text" else plain(column, dtype) for column, dtype in types.items()]
    return profile_of(*shown)


@pytest.mark.parametrize(("name", "phrase"), PHRASES)
def test_each_phrase_of_a_pipeline_means_it(
    catalog: Catalog, operators: dict[str, type[Operator]], name: str, phrase: str
) -> None:
    draft = OfflinePlanner(operators).draft(phrase, made_for(name), catalog)
    assert draft.workflow == pipeline(name).workflow
    assert draft.reasons == pipeline(name).reasons
    assert (draft.not_covered, draft.question, draft.refusal) == ((), None, None)


@pytest.mark.parametrize(
    ("request_text", "name"),
    [
        ("Clean this crawl for pre-training.", STANDARD),
        ("run it through the pretraining filters", STANDARD),
        ("make this ready for pretraining", STANDARD),
        ("keep only what passes the pretraining filters", STANDARD),
        ("run text_pretrain_filter", STANDARD),
        ("clean this crawl for pretrianing", STANDARD),
        ("apply `text_pretrain_filter`", STANDARD),
        ("run text_pretrain_filter_reference", REFERENCE),
        ("use the text pretrain filter reference pipeline", REFERENCE),
    ],
)
def test_a_pipeline_is_meant_by_its_name_or_by_what_it_is_for(plan: Plan, request_text: str, name: str) -> None:
    draft = plan(request_text)
    assert draft.workflow == pipeline(name).workflow
    assert not draft.not_covered


@pytest.mark.parametrize(
    "request_text",
    [
        "clean this",
        "clean this crawl",
        "clean the texts",
        "This is pretraining data, drop duplicates",
        "I need pretraining data. Remove html and duplicates.",
        "drop texts about pretraining",
        "keep texts about pretraining",
        "remove documents that mention the pretraining pipeline",
        "filter out pretraining papers",
        "filter the pretraining data by language",
        "dedupe my pretraining corpus",
        "tokenize the crawl for pretraining",
        "summarize pretraining papers",
        "train a model on this",
        "Make a pretraining corpus out of this: throw out HTML markup and exact duplicates",
        "remove benchmark contamination from the pretraining data",
        "don't run the pretraining pipeline",
    ],
)
def test_a_request_that_names_no_pipeline_never_becomes_one(plan: Plan, request_text: str) -> None:
    assert len(plan(request_text).workflow.steps) <= 2


@pytest.mark.parametrize(
    ("request_text", "gone", "set_options"),
    [
        ("clean this crawl for pretraining without the language filter", ["language_filter"], {}),
        ("clean this crawl for pretraining, skip the language filter", ["language_filter"], {}),
        ("use the pretraining filters except for the emoji step", ["remove_emoji"], {}),
        ("use the pretraining pipeline without the javascript rule", ["javascript_lines"], {}),
        ("clean this crawl for pretraining, but at least 100 words", [], {"word_count_filter": {"min_words": 100}}),
        ("clean this crawl for pretraining with at least 100 words", [], {"word_count_filter": {"min_words": 100}}),
        ("clean my German crawl for pretraining", [], {"language_filter": {"languages": ["de"]}}),
        (
            "prepare this for LLM pretraining, keep texts of at least 100 and at most 5000 words, no blocklist filter",
            ["blocklist_filter"],
            {"word_count_filter": {"min_words": 100, "max_words": 5000}},
        ),
        (
            "clean the crawl for pretraining with a similarity threshold of 0.8",
            [],
            {"minhash_dedup": {"threshold": 0.8}},
        ),
    ],
)
def test_what_else_is_said_changes_the_pipeline(
    plan: Plan, request_text: str, gone: list[str], set_options: dict[str, dict[str, Any]]
) -> None:
    draft = plan(request_text)
    before, after = steps(STANDARD), {step.id: step for step in draft.workflow.steps}
    assert [step for step in before if step not in after] == gone
    changed = {step: after[step].options for step in after if after[step] != before[step]}
    assert changed == {step: {**before[step].options, **options} for step, options in set_options.items()}
    assert not draft.not_covered
    assert draft.question is None
    assert draft.reasons.keys() == after.keys()


def test_a_step_that_the_pipeline_has_not_is_added_where_such_steps_stand(plan: Plan) -> None:
    draft = plan("clean this crawl for pretraining and mask emails")
    ids = [step.id for step in draft.workflow.steps]
    assert ids[:5] == ["strip_html", "strip_urls", "remove_emoji", "mask_pii", "empty_text_filter"]
    assert "mask emails" in draft.reasons["mask_pii"]


def test_what_is_not_understood_is_named(plan: Plan) -> None:
    assert plan("clean this crawl for pretraining on legal data").not_covered == ("legal",)
    assert plan("use the pretraining filters without the frobnicate rule").not_covered == (
        "without the frobnicate rule",
    )


def test_an_open_question_about_the_rest_is_asked_and_its_answer_heeded(plan: Plan) -> None:
    asked = plan("clean this crawl for pretraining. Drop short texts. No blocklist filter.")
    assert asked.question is not None
    assert asked.workflow == pipeline(STANDARD).workflow
    told = plan(
        "clean this crawl for pretraining. Drop short texts. No blocklist filter.", "web", asked.question.options[1]
    )
    assert told.question is None
    ids = {step.id: step for step in told.workflow.steps}
    assert "blocklist_filter" not in ids
    words = asked.question.options[1].split()
    assert ids["word_count_filter"].options["min_words"] == int(words[words.index("words") - 1])


def test_the_text_column_is_bound_and_named(plan: Plan) -> None:
    draft = plan("clean this crawl for pretraining", "raw")
    assert draft.workflow == pipeline(STANDARD).bound({"text": "raw_content"})
    assert any("raw_content" in note for note in draft.notes)
    assert not any("column" in note for note in plan("clean this crawl for pretraining", "web").notes)


def test_where_two_columns_may_hold_the_text_it_is_asked_for(plan: Plan) -> None:
    asked = plan("clean this crawl for pretraining without the blocklist", "two")
    assert asked.question is not None
    assert set(asked.question.options) == {"left", "right"}
    told = plan("clean this crawl for pretraining without the blocklist", "two", "right")
    assert told.question is None
    bound = pipeline(STANDARD).bound({"text": "right"})
    assert told.workflow.steps == tuple(step for step in bound.steps if step.id != "blocklist_filter")


def test_what_can_be_proven_on_the_output_is_asked_for(plan: Plan) -> None:
    draft = plan("clean this crawl for pretraining", "raw")
    proven = {ask.steps: ask.check.kind for ask in draft.asks if ask.check.kind != "none"}
    assert proven == {
        ("language_filter",): "language",
        ("char_count_filter",): "char_count",
        ("word_count_filter",): "word_count",
        ("exact_dedup",): "no_exact_duplicates",
    }
    assert all(ask.check.column == "raw_content" for ask in draft.asks if ask.check.kind != "none")
    assert draft.asks[0].steps == tuple(step.id for step in draft.workflow.steps)


def test_a_model_is_not_asked_for_what_ships(catalog: Catalog, profiles: dict[str, Profile]) -> None:
    nobody = Settings(llm_base_url="http://127.0.0.1:9/v1", llm_model="nobody")
    draft = LLMPlanner(nobody).draft("clean this crawl for pretraining", profiles["web"], catalog)
    assert draft.workflow == pipeline(STANDARD).workflow


def test_a_change_of_one_step_leaves_the_ask_for_all_of_them(plan: Plan) -> None:
    draft = plan("clean this crawl for pretraining, but at least 100 words, and drop texts over 5000 words")
    (whole,) = [ask for ask in draft.asks if len(ask.steps) > 1]
    assert whole.text == "clean this crawl for pretraining"
    assert whole.steps == tuple(step.id for step in draft.workflow.steps)
    (words,) = [ask for ask in draft.asks if ask.steps == ("word_count_filter",)]
    assert (words.text, words.check.arguments) == ("drop texts over 5000 words", {"min": 100, "max": 5000})


def test_nothing_is_proven_of_rows_that_a_later_step_multiplies(plan: Plan) -> None:
    draft = plan("make agentic RAG questions from these documents", "raw")
    proven = [ask.steps for ask in draft.asks if ask.check.kind == "no_exact_duplicates"]
    assert proven == [("same_questions",)]  # and not of the documents, of which each gives many
