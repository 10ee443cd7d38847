"""`pipelines list|show|run`: what ships, as text and as JSON, and runs that are those of `apply`."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.pipelines.builtin import builtins, pipeline
from dataflow_agent.pipelines.workflow import Workflow

Cli = Callable[..., Any]
NAME = "text_pretrain_filter"
SAMPLE = Path(str(files("dataflow_agent.pipelines").joinpath("samples", "demo.jsonl")))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The sample with its text in another column, beside a title."""
    path = tmp_path / "raw.jsonl"
    rows = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    path.write_text("".join(json.dumps({"title": "A page", "raw_content": row["text"]}) + "\n" for row in rows))
    return path


def test_every_pipeline_is_listed_with_what_is_missing_here(cli: Cli) -> None:
    lines = cli("pipelines", "list", "--json").document["result"]["pipelines"]
    assert [line["name"] for line in lines] == [*builtins()]
    assert {line["name"]: line["missing"] for line in lines}[NAME] == []
    said = cli("pipelines", "list").out
    assert NAME in said
    assert "can run" in said


def test_a_pipeline_is_shown_with_its_steps_options_and_reasons(cli: Cli) -> None:
    found = cli("pipelines", "show", NAME, "--json").document
    steps = {step["id"]: step for step in found["workflow"]["steps"]}
    assert steps["word_count_filter"]["options"] == {"min_words": 20, "max_words": 100000}
    assert steps["language_filter"]["reason"].startswith("The other rules and the blocklist are made for English")
    card = found["result"]["pipeline"]
    assert card["columns"] == {"text": "the text of a document"}
    assert Path(card["sample"]) == SAMPLE
    said = cli("pipelines", "show", NAME).out
    for word in ("24 steps", "language_filter", "min_words = 20", "clean this crawl for pretraining", "plan.yaml"):
        assert word in said


def test_the_options_of_a_pipeline_are_shown_with_defaults_and_set_by_name(cli: Cli) -> None:
    card = cli("pipelines", "show", NAME, "--json").document["result"]["pipeline"]
    assert card["options"]["min_words"]["default"] == 20
    assert card["columns_out"] == ["text"]
    assert card["calls"] == {"rows": 1000, "fewest": 0, "most": 0}
    shown = cli("pipelines", "show", NAME, "--set", "min_words=33", "--set", "languages=[de, en]", "--json").document
    steps = {step["id"]: step["options"] for step in shown["workflow"]["steps"]}
    assert steps["word_count_filter"]["min_words"] == 33
    assert steps["language_filter"]["languages"] == ["de", "en"]
    out = cli("pipelines", "run", NAME, "-i", SAMPLE, "-o", "set.jsonl", "--set", "min_words=100000", "--json").document
    assert out["run"]["rows_out"] == 0


@pytest.mark.parametrize("given", ["min_wrods=3", "min_words", "=3", "min_words=-1", "min_words=[1", "min_words=x"])
def test_an_option_that_is_none_or_has_no_such_value_is_refused(cli: Cli, given: str) -> None:
    refused = cli("pipelines", "show", NAME, "--set", given, "--json")
    assert refused.code == 2
    assert refused.document["faults"]


def test_no_line_of_the_yaml_is_broken_at_the_edge_of_the_terminal(cli: Cli) -> None:
    assert max(map(len, cli("pipelines", "show", NAME, "--yaml").out.splitlines())) > 100


def test_yaml_is_all_that_is_printed_and_can_be_applied(cli: Cli) -> None:
    printed = cli("pipelines", "show", NAME, "--yaml").out
    assert Workflow.parse_text(printed) == pipeline(NAME).workflow
    assert "# Emoji go before words are counted.\n- id: remove_emoji" in printed


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_a_saved_pipeline_gives_with_apply_the_same_bytes(cli: Cli, raw: Path, tmp_path: Path, ending: str) -> None:
    saved = tmp_path / f"plan.{ending}"
    assert cli("pipelines", "show", NAME, "-o", saved, "--column", "raw_content").code == 0
    by_plan = cli("apply", saved, "-i", raw, "-o", "by-plan.jsonl", "--json").document
    by_name = cli(
        "pipelines", "run", NAME, "-i", raw, "-o", "by-name.jsonl", "--column", "raw_content", "--json"
    ).document
    assert (tmp_path / "by-plan.jsonl").read_bytes() == (tmp_path / "by-name.jsonl").read_bytes()
    assert by_plan.keys() == by_name.keys()
    assert by_plan["run"]["rows_out"] == by_name["run"]["rows_out"] > 0
    assert all(step["reason"] for step in by_name["workflow"]["steps"])


