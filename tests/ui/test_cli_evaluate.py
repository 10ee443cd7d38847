"""`evaluate`: what is shown, what the document holds, and which page is written."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.pipelines.card.model import QualityCard

Cli = Callable[..., Any]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "before.jsonl"
    path.write_text('{"text": "alpha beta"}\n{"text": "one <b>two</b> three four five six"}\nbroken\n')
    return path


def test_it_shows_the_numbers_that_say_most(cli: Cli, data: Path) -> None:
    said = cli("evaluate", "-i", data)
    assert said.code == 0
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert lines[0] == "Quality of rows.jsonl"
    for line in ("Rows 5", "Rows with a text 5", "Exact duplicates 20.0%", "Rejected records 0"):
        assert line in lines
    assert "Tokens are an estimate" in " ".join(lines)
    assert any(line.startswith("Toxicity (lexicon) 0") for line in lines)
    assert any(line == "1 rows.jsonl:4 short" for line in lines)


def test_no_line_is_wider_than_the_terminal(cli: Cli, data: Path, before: Path) -> None:
    for arguments in (["-i", data], ["-i", data, "--against", before]):
        shown = cli("evaluate", *arguments).out.partition("\nNext\n")[0]
        assert max(map(len, shown.splitlines())) <= 80


def test_compared_data_stands_side_by_side_with_the_difference(cli: Cli, data: Path, before: Path) -> None:
    lines = [" ".join(line.split()) for line in cli("evaluate", "-i", data, "--against", before).out.splitlines()]
    assert lines[0] == "Quality of rows.jsonl, compared with before.jsonl"
    for line in ("before after change", "Rows 2 5 +3", "Exact duplicates 0% 20.0% +20.0 pp", "Rejected records 1 0 −1"):
        assert line in lines


def test_the_document_holds_the_whole_card(cli: Cli, data: Path, before: Path) -> None:
    said = cli("evaluate", "-i", data, "--against", before, "--json")
    assert (said.code, said.err) == (0, "")
    found = said.document
    assert found["status"] == "completed"
    assert found["message"] == "rows.jsonl: 5 rows, 5 with a text in text, compared with before.jsonl"
    assert (found["result"]["kind"], found["result"]["page"]) == ("card", None)
    card = QualityCard.model_validate_json(json.dumps(found["result"]["card"]))
    assert card.against is not None
    assert (card.rows, card.against.rows, card.against.rejects) == (5, 2, 1)


def test_the_command_that_it_offers_writes_the_page_of_what_was_shown(cli: Cli, data: Path, tmp_path: Path) -> None:
    said = cli("evaluate", "-i", data, "--column", "text", "--sample", "2")
    offered = shlex.split(said.out.splitlines()[-1])
    assert offered[1:] == ["evaluate", "-i", str(data), "--column", "text", "--sample", "2", "--html", "card.html"]
    assert cli(*offered[1:]).code == 0
    assert (tmp_path / "card.html").exists()


def test_the_same_data_gives_the_same_document(cli: Cli, data: Path) -> None:
    assert cli("evaluate", "-i", data, "--json").out == cli("evaluate", "-i", data, "--json").out


def test_a_sample_reads_only_the_first_rows_of_both(cli: Cli, data: Path, before: Path) -> None:
    card = cli("evaluate", "-i", data, "--against", before, "--sample", "1", "--json").document["result"]["card"]
    assert (card["sample"], card["rows"], card["against"]["rows"]) == (1, 1, 1)
    assert "The first 1 row, as asked for" in cli("evaluate", "-i", data, "--sample", "1").out


def test_a_page_is_written_and_not_replaced_unasked(cli: Cli, data: Path, tmp_path: Path) -> None:
    page = tmp_path / "card.html"
    said = cli("evaluate", "-i", data, "--html", "card.html")
    assert said.code == 0
    assert str(page) in said.out
    first = page.read_text()
    assert first.startswith("<!doctype html>")
    refused = cli("evaluate", "-i", data, "--html", "card.html")
    assert refused.code == 2
    assert "--overwrite" in refused.err
    page.write_text("mine")
    found = cli("evaluate", "-i", data, "--html", "card.html", "--overwrite", "--json").document
    assert found["result"]["page"] == str(page)
    assert page.read_text() == first


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--column", "txt"], "'text'"),
        (["--column", "id"], "integer"),
        (["--against", "nope.jsonl"], "nope.jsonl"),
        (["--tokenizer", "nope.json"], "nope.json"),
        (["--html", "no/card.html"], "folder"),
        (["--html", "."], "folder"),
        (["--html", "rows.jsonl", "--overwrite"], "would replace data"),
        (["--overwrite"], "--html"),
        (["--sample", "0"], "--sample"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(
    cli: Cli, data: Path, tmp_path: Path, more: list[str], named: str
) -> None:
    there, content = sorted(tmp_path.iterdir()), data.read_text()
    said = cli("evaluate", "-i", "rows.jsonl", *more)
    assert said.code == 2
    assert named in said.err
    found = cli("evaluate", "-i", "rows.jsonl", *more, "--json")
    assert found.code == 2
    assert any(named in fault["message"] for fault in found.document["faults"])
    assert sorted(tmp_path.iterdir()) == there
    assert data.read_text() == content


def test_several_columns_that_may_hold_the_text_are_asked_about(cli: Cli, tmp_path: Path) -> None:
    question, answer = "What is the best way to cook rice in a pot?", "You boil the water and then you add the rice."
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps({"question": question, "answer": answer}) + "\n")
    said = cli("evaluate", "-i", path)
    assert said.code == 2
    assert "'question'" in said.err
    assert "'answer'" in said.err
    assert cli("evaluate", "-i", path, "--column", "answer", "--json").document["result"]["card"]["column"] == "answer"


@pytest.mark.parametrize("content", ["oops\n", '{"n": 1}\n{"n": null}\n', "[1]\n"])
def test_data_without_texts_still_has_a_card_and_a_page(cli: Cli, tmp_path: Path, content: str) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(content)
    said = cli("evaluate", "-i", path, "--html", "odd.html")
    assert said.code == 0
    assert "Not measured" in said.out
    assert "Not measured" in (tmp_path / "odd.html").read_text()
