"""Carries out the stages of a workflow over the parts of its input."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ...operators.core import Context
from .barrier import Decided, decide
from .flight import Flight, flights, small, threads_for
from .intake import Books, Intake
from .parts import Part, PartStore, digest_of
from .physical import Stage
from .reordering import reordered
from .source import PART_ROWS, Input
from .work import Bench, Done
from .workers import WorkerPool


@dataclass
class Execution:
    """One run of stages; the books are filled as it goes.

    `context` is called when the first operator that has work to do is opened. With a `pool`, stages that need nothing
    of the main process run in its workers. At most `paid_rows` rows reach the first step that asks a model.
    """

    store: PartStore
    context: Callable[[], Context]
    books: Books
    part_rows: int = PART_ROWS
    paid_rows: int | None = None
    pool: WorkerPool | None = None
    save: Callable[[], None] = lambda: None

    def run(self, stages: Sequence[Stage], inputs: list[Input]) -> list[Input]:
        """Take the rows through all stages; returns where they lie at the end."""
        sketched: list[Part] = []
        number, most = 0, self.paid_rows
        for group in flights(stages, pooled=self.pool is not None):
            of = (number, len(stages))
            if group[0].asks:
                inputs, sketched = self._fly(of, group, small(inputs, most))
                most = None
            else:
                inputs, sketched = self._pass(of, group[0], inputs, sketched)
            number += len(group)
        return inputs

    def _pass(
        self, of: tuple[int, int], stage: Stage, inputs: list[Input], sketched: Sequence[Part]
    ) -> tuple[list[Input], list[Part]]:
        """One stage, part after part."""
        number, started = of[0], time.perf_counter()
        self._emit_started(of, stage, sum(given.rows for given in inputs), len(inputs))
        decided = None
        if stage.barrier:
            decided = decide(stage.barrier, sketched, inputs, self.context(), self.store)
            manifest = self.books.manifest
            manifest.barrier_bytes = max(manifest.barrier_bytes, decided.bytes)
            manifest.warnings.extend(decided.warnings)
            decided, inputs = reordered(decided, inputs, self.store, self.part_rows)
            self._emit_decided(number, decided, inputs)
        parts = len(inputs) + (decided.creates if decided else 0)
        intake = Intake(self.books, number, stage, parts=parts, started=started, decided=decided)
        intake.begin()
        for done in self._parts(stage, inputs, decided):
            intake.take(done)
        self._end(intake, sum(given.rows for given in inputs))
        return intake.outputs, intake.sketches

    def _fly(
        self, of: tuple[int, int], group: Sequence[Stage], inputs: Sequence[Input]
    ) -> tuple[list[Input], list[Part]]:
        """Neighbouring stages at once, several parts at a time; see `Flight`."""
        first, stages = of
        came = sum(given.rows for given in inputs)
        for place, stage in enumerate(group):
            self._emit_started((first + place, stages), stage, None if place else came, len(inputs))
        intakes = [Intake(self.books, first + place, stage, parts=len(inputs)) for place, stage in enumerate(group)]
        intakes[0].begin()
        means = self.context()
        benches = [Bench(stage, self.store, self.context) for stage in group]
        threads = threads_for(inputs, means.llm.in_flight if means.llm else 1)
        with Flight(benches, inputs, threads=threads, halt=means.close) as flight:
            for place, done in flight:
                intakes[place].take(done)
                if intakes[place].is_full:
                    self._end(intakes[place], intakes[place - 1].rows_out if place else came)
        for intake in intakes if not inputs else ():
            self._end(intake, 0)
        return intakes[-1].outputs, intakes[-1].sketches

    def _end(self, intake: Intake, rows_in: int) -> None:
        intake.end(rows_in)
        self.save()
        intake.tell_end()

    def _emit_started(self, of: tuple[int, int], stage: Stage, rows: int | None, parts: int) -> None:
        steps = [planned.step.id for planned in stage.all_steps]
        prepares = stage.sketched.step.id if stage.sketched else None
        sizes = {"rows": rows, "parts": parts}
        self.books.events.emit("stage_started", stage=of[0], of=of[1], steps=steps, prepares=prepares, **sizes)

    def _emit_decided(self, number: int, decided: Decided, inputs: Sequence[Input]) -> None:
        known = {"step": decided.step.step.id, "reused": decided.key.reused}
        self.books.events.emit("barrier_decided", stage=number, **known, parts=len(inputs) + decided.creates)

    def _parts(self, stage: Stage, inputs: Sequence[Input], decided: Decided | None) -> Iterator[Done]:
        """Each part through the stage, in order, and last the rows that the barrier created."""
        bench = Bench(stage, self.store, self.context)
        tasks = ((given, decided.records_of(number) if decided else None) for number, given in enumerate(inputs))
        if self.pool is None or stage.local:
            yield from (bench.work(given, verdict) for given, verdict in tasks)
        else:
            yield from self.pool.run(stage, tasks)
        created = decided.created_rows() if decided else None
        if decided and created:
            key = digest_of("created", decided.key.key, decided.step.step.id)
            yield bench.create(key, created)
