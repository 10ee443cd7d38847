"""Killed at any point, a run that is given again ends with the same bytes and the same ledger, and nothing is left.

The points are before and after each rename and commit, others by a seed, in one process and with workers; see
`kill_driver.py` for how a run is killed without a hook in the engine.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("kill_points")  # what its fixture runs takes long, so one worker does it

DRIVER = Path(__file__).with_name("kill_driver.py")
SEED = 20
FEWEST = 100
WITH_WORKERS = 8
PARTS_AT_WHICH_A_WORKER_DIES = (1, 4)

Told = dict[str, Any]


@dataclass(frozen=True)
class Outcomes:
    """An undisturbed run without and with workers, and what became of each kill."""

    alone: Told
    workers: Told
    in_one_process: list[Told]
    with_workers: list[Told]
    worker_died: list[Told]

    @property
    def all(self) -> list[Told]:
        return [*self.in_one_process, *self.with_workers, *self.worker_died]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("killed")
    ((alone, workers),) = driven("trace", folder)
    points = kill_points(alone["events"], FEWEST)
    with ThreadPoolExecutor() as threads:
        halves = [threads.submit(driven, "kill", folder, points[start::2]) for start in (0, 1)]
        main = threads.submit(driven, "kill-main", folder, few_points(workers["events"]))
        worker = threads.submit(driven, "kill-worker", folder, PARTS_AT_WHICH_A_WORKER_DIES)
        in_one_process = [told for half in halves for told in half.result()]
        return Outcomes(alone, workers, in_one_process, main.result(), worker.result())


def driven(mode: str, folder: Path, points: Iterable[int] = ()) -> list[Any]:
    """What the driver tells about each point; also on stdout as it comes, for whoever watches with `-s`."""
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), mode, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    with process:
        process.stdin.write("".join(f"{point}\n" for point in points))
        process.stdin.close()
        told = []
        for line in process.stdout:
            told.append(json.loads(line))
            if points:
                sys.stdout.write(f"{mode} {told[-1]['point']}: {told[-1]['seconds']} s\n")
    assert process.returncode == 0
    return told


def renames(events: Sequence[str]) -> list[int]:
    return [at for at, event in enumerate(events) if event.startswith("os.rename")]


def kill_points(events: Sequence[str], fewest: int) -> list[int]:
    """Before and after each rename, and as many others as are wanted."""
    points = {point for at in renames(events) for point in (at, at + 1) if point < len(events)}
    others = sorted(set(range(len(events))) - points)
    random.Random(SEED).shuffle(others)
    return sorted(points | set(others[: max(0, fewest - len(points))]))


def few_points(events: Sequence[str]) -> list[int]:
    """Before and after the output's rename, and others while workers are at work."""
    output = next(at for at in renames(events) if events[at].endswith("out.jsonl"))
    others = random.Random(SEED).sample(range(output), WITH_WORKERS - 2)
    return sorted({output, output + 1, *others})


def test_workers_change_nothing(outcomes: Outcomes) -> None:
    assert outcomes.alone["output"] == outcomes.workers["output"]
    assert outcomes.alone["ledger"] == outcomes.workers["ledger"]


def test_there_are_enough_kill_points_and_all_of_them_killed(outcomes: Outcomes) -> None:
    assert len(outcomes.in_one_process) >= FEWEST
    assert len(outcomes.with_workers) == WITH_WORKERS
    assert [told for told in outcomes.all if not told["killed"]] == []


def test_a_run_that_was_killed_anywhere_ends_with_the_same_bytes_and_ledger(outcomes: Outcomes) -> None:
    expected = {name: outcomes.alone[name] for name in ("output", "ledger")}
    assert [told for told in outcomes.all if {name: told.get(name) for name in expected} != expected] == []


def test_the_output_is_whole_or_not_there_at_every_point(outcomes: Outcomes) -> None:
    killed = [*outcomes.in_one_process, *outcomes.with_workers]
    assert {told["between"] for told in killed} == {None, outcomes.alone["output"]}


def test_no_worker_outlives_a_killed_run(outcomes: Outcomes) -> None:
    assert [told for told in outcomes.with_workers if told["orphans"]] == []


def test_a_killed_run_counts_as_interrupted_and_the_next_one_as_completed(outcomes: Outcomes) -> None:
    statuses = [told["statuses"] for told in (*outcomes.in_one_process, *outcomes.with_workers)]
    assert {tuple(status) for status in statuses} == {
        ("completed",),  # killed before there was a run
        ("completed", "interrupted"),
        ("completed", "completed"),  # killed after its end was noted
    }


def test_a_killed_process_leaves_at_most_one_file_it_was_writing_in_the_home_and_none_beside_the_output(
    outcomes: Outcomes,
) -> None:
    assert [told for told in outcomes.in_one_process if told["hidden"]["home"] > 1] == []
    assert [told for told in (*outcomes.in_one_process, *outcomes.with_workers) if told["hidden"]["."]] == []
