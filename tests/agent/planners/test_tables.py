"""What is asked of the table as a whole: its answers, its place among the steps, and what is never guessed."""

from collections.abc import Callable

import pytest
from dataflow_agent.agent.planners.cards import card_of
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Draft
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.operators.core import Operator
from dataflow_agent.pipelines.edits import apply_edit
from dataflow_agent.tools.profile import Profile

Plan = Callable[..., Draft]
Operators = dict[str, type[Operator]]


@pytest.mark.parametrize(
    ("request_", "data", "answer", "operator", "options"),
    [
        ("keep the best 10 % by quality", "web", "score", "top_rows", {"share": 0.1}),
        ("top 5 % by perplexity", "books", "lowest", "top_rows", {"score": "perplexity", "best": "low", "share": 0.05}),
        ("best 10 % by perplexity", "books", "highest", "top_rows", {"score": "perplexity", "share": 0.1}),
        ("drop the worst 20 percent", "books", "quality", "top_rows", {"score": "quality", "share": 0.8}),
        ("keep a random sample per source", "web", "50 rows", "sample_rows", {"count": 50, "per": ["source"]}),
        ("keep 1000 rows", "web", "the first 1000 rows", "sample_rows", {"method": "first", "count": 1000}),
        ("keep at most 9 rows per lang", "web", "2", "sample_rows", {"count": 9, "per": ["lang"]}),
        ("sort by popularity", "web", "views", "sort_rows", {"columns": ["views"]}),
        ("newest rows first", "web", "views", "sort_rows", {"columns": ["views"], "order": ["descending"]}),
        ("sort by date descending", "web", "views", "sort_rows", {"columns": ["views"], "order": ["descending"]}),
        ("sort the rows", "web", "title", "sort_rows", {"columns": ["title"]}),
        ("split into train and test", "web", "75/25", "split_dataset", {"shares": {"train": 0.75, "test": 0.25}}),
        ("rename body to text", "web", "title", "reshape_rows", {"rename": {"title": "text"}}),
        ("drop the column kind", "web", "lang", "reshape_rows", {"drop": ["lang"]}),
        ("remove unneeded columns", "web", "url and id", "reshape_rows", {"drop": ["url", "id"]}),
        ("mix the inputs", "web", "3 to 2", "mix_sources", {"weights": [3, 2]}),
        ("join with another table by id", "web", "prices", "join_table", {"table": "prices", "keys": ["id"]}),
        ("join with the table prices", "web", "url", "join_table", {"table": "prices", "keys": ["url"]}),
        ("decontaminate the texts", "web", "mmlu", "decontaminate_filter", {"benchmark": "mmlu"}),
        ("convert to sharegpt", "books", "author and body", "convert_format",
         {"target": "sharegpt", "question": "author", "answer": "body"}),
    ],
)  # fmt: skip
def test_what_is_left_open_is_asked_and_the_answer_settles_it(
    plan: Plan, request_: str, data: str, answer: str, operator: str, options: dict[str, object]
) -> None:
    asked = plan(request_, data)
    assert asked.question is not None
    assert not asked.workflow.steps
    answered = plan(request_, data, answer)
    assert answered.question is None
    (step,) = answered.workflow.steps
    assert (step.operator, step.options) == (operator, options)


@pytest.mark.parametrize(
    "request_",
    [
        "top 10 English rows by score",
        "sample 100 rows about football",
        "sort by title and by length",
        "split 80/30 into train and test",
        "split 50/50 into train, validation and test",
        "do not shuffle the rows",
        "never drop the column url",
    ],
)
def test_what_no_operator_says_is_not_done(plan: Plan, request_: str) -> None:
    draft = plan(request_)
    assert not draft.workflow.steps
    assert draft.refusal


@pytest.mark.parametrize(
    "verb", ["drop", "cut", "remove", "get rid of", "throw away", "discard", "leave out", "prune", "filter out", "skip"]
)
def test_what_goes_by_any_verb_is_not_what_stays(plan: Plan, verb: str) -> None:
    (step,) = plan(f"{verb} the worst 25 % by score").workflow.steps
    assert step.options == {"share": 0.75}


@pytest.mark.parametrize("verb", ["keep", "take", "select", "pick", "retain", "choose", "I want", "only"])
def test_what_stays_by_any_verb_is_what_stays(plan: Plan, verb: str) -> None:
    (step,) = plan(f"{verb} the worst 25 % by score").workflow.steps
    assert step.options == {"share": 0.25, "best": "low"}


def test_a_sample_stated_first_is_what_the_rest_is_done_to(plan: Plan) -> None:
    draft = plan("take 500 random rows, drop duplicates, strip html")
    assert [step.operator for step in draft.workflow.steps] == ["sample_rows", "strip_html", "exact_dedup"]


def test_a_sample_stated_later_is_taken_of_what_is_left(plan: Plan) -> None:
    draft = plan("drop duplicates, take 500 random rows, strip html")
    assert [step.operator for step in draft.workflow.steps] == ["strip_html", "exact_dedup", "sample_rows"]


def test_the_first_rows_are_those_of_the_order_that_was_asked_for(plan: Plan) -> None:
    after = plan("sort by score and keep the first 10 rows")
    assert [step.operator for step in after.workflow.steps] == ["sort_rows", "sample_rows"]
    before = plan("keep the first 10 rows and sort them by score")
    assert [step.operator for step in before.workflow.steps] == ["sample_rows", "sort_rows"]


def test_a_renamed_column_has_its_new_name_in_the_steps_behind(plan: Plan) -> None:
    steps = plan("rename raw_content to text, then strip html, then drop duplicates", "raw").workflow.steps
    assert [step.options for step in steps[1:]] == [{"column": "text"}, {"columns": ["text"]}]


def test_a_change_adds_such_a_step_where_it_belongs(
    plan: Plan, profiles: dict[str, Profile], catalog: Catalog, operators: Operators
) -> None:
    draft = plan("strip html and split 90/10 into train and test")
    change = OfflinePlanner(operators).change("also keep the best 10 % by score", draft, profiles["web"], catalog)
    (edit,) = change.edits
    assert (edit.edit, edit.index) == ("insert", 1)  # type: ignore[union-attr]


def test_another_portion_takes_the_place_of_the_one_before(
    plan: Plan, profiles: dict[str, Profile], catalog: Catalog, operators: Operators
) -> None:
    draft = plan("keep the best 10 % by score and shuffle the rows")
    change = OfflinePlanner(operators).change("keep the best 500 rows by views", draft, profiles["web"], catalog)
    workflow = draft.workflow
    for edit in change.edits:
        workflow = apply_edit(workflow, edit)
    kept = next(step for step in workflow.steps if step.operator == "top_rows")
    assert kept.options == {"count": 500, "score": "views"}
    assert len(workflow.steps) == len(draft.workflow.steps)


@pytest.mark.parametrize("name", ["join_table", "top_rows", "convert_format", "mix_sources", "split_dataset"])
def test_no_column_but_the_main_text_is_filled_in_unasked(operators: Operators, name: str) -> None:
    assert card_of(operators[name]).text_option is None


def test_characters_with_white_space_are_proven_as_they_are_counted(plan: Plan) -> None:
    (with_space,) = plan("keep texts with at least 80 characters including white space").asks
    assert with_space.check.arguments == {"min": 80, "white_space": True}
    (without,) = plan("keep texts with at least 80 characters").asks
    assert without.check.arguments == {"min": 80}
