"""Whole runs from and to other places than one file: folders, pipes, shards, URLs, and inputs that change."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.pipelines.run import Home, run
from dataflow_agent.pipelines.workflow import Step, Workflow

TWO_WORDS = Workflow(name="test", steps=(Step(id="two_words", operator="word_count_filter", options={"min_words": 2}),))
KEPT = [f"row {number}" for number in range(0, 20, 2)]


def lines(*texts: str) -> str:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


def texts_in(*files: Path) -> list[str]:
    return [json.loads(line)["text"] for file in files for line in file.read_text().splitlines()]


def twenty() -> list[str]:
    return [f"row {number}" if number % 2 == 0 else "row" for number in range(20)]


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    folder = tmp_path / "crawl"
    (folder / "more").mkdir(parents=True)
    (folder / "a.jsonl").write_text(lines(*twenty()[:10]))
    (folder / "more" / "b.jsonl").write_text(lines(*twenty()[10:]))
    (folder / "notes.log").write_text("no data")
    return folder


def shards(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_folder_goes_through_a_run_and_rows_are_told_by_file(crawl: Path, tmp_path: Path, home: Path) -> None:
    (crawl / "more" / "b.jsonl").write_text("broken\n" + lines(*twenty()[10:]))
    result = run(TWO_WORDS, crawl, tmp_path / "out.jsonl")
    assert texts_in(tmp_path / "out.jsonl") == KEPT
    assert any("notes.log" in warning for warning in result.report.warnings)
    (reject,) = (Home(home).run_folder(result.id) / "rejects.jsonl").read_text().splitlines()
    assert (json.loads(reject)["file"], json.loads(reject)["line"]) == ("b.jsonl", 1)
    assert result.ledger.why("1:3").events[0].did == "dropped"


def test_a_pattern_goes_through_a_run(crawl: Path, tmp_path: Path) -> None:
    run(TWO_WORDS, str(crawl / "**" / "*.jsonl"), tmp_path / "out.jsonl")
    assert texts_in(tmp_path / "out.jsonl") == KEPT


def test_a_result_inside_the_input_folder_is_refused_before_anything_is_read(crawl: Path) -> None:
    with pytest.raises(InvalidInput, match="would read it too"):
        run(TWO_WORDS, crawl, crawl / "out.jsonl")
    assert not (crawl / "out.jsonl").exists()


PIPED = """
import sys
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Workflow
result = run(Workflow.from_yaml(sys.argv[1]), "-", sys.argv[2])
print(result.report.rows_in, sum(step.reused for step in result.report.steps))
"""


def test_rows_can_come_by_a_pipe_and_the_same_rows_are_reused(tmp_path: Path, home: Path) -> None:
    TWO_WORDS.save(tmp_path / "plan.yaml")
    (tmp_path / "in.jsonl").write_text(lines(*twenty()))
    run(TWO_WORDS, tmp_path / "in.jsonl", tmp_path / "first.jsonl")
    command = [sys.executable, "-c", PIPED, str(tmp_path / "plan.yaml"), str(tmp_path / "out.jsonl")]
    for _ in range(2):  # the second time over its own output
        piped = subprocess.run(command, input=lines(*twenty()), capture_output=True, text=True, check=True)
        assert piped.stdout.split() == ["20", "20"]
        assert texts_in(tmp_path / "out.jsonl") == KEPT
    assert not list((home / "workspace").iterdir())


def test_shards_hold_the_rows_of_one_file(crawl: Path, tmp_path: Path) -> None:
    result = run(TWO_WORDS, crawl, tmp_path / "out", shard_rows=4)
    assert [file.name for file in shards(tmp_path / "out")] == [f"part-0000{n}.jsonl" for n in (1, 2, 3)]
    assert [len(texts_in(file)) for file in shards(tmp_path / "out")] == [4, 4, 2]
    assert texts_in(*shards(tmp_path / "out")) == KEPT
    assert result.output == tmp_path / "out"


def test_shards_of_the_same_run_are_replaced_and_others_are_not(crawl: Path, tmp_path: Path) -> None:
    run(TWO_WORDS, crawl, tmp_path / "out", shard_rows=4)
    run(TWO_WORDS, crawl, tmp_path / "out", shard_rows=3)
    assert len(shards(tmp_path / "out")) == 4
    shards(tmp_path / "out")[1].write_text(lines("edited by hand"))
    with pytest.raises(InvalidInput, match="exists already"):
        run(TWO_WORDS, crawl, tmp_path / "out", shard_rows=3)
    assert texts_in(shards(tmp_path / "out")[1]) == ["edited by hand"]
    run(TWO_WORDS, crawl, tmp_path / "out", shard_rows=3, overwrite=True)
    assert texts_in(*shards(tmp_path / "out")) == KEPT


def test_overwrite_never_costs_files_that_are_no_shards(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_text("cat")
    with pytest.raises(InvalidInput, match=r"cat\.png"):
        run(TWO_WORDS, crawl, tmp_path / "photos", shard_rows=4, overwrite=True)
    assert (tmp_path / "photos" / "cat.png").exists()


def test_a_run_goes_from_url_to_url(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    files, place = fsspec.filesystem("memory"), f"memory://{uuid4().hex}"
    files.pipe_file(f"{place}/in.jsonl", lines(*twenty()).encode())
    result = run(TWO_WORDS, f"{place}/in.jsonl", f"{place}/out.jsonl")
    written = files.cat_file(f"{place}/out.jsonl").decode().splitlines()
    assert [json.loads(line)["text"] for line in written] == KEPT
    assert result.output == result.report.output == f"{place}/out.jsonl"
    run(TWO_WORDS, f"{place}/in.jsonl", f"{place}/out.jsonl")
    files.pipe_file(f"{place}/out.jsonl", b"edited by hand")
    with pytest.raises(InvalidInput, match="exists already"):
        run(TWO_WORDS, f"{place}/in.jsonl", f"{place}/out.jsonl")
    files.rm(place, recursive=True)


def test_a_run_leaves_this_machine_only_where_that_is_allowed(crawl: Path, tmp_path: Path) -> None:
    for data, output in (("s3://bucket/in.jsonl", tmp_path / "out.jsonl"), (crawl, "s3://bucket/out.jsonl")):
        with pytest.raises(InvalidInput, match="--allow-network"):
            run(TWO_WORDS, data, output)


def test_equal_ids_and_equal_rows_are_only_data(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id":1,"text":"one two"}\n' * 3)
    result = run(TWO_WORDS, tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == (tmp_path / "in.jsonl").read_text()
    assert result.report.rows_out == 3


def test_other_content_of_the_same_name_size_and_time_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(lines("one two"))
    stat = path.stat()
    run(TWO_WORDS, path, tmp_path / "first.jsonl")
    path.write_text(lines("one six"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (stat.st_size, stat.st_mtime_ns)
    run(TWO_WORDS, path, tmp_path / "second.jsonl")
    assert texts_in(tmp_path / "second.jsonl") == ["one six"]


def test_ten_thousand_columns_go_through_a_run(tmp_path: Path) -> None:
    row = {"text": "one two", **{f"c{number}": number for number in range(10_000)}}
    (tmp_path / "in.jsonl").write_text((json.dumps(row, separators=(",", ":")) + "\n") * 3)
    run(TWO_WORDS, tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == (tmp_path / "in.jsonl").read_text()
