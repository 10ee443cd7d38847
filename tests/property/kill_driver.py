"""Runs a workflow over and over, each time killed at another point and then run again; told by `test_kill_points.py`.

A process that has imported everything, and in which polars has not started its threads yet, forks a child for each run:
that saves the second that the imports take. A child counts the events by which Python announces what it is about to do
to files below its folder (`sys.addaudithook`), and kills itself at the one it was told. So a kill "before a rename" is
at the rename's event, and "after it" at the next event. Called with the mode and a folder; kill points come in on
stdin, one a line, and what happened goes out on stdout, as JSON.
"""

import hashlib
import json
import multiprocessing
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import dataflow_agent.operators.core.testing as doubles
from dataflow_agent.operators.core import all_operators
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.engine.manifest import manifests
from dataflow_agent.pipelines.run import Home, run
from dataflow_agent.pipelines.workflow import Step, Workflow

FLOW = Workflow(
    name="killed",
    steps=(
        Step(id="space", operator="normalize_whitespace", where="length(text) > 6"),
        Step(id="words", operator="word_count_filter", options={"min_words": 2}),
        Step(id="dedup", operator="exact_dedup"),
        Step(id="fail", operator=doubles.FailOn.name, options={"word": "7"}),
        Step(id="children", operator=doubles.WordsToRows.name),
    ),
)
ROWS, PART_ROWS = 20, 7
EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.utime"}
PATIENCE_SECONDS = 30


def main(mode: str, folder: Path) -> None:
    """Serve one mode: `trace`, `kill`, `kill-main` (with two workers) or `kill-worker`."""
    all_operators()
    data = folder / "in.jsonl"
    if mode == "trace":
        write_data(data)
        say([in_child(lambda n=n: traced(folder / f"traced-{n}", data, n)) for n in (1, 2)])
        return
    for line in sys.stdin:
        point = int(line)
        place = folder / f"{mode}-{point}"
        began = time.monotonic()
        told: dict[str, Any] = {"mode": mode, "point": point}
        if mode == "kill-worker":
            told |= in_child(lambda place=place, point=point: worker_killed(place, data, point)) or {}
        else:
            workers = 2 if mode == "kill-main" else 1
            told |= killed(place, data, point, workers) | (in_child(lambda place=place: completed(place, data)) or {})
        say({**told, "seconds": round(time.monotonic() - began, 2)})


def write_data(path: Path) -> None:
    """Rows that meet every fate: white space, short ones, duplicates, failures and parents."""
    random_ = random.Random(5)
    texts = [f"{random_.choice(['red', 'blue'])}  {random_.choice('abc')} {n % 8}" for n in range(ROWS)]
    texts[3], texts[11] = "short", "a row that has many more words"
    path.write_text("".join(json.dumps({"text": text, "n": n}) + "\n" for n, text in enumerate(texts)))


def in_child(work: Callable[[], Any]) -> Any:
    """What a function gives that a child process runs; None when the child did not end well."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        end_child(lambda: os.write(writer, json.dumps(work()).encode()))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(answer) if status == 0 else None


def end_child(work: Callable[[], object]) -> NoReturn:
    """Do the work of a child process, in a session of its own, and end it without the parent's way of ending."""
    os.setsid()
    try:
        work()
    except BaseException:  # noqa: BLE001 - the child ends here, whatever happened, and must not go on as the parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def attempt(place: Path, data: Path, **options: Any) -> dict[str, Any]:
    """One run to its end."""
    result = run(
        FLOW, data, place / "out.jsonl", settings=Settings(home=place / "home"), part_rows=PART_ROWS, **options
    )
    return {"output": sha256(result.output), "ledger": result.ledger.digest()}


def traced(place: Path, data: Path, workers: int) -> dict[str, Any]:
    """An undisturbed run, and its events."""
    place.mkdir()
    events: list[str] = []
    watch(place, events.append)
    return {**attempt(place, data, workers=workers), "events": [*events]}


def completed(place: Path, data: Path) -> dict[str, Any]:
    """The same command again, in one process, and what lies about after it."""
    answer = attempt(place, data)
    statuses = [manifest.status for manifest in manifests(Home(place / "home").runs)]
    hidden = {"home": 0, ".": 0}
    for path in place.rglob(".*"):
        hidden[(path.parent.relative_to(place).parts or ".")[0]] += 1
    return {**answer, "statuses": statuses, "hidden": hidden}


def killed(place: Path, data: Path, point: int, workers: int) -> dict[str, Any]:
    """A run that kills itself at its n-th event; what stands at the output then, and whether workers outlived it."""
    place.mkdir()
    child = os.fork()
    if child == 0:
        seen = iter(range(point + 1))
        watch(place, lambda _: os.kill(os.getpid(), signal.SIGKILL) if next(seen, None) == point else None)
        end_child(lambda: attempt(place, data, workers=workers))
    _, status = os.waitpid(child, 0)
    output = place / "out.jsonl"
    return {
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "between": sha256(output) if output.exists() else None,
        "orphans": orphans(child),
    }


def worker_killed(place: Path, data: Path, point: int) -> dict[str, Any]:
    """A run with two workers, of which one is killed when the n-th part is done."""
    place.mkdir()
    parts_done = iter(range(1, point + 1))
    killed_pids: list[int | None] = []

    def strike(event: dict[str, Any]) -> None:
        if event["event"] == "part_done" and next(parts_done, None) == point:
            worker = multiprocessing.active_children()[0]
            worker.kill()
            killed_pids.append(worker.pid)

    answer = attempt(place, data, workers=2, on_event=strike)
    return {**answer, "killed": bool(killed_pids)}


def watch(place: Path, seen: Callable[[str], object]) -> None:
    """Call a function at each event that concerns a path below a folder, before it happens."""
    prefix = f"{place}/"

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in EVENTS and str(args[0]).startswith(prefix):
            seen(f"{event} {Path(args[1]).name}" if event == "os.rename" else event)

    sys.addaudithook(hook)


def orphans(session: int) -> list[int]:
    """Processes of a session that are still there after a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (left := members(session)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def members(session: int) -> list[int]:
    """The processes of a session, those left out that have ended and wait to be collected."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                facts = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(facts[3]) == session and facts[0] != "Z":
                found.append(int(entry.name))
    return found


def sha256(path: Path) -> str:
    """The hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def say(told: object) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
