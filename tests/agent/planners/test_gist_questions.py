"""Questions about words of degree, about values and columns that are not said, and remarks that need no step."""

import pytest
from dataflow_agent.agent.state import Draft

from .conftest import PROFILES
from .test_drafting import Plan


def _asked_about(draft: Draft) -> list[str]:
    """The columns that the options of a question are about, each once."""
    assert draft.question is not None, draft
    return list(dict.fromkeys(option.split("`")[1] for option in draft.question.options))


@pytest.mark.parametrize(
    ("request_", "columns"),
    [
        ("the heavy boxes give us trouble, only those please", ["weight_kg"]),
        ("leave out parcels that cost far too much", ["price"]),
        ("recently shipped stuff only", ["shipped"]),
        ("only well rated parcels", ["rating"]),
        ("the really short comments teach the model nothing, leave them out", ["comment"]),
        ("We only print the comments that are not too wordy, long-winded comments are out", ["comment"]),
        ("I'd be grateful if you could leave me nothing but the well rated parcels.", ["rating"]),
        ("the carriers we don't like should go", ["carrier"]),
        ("put the parcels into a sensible order", ["weight_kg", "price", "rating"]),
    ],
)
def test_what_a_word_of_degree_means_is_asked_of_the_columns_it_may_be_about(
    plan: Plan, request_: str, columns: list[str]
) -> None:
    assert _asked_about(plan(request_, "parcels")) == columns


@pytest.mark.parametrize(
    "request_", ["keep good parcels about cats", "the new HR system insists on it", "small letters"]
)
def test_words_that_say_more_of_the_rows_or_are_part_of_a_name_are_not_asked_about(plan: Plan, request_: str) -> None:
    draft = plan(request_, "parcels")
    assert draft.question is None or "Which rows are meant" not in draft.question.text


@pytest.mark.parametrize(
    ("answer", "expression"),
    [
        ("at least 20 kg", "weight_kg >= 20"),
        ("keep 15 and up", "weight_kg >= 15"),
        ("more than ten", "weight_kg > 10"),
    ],
)
def test_an_answer_that_says_only_a_number_is_about_the_column_asked_about(
    plan: Plan, answer: str, expression: str
) -> None:
    (step,) = plan("the heavy boxes give us trouble, only those please", "parcels", answer).workflow.steps
    assert step.options == {"expression": expression}


def test_an_offered_size_of_texts_can_be_chosen(plan: Plan) -> None:
    request = "long-winded comments are out"
    asked = plan(request, "parcels")
    assert asked.question is not None
    mean = PROFILES["parcels"].column("comment").mean_words or 0
    for option in asked.question.options:
        (step,) = plan(request, "parcels", option).workflow.steps
        assert step.operator == "word_count_filter"
        assert step.options["max_words"] == int(option.split()[-2]) >= mean - 1


def test_a_number_of_one_of_several_columns_is_asked_about(plan: Plan) -> None:
    draft = plan("Anything with a score below 7 has to go.", "scores")
    assert _asked_about(draft) == ["staff_score", "room_score"]
    (step,) = plan("Anything with a score below 7 has to go.", "scores", "1").workflow.steps
    assert step.options == {"expression": "staff_score >= 7 or staff_score is null"}


def test_copies_without_a_main_text_are_asked_about(plan: Plan) -> None:
    asked = plan("no repeats in the log pls", "two")
    assert asked.question is not None
    (step,) = plan("no repeats in the log pls", "two", asked.question.options[1]).workflow.steps
    assert (step.operator, sorted(step.options["columns"])) == ("exact_dedup", ["left", "right"])


@pytest.mark.parametrize(
    "remark",
    [
        "our little model will never meet a database",
        "they don't fit on our flash cards",
        "context is tight",
        "nothing to learn from them",
        "legal won't have anything else",
        "they'd only confuse the annotators",
        "marketing wants it that way",
        "I want to have a look at it",
        "storage isn't free",
    ],
)
@pytest.mark.parametrize("shape", ["drop the lost parcels, {}", "{}, so drop the lost parcels"])
def test_a_story_keeps_no_plan_from_running(plan: Plan, shape: str, remark: str) -> None:
    draft = plan(shape.format(remark), "parcels")
    assert (draft.question, draft.not_covered) == (None, ())
    assert [step.options for step in draft.workflow.steps] == [{"expression": 'status != "lost" or status is null'}]


def test_the_plan_names_what_it_took_for_a_remark(plan: Plan) -> None:
    draft = plan("drop the lost parcels, legal won't have anything else", "parcels")
    assert [note for note in draft.notes if "legal won't have anything else” was read as a remark" in note]


@pytest.mark.parametrize(
    "wish",
    [
        "the dates should be ISO",
        "it would be nice if the prices were rounded",
        "we can't show names",
        "every comment gets a sentiment",
        "a summary goes at the top",
        "the result gets mailed to bob@shop.example",
        "my boss wants the comments shorter",
        "we count how many there are per carrier",
        "it ends with a total",
        "we expect a chart",
        "the first of each month counts twice",
    ],
)
def test_a_wish_in_the_form_of_a_story_is_no_remark(plan: Plan, wish: str) -> None:
    draft = plan(f"drop the lost parcels, {wish}", "parcels")
    assert draft.not_covered or draft.question or draft.refusal


def test_the_text_is_found_by_what_a_request_calls_it(plan: Plan) -> None:
    draft = plan("drop solutions under 12 words", "worked")
    assert [dict(step.options) for step in draft.workflow.steps] == [{"column": "worked_out", "min_words": 12}]
    assert any("worked_out" in note for note in draft.notes)
    assert plan("drop rows under 12 words", "worked").question is not None


def test_the_only_size_in_a_unit_is_that_of_its_dimension(plan: Plan) -> None:
    draft = plan("keep pieces that are at least 50 cm high", "pieces")
    assert [dict(step.options) for step in draft.workflow.steps] == [{"expression": "height_cm >= 50"}]
