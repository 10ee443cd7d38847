"""Steps that ask a model, in workflows: faults before the run, renamed columns, recipes, and what the ledger says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, EndpointError, InvalidInput, Request, Schema
from dataflow_agent.operators.core.testing import ScriptedLLM
from dataflow_agent.pipelines.binding import rebound
from dataflow_agent.pipelines.engine.physical import plan_stages, planned_steps
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.validate import Resources, validate
from dataflow_agent.pipelines.workflow import Step, Workflow

OFFERED = Resources(needs=frozenset({"llm"}))
SCHEMA = Schema.of(text="text", title="text")
PROMPT = "Title {title}, text {text}"


def flow(operator: str, **options: Any) -> Workflow:
    return Workflow(steps=(Step(id="ask", operator=operator, options=options),))


@pytest.mark.parametrize(
    ("operator", "options"),
    [
        ("llm_generate", {"prompt": "About {titel}: {text}"}),
        ("llm_rewrite", {"instruction": "x", "prompt": "{titel} {text}"}),
        ("llm_score", {"prompt": "{titel}"}),
        ("llm_filter", {"question": "x", "prompt": "{titel}"}),
        ("llm_map_chunks", {"prompt": "{titel} {text}"}),
        ("llm_map_chunks", {"prompt": "{text}", "combine": "for {titel}"}),
    ],
)
def test_a_template_that_names_a_missing_column_is_a_fault_before_the_run(
    operator: str, options: dict[str, Any]
) -> None:
    (found,) = validate(flow(operator, **options), SCHEMA, OFFERED)
    assert (found.code, found.severity, found.step, found.got) == ("missing_column", "error", "ask", "titel")
    assert "title" in found.message


def test_templates_over_columns_that_are_there_have_no_faults() -> None:
    assert validate(flow("llm_generate", prompt=PROMPT), SCHEMA, OFFERED) == []
    assert validate(flow("llm_score", prompt="{title}"), Schema.of(title="text"), OFFERED) == []


@pytest.mark.parametrize(
    ("operator", "options", "changed"),
    [
        ("llm_generate", {"prompt": PROMPT}, {"prompt": "Title {title}, text {my body}"}),
        ("llm_generate", {"prompt": "{{text}} {title}"}, {"prompt": "{{text}} {title}"}),
        ("llm_rewrite", {"instruction": "{text}"}, {"instruction": "{text}", "column": "my body"}),
        ("llm_filter", {"question": "x", "prompt": "{text}"}, {"prompt": "{my body}", "column": "my body"}),
        ("llm_map_chunks", {"prompt": "{text}"}, {"prompt": "{my body}", "column": "my body"}),
    ],
)
def test_renamed_columns_reach_templates(operator: str, options: dict[str, Any], changed: dict[str, Any]) -> None:
    renamed = rebound(flow(operator, **options), {"text": "my body"})
    assert renamed.steps[0].options == {**options, **changed}
    assert validate(renamed, Schema.of(**{"my body": "text", "title": "text"}), OFFERED) == []


def test_a_name_that_no_template_can_hold_is_refused_in_words() -> None:
    with pytest.raises(InvalidInput, match="rename the column first"):
        rebound(flow("llm_generate", prompt=PROMPT), {"text": "a{b"})


@pytest.mark.parametrize(
    ("operator", "one", "other"),
    [
        ("llm_generate", {"prompt": "A {text}"}, {"prompt": "B {text}"}),
        ("llm_rewrite", {"instruction": "A"}, {"instruction": "B"}),
        ("llm_score", {"preset": "text_quality"}, {"rubric": "A"}),
    ],
)
def test_prompts_are_part_of_the_recipe(operator: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    def fingerprint(options: dict[str, Any]) -> str:
        (planned,) = planned_steps(flow(operator, **options), SCHEMA, {}, lambda: {"llm": "m"})
        return planned.fingerprint

    assert fingerprint(one) == fingerprint(one)
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("remote", [True, False])
def test_an_embedder_at_an_endpoint_is_asked_by_the_main_process_alone(remote: bool) -> None:
    (stage,) = plan_stages(flow("embed_text"), SCHEMA, {}, lambda: {"embedder": "e"}, lambda: remote)
    assert stage.local is remote


Ran = Callable[..., tuple[RunResult, list[dict[str, Any]]]]


@pytest.fixture
def ran(tmp_path: Path) -> Ran:
    """Runs a step over rows with a model, and gives the result and the rows that come out."""

    def go(model: ScriptedLLM, rows: list[dict[str, Any]], workflow: Workflow) -> Any:
        data, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        result = run(
            workflow, data, out, overwrite=True, context=lambda: Context(llm=model), available=OFFERED, part_rows=2
        )
        return result, [json.loads(line) for line in out.read_text().splitlines()]

    return go


def test_rows_that_failed_are_named_with_step_reason_and_words_and_the_others_go_on(ran: Ran) -> None:
    def say(request: Request) -> Any:
        if "broken" in request.prompt or request.turns:
            return "no JSON " * 1000
        return EndpointError("no route to the model") if "lost" in request.prompt else '{"n": 1}'

    rows = [{"text": text} for text in ("fine", "broken", "lost", None, "fine too")]
    result, out = ran(
        ScriptedLLM(say), rows, flow("llm_generate", prompt="Count {text}", reply_schema={"n": "integer"})
    )
    assert out == [{"text": "fine", "n": 1}, {"text": "fine too", "n": 1}]
    lines = (Home.of().run_folder(result.id) / "failed.jsonl").read_text().splitlines()
    assert [(one["step"], one["reason"]) for one in map(json.loads, lines)] == [
        ("ask", "invalid_reply"),
        ("ask", "no_answer"),
        ("ask", "no_value"),
    ]
    told = result.ledger.failed().select("_row", "step", "reason", "detail").rows()
    assert [one[:3] for one in told] == [
        ("0:2", "ask", "invalid_reply"),
        ("0:3", "ask", "no_answer"),
        ("0:4", "ask", "no_value"),
    ]
    assert "no JSON object" in told[0][3]
    assert told[1][3] == "no route to the model"
    assert all(len(one[3]) <= 500 for one in told)


def test_a_filter_that_asked_has_its_answers_in_the_ledger(ran: Ran) -> None:
    def say(request: Request) -> str:
        return json.dumps({"reason": "it says so", "answer": "yes" in request.prompt})

    result, out = ran(ScriptedLLM(say), [{"text": "yes"}, {"text": "no"}], flow("llm_filter", question="Yes?"))
    assert out == [{"text": "yes"}]
    (event,) = result.ledger.why("2").events
    assert (event.did, event.reason) == ("dropped", "answer_not_allowed")
    assert event.metrics == {"answer": False, "explanation": "it says so"}


def test_new_rows_come_last_and_know_their_parents(ran: Ran) -> None:
    model = ScriptedLLM(['{"text": "new one"}', '{"text": "new two"}'])
    rows = [{"text": f"seed {n}", "n": n} for n in range(5)]
    result, out = ran(model, rows, flow("llm_generate_rows", count=2, examples=2))
    assert out == [*rows, {"text": "new one"}, {"text": "new two"}]
    assert result.report.steps[0].created == 2
    parents = result.ledger.why("ask:1").events[0].parents
    assert len(parents) == 2
    assert set(parents) <= {f"0:{n}" for n in range(1, 6)}


def test_new_rows_of_a_topic_bring_their_column(ran: Ran) -> None:
    model = ScriptedLLM(['{"text": "new one"}'])
    _, out = ran(model, [{"id": 1}], flow("llm_generate_rows", count=1, examples=0, topic="rivers"))
    assert out == [{"id": 1, "text": None}, {"text": "new one"}]


def test_missing_new_rows_are_a_warning_of_the_report(ran: Ran) -> None:
    model = ScriptedLLM(lambda _: "no")
    result, out = ran(model, [{"text": "seed"}], flow("llm_generate_rows", count=1))
    assert out == [{"text": "seed"}]
    assert any("1 of 1 new rows are missing" in warning for warning in result.report.warnings)