def test_a_plan_that_is_there_is_not_replaced_unasked(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("mine")
    said = cli("pipelines", "show", NAME, "-o", "plan.yaml")
    assert (said.code, (tmp_path / "plan.yaml").read_text()) == (2, "mine")
    assert cli("pipelines", "show", NAME, "-o", "plan.yaml", "--overwrite").code == 0
    assert Workflow.from_yaml(tmp_path / "plan.yaml") == pipeline(NAME).workflow


def test_the_column_of_the_pipelines_own_name_needs_no_word(cli: Cli) -> None:
    found = cli("pipelines", "run", NAME, "-i", SAMPLE, "-o", "out.jsonl", "--json").document
    assert found["status"] == "completed"
    assert "taken from" not in found["message"]
    assert "column" not in found["workflow"]["steps"][0]["options"]


def test_the_only_column_that_may_hold_the_text_is_taken_and_named(cli: Cli, raw: Path) -> None:
    found = cli("pipelines", "run", NAME, "-i", raw, "-o", "out.jsonl", "--json").document
    assert "the text was taken from the column 'raw_content'" in found["message"]
    assert found["workflow"]["steps"][0]["options"] == {"column": "raw_content"}
    assert (
        "The text was taken from the column 'raw_content'"
        in cli("pipelines", "run", NAME, "-i", raw, "-o", "again.jsonl").out
    )


@pytest.mark.parametrize("column", ["left", "text=left"])
def test_where_two_columns_may_hold_the_text_one_must_be_named(cli: Cli, tmp_path: Path, column: str) -> None:
    texts = [json.loads(line)["text"] for line in SAMPLE.read_text().splitlines()[:20]]
    data = tmp_path / "two.jsonl"
    data.write_text("".join(json.dumps({"left": text, "right": text[::-1]}) + "\n" for text in texts))
    said = cli("pipelines", "run", NAME, "-i", data, "-o", "out.jsonl")
    assert said.code == 2
    assert "which column holds the text of a document? Say --column" in said.err
    found = cli("pipelines", "run", NAME, "-i", data, "-o", "out.jsonl", "--column", column, "--json").document
    assert found["workflow"]["steps"][0]["options"] == {"column": "left"}
    assert "taken from" not in found["message"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "text_pretrain_filtr"], "did you mean 'text_pretrain_filter'?"),
        (["run", "nothing", "-i", SAMPLE, "-o", "out.jsonl"], f"there are {next(iter(builtins()))}, "),
        (["run", NAME, "-i", "nope.jsonl", "-o", "out.jsonl"], "nope.jsonl"),
        (["run", NAME, "-i", SAMPLE, "-o", "out.jsonl", "--column", "body"], "body"),
        (["run", NAME, "-i", SAMPLE, "-o", "out.jsonl", "--column", "a", "--column", "b"], "twice"),
        (["run", NAME, "-i", SAMPLE, "-o", "out.jsonl", "--max-failures", "many"], "many"),
        (["run", NAME, "-i", SAMPLE], "-o"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_a_sentence(cli: Cli, arguments: list[Any], said: str) -> None:
    found = cli("pipelines", *arguments)
    assert found.code == 2
    assert said in found.err
    assert cli("pipelines", *arguments, "--json").document["faults"]


def test_the_shared_options_are_those_of_apply(cli: Cli, tmp_path: Path) -> None:
    more = ["--sample", "30", "--shard-rows", "5", "--workers", "1", "--overwrite"]
    found = cli("pipelines", "run", NAME, "-i", SAMPLE, "-o", "shards", *more, "--json").document
    assert found["run"]["rows_in"] == 30
    assert (tmp_path / "shards").is_dir()
    apply, run = (
        {word.strip(",") for word in cli(*command, "--help").out.split() if word.startswith("--")}
        for command in (("apply",), ("pipelines", "run"))
    )
    assert run == apply | {"--column", "--set"}


def test_help_names_the_pipelines(cli: Cli) -> None:
    assert "pipelines" in cli("--help").out
