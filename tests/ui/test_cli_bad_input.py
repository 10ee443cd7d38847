"""Input that is odd, damaged, or changes while it is read: a result that is right, or one sentence and nothing."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import polars as pl
import pytest

Cli = Callable[..., Any]
LONG_LINE = 50 * 2**20


@pytest.fixture
def apply(cli: Cli, tmp_path: Path) -> Callable[..., Any]:
    """Keeps texts of at least two words, each once."""
    (tmp_path / "plan.yaml").write_text(
        "steps:\n"
        "- {id: words, operator: word_count_filter, options: {min_words: 2}}\n"
        "- {id: dedup, operator: exact_dedup}\n"
    )
    return lambda data, output="out.jsonl": cli("apply", "plan.yaml", "-i", data, "-o", output, "--json")


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_no_rows_in_give_no_rows_out_and_the_same_columns(apply: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n")
    pl.DataFrame(schema={"id": pl.Int64, "text": pl.String}).write_parquet(tmp_path / "in.parquet")
    for ending in ("csv", "parquet"):
        said = apply(f"in.{ending}", f"out.{ending}")
        assert (said.code, said.document["run"]["rows_in"], said.document["run"]["rows_out"]) == (0, 0, 0)
    assert (tmp_path / "out.csv").read_text() == "id,text\n"
    assert pl.read_parquet_schema(tmp_path / "out.parquet") == {"id": pl.Int64, "text": pl.String}


def test_a_file_of_blank_lines_holds_no_rows_and_nothing_that_a_step_could_miss(
    cli: Cli, apply: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text("\n\n")
    assert apply("in.jsonl").code == 0
    assert not (tmp_path / "out.jsonl").read_bytes()
    assert apply("in.jsonl", "out.parquet").code == 0
    assert pl.read_parquet_schema(tmp_path / "out.parquet") == {"text": pl.String}
    asked = cli("run", "keep texts of at least 2 words", "-i", "in.jsonl", "-o", "more.jsonl", "--yes", "--json")
    assert (asked.code, asked.document["faults"][0]["code"]) == (2, "no_rows")


def test_one_row_is_enough(apply: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text":"two words"}')
    assert apply("in.jsonl").code == 0
    assert rows(tmp_path / "out.jsonl") == [{"text": "two words"}]


def test_a_nul_is_a_character_in_a_text_and_costs_its_line_where_it_is_none(
    apply: Callable[..., Any], tmp_path: Path
) -> None:
    lines = [b'{"text":"a\\u0000b c"}', b'{"text":"raw \0 byte"}', b"\0\0", b'{"text":"fine words"}']
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    said = apply("in.jsonl")
    assert (said.code, said.document["run"]["rejects"]) == (0, 2)
    assert rows(tmp_path / "out.jsonl") == [{"text": "a\0b c"}, {"text": "fine words"}]


def test_a_line_of_50_megabytes_goes_through_whole(apply: Callable[..., Any], tmp_path: Path) -> None:
    long = b'{"text":"' + b"word " * (LONG_LINE // 5) + b'end"}\n'
    (tmp_path / "in.jsonl").write_bytes(b'{"text":"before it"}\n' + long + b'{"text":"after it"}\n')
    said = apply("in.jsonl")
    assert (said.code, said.document["run"]["rows_out"]) == (0, 3)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()


@contextmanager
def meanwhile(change: Callable[[], None]) -> Iterator[None]:
    """Change something again and again, at least once before anything else is done."""
    begun, over = Event(), Event()

    def work() -> None:
        while not over.wait(0.001):
            change()
            begun.set()

    changing = Thread(target=work)
    changing.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        changing.join()


@pytest.mark.parametrize("change", ["grows", "shrinks"])
def test_a_file_that_changes_while_it_is_read_is_refused_and_read_when_it_is_quiet(
    apply: Callable[..., Any], tmp_path: Path, change: str
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"text": f"some words {n} " * 9}) + "\n" for n in range(20_000)))
    length = path.stat().st_size

    def alter() -> None:
        nonlocal length
        if change == "shrinks":
            length -= 10
            os.truncate(path, length)
        else:
            with path.open("a") as file:
                file.write('{"text":"came late"}\n')

    with meanwhile(alter):
        said = apply("in.jsonl")
    assert (said.code, [fault["code"] for fault in said.document["faults"]]) == (2, ["changed_input"])
    assert "changed while it was read" in said.err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["home", "in.jsonl", "plan.yaml"]
    assert apply("in.jsonl").code == 0


@pytest.mark.parametrize("target", ["secret.jsonl", "elsewhere"])
def test_a_folder_with_a_link_out_of_it_is_refused_by_name(
    apply: Callable[..., Any], tmp_path: Path, target: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    for place in ("secret.jsonl", "elsewhere/b.jsonl"):
        (tmp_path / place).write_text('{"text":"not for everybody"}\n')
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"text":"for everybody"}\n')
    (folder / "link.jsonl").symlink_to(tmp_path / target)
    said = apply("in")
    assert (said.code, [fault["code"] for fault in said.document["faults"]]) == (2, ["link_out"])
    assert "in/link.jsonl: is a link out of in" in said.err
    assert not (tmp_path / "out.jsonl").exists()
