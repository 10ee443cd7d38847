"""The ledger of a run: what became of every row, at every step, and by which numbers."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from ..operators.core import ROW, InvalidInput, RowFilter
from .engine.manifest import Manifest, StageRecord, find_part
from .engine.parts import Part, PartStore
from .engine.rowpass import LEDGER_COLUMNS
from .validate import build
from .workflow import Step, Workflow


@dataclass(frozen=True)
class Event:
    """What one step did to one row.

    `did` is kept, dropped, merged, failed, expanded or born; `rule` says in words what the step keeps.
    """

    row: str
    step: str
    operator: str
    did: str
    reason: str | None = None
    target: str | None = None
    detail: str | None = None
    changed: bool = False
    metrics: dict[str, Any] = field(default_factory=dict)
    rule: dict[str, str] = field(default_factory=dict)
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    """What happened to one row, in order; the events of its children follow its own."""

    row: str
    events: tuple[Event, ...]

    @property
    def fate(self) -> str:
        """The last fate of the row itself."""
        own = [event for event in self.events if event.row == self.row]
        return own[-1].did if own else "kept"


class Ledger:
    """Answers questions about the rows of one run, from the parts it left on disk."""

    def __init__(self, manifest: Manifest, workflow: Workflow, store: PartStore) -> None:
        self._manifest, self._workflow, self._store = manifest, workflow, store

    @classmethod
    def load(cls, run_folder: Path, store: PartStore) -> "Ledger":
        """The ledger of the run in a folder."""
        manifest = Manifest.load(run_folder)
        return cls(manifest, Workflow.from_yaml(run_folder / "workflow.yaml"), store)

    def why(self, row: str) -> Story:
        """What happened to a row.

        Args:
            row: a position such as `17` (of the first input), a row id such as `1:17` or `0:17.2`, or
                `file.jsonl:17` with the base name of an input.

        Raises:
            InvalidInput: no such row came into the run, or its parts were cleaned away.
        """
        row_id = self._row_id(row)
        events = [event for stage in self._manifest.stages for event in self._stage_events(stage, row_id)]
        if not events and not self._was_read(row_id):
            raise InvalidInput.of("unknown_row", f"run {self._manifest.id} read no row {row!r}", got=row)
        return Story(row_id, tuple(events))

    def frames(self) -> Iterator[tuple[StageRecord, pl.DataFrame]]:
        """The ledger of each part, stage by stage; `step` counts within the stage's steps."""
        for stage in self._manifest.stages:
            for part in self._parts(stage):
                yield stage, part.frame("ledger")

    def failed(self) -> pl.DataFrame:
        """The rows that failed: `_row`, `step` (id), `operator`, `reason`, `detail`."""
        found = [
            ledger.filter(pl.col("fate") == "failed").select(
                ROW,
                pl.col("step").replace_strict(dict(enumerate(stage.steps)), return_dtype=pl.String),
                operator=pl.col("step").replace_strict(dict(enumerate(stage.operators)), return_dtype=pl.String),
                reason="reason",
                detail="detail",
            )
            for stage in self._manifest.stages
            for part in self._parts(stage)
            if any(tally["failed"] for tally in part.meta["steps"])
            for ledger in [part.frame("ledger")]
        ]
        empty = pl.DataFrame(schema=dict.fromkeys((ROW, "step", "operator", "reason", "detail"), pl.String))
        return pl.concat([empty, *found])

    def digest(self) -> str:
        """A hash of every fate and metric of the run, equal for runs that decided the same."""
        whole = hashlib.sha256()
        for stage, frame in self.frames():
            whole.update(",".join(stage.steps).encode())
            whole.update(frame.write_ndjson().encode())
        return whole.hexdigest()

    def _parts(self, stage: StageRecord) -> Iterator[Part]:
        for key in stage.parts:
            part = find_part(self._store, key)
            if part is not None:
                yield part

    def _row_id(self, row: str) -> str:
        if row.isdigit():
            return f"0:{row}"
        name, _, position = row.rpartition(":")
        if name in self._manifest.inputs and position.isdigit():
            return f"{self._manifest.inputs.index(name)}:{position}"
        return row

    def _was_read(self, row: str) -> bool:
        parts = (find_part(self._store, key) for key in self._manifest.source)
        return any(
            not part_ids.filter(part_ids == row).is_empty()
            for part in parts
            if part
            for part_ids in [pl.read_parquet(part.path("rows"), columns=[ROW], memory_map=False)[ROW]]
        )

    def _stage_events(self, stage: StageRecord, row: str) -> Iterator[Event]:
        steps = [self._workflow.step(step) for step in stage.steps]
        for part in self._parts(stage):
            mine = (pl.col(ROW) == row) | pl.col(ROW).str.starts_with(f"{row}.")
            for record in pl.scan_parquet(part.path("ledger")).filter(mine).collect().iter_rows(named=True):
                yield from _events(record, steps)


def _events(record: dict[str, Any], steps: list[Step]) -> Iterator[Event]:
    """The events of one row in one stage: what it met on its way, and its fate at its last step."""
    born, last = record["born"], record["step"]
    if born is not None:
        yield Event(record[ROW], steps[born].id, steps[born].operator, "born", parents=tuple(record["parents"] or ()))
    changed = set(record["changed"] or ())
    for index in range(0 if born is None else born + 1, last + 1):
        step = steps[index]
        ended = index == last and record["fate"] != "kept"
        yield Event(
            row=record[ROW],
            step=step.id,
            operator=step.operator,
            did=record["fate"] if ended else "kept",
            reason=record["reason"] if ended else None,
            target=record["target"] if ended else None,
            detail=record["detail"] if ended else None,
            changed=index in changed,
            metrics=_metrics(record, index),
            rule=_rule(step),
        )


def _metrics(record: dict[str, Any], index: int) -> dict[str, Any]:
    prefix = f"{index}."
    return {
        name.removeprefix(prefix): value
        for name, value in record.items()
        if name not in LEDGER_COLUMNS and name.startswith(prefix) and value is not None
    }


def _rule(step: Step) -> dict[str, str]:
    operator, _ = build(step)
    if not isinstance(operator, RowFilter):
        return {}
    return {metric: str(rule) for metric, rule in operator.rules().items()}
