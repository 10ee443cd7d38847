"""Carries out the stages of a workflow over the parts of its input."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...operators.core import Context, RunStopped
from ..events import EventLog
from .barrier import Decided, decide
from .manifest import Manifest, StageRecord
from .parts import Part, PartStore, digest_of
from .physical import Stage
from .reordering import reordered
from .rowpass import LedgerBroken
from .source import PART_ROWS, Input
from .work import Bench, Done
from .workers import WorkerPool

Counts = dict[str, int]
_LAW = ("rows_in", "rows_out", "kept", "dropped", "merged", "failed", "expanded", "children", "created")


@dataclass(frozen=True)
class FailureLimit:
    """How many rows may fail at one step before the run stops: a count, a share of its rows, or all but one."""

    count: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str | None) -> "FailureLimit":
        """From `"10"` or `"5%"` or `"0.05"`; None sets no limit but that not all rows of a step may fail.

        >>> FailureLimit.parse("5%").share
        0.05
        """
        if text is None:
            return cls()
        plain = text.strip()
        value = float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1)
        if value < 0 or (plain.endswith("%") and value > 1):
            raise ValueError(f"a limit of failures is a count or a share, got {text!r}")
        if plain.isdigit():
            return cls(count=int(plain))
        return cls(share=value)

    def check(self, step: str, failed: int, rows: int, *, ended: bool) -> None:
        """Stop the run when too many rows failed; shares are judged when the stage has ended.

        Raises:
            RunStopped: the limit is exceeded, or every row of the step failed.
        """
        if not failed:
            return
        if self.count is not None and failed > self.count:
            raise RunStopped(f"step {step!r}: {failed} rows failed, at most {self.count} may (--max-failures)")
        if not ended:
            return
        if self.share is not None and failed > self.share * rows:
            raise RunStopped(
                f"step {step!r}: {failed} of {rows} rows failed, at most {self.share:.1%} may (--max-failures)"
            )
        if failed == rows:
            raise RunStopped(f"step {step!r}: all {rows} rows that reached it failed")


@dataclass
class Execution:
    """One run of stages; `manifest` is filled as it goes.

    `context` is called once, when the first operator that has work to do is opened. With a `pool`, stages that need
    nothing of the main process run in its workers.
    """

    store: PartStore
    context: Callable[[], Context]
    events: EventLog
    manifest: Manifest
    failures: FailureLimit = field(default_factory=FailureLimit)
    part_rows: int = PART_ROWS
    pool: WorkerPool | None = None
    save: Callable[[], None] = lambda: None
    _ctx: Context | None = None

    def run(self, stages: Sequence[Stage], inputs: list[Input]) -> list[Input]:
        """Take the rows through all stages; returns where they lie at the end."""
        sketched: list[Part] = []
        for number, stage in enumerate(stages):
            self._emit_started(number, len(stages), stage, inputs)
            started = time.perf_counter()
            decided = None
            if stage.barrier:
                decided = decide(stage.barrier, sketched, inputs, self._context(), self.store)
                self.manifest.barrier_bytes = max(self.manifest.barrier_bytes, decided.bytes)
                decided, inputs = reordered(decided, inputs, self.store, self.part_rows)
                self._emit_decided(number, decided, inputs)
            inputs, sketched = self._stage(number, stage, inputs, decided)
            self.save()
            seconds = round(time.perf_counter() - started, 3)
            self.events.emit("stage_done", stage=number, seconds=seconds)
        return inputs

    def _emit_started(self, number: int, of: int, stage: Stage, inputs: Sequence[Input]) -> None:
        steps = [planned.step.id for planned in stage.all_steps]
        prepares = stage.sketched.step.id if stage.sketched else None
        sizes = {"rows": sum(given.rows for given in inputs), "parts": len(inputs)}
        self.events.emit("stage_started", stage=number, of=of, steps=steps, prepares=prepares, **sizes)

    def _emit_decided(self, number: int, decided: Decided, inputs: Sequence[Input]) -> None:
        known = {"step": decided.step.step.id, "reused": decided.key.reused}
        self.events.emit("barrier_decided", stage=number, **known, parts=len(inputs) + decided.creates)

    def _stage(
        self, number: int, stage: Stage, inputs: list[Input], decided: Decided | None
    ) -> tuple[list[Input], list[Part]]:
        record = StageRecord(
            steps=tuple(planned.step.id for planned in stage.all_steps),
            operators=tuple(planned.operator.name for planned in stage.all_steps),
            verdict=decided.key if decided else None,
        )
        self.manifest.stages.append(record)
        outputs: list[Input] = []
        sketches: list[Part] = []
        totals = [dict.fromkeys(_LAW, 0) for _ in stage.all_steps]
        progress = _Progress(number, len(inputs) + (decided.creates if decided else 0))
        for part_number, done in enumerate(self._parts(stage, inputs, decided)):
            outputs.append(done.rows)
            if done.sketch:
                sketches.append(done.sketch)
            if done.key and done.part:
                record.parts.append(done.key)
                _add(totals, done.part.meta["steps"])
                self._check_failures(stage, totals, ended=False)
            self.events.emit("part_done", part=part_number, **progress.after(done))
        self._check_failures(stage, totals, ended=True)
        if record.parts:
            _check_flow(stage, inputs, outputs, totals)
        return outputs, sketches

    def _parts(self, stage: Stage, inputs: Sequence[Input], decided: Decided | None) -> Iterator[Done]:
        """Each part through the stage, in order, and last the rows that the barrier created."""
        bench = Bench(stage, self.store, self._context)
        tasks = ((given, decided.records_of(number) if decided else None) for number, given in enumerate(inputs))
        if self.pool is None or stage.local:
            yield from (bench.work(given, verdict) for given, verdict in tasks)
        else:
            yield from self.pool.run(stage, tasks)
        created = decided.created_rows() if decided else None
        if decided and created:
            key = digest_of("created", decided.key.key, decided.step.step.id)
            yield bench.create(key, created)

    def _check_failures(self, stage: Stage, totals: Sequence[Counts], *, ended: bool) -> None:
        for planned, total in zip(stage.all_steps, totals, strict=True):
            self.failures.check(planned.step.id, total["failed"], total["rows_in"], ended=ended)

    def _context(self) -> Context:
        if self._ctx is None:
            self._ctx = self.context()
        return self._ctx


class _Progress:
    """How far a stage is, in rows and seconds, from which whoever listens tells its speed and the time that is left."""

    def __init__(self, stage: int, parts: int) -> None:
        self._stage, self._parts = stage, parts
        self._rows, self._started = 0, time.perf_counter()

    def after(self, done: Done) -> dict[str, Any]:
        """The fields of the event that tells of a part, which must come in order."""
        tallies = done.part.meta["steps"] if done.part else []
        rows_in = tallies[0]["rows_in"] if tallies else done.rows.rows
        made = done.part or done.sketch
        self._rows += rows_in
        return {
            "stage": self._stage,
            "of": self._parts,
            "rows_in": rows_in,
            "rows_out": done.rows.rows,
            **{fate: sum(tally[fate] for tally in tallies) for fate in ("dropped", "merged", "failed")},
            "reused": made is not None and made.reused,
            "rows_done": self._rows,
            "seconds": round(time.perf_counter() - self._started, 3),
        }


def _add(totals: Sequence[Counts], tallies: Sequence[dict[str, Any]]) -> None:
    for total, tally in zip(totals, tallies, strict=True):
        for name in _LAW:
            total[name] += tally[name]


def _check_flow(stage: Stage, inputs: list[Input], outputs: list[Input], totals: Sequence[Counts]) -> None:
    """The law across parts: what came in is what the first step saw, what it let go is what the next one saw."""
    flow = sum(given.rows for given in inputs)
    for planned, total in zip(stage.all_steps, totals, strict=True):
        fates = total["kept"] + total["dropped"] + total["merged"] + total["failed"] + total["expanded"]
        if not total["rows_in"] == flow == fates:
            raise LedgerBroken(f"step {planned.step.id!r}: {flow} rows came in and {fates} have a fate")
        flow = total["kept"] + total["children"] + total["created"]
        if total["rows_out"] != flow:
            raise LedgerBroken(f"step {planned.step.id!r}: {total['rows_out']} rows went on, {flow} should have")
    if flow != sum(made.rows for made in outputs):
        raise LedgerBroken(f"stage of {[p.step.id for p in stage.all_steps]}: rows were lost between its parts")
