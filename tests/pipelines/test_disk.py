"""A disk without room: one clear sentence, nothing half-written, and the same command goes on when there is room."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.engine.manifest import Manifest
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow

FLOW = Workflow(
    name="disk",
    steps=(
        Step(id="space", operator="normalize_whitespace"),
        Step(id="words", operator="word_count_filter", options={"min_words": 2}),
        Step(id="dedup", operator="exact_dedup"),
    ),
)
ROWS, PART_ROWS = 600, 50
NO_SPACE = "No space left on device"


class SmallDisk:
    """A file system in memory of a few kilobytes, which can be filled and grows on demand."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mount(self) -> bool:
        """Whether this process may mount one."""
        command = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", str(self.path)]
        return os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=True)

    def fill(self, but_kilobytes: int) -> None:
        """Leave only so much room."""
        facts = os.statvfs(self.path)
        (self.path / "filler").write_bytes(bytes(max(0, facts.f_bavail * facts.f_frsize - but_kilobytes * 1024)))

    def make_room(self) -> None:
        (self.path / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    path = tmp_path / "disk"
    path.mkdir()
    small = SmallDisk(path)
    if not small.mount():
        pytest.skip("no file system can be mounted here; the tests by a limit of file size run all the same")
    yield small
    small.unmount()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Rows that no compression makes small."""
    random_ = random.Random(3)
    path = tmp_path / "in.jsonl"
    rows = [{"text": f"row  {n} {random_.randbytes(150).hex()}"} for n in range(ROWS)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def attempt(data: Path, output: Path, home: Path, **options: Any) -> RunResult:
    return run(FLOW, data, output, settings=Settings(home=home), part_rows=PART_ROWS, **options)


def stopped(data: Path, output: Path, home: Path, workers: int = 1) -> str:
    """What a run says that must stop."""
    with pytest.raises(RunStopped) as stop:
        attempt(data, output, home, workers=workers)
    said = str(stop.value)
    assert "\n" not in said
    assert "writing stopped" in said
    assert "then give the same command again" in said
    return said


def hidden(folder: Path) -> list[Path]:
    return list(folder.rglob(".*"))


@pytest.mark.parametrize("kilobytes", [0, 4, 8, 12, 16, 24, 40, 64, 100, 150, 200])
def test_a_home_without_room_stops_the_run_and_the_same_command_goes_on_later(
    disk: SmallDisk, data: Path, tmp_path: Path, kilobytes: int
) -> None:
    whole = attempt(data, tmp_path / "whole.jsonl", tmp_path / "roomy")
    output, home = tmp_path / "out" / "o.jsonl", disk.path / "home"
    output.parent.mkdir()
    disk.fill(but_kilobytes=kilobytes)
    said = stopped(data, output, home)
    assert str(home) in said
    assert NO_SPACE in said
    assert list(output.parent.iterdir()) == []
    assert hidden(home) == []
    disk.make_room()
    result = attempt(data, output, home)
    assert output.read_bytes() == whole.output.read_bytes()
    assert result.ledger.digest() == whole.ledger.digest()
    if kilobytes >= 100:
        assert any(part.reused for part in Manifest.load(Home(home).run_folder(result.id)).source)


def test_an_output_without_room_keeps_what_stood_there_and_the_next_run_reuses_all_parts(
    disk: SmallDisk, data: Path, tmp_path: Path
) -> None:
    output = disk.path / "o.jsonl"
    disk.fill(but_kilobytes=64)
    said = stopped(data, output, tmp_path / "home")
    assert str(output) in said
    assert NO_SPACE in said
    assert [path.name for path in disk.path.iterdir()] == ["filler"]
    disk.make_room()
    result = attempt(data, output, tmp_path / "home")
    assert output.read_bytes().count(b"\n") == ROWS
    assert [step.reused for step in result.report.steps] == [ROWS] * 3


def test_a_worker_that_finds_no_room_stops_the_run_with_the_same_sentence(
    disk: SmallDisk, data: Path, tmp_path: Path
) -> None:
    home = disk.path / "home"
    disk.fill(but_kilobytes=280)
    said = stopped(data, tmp_path / "o.jsonl", home, workers=2)
    assert f"{home / 'cache'}: writing stopped ({NO_SPACE})" in said
    assert list((home / "runs").iterdir()), "no run began: it was the main process that found no room"
    assert not (tmp_path / "o.jsonl").exists()
    disk.make_room()
    assert attempt(data, tmp_path / "o.jsonl", home, workers=2).report.rows_out == ROWS


def test_a_run_stopped_by_hand_on_a_full_disk_is_stopped_by_hand(disk: SmallDisk, data: Path, tmp_path: Path) -> None:
    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "stage_done":
            disk.fill(but_kilobytes=0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt(data, tmp_path / "o.jsonl", disk.path / "home", on_event=stop)


LIMITED = """
import resource, sys
from pathlib import Path
from dataflow_agent.operators.core import RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Workflow

flow, data, output, home, most = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
try:
    run(Workflow.parse_text(flow), data, output, settings=Settings(home=Path(home)), part_rows=50)
except RunStopped as stopped:
    sys.exit(f"stopped: {stopped}")
"""


@pytest.mark.parametrize(("most", "place"), [(10, "home"), (2_000, "home"), (9_000, "cache"), (60_000, "o.jsonl")])
def test_a_file_that_may_not_grow_stops_the_run_and_the_same_command_goes_on_later(
    data: Path, tmp_path: Path, most: int, place: str
) -> None:
    output, home = tmp_path / "out" / "o.jsonl", tmp_path / "home"
    output.parent.mkdir()
    command = [sys.executable, "-c", LIMITED, FLOW.to_yaml(), str(data), str(output), str(home), str(most)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    (said,) = ended.stderr.splitlines()
    assert said.startswith("stopped: ")
    assert "writing stopped (File too large)" in said
    assert place in said
    assert list(output.parent.iterdir()) == []
    assert hidden(home) == []
    assert attempt(data, output, home).report.rows_out == ROWS
    assert output.read_bytes().count(b"\n") == ROWS
