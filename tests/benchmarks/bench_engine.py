"""What the engine costs: ledger and parts over bare operators, going on after a kill, and what a second worker gains.

    python tests/benchmarks/bench_engine.py crawl.jsonl.gz --column raw_content --rounds 3

Every measurement is a process of its own, forked from one that has imported everything, and the best of some rounds.
Seconds are given by the clock and by the processor (all threads, workers included): on a machine with other work to do,
only the latter can be compared.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataflow_agent.operators.core import Batch, Context, Schema, all_operators
from dataflow_agent.operators.core.dataset import Dataset, conform, open_writer, unify
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.engine.physical import planned_steps
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow

FLOWS = {
    "one filter": ("word_count_filter",),
    "clean text": ("strip_html", "normalize_whitespace", "remove_emoji", "word_count_filter"),
    "language": ("strip_html", "normalize_whitespace", "language_filter", "word_count_filter"),
    "native polars": ("normalize_whitespace", "empty_text_filter"),
}
KILLED_AT = 0.9


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and by the processor, and what the measured work told."""

    clock: float
    processor: float
    told: Any = None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a JSONL file, gzipped or not")
    parser.add_argument("--column", default="text", help="the column that holds the text")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of which the best counts")
    parser.add_argument("--flow", action="append", choices=FLOWS, help="only this flow; may be given again")
    parser.add_argument("--only", choices=("overhead", "continuation", "workers"), help="only this measurement")
    args = parser.parse_args()
    all_operators()
    bench = Bench(args.data, args.column, args.rounds)
    measurements = {"overhead": bench.overhead, "continuation": bench.continuation, "workers": bench.workers}
    print(machine())
    for name in args.flow or FLOWS:
        for kind, measure in measurements.items():
            if args.only in (None, kind):
                measure(name)


class Bench:
    """Measurements over one file."""

    def __init__(self, data: Path, column: str, rounds: int) -> None:
        self._data, self._column, self._rounds = data, column, rounds

    def overhead(self, name: str) -> None:
        """The whole run against reading, the same operators and writing alone; and a run that finds everything."""
        flow = self._flow(name)
        with folder() as place:
            bare = self._best(lambda n: measured(lambda: run_bare(flow, self._data, place / f"bare-{n}.jsonl")))
            whole = self._best(lambda n: measured(lambda: self._run(flow, place / f"{n}")))
            again = self._best(lambda _: measured(lambda: self._run(flow, place / "0", name="again")))
            assert (place / "bare-0.jsonl").read_bytes() == (place / "0" / "out.jsonl").read_bytes()
        print(f"\noverhead, {name} ({', '.join(step.operator for step in flow.steps)})")
        tell("bare operators", bare)
        tell("run", whole, f"{whole.processor / bare.processor - 1:+.0%} processor, aim below +25%")
        tell("run again", again, "all parts found")

    def continuation(self, name: str) -> None:
        """A run killed when 90% of its time has passed, and the same command again, against an undisturbed one."""
        flow = self._flow(name, "exact_dedup")
        with folder() as place:
            whole = self._best(lambda n: measured(lambda: self._timeline(flow, place / f"whole-{n}")))
            part = next(n for n, moment in enumerate(whole.told, 1) if moment >= KILLED_AT * whole.told[-1])
            pairs = []
            for number in range(self._rounds):
                home = place / f"killed-{number}"
                killed = measured(lambda home=home: self._run(flow, home, on_event=killer(part)))
                pairs.append((killed, measured(lambda home=home: self._run(flow, home))))
            assert (place / "killed-0" / "out.jsonl").read_bytes() == (place / "whole-0" / "out.jsonl").read_bytes()
        killed, rest = min(pairs, key=lambda pair: pair[0].processor + pair[1].processor)
        extra = (killed.processor + rest.processor) / whole.processor - 1
        print(f"\nkilled at {KILLED_AT:.0%} of its time (part {part} of {len(whole.told)}), {name} and exact_dedup")
        tell("undisturbed", whole)
        tell("until the kill", killed)
        tell("the same again", rest, f"{rest.processor / whole.processor:.0%} of an undisturbed run")
        tell(
            "both", Spent(killed.clock + rest.clock, killed.processor + rest.processor), f"{extra:+.0%}, aim below +15%"
        )

    def workers(self, name: str) -> None:
        """Two workers against one process, over the stage of row-scope steps alone."""
        flow = self._flow(name)
        with folder() as place:
            stages = [
                min(
                    (measured(lambda n=n, w=w: self._staged(flow, place / f"{w}-{n}", w)) for n in range(self._rounds)),
                    key=lambda spent: spent.told["stage"],
                )
                for w in (1, 2)
            ]
        one, two = (spent.told for spent in stages)
        print(f"\nworkers, {name}")
        tell("one process", stages[0], f"stage {one['stage']:.2f} s")
        tell("two workers", stages[1], f"stage {two['stage']:.2f} s, of which {two['start']:.2f} s to the first part")
        print(f"  the stage by the clock: x{one['stage'] / two['stage']:.2f}, aim x1.5")

    def _flow(self, name: str, *more: str) -> Workflow:
        steps = [Step(id=operator, operator=operator, options={"column": self._column}) for operator in FLOWS[name]]
        steps += [Step(id=operator, operator=operator, options={"columns": [self._column]}) for operator in more]
        return Workflow(name=name, steps=tuple(steps))

    def _run(self, flow: Workflow, place: Path, name: str = "out", **options: Any) -> None:
        place.mkdir(exist_ok=True)
        run(
            flow, self._data, place / f"{name}.jsonl", settings=Settings(home=place / "home"), overwrite=True, **options
        )

    def _timeline(self, flow: Workflow, place: Path) -> list[float]:
        """When each part was done, in seconds from the start; last, when all was."""
        began, moments = time.perf_counter(), list[float]()

        def note(event: dict[str, Any]) -> None:
            if event["event"] in ("part_done", "run_ended"):
                moments.append(time.perf_counter() - began)

        self._run(flow, place, on_event=note)
        return moments

    def _staged(self, flow: Workflow, place: Path, workers: int) -> dict[str, float]:
        """Seconds of the first stage, and of its first part."""
        moments: dict[str, float] = {}

        def note(event: dict[str, Any]) -> None:
            moments.setdefault(event["event"], time.perf_counter())

        self._run(flow, place, workers=workers, on_event=note)
        began = moments["stage_started"]
        return {"stage": moments["stage_done"] - began, "start": moments["part_done"] - began}

    def _best(self, measure: Callable[[int], Spent]) -> Spent:
        return min((measure(number) for number in range(self._rounds)), key=lambda spent: spent.processor)


