"""Requests over scores, models, reasoning, code, conversations, documents, SQL and retrieval, in words of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from dataflow_agent.agent.planners.choice import chosen_planner
from dataflow_agent.agent.planners.documents import as_read, reading_first
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.operators.core import Operator
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.validate import Resources, validate
from dataflow_agent.pipelines.workflow import Step
from dataflow_agent.tools.profile import Profile

from .conftest import plain, profile_of, text

CASES = [
    pytest.param(case, id=f"{file.stem}: {case['request'][:60]}")
    for file in sorted((Path(__file__).parent / "newcomers").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
ANYTHING = Resources(
    needs=frozenset({"llm", "embedder", "index", "network", "sandbox", "database"}), names=frozenset({"passages"})
)
Plan = Callable[..., Draft]


@pytest.fixture(scope="session")
def plan_with(catalog: Catalog, operators: dict[str, type[Operator]], profiles: dict[str, Profile]) -> Plan:
    """Plans a request with or without a model: `plan_with("translate …", "web", "an answer", model=True)`."""
    planners = {model: OfflinePlanner(operators, has_model=model) for model in (False, True)}

    def planned(request: str, data: str | Profile = "web", *answers: str, model: bool = True) -> Draft:
        profile = profiles[data] if isinstance(data, str) else data
        return reading_first(planners[model].draft(request, as_read(profile), catalog, answers=answers), profile)

    return planned


def only(draft: Draft) -> Step:
    """The one step of a plan without a question."""
    assert (draft.question, draft.refusal, draft.not_covered) == (None, None, ())
    (step,) = draft.workflow.steps
    return step


@pytest.mark.parametrize("case", CASES)
def test_a_request_is_planned_as_it_is_meant_or_not_at_all(
    plan_with: Plan, profiles: dict[str, Profile], case: dict[str, Any]
) -> None:
    draft = plan_with(case["request"], case["data"], model=bool(case.get("model")))
    if draft.refusal:
        assert case.get("refuse"), draft.refusal
        return
    if draft.question:
        assert case.get("ask"), draft.question
        return
    if draft.not_covered:
        assert case.get("uncovered"), draft.not_covered
        return
    assert "steps" in case, draft.workflow
    steps, wanted = list(draft.workflow.steps), [next(iter(step.items())) for step in case["steps"]]
    if "pipeline" in case:
        assert [step.id for step in steps] == [step.id for step in pipeline(case["pipeline"]).workflow.steps]
        steps = [next(step for step in steps if step.operator == name) for name, _ in wanted]
    assert [step.operator for step in steps] == [name for name, _ in wanted]
    for step, (_, options) in zip(steps, wanted, strict=True):
        assert {name: step.options.get(name) for name in options} == options
    if "wheres" in case:
        assert [step.where for step in steps] == case["wheres"]
    faults = validate(draft.workflow, profiles[case["data"]].schema, ANYTHING)
    assert not [fault for fault in faults if fault.severity == "error"]


# Columns that the data has not


@pytest.mark.parametrize(
    ("request_text", "named"),
    [
        ("compare the text with its reference", "'reference'"),
        ("compute the IFD score", "'instruction'"),
        ("judge the dialogues with tool calls", "'messages'"),
        ("write conversations about each topic", "'topic'"),
    ],
)
def test_a_column_that_is_not_there_is_asked_for_or_named_and_never_planned(
    plan_with: Plan, request_text: str, named: str
) -> None:
    draft = plan_with(request_text)
    said = draft.refusal or (draft.question.text if draft.question else "")
    assert named in said
    assert not draft.workflow.steps


def test_the_column_that_is_chosen_is_the_one_that_is_read(plan_with: Plan) -> None:
    step = only(plan_with("compare the text with its reference", "web", "title"))
    assert (step.operator, step.options) == ("reference_similarity_score", {"reference": "title"})


def test_an_answer_that_names_no_column_leaves_the_question_open(plan_with: Plan) -> None:
    draft = plan_with("compare the text with its reference", "web", "nonsense")
    assert draft.question is not None
    assert not draft.workflow.steps


def test_columns_named_otherwise_for_the_same_thing_are_taken_and_said(plan_with: Plan) -> None:
    draft = plan_with("compute the IFD score", "qa")
    assert only(draft).options == {"instruction": "question", "response": "answer"}
    assert {"question", "answer"} <= {word.strip("“”.") for note in draft.notes for word in note.split()}


def test_a_column_that_an_earlier_step_writes_is_there(plan_with: Plan) -> None:
    draft = plan_with("generate instruction and output pairs from each text, then compute the IFD score")
    assert [step.operator for step in draft.workflow.steps] == ["generate_sft_from_text", "ifd_score"]
    assert draft.question is None


# What a model is asked


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, True),
        ({"llm_model": "m"}, True),
        ({"llm_model": "m", "llm_base_url": "http://127.0.0.1:9/v1"}, False),
        ({"llm_model": "m.gguf", "llm_backend": "local"}, False),
    ],
)
def test_the_rules_know_from_the_settings_whether_there_is_a_model(
    catalog: Catalog, profiles: dict[str, Profile], given: dict[str, Any], refused: bool
) -> None:
    planner, _ = chosen_planner("offline", Settings(**given))
    assert bool(planner.draft("translate everything to French", profiles["web"], catalog).refusal) == refused


def test_what_only_a_model_does_is_refused_without_one_and_says_what_to_set(plan_with: Plan) -> None:
    draft = plan_with("translate everything to French", model=False)
    assert "DATAFLOW_LLM_MODEL" in (draft.refusal or "")
    assert "llm_rewrite" in (draft.refusal or "")
    beside = plan_with("strip html and translate the text to French", model=False)
    assert [step.operator for step in beside.workflow.steps] == ["strip_html"]
    assert beside.not_covered == ("translate the text to French",)
    assert any("DATAFLOW_LLM_MODEL" in note for note in beside.notes)


@pytest.mark.parametrize(
    ("request_text", "question", "answer", "operator", "options"),
    [
        (
            "ask a model about each row",
            "What should the model be asked about each row?",
            "Which city is it about?",
            "llm_generate",
            {"prompt": "Which city is it about?\n\n{text}", "output": "answer"},
        ),
        (
            "translate the texts",
            "Into which language is it translated?",
            "Danish",
            "llm_rewrite",
            {"instruction": "Translate the texts to Danish"},
        ),
        (
            "rewrite the texts",
            "How should the texts be rewritten?",
            "as a poem",
            "llm_rewrite",
            {"instruction": "Rewrite the texts as a poem"},
        ),
        (
            "use an LLM to check whether each text is a recipe",
            "Should the rows for which the answer is yes be kept or dropped?",
            "drop those",
            "llm_filter",
            {"question": "Is the text a recipe?", "keep_if": "no"},
        ),
        (
            "generate more rows like these",
            "How many new rows should there be?",
            "40",
            "llm_generate_rows",
            {"count": 40},
        ),
    ],
)
def test_what_the_words_leave_open_is_one_question_whose_answer_is_heeded(
    plan_with: Plan, request_text: str, question: str, answer: str, operator: str, options: dict[str, Any]
) -> None:
    asked = plan_with(request_text)
    assert asked.question is not None
    assert asked.question.text == question
    step = only(plan_with(request_text, "web", answer))
    assert (step.operator, step.options) == (operator, options)


def test_braces_in_the_words_are_no_places_for_columns(plan_with: Plan) -> None:
    step = only(plan_with("use a model to explain what {id} means in each text"))
    assert step.options["prompt"] == "Explain what {{id}} means in each text.\n\n{text}"


def test_a_result_never_takes_the_place_of_a_column_that_is_there(plan_with: Plan) -> None:
    step = only(plan_with("use a model to summarise the chat", "talks"))
    assert step.options == {"prompt": "Summarise the chat.\n\n{chat}", "output": "summary_2"}


def test_the_column_that_the_words_leave_open_is_asked_for(plan_with: Plan) -> None:
    asked = plan_with("summarise each text with a model", "two")
    assert asked.question is not None
    assert set(asked.question.options) == {"left", "right"}
    assert "{right}" in str(only(plan_with("summarise each text with a model", "two", "right")).options["prompt"])


# Scores and their limits


def test_the_limit_of_a_describing_word_is_said_and_proven(plan_with: Plan) -> None:
    draft = plan_with("remove toxic comments", "comments")
    assert any("at most 0.5" in note for note in draft.notes)
    (check,) = [ask.check for ask in draft.asks if ask.check.kind != "none"]
    assert (check.kind, check.arguments) == ("condition", {"expression": "toxicity <= 0.5"})


def test_a_measure_without_a_usual_limit_is_asked_for(plan_with: Plan) -> None:
    asked = plan_with("keep fluent text")
    assert asked.question is not None
    assert "perplexity" in asked.question.text
    steps = plan_with("keep fluent text", "web", "30").workflow.steps
    assert [step.operator for step in steps] == ["perplexity_score", "score_filter"]
    assert steps[1].options == {"score": "perplexity_score", "max_score": 30.0}


def test_a_measure_that_the_data_holds_is_not_computed_again(plan_with: Plan) -> None:
    steps = plan_with("drop rows with perplexity above 100", "books").workflow.steps
    assert [step.operator for step in steps] == ["expression_filter"]


# Pipelines


def test_a_pipeline_of_several_columns_asks_for_none_that_is_there(plan_with: Plan) -> None:
    draft = plan_with("make SFT data from this taxonomy", "taxonomy")
    assert draft.question is None
    assert draft.workflow == pipeline("sft_synthesis_taxonomy").workflow


def test_a_pipeline_takes_the_columns_that_are_named(plan_with: Plan) -> None:
    draft = plan_with("the function calling pipeline on column chat", "talks")
    assert draft.workflow == pipeline("function_calling").bound({"text": "chat"})


def test_a_pipeline_asks_for_the_column_that_the_data_lacks(plan_with: Plan) -> None:
    data = profile_of(text("asked", 90, "prose"), text("replied", 140, "prose"), plain("n", "integer"))
    asked = plan_with("run the SFT filter", data)
    assert asked.question is not None
    assert "'instruction'" in asked.question.text
    told = plan_with("run the SFT filter", data, "asked", "replied")
    assert told.workflow == pipeline("sft_filter").bound({"instruction": "asked", "output": "replied"})


def test_what_is_proven_is_proven_in_the_column_of_the_step(plan_with: Plan) -> None:
    draft = plan_with("make SFT data from these texts", "raw")
    checks = {ask.steps[0]: ask.check.column for ask in draft.asks if ask.check.kind == "word_count"}
    assert checks == {"word_count_filter": "raw_content", "output_length": "output"}


@pytest.mark.parametrize(
    ("request_text", "data", "name", "options"),
    [
        ("run the SFT filter with a minimum quality of 4.5", "pairs", "sft_filter", {"min_quality": 4.5}),
        ("run the SFT filter, but outputs of at least 50 words", "pairs", "sft_filter", {"min_words": 50}),
        (
            "use the pretraining synthesis pipeline with a quality of at least 0.8",
            "web",
            "text_pretrain_synthesis",
            {"min_quality": 0.8},
        ),
    ],
)
def test_options_of_a_pipeline_are_set_by_their_names(
    plan_with: Plan, request_text: str, data: str, name: str, options: dict[str, Any]
) -> None:
    draft = plan_with(request_text, data)
    assert (draft.question, draft.refusal, draft.not_covered) == (None, None, ())
    assert draft.workflow == pipeline(name).bound({}, options)
