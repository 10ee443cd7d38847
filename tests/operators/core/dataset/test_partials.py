"""What a killed writer leaves beside a place goes with the next one, and what another writes at the same time stays."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Output, open_writer
from dataflow_agent.operators.core.schema import Schema

PLACES = ("out.jsonl", "out.parquet", "shards")
TEXT = Schema.of(text="text")
FRAME = pl.DataFrame({"text": ["ours", "too"]})
WRITE = """
import sys
from pathlib import Path
import polars as pl
from dataflow_agent.operators.core.dataset import open_writer
from dataflow_agent.operators.core.schema import Schema

folder = Path(sys.argv[1])
writers = [open_writer(folder / name, Schema.of(text="text"), shard_rows=1 if name == "shards" else None)
           for name in sys.argv[2:]]
for writer in writers:
    writer.write(pl.DataFrame({"text": ["theirs", "as well"]}))
print("written", flush=True)
sys.stdin.readline()
for writer in writers:
    writer.commit()
"""
KILLED_BETWEEN_RENAMES = """
import os, signal
def strike(event, arguments):
    if event == "os.rename" and str(arguments[1]) == str(folder / "shards"):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(strike)
"""


@contextmanager
def another(folder: Path, *places: str, script: str = WRITE) -> Iterator["subprocess.Popen[str]"]:
    """A process that has written rows to some places and commits them when it is told a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder), *places], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "written\n"
        try:
            yield process
        finally:
            process.kill()


def write(folder: Path, place: str) -> None:
    with open_writer(folder / place, TEXT, shard_rows=1 if place == "shards" else None) as writer:
        writer.write(FRAME)
        writer.commit()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_writer_leaves_goes_with_the_next_one_for_the_same_place(tmp_path: Path) -> None:
    with another(tmp_path, *PLACES, "other.jsonl") as process:
        process.send_signal(signal.SIGKILL)
    assert len(names(tmp_path)) == 4, "it was in the middle of writing"
    for place in PLACES:
        write(tmp_path, place)
    *visible, left = sorted(names(tmp_path), reverse=True)
    assert sorted(visible) == sorted(PLACES)
    assert left.endswith(".partial"), "that of another place is not ours to judge"


def test_two_writers_of_one_place_leave_each_other_alone_and_the_last_one_wins(
    tmp_path: Path, read: Callable[..., object]
) -> None:
    with another(tmp_path, *PLACES) as process:
        for place in PLACES:
            write(tmp_path, place)
        assert [read(tmp_path / place).values("text") for place in PLACES] == [["ours", "too"]] * 3
        process.communicate("go on\n")
        assert process.returncode == 0
    assert [read(tmp_path / place).values("text") for place in PLACES] == [["theirs", "as well"]] * 3
    assert names(tmp_path) == sorted(PLACES)


def test_shards_that_a_killed_writer_had_moved_away_stand_at_their_place_again(
    tmp_path: Path, read: Callable[..., object]
) -> None:
    write(tmp_path, "shards")
    with another(tmp_path, "shards", script=WRITE.replace("print(", f"{KILLED_BETWEEN_RENAMES}\nprint(")) as process:
        process.communicate("go on\n")
        assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "shards").exists(), "it was killed between the two renames"
    assert Output.at(tmp_path / "shards", shard_rows=1).exists()
    assert read(tmp_path / "shards").values("text") == ["ours", "too"]
    assert names(tmp_path) == ["shards"]


def test_what_is_left_beside_the_file_that_a_link_leads_to_goes_too(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real" / "out.jsonl")
    with another(tmp_path, "link.jsonl") as process:
        process.send_signal(signal.SIGKILL)
    assert len(names(tmp_path / "real")) == 1
    write(tmp_path, "link.jsonl")
    assert names(tmp_path / "real") == ["out.jsonl"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may remove everything")
def test_what_cannot_be_removed_keeps_nobody_from_writing(tmp_path: Path) -> None:
    with another(tmp_path, "shards") as process:
        process.send_signal(signal.SIGKILL)
    (left,) = tmp_path.iterdir()
    left.chmod(0o500)
    write(tmp_path, "shards")
    left.chmod(0o700)
    assert (tmp_path / "shards").exists()
