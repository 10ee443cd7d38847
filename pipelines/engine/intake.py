"""What a stage made of its parts, taken in part by part: the manifest's record, counts, limits and events."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ...operators.core import ROW, RunStopped, Usage
from ..events import EventLog
from .barrier import Decided
from .manifest import Manifest, StageRecord
from .parts import Part
from .physical import Stage
from .rowpass import LedgerBroken
from .source import Input
from .work import Done

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
        if plain.isdecimal():
            return cls(count=int(plain))
        if not 0 <= value <= 1:
            raise ValueError(f"a limit of failures is a count or a share, got {text!r}")
        return cls(share=value)

    def broken(self, failed: int, rows: int, *, ended: bool) -> str | None:
        """What is too much of failures at a step, or None; shares are judged when the stage has ended."""
        if not failed:
            return None
        if self.count is not None and failed > self.count:
            return f"{failed} rows failed, at most {self.count} may (--max-failures)"
        if ended and self.share is not None and failed > self.share * rows:
            return f"{failed} of {rows} rows failed, at most {self.share:.1%} may (--max-failures)"
        return f"all {rows} rows that reached it failed" if ended and failed == rows else None


@dataclass(frozen=True)
class Books:
    """Where a run notes what happens."""

    events: EventLog
    manifest: Manifest
    failures: FailureLimit = field(default_factory=FailureLimit)


class Intake:
    """One stage while its parts come in, in their order; `outputs` and `sketches` are what they have become.

    Args:
        number: of the stage.
        parts: how many will come.
        started: when the stage began, by `time.perf_counter`.
    """

    def __init__(
        self,
        books: Books,
        number: int,
        stage: Stage,
        *,
        parts: int,
        started: float | None = None,
        decided: Decided | None = None,
    ) -> None:
        self.outputs: list[Input] = []
        self.sketches: list[Part] = []
        self.rows_out = 0
        self._books, self._number, self._stage, self._parts = books, number, stage, parts
        self._totals = [dict.fromkeys(_LAW, 0) for _ in stage.all_steps]
        self._rows_in, self._usage, self._first = 0, Usage(), time.perf_counter()
        self._with_failures: dict[int, Part] = {}
        self._started = self._first if started is None else started
        self._noted = False
        self._record = StageRecord(
            steps=tuple(planned.step.id for planned in stage.all_steps),
            operators=tuple(planned.operator.name for planned in stage.all_steps),
            verdict=decided.key if decided else None,
        )

    @property
    def is_full(self) -> bool:
        """Whether all parts have come."""
        return len(self.outputs) == self._parts

    def begin(self) -> None:
        """The manifest names the stage from here on."""
        if not self._noted:
            self._books.manifest.stages.append(self._record)
            self._noted = True

    def take(self, done: Done) -> None:
        """The next part.

        Raises:
            RunStopped: more rows failed than may.
        """
        self.begin()
        self.outputs.append(done.rows)
        self.rows_out += done.rows.rows
        if done.sketch:
            self.sketches.append(done.sketch)
        if done.key and done.part:
            self._record.parts.append(done.key)
            _add(self._totals, done.part.meta["steps"])
            for at, tally in enumerate(done.part.meta["steps"]):
                if tally["failed"]:
                    self._with_failures.setdefault(at, done.part)
            self._check_failures(ended=False)
        self._emit(done)

    def end(self, rows_in: int) -> None:
        """All parts have come.

        Args:
            rows_in: how many rows the stage was given.

        Raises:
            RunStopped: more rows failed than may.
            LedgerBroken: rows were lost or doubled.
        """
        self.begin()
        self._check_failures(ended=True)
        if self._record.parts:
            _check_flow(self._stage, rows_in, self.rows_out, self._totals)

    def tell_end(self) -> None:
        """Emit `stage_done`."""
        seconds = round(time.perf_counter() - self._started, 3)
        self._books.events.emit("stage_done", stage=self._number, seconds=seconds)

    def _check_failures(self, *, ended: bool) -> None:
        for at, (planned, total) in enumerate(zip(self._stage.all_steps, self._totals, strict=True)):
            broken = self._books.failures.broken(total["failed"], total["rows_in"], ended=ended)
            if broken:
                raise RunStopped(f"step {planned.step.id!r}: {broken}{self._first_failure(at)}")

    def _first_failure(self, at: int) -> str:
        """Why the first row failed at a step of the stage, to be read behind how many did."""
        failed = self._with_failures[at].frame("ledger").filter((pl.col("fate") == "failed") & (pl.col("step") == at))
        row, reason, detail = failed.select(ROW, "reason", "detail").row(0)
        row = row.removeprefix("0:")  # as `runs why` takes it
        return f"; row {row} since {reason}{f': {detail}' if detail else ''} (all are in failed.jsonl of the run)"

    def _emit(self, done: Done) -> None:
        """Tell of a part, and how far the stage is, from which listeners tell its speed and the time that is left."""
        tallies = done.part.meta["steps"] if done.part else []
        rows_in = tallies[0]["rows_in"] if tallies else done.rows.rows
        made = done.part or done.sketch
        reused = made is not None and made.reused
        self._rows_in += rows_in
        if not reused:
            self._usage = sum((Usage(**tally["usage"]) for tally in tallies if "usage" in tally), self._usage)
        self._books.events.emit(
            "part_done",
            stage=self._number,
            part=len(self.outputs) - 1,
            of=self._parts,
            rows_in=rows_in,
            rows_out=done.rows.rows,
            **{fate: sum(tally[fate] for tally in tallies) for fate in ("dropped", "merged", "failed")},
            reused=reused,
            rows_done=self._rows_in,
            seconds=round(time.perf_counter() - self._first, 3),
            **self._spent(),
        )

    def _spent(self) -> dict[str, Any]:
        if not self._stage.asks:
            return {"calls": None, "tokens": None, "cost": None}
        used = self._usage
        return {"calls": used.calls, "tokens": used.prompt_tokens + used.completion_tokens, "cost": used.cost}


def _add(totals: Sequence[Counts], tallies: Sequence[dict[str, Any]]) -> None:
    for total, tally in zip(totals, tallies, strict=True):
        for name in _LAW:
            total[name] += tally[name]


def _check_flow(stage: Stage, rows_in: int, rows_out: int, totals: Sequence[Counts]) -> None:
    """The law across parts: what came in is what the first step saw, what it let go is what the next one saw."""
    flow = rows_in
    for planned, total in zip(stage.all_steps, totals, strict=True):
        fates = total["kept"] + total["dropped"] + total["merged"] + total["failed"] + total["expanded"]
        if not total["rows_in"] == flow == fates:
            raise LedgerBroken(f"step {planned.step.id!r}: {flow} rows came in and {fates} have a fate")
        flow = total["kept"] + total["children"] + total["created"]
        if total["rows_out"] != flow:
            raise LedgerBroken(f"step {planned.step.id!r}: {total['rows_out']} rows went on, {flow} should have")
    if flow != rows_out:
        raise LedgerBroken(f"stage of {[p.step.id for p in stage.all_steps]}: rows were lost between its parts")
