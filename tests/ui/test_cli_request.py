"""`run` and `plan`: from a request to its plan, to the answer, to the result; by rules, without a key or a network."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.pipelines.workflow import Workflow

Cli = Callable[..., Any]
REQUEST = "strip HTML tags, keep texts of at least 2 words and drop exact duplicates"
OFFLINE = ("--planner", "offline")


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


CLEAN = ["alpha beta gamma delta", "one two three four", "bold words are here"]


def test_with_yes_a_request_becomes_a_result(cli: Cli, data: Path, tmp_path: Path) -> None:
    found = cli("run", REQUEST, "-i", data, "-o", "out.jsonl", "--yes", *OFFLINE, "--json")
    assert found.code == 0
    said = found.document
    assert said["status"] == "completed"
    assert texts(tmp_path / "out.jsonl") == CLEAN
    assert said["run"]["rows_out"] == 3
    assert [ask["holds"] for ask in said["asks"]].count(False) == 0
    assert any(ask["holds"] is True for ask in said["asks"])
    assert all(step["reason"] for step in said["workflow"]["steps"])
    assert said["not_covered"] == []


def test_people_see_plan_numbers_and_checks(cli: Cli, data: Path, tmp_path: Path) -> None:
    said = cli("run", REQUEST, "-i", data, "-o", "out.jsonl", "--yes", *OFFLINE)
    assert said.code == 0
    assert "5 rows in, 3 out" in said.out
    assert "holds" in said.out
    assert str(tmp_path / "out.jsonl") in said.out
    assert "dataflow-agent runs why last 4" in said.out
    assert max(map(len, said.out.splitlines())) <= max(80, len(str(tmp_path)) + 60)


def test_without_yes_nothing_runs_until_the_thread_is_answered(cli: Cli, data: Path, tmp_path: Path) -> None:
    asked = cli("run", REQUEST, "-i", data, "-o", "out.jsonl", *OFFLINE, "--json")
    assert asked.code == 3
    waiting = asked.document
    assert waiting["status"] == "needs_input"
    assert waiting["question"] == {"text": "Run this plan?", "options": ["approve", "reject"]}
    assert waiting["run"] is None
    assert not (tmp_path / "out.jsonl").exists()
    assert Workflow.parse(waiting["workflow"]).steps
    done = cli("run", "--thread", waiting["thread"], "--answer", "approve", *OFFLINE, "--json")
    assert done.code == 0
    assert done.document["status"] == "completed"
    assert texts(tmp_path / "out.jsonl") == CLEAN


def test_without_a_terminal_the_plan_is_shown_with_how_to_answer_it(cli: Cli, data: Path) -> None:
    asked = cli("run", REQUEST, "-i", data, "-o", "out.jsonl", *OFFLINE)
    assert asked.code == 3
    assert "Plan: 3 steps" in asked.out
    assert "Run this plan?" in asked.out
    assert "dataflow-agent run --thread t-" in asked.out
    assert "--answer approve" in asked.out


def test_reject_ends_with_4_and_runs_nothing(cli: Cli, data: Path, tmp_path: Path) -> None:
    thread = cli("run", REQUEST, "-i", data, "-o", "out.jsonl", *OFFLINE, "--json").document["thread"]
    said = cli("run", "--thread", thread, "--answer", "reject", *OFFLINE, "--json")
    assert said.code == 4
    assert said.document["status"] == "rejected"
    assert not (tmp_path / "out.jsonl").exists()


def test_words_change_the_plan_and_it_is_asked_again(cli: Cli, data: Path) -> None:
    thread = cli("run", REQUEST, "-i", data, "-o", "out.jsonl", *OFFLINE, "--json").document["thread"]
    changed = cli("run", "--thread", thread, "--answer", "make it 4 words", *OFFLINE, "--json")
    assert changed.code == 3
    options = {step["operator"]: step["options"] for step in changed.document["workflow"]["steps"]}
    assert options["word_count_filter"]["min_words"] == 4


def test_an_output_given_with_the_answer_is_where_the_result_goes(cli: Cli, data: Path, tmp_path: Path) -> None:
    thread = cli("run", REQUEST, "-i", data, "-o", "out.jsonl", *OFFLINE, "--json").document["thread"]
    done = cli("run", "--thread", thread, "--answer", "approve", "-o", "other.csv", *OFFLINE, "--json")
    waiting = done.document
    if waiting["status"] == "needs_input":  # asked again, now that the place is another one
        done = cli("run", "--thread", thread, "--answer", "approve", *OFFLINE, "--json")
    assert done.code == 0
    assert (tmp_path / "other.csv").exists()
    assert not (tmp_path / "out.jsonl").exists()


def test_without_an_output_the_result_lies_here_with_a_name_that_says_so(cli: Cli, data: Path, tmp_path: Path) -> None:
    said = cli("run", REQUEST, "-i", data, "--yes", *OFFLINE, "--json").document
    assert said["run"]["output"] == str(tmp_path / "rows.clean.jsonl")
    assert texts(tmp_path / "rows.clean.jsonl") == CLEAN


def test_what_no_step_covers_is_asked_about_unless_partial(cli: Cli, data: Path, tmp_path: Path) -> None:
    request = "strip HTML tags, and translate the texts into Klingon"
    asked = cli("run", request, "-i", data, "-o", "out.jsonl", "--yes", *OFFLINE, "--json")
    assert asked.code == 3
    assert any("Klingon" in clause for clause in asked.document["not_covered"])
    assert not (tmp_path / "out.jsonl").exists()
    partly = cli("run", request, "-i", data, "-o", "out.jsonl", "--yes", "--partial", *OFFLINE, "--json")
    assert partly.code == 0
    assert any("Klingon" in clause for clause in partly.document["not_covered"])


def test_what_nothing_can_do_is_rejected_with_the_reason(cli: Cli, data: Path) -> None:
    said = cli("run", "translate the texts into Klingon", "-i", data, "-o", "out.jsonl", *OFFLINE, "--json")
    assert said.code == 4
    assert said.document["status"] == "rejected"
    assert said.document["message"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run", REQUEST, "-i", "nope.jsonl", "--yes"], "nope.jsonl"),
        (["run", REQUEST, "-i", "rows.jsonl", "-o", "no/out.jsonl", "--yes"], "no"),
        (["run", REQUEST, "-i", "rows.jsonl", "-o", "rows.jsonl", "--yes"], "rows.jsonl"),
        (["run", "  ", "-i", "rows.jsonl", "--yes"], "empty"),
        (["run", "--thread", "t-nope", "--answer", "approve"], "t-nope"),
        (["plan", REQUEST, "-i", "rows.jsonl", "-o", "no/plan.yaml"], "no"),
        (["plan", REQUEST, "-i", "rows.jsonl", "-o", "rows.jsonl"], "would replace data"),
    ],
)
def test_a_request_that_cannot_be_used_ends_with_2_and_its_faults(
    cli: Cli, data: Path, arguments: list[str], named: str
) -> None:
    before = data.read_bytes()
    said = cli(*arguments, *OFFLINE)
    assert said.code == 2
    assert named in said.err
    as_json = cli(*arguments, *OFFLINE, "--json")
    assert as_json.code == 2
    assert as_json.document["faults"]
    assert data.read_bytes() == before


def test_the_planner_llm_without_an_endpoint_says_what_to_set(cli: Cli, data: Path) -> None:
    said = cli("run", REQUEST, "-i", data, "--yes", "--planner", "llm")
    assert said.code == 2
    assert "DATAFLOW_LLM_BASE_URL" in said.err


def test_a_plan_is_saved_with_its_reasons_and_applies(cli: Cli, data: Path, tmp_path: Path) -> None:
    said = cli("plan", REQUEST, "-i", data, "-o", "plan.yaml", *OFFLINE)
    assert said.code == 0
    assert f"dataflow-agent apply plan.yaml -i {data}" in said.out
    text = (tmp_path / "plan.yaml").read_text()
    assert sum(line.startswith("# ") for line in text.splitlines()) == text.count("- id: ") == 3
    assert cli("apply", "plan.yaml", "-i", data, "-o", "out.jsonl").code == 0
    assert texts(tmp_path / "out.jsonl") == CLEAN


def test_a_plan_in_json_holds_the_reasons_as_keys(cli: Cli, data: Path, tmp_path: Path) -> None:
    said = cli("plan", REQUEST, "-i", data, "-o", "plan.json", *OFFLINE, "--json").document
    assert said["status"] == "planned"
    assert json.loads((tmp_path / "plan.json").read_text()) == said["workflow"]
    assert Workflow.from_yaml(tmp_path / "plan.json") == Workflow.parse(said["workflow"])


def test_a_plan_that_is_there_is_only_replaced_with_overwrite(cli: Cli, data: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    assert cli("plan", REQUEST, "-i", data, "-o", "mine.yaml", *OFFLINE).code == 2
    assert (tmp_path / "mine.yaml").read_text() == "mine"
    assert cli("plan", REQUEST, "-i", data, "-o", "mine.yaml", "--overwrite", *OFFLINE).code == 0
    assert Workflow.from_yaml(tmp_path / "mine.yaml").steps


def test_a_plan_runs_nothing_and_its_thread_can_be_run(cli: Cli, data: Path, tmp_path: Path) -> None:
    thread = cli("plan", REQUEST, "-i", data, *OFFLINE, "--json").document["thread"]
    assert not [*tmp_path.glob("*clean*")]
    done = cli("run", "--thread", thread, "--answer", "approve", "-o", "out.jsonl", *OFFLINE, "--json")
    assert done.document["status"] == "completed"
    assert texts(tmp_path / "out.jsonl") == CLEAN
