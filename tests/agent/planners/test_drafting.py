"""What comes with the steps of a draft: columns, order, reasons, asks, notes, questions and refusals."""

from collections.abc import Callable

import pytest
from dataflow_agent.agent.planners.tokens import MAX_CHARACTERS
from dataflow_agent.agent.state import Check, Draft

from .conftest import PROFILES

Plan = Callable[..., Draft]
WHOLE = "strip the HTML, remove emojis, keep only English documents with at least 50 words and drop exact duplicates"


def operators_of(draft: Draft) -> list[str]:
    return [step.operator for step in draft.workflow.steps]


def test_each_step_works_on_the_column_that_holds_the_text(plan: Plan) -> None:
    steps = plan(WHOLE, "raw").workflow.steps
    bound = [step.options.get("column") or step.options.get("columns") for step in steps]
    assert bound == ["raw_content"] * 4 + [["raw_content"]]


def test_only_what_was_asked_is_set(plan: Plan) -> None:
    options = {step.operator: step.options for step in plan(WHOLE).workflow.steps}
    assert options == {
        "strip_html": {},
        "remove_emoji": {},
        "word_count_filter": {"min_words": 50},
        "language_filter": {"languages": ["en"]},
        "exact_dedup": {},
    }


def test_a_limit_that_was_not_asked_for_is_lifted(plan: Plan) -> None:
    (step,) = plan("remove texts over 500 words").workflow.steps
    assert step.options == {"min_words": None, "max_words": 500}


def test_two_limits_of_one_kind_make_one_step(plan: Plan) -> None:
    (step,) = plan("at least 20 words, then at most 90 words").workflow.steps
    assert step.options == {"min_words": 20, "max_words": 90}


def test_a_step_for_each_column_where_an_operator_takes_one(plan: Plan) -> None:
    steps = plan("strip HTML from question and answer", "qa").workflow.steps
    assert [(step.id, step.options) for step in steps] == [
        ("strip_html", {"column": "question"}),
        ("strip_html-2", {"column": "answer"}),
    ]


def test_the_result_may_go_to_another_column(plan: Plan) -> None:
    (step,) = plan("strip html into column clean").workflow.steps
    assert step.options == {"output": "clean"}


def test_without_order_words_texts_are_treated_before_rows_are_compared(plan: Plan) -> None:
    draft = plan("drop duplicates, normalize whitespace, keep English, strip HTML and drop texts under 10 words")
    assert operators_of(draft) == [
        "strip_html", "normalize_whitespace", "word_count_filter", "language_filter", "exact_dedup",
    ]  # fmt: skip
    assert "markup goes first" in draft.reasons["strip_html"]


@pytest.mark.parametrize(
    "request_",
    [
        "first drop exact duplicates, then strip HTML",
        "1. drop exact duplicates\n2. strip HTML",
        "strip HTML after dropping exact duplicates",
        "before stripping HTML, drop exact duplicates",
        "strip HTML, but before that drop exact duplicates",
        "drop exact duplicates -> strip HTML",
    ],
)
def test_an_order_that_was_said_is_kept(plan: Plan, request_: str) -> None:
    assert operators_of(plan(request_)) == ["exact_dedup", "strip_html"]


def test_each_step_has_a_reason_in_the_words_of_the_request(plan: Plan) -> None:
    draft = plan(WHOLE)
    assert draft.reasons.keys() == {step.id for step in draft.workflow.steps}
    assert "“drop exact duplicates”" in draft.reasons["exact_dedup"]