def run_bare(flow: Workflow, data: Path, output: Path) -> None:
    """Read, apply the operators and write, with nothing kept and nothing noted."""
    blocks = [block.parse() for block in Dataset.open([data]).blocks()]
    schema, _ = unify([block.schema for block in blocks])
    operators = [planned.operator for planned in planned_steps(flow, schema, {})]
    states = [operator.open(Context()) for operator in operators]
    written = Schema()
    batches = []
    for block in blocks:
        batch = Batch(conform(block.frame, block.schema, schema), schema)
        for operator, state in zip(operators, states, strict=True):
            batch = operator.apply(batch, state).rows  # type: ignore[attr-defined]
        batches.append(batch)
        written = batch.schema
    with open_writer(output, written) as writer:
        for batch in batches:
            writer.write(batch.frame)
        writer.commit()


def killer(part: int) -> Callable[[dict[str, Any]], None]:
    """Kills this process when so many parts are done."""
    done = iter(range(1, part + 1))

    def strike(event: dict[str, Any]) -> None:
        if event["event"] == "part_done" and next(done, None) == part:
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


def measured(work: Callable[[], Any]) -> Spent:
    """What some work takes in a child process, that of its own workers included."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writer, json.dumps(work()).encode())
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status, usage = os.wait4(child, 0)
    clock = time.perf_counter() - began
    if os.WIFEXITED(status) and status:
        raise SystemExit("the measured work failed")
    return Spent(clock, usage.ru_utime + usage.ru_stime, json.loads(told) if told else None)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one measurement."""
    path = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def machine() -> str:
    """What it was measured on."""
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    model = models[0].partition(":")[2].strip() if models else platform.processor()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} x {model}; {platform.system()}, Python {platform.python_version()}; load {load}"


def tell(what: str, spent: Spent, more: str = "") -> None:
    """One line of numbers."""
    print(f"  {what:<16} {spent.clock:7.2f} s by the clock {spent.processor:7.2f} s processor  {more}")


if __name__ == "__main__":
    main()
