"""Workflows are frozen data: both ways through YAML and JSON, and every wrong field is named."""

import json

import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.pipelines.workflow import MAX_STEPS, Step, Workflow, free_id
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
steps = st.builds(
    Step,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True),
    operator=st.text(),
    options=st.dictionaries(st.text(), values, max_size=3),
    where=st.sampled_from([None, "n > 1", 'lang = "no" and text contains "a: b"']),
)
workflows = st.builds(
    Workflow,
    name=st.text(min_size=1, max_size=200),
    seed=st.integers(min_value=0, max_value=2**40),
    resources=st.lists(st.text(), max_size=3).map(tuple),
    steps=st.lists(steps, max_size=4, unique_by=lambda step: step.id).map(tuple),
)


def faults_of(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        Workflow.parse_text(text)
    return [fault.message for fault in caught.value.faults]


@settings(deadline=None)
@given(workflows)
def test_a_workflow_survives_yaml(workflow):
    assert Workflow.parse_text(workflow.to_yaml()).model_dump_json() == workflow.model_dump_json()


@settings(deadline=None)
@given(workflows)
def test_a_workflow_survives_json_however_it_is_written(workflow):
    assert Workflow.parse_text(workflow.model_dump_json()) == workflow
    assert Workflow.parse_text(json.dumps(workflow.model_dump(), indent="\t")) == workflow


@pytest.mark.parametrize("name", ["plan.yaml", "plan.json"])
def test_a_saved_workflow_is_read_back_from_a_file(name, tmp_path):
    workflow = Workflow(seed=3, steps=(Step(id="a", operator="b", options={"länge": 1e22, "no": "no"}),))
    workflow.save(tmp_path / name)
    assert Workflow.from_yaml(tmp_path / name) == workflow


def test_a_missing_file_is_invalid_input_that_names_the_path(tmp_path):
    with pytest.raises(InvalidInput, match=r"nothing_here\.yaml"):
        Workflow.from_yaml(tmp_path / "nothing_here.yaml")


def test_a_file_that_is_no_text_is_invalid_input(tmp_path):
    (tmp_path / "plan.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InvalidInput, match="cannot be read"):
        Workflow.from_yaml(tmp_path / "plan.yaml")


def test_every_wrong_field_is_named_at_once():
    messages = faults_of("format: 2\nseed: x\nsteps:\n- {id: a b, operator: c}\n- {id: a, operator: c, where: 'n >'}")
    for field in ("format", "seed", "steps.0.id", "steps.1.where"):
        assert any(field in message for message in messages), field


@pytest.mark.parametrize("secret", ["path: /data", "endpoint: http://x", "max_cost: 3", "code: print(1)"])
def test_a_workflow_holds_no_paths_endpoints_budgets_or_code(secret):
    key = secret.partition(":")[0]
    assert any(key in message for message in faults_of(f"steps: []\n{secret}"))


def test_step_ids_are_unique():
    assert any("'a'" in message for message in faults_of("steps: [{id: a, operator: b}, {id: a, operator: c}]"))


def test_a_workflow_has_a_largest_number_of_steps():
    fitting = tuple(Step(id=f"s{n}", operator="x") for n in range(MAX_STEPS))
    Workflow(steps=fitting)
    with pytest.raises(ValidationError, match=str(MAX_STEPS)):
        Workflow(steps=(*fitting, Step(id="more", operator="x")))


def test_the_reason_of_a_step_is_a_comment():
    text = "steps: [{id: a, operator: b, reason: because}]"
    assert Workflow.parse_text(text) == Workflow(steps=(Step(id="a", operator="b"),))


@pytest.mark.parametrize("text", ["", "3", "[]", "just words", "steps: [", "{\x00}", "[" * 5000])
def test_what_is_no_workflow_is_one_clear_fault(text):
    assert len(faults_of(text)) == 1


def test_a_small_file_cannot_grow_by_aliases():
    lines = ["x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert "aliases" in faults_of("\n".join(lines))[0]


@pytest.mark.parametrize(
    "text",
    [
        "steps: [{id: a, operator: b, options: {min_words: 5, min_words: 9}}]",
        '{"steps": [{"id": "a", "operator": "b", "options": {"min_words": 5, "min_words": 9}}]}',
    ],
)
def test_an_option_given_twice_is_refused_rather_than_lost(text):
    assert "'min_words' is given twice" in faults_of(text)[0]


def test_the_digest_knows_neither_name_nor_order_of_options_but_every_value():
    one = Workflow(name="x", steps=(Step(id="a", operator="b", options={"p": 1, "q": 2}),))
    same = Workflow(name="y", steps=(Step(id="a", operator="b", options={"q": 2, "p": 1}),))
    other = Workflow(name="x", steps=(Step(id="a", operator="b", options={"p": True, "q": 2}),))
    assert one.digest() == same.digest()
    assert one.digest() != other.digest()


def test_a_step_is_found_by_its_id():
    workflow = Workflow(steps=(Step(id="a", operator="x"), Step(id="b", operator="y")))
    assert workflow.step("b").operator == "y"
    with pytest.raises(KeyError):
        workflow.step("c")


def test_free_ids_count_on():
    assert free_id("x", set()) == "x"
    assert free_id("x", {"x", "x-2"}) == "x-3"