def test_each_clause_is_an_ask_that_can_be_proven(plan: Plan) -> None:
    asks = {ask.text: (ask.steps, ask.check) for ask in plan(WHOLE).asks}
    assert asks == {
        "strip the HTML": (("strip_html",), Check(kind="no_match", column="text", arguments={"pattern_name": "html"})),
        "remove emojis": (
            ("remove_emoji",),
            Check(kind="no_match", column="text", arguments={"pattern_name": "emoji"}),
        ),
        "English": (
            ("language_filter",),
            Check(kind="language", column="text", arguments={"languages": ["en"], "exclude": False}),
        ),
        "at least 50 words": (
            ("word_count_filter",),
            Check(kind="word_count", column="text", arguments={"min": 50}),
        ),
        "drop exact duplicates": (
            ("exact_dedup",),
            Check(kind="no_exact_duplicates", column="text", arguments={"columns": ["text"], "normalize": False}),
        ),
    }


def test_an_ask_for_some_rows_is_proven_on_those(plan: Plan) -> None:
    (ask,) = plan("strip urls where the source is forum").asks
    assert ask.check.arguments == {"pattern_name": "url", "where": 'source = "forum"'}


def test_a_filter_on_a_column_is_proven_by_its_condition(plan: Plan) -> None:
    (ask,) = plan("drop rows whose source is wiki").asks
    assert ask.check == Check(kind="condition", arguments={"expression": 'source != "wiki" or source is null'})


def test_plain_duplicates_are_exact_ones_and_the_draft_says_so(plan: Plan) -> None:
    assert any("near duplicates stay" in note for note in plan("drop duplicates").notes)
    assert not any("near duplicates stay" in note for note in plan("drop exact duplicates").notes)


def test_a_default_that_decides_is_said(plan: Plan) -> None:
    assert any("threshold" in note for note in plan("drop near duplicates").notes)
    assert not any("threshold" in note for note in plan("drop near duplicates above 90 % similarity").notes)


def test_a_misspelt_word_is_mended_and_said(plan: Plan) -> None:
    draft = plan("remove emojies")
    assert operators_of(draft) == ["remove_emoji"]
    assert any("emojies" in note for note in draft.notes)


def test_what_is_not_covered_is_named_as_it_was_written(plan: Plan) -> None:
    draft = plan("Strip HTML, and summarise Each document.")
    assert draft.not_covered == ("summarise Each document",)
    assert operators_of(draft) == ["strip_html"]


def test_only_the_part_of_a_clause_that_is_not_understood_is_named(plan: Plan) -> None:
    draft = plan("keep English texts about football")
    assert draft.not_covered == ("about football",)
    assert operators_of(draft) == ["language_filter"]


@pytest.mark.parametrize(
    "request_",
    [
        "remove links that are dead",
        "drop English texts about football",
        "keep texts under 20 words or over 500 words",
        "remove URLs from texts over 500 words",
        "mask emails of employees",
        "drop texts with at least 50 but no more than 500 words",
    ],
)
def test_more_than_was_asked_is_never_done(plan: Plan, request_: str) -> None:
    draft = plan(request_)
    assert not draft.workflow.steps
    assert draft.refusal


def test_a_refusal_names_what_was_asked_and_what_is_near(plan: Plan) -> None:
    refusal = plan("remove HTML footnotes that nobody reads").refusal
    assert refusal is not None
    assert "remove HTML footnotes that nobody reads" in refusal
    assert "strip_html" in refusal


def test_no_words_at_all_are_refused_with_an_example(plan: Plan) -> None:
    assert "for example" in (plan("   ").refusal or "")


def test_a_request_that_is_too_long_is_refused_with_the_limit(plan: Plan) -> None:
    assert f"{MAX_CHARACTERS:,}" in (plan("strip html " * 1000).refusal or "")


def test_limits_that_leave_nothing_are_refused(plan: Plan) -> None:
    assert "no row has both" in (plan("at least 500 words, then at most 50 words").refusal or "")


def test_a_column_of_numbers_is_no_text(plan: Plan) -> None:
    assert "holds number" in (plan("strip html from score").refusal or "")


def test_a_value_out_of_bounds_is_refused_with_the_reason(plan: Plan) -> None:
    assert "threshold" in (plan("drop near duplicates with a threshold of 3").refusal or "")


# Questions


