"""Edits of workflows: the laws of apply, invert and diff, and what people read."""

import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.pipelines.edits import (
    BindColumn,
    InsertStep,
    MoveStep,
    RemoveStep,
    ReplaceStep,
    SetOption,
    SetWhere,
    apply_edit,
    apply_edits,
    describe,
    diff,
    invert,
    parse_edit,
)
from dataflow_agent.pipelines.workflow import MAX_STEPS, Step, Workflow
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

IDS = ["a", "b", "c", "d", "e", "f"]
values = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x"]) | st.lists(st.booleans())
names = st.sampled_from(["p", "q", "r"])
options = st.dictionaries(names, values)
conditions = st.sampled_from([None, "n > 1", "n > 2"])
operators = st.sampled_from(["strip_html", "word_count_filter"])


def step_of(ids):
    return st.builds(Step, id=ids, operator=operators, options=options, where=conditions)


@st.composite
def workflows(draw, min_size=0):
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, min_size=min_size))
    return Workflow(steps=tuple(draw(step_of(st.just(one))) for one in ids))


@st.composite
def workflows_with_edit(draw):
    workflow = draw(workflows(min_size=1))
    there = [step.id for step in workflow.steps]
    ids = st.sampled_from(there)
    new = step_of(st.sampled_from(["new", "newer"]))
    edits = [
        st.builds(InsertStep, step=new, index=st.none() | st.integers(0, len(there))),
        st.builds(InsertStep, step=new, after=ids),
        st.builds(RemoveStep, step=ids),
        st.builds(ReplaceStep, step=ids, operator=operators, options=st.none() | options),
        st.builds(MoveStep, step=ids, index=st.integers(0, len(there) - 1)),
        st.builds(SetOption, step=ids, option=names, value=values),
        st.builds(SetOption, step=ids, option=names, value=values, instead_of=names),
        st.builds(SetOption, step=ids, option=names, unset=st.just(True)),
        st.builds(BindColumn, step=ids, option=names, column=st.sampled_from(["body", ("body", "title")])),
        st.builds(SetWhere, step=ids, where=conditions),
    ]
    return workflow, draw(st.one_of(edits))


def text_of(workflow):
    """As JSON, since Python holds true and 1 for equal."""
    steps = [step.model_copy(update={"options": dict(sorted(step.options.items()))}) for step in workflow.steps]
    return workflow.model_copy(update={"steps": tuple(steps)}).model_dump_json()


def flow(*ids, **options):
    return Workflow(steps=tuple(Step(id=one, operator="word_count_filter", options=options) for one in ids))


@settings(deadline=None)
@given(workflows_with_edit())
def test_an_inverted_edit_undoes_the_edit(case):
    workflow, edit = case
    undone = apply_edit(apply_edit(workflow, edit), invert(workflow, edit))
    assert text_of(undone) == text_of(workflow)
    assert [set(step.options) for step in undone.steps] == [set(step.options) for step in workflow.steps]


@settings(deadline=None)
@given(workflows_with_edit())
def test_an_edit_survives_json(case):
    _, edit = case
    assert parse_edit(edit.model_dump(mode="json")) == edit


@settings(deadline=None)
@given(workflows_with_edit())
def test_an_edited_workflow_is_valid_and_the_one_before_is_untouched(case):
    workflow, edit = case
    before = text_of(workflow)
    after = apply_edit(workflow, edit)
    assert Workflow.model_validate(after.model_dump()) == after
    assert text_of(workflow) == before


@settings(deadline=None)
@given(workflows_with_edit())
def test_an_edit_is_described_in_one_line(case):
    workflow, edit = case
    assert describe(edit, workflow).isprintable()


@settings(deadline=None)
@given(workflows(), workflows())
def test_the_difference_turns_one_workflow_into_the_other(before, after):
    assert text_of(apply_edits(before, diff(before, after))) == text_of(after)


@settings(deadline=None)
@given(workflows())
def test_equal_workflows_have_no_difference(workflow):
    assert diff(workflow, workflow) == []


@settings(deadline=None)
@given(st.permutations(IDS), st.permutations(IDS))
def test_a_difference_in_order_moves_as_few_steps_as_possible(one, other):
    def longest(left, right):
        if not left:
            return 0
        rest = longest(left[1:], right)
        at = right.index(left[0]) if left[0] in right else None
        return rest if at is None else max(rest, 1 + longest(left[1:], right[at + 1 :]))

    edits = diff(flow(*one), flow(*other))
    assert all(isinstance(edit, MoveStep) for edit in edits)
    assert len(edits) == len(IDS) - longest(one, other)


def test_a_difference_in_one_option_is_one_edit():
    assert diff(flow("a", p=1, q=2), flow("a", p=1, q=True)) == [SetOption(step="a", option="q", value=True)]
    assert diff(flow("a", p=1, q=2), flow("a", p=1)) == [SetOption(step="a", option="q", unset=True)]
    assert diff(flow("a", q=1), flow("a", q=True)) == [SetOption(step="a", option="q", value=True)]


def test_a_new_step_goes_where_the_edit_says():
    new = Step(id="n", operator="x")
    order = {
        (): ["a", "b", "n"],
        (("index", 0),): ["n", "a", "b"],
        (("index", 2),): ["a", "b", "n"],
        (("after", "a"),): ["a", "n", "b"],
    }
    for place, expected in order.items():
        after = apply_edit(flow("a", "b"), InsertStep(step=new, **dict(place)))
        assert [step.id for step in after.steps] == expected


