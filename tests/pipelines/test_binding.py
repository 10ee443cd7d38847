"""Other names for the columns of a workflow: wherever a step names one, and nowhere else."""

from typing import Any

import pytest
from dataflow_agent.pipelines.binding import rebound
from dataflow_agent.pipelines.workflow import Step, Workflow


def options_after(operator: str, names: dict[str, str], /, **options: Any) -> dict[str, Any]:
    step = Step(id="s", operator=operator, options=options)
    return rebound(Workflow(steps=(step,)), names).steps[0].options


def test_an_option_that_names_a_column_by_default_is_set() -> None:
    assert options_after("strip_html", {"text": "body"}) == {"column": "body"}
    assert options_after("exact_dedup", {"text": "body"}) == {"columns": ["body"]}


def test_an_option_that_was_set_gets_the_new_name_and_one_that_names_another_column_stays() -> None:
    assert options_after("strip_html", {"text": "body"}, column="text", output="text") == {
        "column": "body",
        "output": "body",
    }
    assert options_after("strip_html", {"text": "body"}, column="title") == {"column": "title"}
    assert options_after("exact_dedup", {"text": "body"}, columns=["url", "text"]) == {"columns": ["url", "body"]}


def test_a_text_that_is_no_column_stays() -> None:
    assert options_after("strip_urls", {"text": "body"}, replacement="text") == {
        "replacement": "text",
        "column": "body",
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('not text matches "a|text"', '`my text` not matches "a|text"'),
        (
            "length(text) > 3 and (other = 'text' or text is null)",
            'length(`my text`) > 3 and (other = "text" or `my text` is null)',
        ),
        ("other in ('text', 'b')", "other in ('text', 'b')"),
    ],
)
def test_conditions_get_the_new_name_in_options_and_in_where(before: str, after: str) -> None:
    assert options_after("expression_filter", {"text": "my text"}, expression=before) == {"expression": after}
    step = Step(id="s", operator="strip_html", options={"column": "other"}, where=before)
    assert rebound(Workflow(steps=(step,)), {"text": "my text"}).steps[0].where == after


def test_two_names_can_be_exchanged() -> None:
    step = Step(id="s", operator="expression_filter", options={"expression": "a > b"})
    assert rebound(Workflow(steps=(step,)), {"a": "b", "b": "a"}).steps[0].options == {"expression": "b > a"}


def test_the_same_name_and_an_unknown_operator_change_nothing() -> None:
    flow = Workflow(
        steps=(Step(id="a", operator="strip_html"), Step(id="b", operator="nobody", options={"column": "text"}))
    )
    assert rebound(flow, {"text": "text"}) == flow
    assert rebound(flow, {"text": "body"}).steps[1] == flow.steps[1]
