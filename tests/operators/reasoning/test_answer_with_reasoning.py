"""Questions answered step by step: the text as it is, what fails, and an output column that exists already."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import EndpointError, Reply, Schema
from dataflow_agent.operators.reasoning.answer_with_reasoning import AnswerWithReasoning
from dataflow_agent.pipelines.validate import Resources, validate
from dataflow_agent.pipelines.workflow import Workflow

Tell = Callable[..., Any]
ROW = {"instruction": "What is 2 + 3?", "id": 1}


@pytest.mark.parametrize("said", ["So \\boxed{5}.", '{"a": 1} \\frac{1}{2}', "<think>2+3</think>\n5", "no box"])
def test_the_reply_is_written_as_the_model_said_it(told: Tell, said: str) -> None:
    done = told(AnswerWithReasoning(), [ROW], [f"\n{said} \n"])
    assert done.rows == [{**ROW, "generated_cot": said}]
    assert done.asked[0].reply_schema is None


def test_a_box_is_asked_for_in_mathematics_only(told: Tell) -> None:
    assert "\\boxed{}" in told(AnswerWithReasoning(), [ROW], ["5"]).asked[0].system
    general = told(AnswerWithReasoning(domain="general", instructions="Be kind.", language="French"), [ROW], ["5"])
    assert "boxed" not in general.asked[0].system
    assert "Be kind." in general.asked[0].system
    assert "French" in general.asked[0].system


def test_an_empty_a_cut_off_and_no_reply_fail_their_rows_and_no_other(told: Tell) -> None:
    replies = [" \n", Reply("2 + ", finish_reason="length"), EndpointError("gone"), "5"]
    done = told(AnswerWithReasoning(), [ROW] * 4, replies)
    assert [reason for _, reason in done.fates] == ["empty_reply", "reply_cut_off", "no_answer", None]
    assert len(done.rows) == 1


def test_rows_without_a_question_fail_and_cost_nothing(told: Tell) -> None:
    rows = [{"instruction": bad} for bad in (None, 5, ["a"], "\t")]
    done = told(AnswerWithReasoning(), rows, [])
    assert [reason for _, reason in done.fates] == ["no_value", "no_value", "no_value", "empty_text"]
    assert told(AnswerWithReasoning(on_null="keep"), rows[:1], []).rows == [
        {"instruction": None, "generated_cot": None}
    ]


def test_an_answer_that_is_there_is_announced_as_lost_before_the_run_and_then_replaced(told: Tell) -> None:
    step = {"id": "answer", "operator": "answer_with_reasoning", "options": {"output": "output"}}
    workflow = Workflow.parse({"name": "w", "steps": [step]})
    schema = Schema.of(instruction="text", output="text")
    faults = validate(workflow, schema, Resources(needs=frozenset({"llm"})))
    assert [(fault.code, fault.severity, fault.got) for fault in faults] == [("overwrites_column", "warning", "output")]
    assert told(AnswerWithReasoning(output="output"), [{**ROW, "output": "old"}], ["new"]).rows == [
        {**ROW, "output": "new"}
    ]


def test_only_what_lacks_an_answer_is_answered_where_that_is_asked_for(told: Tell) -> None:
    there: list[Any] = ["old", 5, 0, False, ["a"]]
    missing: list[Any] = [None, "", " \n"]
    operator = AnswerWithReasoning(output="output", only_missing=True)
    done = told(operator, [*({**ROW, "output": one} for one in [*there, *missing]), ROW], lambda _: "new")
    assert [row["output"] for row in done.rows] == [*there, *["new"] * 4]
    assert len(done.asked) == 4
    assert operator.calls(3) == (0, 3)
    assert AnswerWithReasoning().calls(3) == (3, 3)
    assert "output" in operator.reads()


def test_an_answer_that_is_kept_is_not_announced_as_lost() -> None:
    step = {"id": "a", "operator": "answer_with_reasoning", "options": {"output": "output", "only_missing": True}}
    workflow, resources = Workflow.parse({"name": "w", "steps": [step]}), Resources(needs=frozenset({"llm"}))
    assert validate(workflow, Schema.of(instruction="text", output="text"), resources) == []
    operator = AnswerWithReasoning(output="output", only_missing=True)
    assert operator.output_schema(Schema.of(instruction="text", output="integer"), {})["output"].dtype == "json"
    assert operator.output_schema(Schema.of(instruction="text", output="text"), {})["output"].dtype == "text"


def test_a_row_that_fails_takes_no_kept_answer_with_it(told: Tell) -> None:
    rows = [{**ROW, "output": "old"}, {**ROW, "output": None}, {"instruction": " ", "output": None}]
    done = told(AnswerWithReasoning(output="output", only_missing=True), rows, [EndpointError("gone")])
    assert done.fates == [("kept", None), ("failed", "no_answer"), ("failed", "empty_text")]
    assert done.rows == rows[:1]
