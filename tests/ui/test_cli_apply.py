"""`apply`: what is run, what is refused and how it is said."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


def test_it_writes_the_result_and_ends_with_0(cli: Cli, plan: Path, data: Path, tmp_path: Path) -> None:
    said = cli("apply", plan, "-i", data, "-o", "out.jsonl")
    assert said.code == 0
    assert texts(tmp_path / "out.jsonl") == ["alpha beta gamma delta", "one two three four", "bold words are here"]
    assert "5 rows in, 3 out" in said.out
    assert "word_count_too_low 1" in said.out
    assert str(tmp_path / "out.jsonl") in said.out


def test_the_numbers_of_its_document_add_up(cli: Cli, plan: Path, data: Path, tmp_path: Path) -> None:
    found = cli("apply", plan, "-i", data, "-o", "out.jsonl", "--json").document
    assert found["status"] == "completed"
    run = found["run"]
    assert (run["rows_in"], run["rows_out"], run["rejects"]) == (5, 3, 0)
    assert run["output"] == str(tmp_path / "out.jsonl")
    assert [(step["id"], step["rows_in"], step["rows_out"]) for step in run["steps"]] == [
        ("strip_html", 5, 5),
        ("words", 5, 4),
        ("exact_dedup", 4, 3),
    ]
    assert [step["changed"] for step in run["steps"]] == [1, 0, 0]
    assert [step["merged"] for step in run["steps"]] == [0, 0, 1]
    assert [step["id"] for step in found["workflow"]["steps"]] == ["strip_html", "words", "exact_dedup"]


def test_with_json_nothing_is_said_beside_the_object(cli: Cli, plan: Path, data: Path) -> None:
    said = cli("apply", plan, "-i", data, "-o", "out.jsonl", "--json")
    assert set(said.document) == {
        "status", "message", "warnings", "faults", "thread", "question", "workflow", "run", "asks", "not_covered",
    }  # fmt: skip
    assert said.err == ""


def test_all_that_is_wrong_with_a_plan_is_named_at_once_with_near_names(cli: Cli, data: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "steps:\n"
        "- {id: a, operator: strip_htm}\n"
        "- {id: b, operator: word_cout_filter}\n"
        "- {id: c, operator: word_count_filter, options: {min_word: 50}}\n"
    )
    said = cli("apply", bad, "-i", data, "-o", "out.jsonl")
    assert said.code == 2
    for wrong, right in {
        "strip_htm": "strip_html",
        "word_cout_filter": "word_count_filter",
        "min_word": "min_words",
    }.items():
        assert f"'{wrong}'; did you mean '{right}'?" in said.err
    assert "c: min_word 50 -> min_words 50" in said.err
    found = cli("apply", bad, "-i", data, "-o", "out.jsonl", "--json").document
    assert [fault["step"] for fault in found["faults"]] == ["a", "b", "c"]
    assert {fault["suggestion"]["edit"] for fault in found["faults"]} == {"replace", "set_option"}
    assert not (tmp_path / "out.jsonl").exists()


def test_an_output_that_is_there_is_refused_and_accepted_as_its_own(
    cli: Cli, plan: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("mine\n")
    refused = cli("apply", plan, "-i", data, "-o", out)
    assert refused.code == 2
    assert str(out) in refused.err
    assert "--overwrite" in refused.err
    assert out.read_text() == "mine\n"
    assert cli("apply", plan, "-i", data, "-o", out, "--overwrite").code == 0
    again = cli("apply", plan, "-i", data, "-o", out, "--json")
    assert again.code == 0
    assert [step["reused"] for step in again.document["run"]["steps"]] == [5, 5, 4]


# What is given in place of the plan, the data and the output, more options, and what the message must name.
CASES: dict[str, tuple[dict[str, str], list[str], str]] = {
    "missing data": ({"data": "nope.jsonl"}, [], "nope.jsonl"),
    "missing plan": ({"plan": "nope.yaml"}, [], "nope.yaml"),
    "empty data": ({"data": "empty.jsonl"}, [], "empty.jsonl"),
    "wrong column": ({"plan": "column.yaml"}, [], "'text'"),
    "no such folder": ({"output": "no/out.jsonl"}, [], "no/out.jsonl"),
    "unknown format": ({"output": "out.docx"}, [], "out.docx"),
    "unknown option": ({}, ["--overwrit"], "--overwrite"),
    "sample of none": ({}, ["--sample", "0"], "--sample"),
    "bad limit": ({}, ["--max-failures", "some"], "--max-failures"),
    "bad resource": ({}, ["--resource", "words"], "NAME=PATH"),
}


@pytest.mark.usefixtures("plan", "data")
@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_named_in_words_and_in_json_and_ends_with_2(cli: Cli, tmp_path: Path, case: str) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "column.yaml").write_text("steps: [{id: a, operator: word_count_filter, options: {column: txt}}]")
    instead, more, named = CASES[case]
    given = {"plan": "plan.yaml", "data": "rows.jsonl", "output": "out.jsonl"} | instead
    arguments = ["apply", given["plan"], "-i", given["data"], "-o", given["output"], *more]
    said = cli(*arguments)
    assert said.code == 2
    assert named in said.err
    as_json = cli(*arguments, "--json")
    assert as_json.code == 2
    assert as_json.document["status"] == "failed"
    assert any(named in fault["message"] for fault in as_json.document["faults"])
    assert not [*tmp_path.glob("out.*")]


def test_a_limit_of_failures_ends_the_run_with_1_and_the_numbers_so_far(cli: Cli, data: Path, tmp_path: Path) -> None:
    plan = tmp_path / "failing.yaml"
    plan.write_text("steps:\n- {id: a, operator: word_count_filter, options: {on_null: fail}}\n")
    data.write_text('{"text": "enough"}\n{"text": null}\n')
    failed = cli("apply", plan, "-i", data, "-o", "out.jsonl", "--max-failures", "0", "--json")
    assert failed.code == 1
    assert failed.document["status"] == "failed"
    assert "--max-failures" in failed.document["message"]
    assert failed.document["run"]["steps"][0]["failed"] == 1
    assert "--max-failures" in failed.err
    assert not (tmp_path / "out.jsonl").exists()


def test_rows_that_fail_within_the_limit_are_a_warning(cli: Cli, data: Path, tmp_path: Path) -> None:
    plan = tmp_path / "failing.yaml"
    plan.write_text("steps:\n- {id: a, operator: word_count_filter, options: {on_null: fail, min_words: 1}}\n")
    data.write_text('{"text": "enough"}\n{"text": null}\nno json\n')
    said = cli("apply", plan, "-i", data, "-o", "out.jsonl", "--json")
    assert said.code == 0
    assert any("failed.jsonl" in warning for warning in said.document["warnings"])
    assert any("rejects.jsonl" in warning for warning in said.document["warnings"])
    assert said.document["run"]["rejects"] == 1


def test_a_sample_reads_only_the_first_rows(cli: Cli, plan: Path, data: Path) -> None:
    found = cli("apply", plan, "-i", data, "-o", "out.jsonl", "--sample", "2", "--json").document
    assert found["run"]["rows_in"] == 2


def test_several_inputs_are_one_dataset(cli: Cli, plan: Path, data: Path, tmp_path: Path) -> None:
    second = tmp_path / "more.jsonl"
    second.write_text('{"text": "from another file"}\n{"text": "one two three four"}\n')
    found = cli("apply", plan, "-i", data, "-i", second, "-o", "out.jsonl", "--json").document
    assert (found["run"]["rows_in"], found["run"]["rows_out"]) == (7, 4)
    assert "merged into row rows.jsonl:2" in cli("runs", "why", "last", "more.jsonl:2").out