@pytest.mark.parametrize("answer", ["left", "LEFT", "2"])
def test_the_text_column_is_asked_for_where_two_are_equally_good(plan: Plan, answer: str) -> None:
    question = plan("remove emojis", "two").question
    assert question is not None
    assert question.options == ("right", "left")
    answered = plan("remove emojis", "two", answer)
    assert answered.question is None
    assert answered.workflow.steps[0].options == {"column": "left"}


def test_a_column_that_is_named_needs_no_question(plan: Plan) -> None:
    (step,) = plan("remove emojis from left", "two").workflow.steps
    assert step.options == {"column": "left"}


@pytest.mark.parametrize(("answer", "least"), [("drop documents with fewer than 50 words", 50), ("70 words", 70)])
def test_short_without_a_number_is_asked_about(plan: Plan, answer: str, least: int) -> None:
    asked = plan("strip html and remove short documents")
    assert asked.question is not None
    answered = plan("strip html and remove short documents", "web", answer)
    assert answered.question is None
    assert answered.workflow.step("word_count_filter").options == {"min_words": least}


def test_the_sizes_offered_for_short_part_the_texts_of_the_data(plan: Plan) -> None:
    asked = plan("strip html and remove short documents")
    assert asked.question is not None
    for at, option in enumerate(asked.question.options, 1):
        answered = plan("strip html and remove short documents", "web", str(at))
        least = int(option.removesuffix(" words").rsplit(maxsplit=1)[-1])
        assert 0 < least <= PROFILES["web"].column("text").mean_words
        assert answered.workflow.step("word_count_filter").options["min_words"] == least


def test_an_answer_that_is_none_leaves_the_question(plan: Plan) -> None:
    assert plan("remove short documents", "web", "I like dogs").question == plan("remove short documents").question


@pytest.mark.parametrize(
    ("answer", "options"),
    [
        ("keep texts with at least 50 words", {"min_words": 50}),
        ("keep texts with exactly 50 words", {"min_words": 50, "max_words": 50}),
    ],
)
def test_a_bare_number_is_asked_about(plan: Plan, answer: str, options: dict[str, int]) -> None:
    assert plan("keep documents with 50 words").question
    (step,) = plan("keep documents with 50 words", "web", answer).workflow.steps
    assert step.options == options


@pytest.mark.parametrize(
    ("answer", "options"), [("drop", {"min_words": 50}), ("keep", {"min_words": None, "max_words": 49})]
)
def test_filter_may_mean_both_and_is_asked_about(plan: Plan, answer: str, options: dict[str, int]) -> None:
    assert plan("filter texts under 50 words").question
    (step,) = plan("filter texts under 50 words", "web", answer).workflow.steps
    assert step.options == options


def test_a_number_without_a_unit_is_asked_about(plan: Plan) -> None:
    question = plan("drop documents under 50").question
    assert question is not None
    assert question.options == ("drop documents under 50 words", "drop documents under 50 characters")


def test_rows_that_are_two_things_at_once_are_asked_about(plan: Plan) -> None:
    request = "drop English documents under 50 words"
    question = plan(request).question
    assert question is not None
    both = plan(request, "web", question.options[0])
    assert set(operators_of(both)) == {"word_count_filter", "language_filter"}


def test_a_column_that_does_not_exist_is_asked_about(plan: Plan) -> None:
    question = plan("remove urls from the titel column").question
    assert question is not None
    assert question.options == ("title",)
    (step,) = plan("remove urls from the titel column", "web", "title").workflow.steps
    assert step.options == {"column": "title"}


def test_one_question_at_a_time(plan: Plan) -> None:
    request = "strip html and drop long texts"
    first = plan(request, "two").question
    second = plan(request, "two", "1").question
    assert first is not None
    assert second is not None
    assert first != second
    done = plan(request, "two", "1", "left")
    assert done.question is None
    assert all(step.options["column"] == "left" for step in done.workflow.steps)


def test_the_same_request_gives_the_same_draft(plan: Plan) -> None:
    assert plan(WHOLE) == plan(WHOLE)
