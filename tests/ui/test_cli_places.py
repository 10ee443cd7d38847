"""Where the commands read from and write to: folders, patterns, shards, and places that are refused in a sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
PLAN = '{"steps": [{"id": "words", "operator": "word_count_filter", "options": {"min_words": 2}}]}'
REQUEST = "keep texts of at least 2 words"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of four rows each, every second one of a single word; and a plan that keeps the others."""
    place = tmp_path / "rows"
    place.mkdir()
    for name in ("a", "b"):
        rows = [{"text": f"{name} {n}" if n % 2 else name} for n in range(4)]
        (place / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "plan.json").write_text(PLAN)
    return place


def texts(*files: Path) -> list[str]:
    return [json.loads(line)["text"] for file in files for line in file.read_text().splitlines()]


@pytest.mark.parametrize("command", [("apply", "plan.json"), ("run", REQUEST, "--yes")])
def test_the_result_is_cut_into_files_of_so_many_rows_and_given_again(
    cli: Cli, folder: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    arguments = (*command, "-i", "rows", "-o", "out/", "--shard-rows", 3, "--json")
    assert cli(*arguments).code == 0
    shards = sorted((tmp_path / "out").iterdir())
    assert [len(texts(shard)) for shard in shards] == [3, 1]
    assert texts(*shards) == ["a 1", "a 3", "b 1", "b 3"]
    assert cli(*arguments).code == 0, "the same command may write its own result again"


@pytest.mark.parametrize("command", [("apply", "plan.json"), ("run", REQUEST, "--yes")])
def test_a_folder_that_holds_something_else_is_not_replaced(
    cli: Cli, folder: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious.txt").write_text("mine")
    for more in ((), ("--overwrite",)):
        said = cli(*command, "-i", "rows", "-o", "out", "--shard-rows", 3, "--json", *more)
        assert (said.code, said.document["status"]) == (2, "failed")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["precious.txt"]


def test_a_pattern_gives_a_result_with_a_plain_name(cli: Cli, folder: Path, tmp_path: Path) -> None:
    assert cli("run", REQUEST, "-i", "rows/*.jsonl", "--yes", "--json").code == 0
    assert texts(tmp_path / "data.clean.jsonl") == ["a 1", "a 3", "b 1", "b 3"]


@pytest.mark.parametrize("place", ["-", "s3://bucket/rows.jsonl"])
def test_a_request_over_what_cannot_be_read_twice_is_refused_and_says_what_to_do(cli: Cli, place: str) -> None:
    said = cli("run", REQUEST, "-i", place, "-o", "out.jsonl", "--yes", "--json")
    assert said.code == 2
    assert "save it to a file first" in said.document["message"]


def test_a_file_url_is_a_file(cli: Cli, folder: Path, tmp_path: Path) -> None:
    said = cli("run", REQUEST, "-i", (folder / "a.jsonl").as_uri(), "-o", "out.jsonl", "--yes", "--json")
    assert said.code == 0
    assert texts(tmp_path / "out.jsonl") == ["a 1", "a 3"]


def test_a_place_beyond_this_machine_needs_a_word(cli: Cli, folder: Path) -> None:
    said = cli("apply", "plan.json", "-i", "http://127.0.0.1:9/rows.jsonl", "-o", "out.jsonl", "--json")
    assert (said.code, said.document["faults"][0]["code"]) == (2, "network_not_allowed")
    assert "--allow-network" in said.document["message"]
    allowed = cli(
        "apply", "plan.json", "-i", "http://127.0.0.1:9/r.jsonl", "-o", "o.jsonl", "--allow-network", "--json"
    )
    assert allowed.code != 0
    assert "network_not_allowed" not in {fault["code"] for fault in allowed.document["faults"]}
