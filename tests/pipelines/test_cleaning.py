"""Cleaning: what is not used goes first, what a run needs or just used stays, and results can be made again."""

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import InvalidInput, Reply
from dataflow_agent.operators.core.serving import ReplyStore, replies_file
from dataflow_agent.pipelines.cleaning import Cleaned, clean, purge
from dataflow_agent.pipelines.engine.manifest import Manifest
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow

HOUR, DAY = 3_600, 86_400


class Place:
    """Runs in a home, whose files can be made to look older than they are."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, Home(home)

    def run(self, name: str, **options: Any) -> RunResult:
        """A run over rows of its own: two parts as they were read, and two as they came out."""
        data = self.folder / f"{name}.jsonl"
        data.write_text("".join(f'{{"text": "{name} {n}"}}\n' for n in range(8)))
        steps = (Step(id="words", operator="word_count_filter", options={"min_words": 1}),)
        output = self.folder / f"{name}-out.jsonl"
        return run(Workflow(steps=steps), data, output, part_rows=4, overwrite=True, **options)

    def age(self, seconds: float) -> None:
        """Make every file in the home that much older."""
        for path in self.files():
            times = path.stat().st_mtime - seconds
            os.utime(path, (times, times))

    def files(self) -> Iterator[Path]:
        return (path for path in self.home.path.rglob("*") if path.is_file())

    def leave(self, path: Path) -> Path:
        """A temporary file such as a killed process leaves."""
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"torn")
        return path


@pytest.fixture
def place(tmp_path: Path, home: Path) -> Place:
    return Place(tmp_path, home)


def reused(result: RunResult) -> int:
    return sum(step.reused for step in result.report.steps)


def test_below_its_limit_the_cache_stays_as_it_is(place: Place) -> None:
    place.run("a")
    place.age(30 * DAY)
    before = set(place.files())
    cleaned = clean(place.home, keep_runs=0, max_bytes=2**30)
    assert (cleaned.parts, cleaned.leftovers, cleaned.bytes_freed) == (0, 0, 0)
    assert set(place.files()) == before
    sizes = sum(path.stat().st_size for path in place.home.parts.folder.rglob("*.*"))
    assert cleaned.bytes_left == sizes


def test_the_least_recently_used_parts_go_first_and_are_made_again_when_they_are_needed(place: Place) -> None:
    place.run("old")
    place.age(2 * HOUR)
    place.run("new")
    place.run("old")  # used again: it is the newer one now
    place.age(2 * HOUR)
    half = sum(path.stat().st_size for path in place.home.parts.folder.rglob("*.*")) // 2
    cleaned = clean(place.home, keep_runs=0, max_bytes=half + 50)
    assert cleaned.parts == 4
    assert cleaned.bytes_left <= half + 50
    assert reused(place.run("old")) == 8
    assert reused(place.run("new")) == 0
    assert place.folder.joinpath("new-out.jsonl").read_bytes().count(b"\n") == 8


def test_parts_of_recent_runs_stay_and_those_of_older_ones_go(place: Place) -> None:
    older, newer = place.run("older"), place.run("newer")
    place.age(2 * HOUR)
    cleaned = clean(place.home, keep_runs=1, max_bytes=0)
    assert (cleaned.parts, cleaned.bytes_left) == (4, cleaned.bytes_held)
    assert place.home.ledger(newer.id).why("8").fate == "kept"
    with pytest.raises(InvalidInput, match="cleaned from the cache"):
        place.home.ledger(older.id).why("8")
    assert "were cleaned from the cache" in " ".join(place.home.report(older.id).warnings)


def test_parts_that_were_just_used_stay(place: Place) -> None:
    place.run("a")
    place.age(2 * HOUR)
    place.run("a")
    assert clean(place.home, keep_runs=0, max_bytes=0).parts == 0
    assert reused(place.run("a")) == 8


def test_whatever_a_run_at_work_has_used_stays_however_long_it_takes(place: Place) -> None:
    place.run("done")
    place.age(2 * DAY)
    cleaned: list[Cleaned] = []

    def hours_later(event: dict[str, Any]) -> None:
        if event["event"] == "part_done" and event["part"] == 0:
            manifest = Manifest.load(folder := place.home.run_folder("last"))
            manifest.started = (datetime.fromisoformat(manifest.started) - timedelta(hours=6)).isoformat()
            manifest.save(folder)
            place.age(5 * HOUR)
            cleaned.append(clean(place.home, keep_runs=0, max_bytes=0))

    assert place.run("working", on_event=hours_later).report.rows_out == 8
    assert [one.parts for one in cleaned] == [4]
    assert reused(place.run("working")) == 8


def test_files_that_killed_processes_left_go_after_a_day(place: Place) -> None:
    result = place.run("a")
    cache, run_folder = place.home.parts.folder, place.home.run_folder(result.id)
    recipe = next(cache.iterdir())
    left = [
        place.leave(recipe / ".abc.rows.parquet.123.ff00ff00"),
        place.leave(recipe / "abc.rows.parquet"),  # renamed, but its part was never committed
        place.leave(run_folder / ".manifest.json.123.ff00ff00"),
    ]
    before = set(place.files()) - set(left)
    place.age(DAY - HOUR)
    assert clean(place.home).leftovers == 0
    place.age(2 * HOUR)
    cleaned = clean(place.home)
    assert (cleaned.leftovers, cleaned.parts, cleaned.bytes_freed) == (3, 0, 3 * len(b"torn"))
    assert set(place.files()) == before


def test_purge_removes_all_parts_and_runs_and_nothing_else(place: Place) -> None:
    result = place.run("a")
    history = place.home.path / "history.sqlite"
    history.write_bytes(b"truth")
    purged = purge(place.home)
    assert (purged.runs, purged.parts, purged.bytes_left) == (1, 4, 0)
    assert purged.bytes_freed > 0
    assert list(place.files()) == [history]
    assert result.output.read_bytes().count(b"\n") == 8
    assert reused(place.run("a")) == 0


def test_kept_replies_of_models_outlive_cleaning_and_not_purging(place: Place) -> None:
    replies = replies_file(place.home.path)
    ReplyStore(replies).keep([(b"key", Reply("said"))])
    old = time.time() - 10 * 86_400
    os.utime(replies, (old, old))
    clean(place.home, max_bytes=0)
    assert ReplyStore(replies).size()[0] == 1
    assert purge(place.home).bytes_freed > 0
    assert not replies.exists()


def test_purge_waits_for_runs_at_work(place: Place) -> None:
    refused: list[str] = []

    def try_it(event: dict[str, Any]) -> None:
        if event["event"] == "part_done":
            with pytest.raises(InvalidInput, match="is at work") as one:
                purge(place.home)
            refused.append(str(one.value.faults[0].code))

    place.run("a", on_event=try_it)
    assert refused == ["run_at_work"] * 2


def test_an_empty_home_is_clean(place: Place) -> None:
    assert clean(place.home) == purge(place.home) == Cleaned()
