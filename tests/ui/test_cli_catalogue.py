"""The catalogue, the history, `doctor` and usage: what is said, in words and in JSON."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import all_operators

Cli = Callable[..., Any]
OPERATOR = "word_count_filter"


@pytest.fixture
def ran(cli: Cli, plan: Path, data: Path) -> str:
    """The id of a run that changed, dropped and merged."""
    run: str = cli("apply", plan, "-i", data, "-o", "out.jsonl", "--json").document["run"]["id"]
    return run


def test_the_catalogue_lists_every_operator(cli: Cli) -> None:
    listed = cli("operators", "list", "--json").document["result"]["operators"]
    assert [line["name"] for line in listed] == [*all_operators()]
    assert all(line["summary"].endswith(".") for line in listed)


def test_the_catalogue_can_be_narrowed_to_a_kind(cli: Cli) -> None:
    listed = cli("operators", "list", "--kind", "refine", "--json").document["result"]["operators"]
    assert {line["kind"] for line in listed} == {"refine"}
    assert "strip_html" in cli("operators", "list", "--kind", "refine").out
    assert OPERATOR not in cli("operators", "list", "--kind", "refine").out


def test_an_operator_shows_its_options_and_an_example(cli: Cli) -> None:
    card = cli("operators", "show", OPERATOR, "--json").document["result"]["operator"]
    assert {"min_words", "max_words", "column"} <= set(card["options"]["properties"])
    assert len(card["example"]["out"]) < len(card["example"]["rows"])
    shown = cli("operators", "show", OPERATOR).out
    assert "Fewest words kept, inclusive" in shown
    assert "keep texts with at least 50 words" in shown


def test_an_operator_that_asks_a_model_shows_its_prompts(cli: Cli) -> None:
    card = cli("operators", "show", "llm_score", "--json").document["result"]["operator"]
    assert card["prompts"]["system"].startswith("You grade what the user gives you")
    shown = cli("operators", "show", "llm_score").out
    assert "Prompts of the example" in shown
    assert "You grade what the user gives you" in shown
    assert "How clear the text is." in shown


def test_an_operator_without_a_model_shows_no_prompts(cli: Cli) -> None:
    assert cli("operators", "show", OPERATOR, "--json").document["result"]["operator"]["prompts"] == {}
    assert "Prompts" not in cli("operators", "show", OPERATOR).out


def test_an_unknown_operator_is_answered_with_the_near_name(cli: Cli) -> None:
    said = cli("operators", "show", "word_cout_filter")
    assert said.code == 2
    assert "did you mean 'word_count_filter'?" in said.err


def test_a_search_finds_what_the_words_mean(cli: Cli) -> None:
    found = cli("operators", "search", "throw away documents that are too short", "--json").document["result"]
    assert found["operators"][0]["name"] == OPERATOR
    scores = [line["score"] for line in found["operators"]]
    assert scores == sorted(scores, reverse=True)
    refiners = cli("operators", "search", "remove tags", "--kind", "refine", "--json").document["result"]["operators"]
    assert {line["kind"] for line in refiners} == {"refine"}


def test_the_history_lists_the_newest_run_first(cli: Cli, ran: str, plan: Path, data: Path) -> None:
    second = cli("apply", plan, "-i", data, "-o", "second.jsonl", "--json").document["run"]["id"]
    lines = cli("runs", "list", "--json").document["result"]["runs"]
    assert {line["id"] for line in lines} == {ran, second}
    assert [line["started"] for line in lines] == sorted((line["started"] for line in lines), reverse=True)
    assert lines[0]["rows_in"] == 5
    assert len(cli("runs", "list", "--limit", "1", "--json").document["result"]["runs"]) == 1
    assert "rows.jsonl" in cli("runs", "list").out


def test_an_empty_history_says_how_to_begin(cli: Cli) -> None:
    assert cli("runs", "list", "--json").document["result"]["runs"] == []
    assert "dataflow-agent demo" in cli("runs", "list").out


def test_a_run_is_shown_again_as_it_was(cli: Cli, ran: str) -> None:
    found = cli("runs", "show", ran[:15], "--json").document
    assert found["run"]["id"] == ran
    assert found["result"]["reasons"] == {"words": {"word_count_too_low": 1}, "exact_dedup": {"duplicate": 1}}
    assert Path(found["result"]["folder"]).is_dir()
    assert "5 rows in, 3 out" in cli("runs", "show", "last").out


def test_the_story_of_a_dropped_row_names_value_and_rule(cli: Cli, ran: str) -> None:
    told = cli("runs", "why", "last", "4").out
    assert "Row 4 was dropped by words." in told
    assert re.search(r"words +dropped: word_count = 1, kept is at least 2\n", told)
    assert f"dataflow-agent operators show {OPERATOR}" in told
    story = cli("runs", "why", ran, "4", "--json").document["result"]
    assert (story["row"], story["fate"]) == ("0:4", "dropped")
    assert [event["step"] for event in story["events"]] == ["strip_html", "words"]


def test_the_story_of_a_merged_row_names_the_row_it_resembles(cli: Cli, ran: str) -> None:
    told = cli("runs", "why", "last", "3").out
    assert "Row 3 was merged into row 1 by exact_dedup." in told
    assert "similarity = 1" in told
    assert f"dataflow-agent runs why {ran} 1" in told


def test_the_story_of_a_row_that_went_through_says_what_changed(cli: Cli, ran: str) -> None:
    told = cli("runs", "why", ran, "5").out
    assert "Row 5 went through every step and is in the result." in told
    assert re.search(r"strip_html +changed", told)


@pytest.mark.parametrize(
    "arguments", [("runs", "why", "last", "99"), ("runs", "why", "nope", "1"), ("runs", "show", "x")]
)
@pytest.mark.usefixtures("ran")
def test_a_run_or_row_that_is_not_there_is_said_so(cli: Cli, arguments: tuple[str, ...]) -> None:
    said = cli(*arguments)
    assert said.code == 2
    assert repr(arguments[-1] if arguments[2] != "nope" else "nope") in said.err
    assert cli(*arguments, "--json").document["faults"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["aply"], "aply"),
        (["operators"], "operators --help"),
        (["run"], "-i data.jsonl"),
        (["run", "words"], "-i data.jsonl"),
        (["run", "--thread", "t-1"], "--answer"),
        (["run", "words", "-i", "x", "--planner", "best"], "--planner"),
        (["operators", "list", "--kind", "nice"], "--kind"),
        (["operators", "show"], "operators show --help"),
        (["apply", "\udcff.yaml", "-i", "x", "-o", "y"], "UTF-8"),
    ],
)
def test_a_command_line_that_is_not_understood_ends_with_2_in_words_and_in_json(
    cli: Cli, arguments: list[str], named: str
) -> None:
    said = cli(*arguments)
    assert (said.code, said.out) == (2, "")
    assert named in said.err
    as_json = cli(*arguments, "--json")
    assert as_json.code == 2
    assert as_json.document["status"] == "failed"
    assert [fault["code"] for fault in as_json.document["faults"]] == ["usage"]


def test_help_names_every_command(cli: Cli) -> None:
    said = cli("--help")
    assert said.code == 0
    for command in ("run", "plan", "apply", "chat", "ui", "operators", "runs", "doctor", "demo"):
        assert re.search(rf"\b{command}\b", said.out)


def test_the_version_is_that_of_the_package(cli: Cli) -> None:
    from importlib.metadata import version

    assert cli("--version").out == f"dataflow-agent {version('dataflow-agent')}\n"


def test_a_setting_that_cannot_be_used_is_named_without_its_value(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_IN_FLIGHT", "hunter2")
    said = cli("runs", "list")
    assert said.code == 2
    assert "DATAFLOW_LLM_IN_FLIGHT" in said.err
    assert "hunter2" not in said.err


def test_a_home_that_cannot_be_made_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setenv("DATAFLOW_HOME", str(data / "below-a-file"))
    said = cli("runs", "list")
    assert said.code == 2
    assert "DATAFLOW_HOME" in said.err
