"""The JSON object of every command: its schema, its exit codes, and how it is filled."""

import json
from typing import Any

import jsonschema
import pytest
from dataflow_agent.agent.api import Standing
from dataflow_agent.agent.state import Ask, Draft, Question
from dataflow_agent.operators.core import Fault, InvalidInput
from dataflow_agent.pipelines.report import Report, StepReport
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.ui.document import (
    Document,
    document,
    from_invalid_input,
    from_standing,
    schema_text,
    shipped_schema,
)

WORKFLOW = Workflow(steps=(Step(id="words", operator="word_count_filter", options={"min_words": 50}),))
REPORT = Report(
    id="r-1",
    status="completed",
    workflow="workflow",
    inputs=("a.jsonl",),
    rows_in=3,
    rows_out=2,
    rejects=1,
    steps=(StepReport(id="words", operator="word_count_filter", rows_in=3, rows_out=2, kept=2, dropped=1),),
    output="/data/out.jsonl",
    output_sha256="00",
)
CONTRACT = {
    "status": str, "message": str, "warnings": list, "faults": list, "thread": str, "question": dict,
    "workflow": dict, "run": dict, "asks": list, "not_covered": list,
}  # fmt: skip


def valid(found: Document) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(found.to_json())
    jsonschema.Draft202012Validator(json.loads(shipped_schema())).validate(plain)
    return plain


def test_the_shipped_schema_is_that_of_the_models() -> None:
    assert shipped_schema() == schema_text(), "write schema_text() to ui/document.schema.json"


def test_a_full_standing_fills_every_key_of_the_contract() -> None:
    draft = Draft(workflow=WORKFLOW, reasons={"words": "the texts are short"}, not_covered=("make coffee",))
    standing = Standing(
        status="needs_input",
        message="Run this plan?",
        thread="t-1",
        question=Question(text="Run this plan?", options=("approve", "reject")),
        draft=draft,
        faults=(Fault(code="odd", message="odd", severity="warning"),),
        warnings=("look out",),
        asks=(Ask(text="keep long texts", steps=("words",), holds=True),),
        report=REPORT,
    )
    plain = valid(from_standing(standing))
    assert {key: type(value) for key, value in plain.items()} == CONTRACT
    assert plain["workflow"]["steps"] == [
        {
            "id": "words",
            "operator": "word_count_filter",
            "options": {"min_words": 50},
            "where": None,
            "reason": "the texts are short",
        }
    ]
    assert plain["question"] == {"text": "Run this plan?", "options": ["approve", "reject"]}
    assert plain["asks"] == [{"text": "keep long texts", "steps": ["words"], "holds": True}]
    assert plain["not_covered"] == ["make coffee"]
    assert plain["run"]["rows_in"] == 3
    assert set(plain["run"]["steps"][0]) == {
        "id", "operator", "rows_in", "rows_out", "kept", "dropped", "merged", "failed", "expanded", "children",
        "created", "changed", "reused", "seconds",
    }  # fmt: skip


def test_a_step_that_asked_a_model_tells_what_that_took() -> None:
    usage = {
        "calls": 3, "cached": 1, "retries": 2, "failures": 1, "prompt_tokens": 50, "completion_tokens": 7,
        "saved_tokens": 12, "cost": 0.25,
    }  # fmt: skip
    asked = StepReport.model_validate({"id": "label", "operator": "llm_generate", "usage": usage})
    reused = StepReport.model_validate({"id": "again", "operator": "llm_generate", "usage_saved": usage})
    run = REPORT.model_copy(update={"steps": (*REPORT.steps, asked, reused)})
    plain, first, second = valid(document("completed", "", report=run))["run"]["steps"]
    assert "usage" not in plain
    assert first["usage"] == usage
    assert second["usage"] == dict.fromkeys(usage, 0)


def test_the_workflow_of_a_document_can_be_applied() -> None:
    plain = valid(document("completed", "", workflow=WORKFLOW, reasons={"words": "why"}))
    assert Workflow.parse(plain["workflow"]) == WORKFLOW


@pytest.mark.parametrize(
    ("status", "code"),
    [("completed", 0), ("planned", 0), ("failed", 1), ("needs_input", 3), ("rejected", 4), ("interrupted", 130)],
)
def test_each_status_has_its_exit_code(status: Any, code: int) -> None:
    assert document(status, "").exit_code == code


def test_invalid_input_ends_with_2_and_other_failures_with_1() -> None:
    assert from_invalid_input(InvalidInput.of("bad", "bad")).exit_code == 2
    warned = document("failed", "stopped", faults=[Fault(code="odd", message="odd", severity="warning")])
    assert warned.exit_code == 1


def test_every_fault_is_in_the_document() -> None:
    error = InvalidInput([Fault(code="a", message="first"), Fault(code="b", message="second", step="words")])
    assert [fault["code"] for fault in valid(from_invalid_input(error))["faults"]] == ["a", "b"]


def test_the_schema_refuses_another_key_and_a_missing_one() -> None:
    plain = valid(document("completed", "done"))
    schema = jsonschema.Draft202012Validator(json.loads(shipped_schema()))
    assert not schema.is_valid({**plain, "more": 1})
    for key in CONTRACT:
        assert not schema.is_valid({name: value for name, value in plain.items() if name != key}), key