def test_a_moved_step_ends_at_the_index_given():
    for index in range(3):
        after = apply_edit(flow("a", "b", "c"), MoveStep(step="b", index=index))
        assert after.steps[index].id == "b"


def test_a_replaced_step_keeps_its_condition_and_unless_told_otherwise_its_options():
    before = Workflow(steps=(Step(id="a", operator="x", options={"p": 1}, where="n > 1"),))
    kept = apply_edit(before, ReplaceStep(step="a", operator="y")).steps[0]
    bare = apply_edit(before, ReplaceStep(step="a", operator="y", options={})).steps[0]
    assert (kept.operator, kept.options, kept.where) == ("y", {"p": 1}, "n > 1")
    assert (bare.operator, bare.options, bare.where) == ("y", {}, "n > 1")


def test_an_option_set_instead_of_a_misspelled_one_takes_its_place():
    after = apply_edit(flow("a", min_word=5), SetOption(step="a", option="min_words", value=5, instead_of="min_word"))
    assert after.steps[0].options == {"min_words": 5}


def test_what_an_option_took_the_place_of_comes_back_when_it_is_undone():
    before = flow("a", min_word=5)
    edit = SetOption(step="a", option="min_words", value=5, instead_of="min_word")
    assert apply_edit(apply_edit(before, edit), invert(before, edit)) == before


def test_null_is_a_value_and_not_the_absence_of_one():
    assert apply_edit(flow("a"), SetOption(step="a", option="p", value=None)).steps[0].options == {"p": None}
    assert apply_edit(flow("a", p=None), SetOption(step="a", option="p", unset=True)).steps[0].options == {}
    with pytest.raises(ValidationError, match="unset"):
        SetOption(step="a", option="p")


def test_a_new_condition_is_read_when_the_edit_is_made():
    with pytest.raises(ValidationError, match="condition"):
        SetWhere(step="a", where="n >")


@pytest.mark.parametrize(
    ("edit", "code", "said"),
    [
        (RemoveStep(step="words_filtr"), "unknown_step", "words_filter"),
        (SetOption(step="nothing", option="p", value=1), "unknown_step", "words_filter, b"),
        (MoveStep(step="b", index=2), "no_such_position", "the last one here is 1"),
        (InsertStep(step=Step(id="n", operator="x"), index=3), "no_such_position", "the last one here is 2"),
        (InsertStep(step=Step(id="n", operator="x"), after="nothing"), "unknown_step", "nothing"),
        (InsertStep(step=Step(id="b", operator="x")), "step_exists", "another id"),
    ],
)
def test_an_edit_that_cannot_be_applied_says_what_is_there(edit, code, said):
    workflow = flow("words_filter", "b")
    attempts = [lambda: apply_edit(workflow, edit), lambda: invert(workflow, edit), lambda: describe(edit, workflow)]
    for attempt in attempts:
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.faults[0].code == code
        assert said in str(caught.value)


def test_edits_cannot_make_a_workflow_too_long():
    full = flow(*(f"s{n}" for n in range(MAX_STEPS)))
    with pytest.raises(InvalidInput, match=str(MAX_STEPS)):
        apply_edit(full, InsertStep(step=Step(id="more", operator="x")))


def test_what_is_no_edit_is_refused_with_every_wrong_field():
    with pytest.raises(InvalidInput) as caught:
        parse_edit({"edit": "set_option", "step": "a b", "option": 3, "value": 1})
    assert len(caught.value.faults) == 2
    with pytest.raises(InvalidInput, match="edit"):
        parse_edit({"edit": "run_code", "step": "a"})


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (SetOption(step="w", option="min_words", value=80), "w: min_words 50 -> 80"),
        (SetOption(step="w", option="min_words", unset=True), "w: min_words 50 -> 20 (default)"),
        (SetOption(step="w", option="max_words", value=9), "w: max_words null (default) -> 9"),
        (SetOption(step="w", option="max_words", value=50, instead_of="min_words"), "w: min_words 50 -> max_words 50"),
        (BindColumn(step="w", option="column", column="body"), "w: column text (default) -> body"),
        (SetWhere(step="w", where='lang = "en"'), 'w: rows where (all) -> lang = "en"'),
        (MoveStep(step="w", index=1), "w: moved from position 1 to 2"),
        (RemoveStep(step="w"), "w: removed"),
        (ReplaceStep(step="w", operator="x", options={}), "w: operator word_count_filter -> x"),
        (InsertStep(step=Step(id="n", operator="n", options={"p": 1}), index=1), "n: added after w (p 1)"),
        (InsertStep(step=Step(id="n", operator="n"), index=0), "n: added as the first step"),
    ],
)
def test_people_read_what_was_and_what_will_be(edit, line):
    workflow = Workflow(
        steps=(
            Step(id="w", operator="word_count_filter", options={"min_words": 50}),
            Step(id="v", operator="word_count_filter"),
        )
    )
    assert describe(edit, workflow) == line


def test_a_description_is_bounded_and_steers_no_terminal():
    edit = SetOption(step="a", option="p", value="\x1b[2J\u202e" + "x" * 10_000)
    line = describe(edit, flow("a"))
    assert line.isprintable()
    assert len(line) < 200
