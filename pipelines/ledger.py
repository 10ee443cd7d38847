"""The ledger of a run: what became of every row, at every step, and by which numbers."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import JsonValue

from ..operators.core import ROW, InvalidInput, RowFilter
from ._remains import Remains
from .differences import Change, changes_of
from .engine.manifest import Manifest, PartKey, StageRecord
from .engine.parts import PartStore
from .engine.rowpass import LEDGER_COLUMNS
from .finding import column_values, means
from .funnel import funnel_of
from .funnel_model import Funnel
from .lost import LostRow, lost_rows
from .report import Report
from .validate import build
from .whatif import WhatIf, what_if
from .workflow import Step, Workflow

ENDS = frozenset({"dropped", "merged", "failed"})
"""Fates after which neither the row nor a child of it goes on."""
READ = "read"
"""Stands for the step in the story of a record that could not be read."""


@dataclass(frozen=True)
class Event:
    """What one step did to one row.

    `did` is kept, dropped, merged, failed, expanded or born, or rejected for a record that could not be read; `rule`
    says in words what the step keeps.
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
        self._remains = Remains(manifest, workflow, store)
        self._manifest, self._workflow = manifest, workflow

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
            InvalidInput: no such row came into the run, its parts were cleaned away, or several inputs have that name.
        """
        row_id = self._row_id(row)
        events: list[Event] = []
        for stage in self._manifest.stages:
            found = [*self._stage_events(stage, row_id)]
            if not found and Story(row_id, tuple(events)).fate not in ENDS and self._is_cleaned(stage.parts):
                raise self._remains.cleaned(f"what became of row {row!r}")
            events += found
        if not events:
            events = [*self._rejected(row_id)]
        if not events and not self._was_read(row_id):
            if self._is_cleaned(self._manifest.source):
                raise self._remains.cleaned(f"what became of row {row!r}")
            raise InvalidInput.of("unknown_row", f"run {self._manifest.id} read no row {row!r}", got=row)
        return Story(row_id, tuple(events))

    def find(self, column: str, value: str) -> list[str]:
        """The rows that hold a value in a column, as they were read.

        Args:
            value: as a person writes it: `17` finds the integer 17 and the text "17", `007` only the text.

        Returns:
            Their ids, in the order of the input, for `why`; none where no row holds it.

        Raises:
            InvalidInput: the input has no such column, or what was read was cleaned away.
        """
        known = self._manifest.schema_in
        if known is not None and column not in known:
            raise InvalidInput.of(
                "unknown_column",
                f"run {self._manifest.id} read no column {column!r}; its columns are {', '.join(known.names)}",
                got=column,
                allowed=[*known.names],
            )
        found: list[str] = []
        for part in self._remains.parts(self._manifest.source):
            ids, values = column_values(part, column)
            found += [row for row, held in zip(ids, values, strict=True) if means(value, held)]
        if not found and self._is_cleaned(self._manifest.source):
            raise self._remains.cleaned("what was read")
        return found

    def whatif(self, step: str, changes: Mapping[str, JsonValue], examples: int = 3) -> WhatIf:
        """What a filter would have kept with other limits; see `what_if`."""
        return what_if(self._remains, step, changes, examples)

    def diff(self, step: str, count: int = 5) -> list[Change]:
        """The first changes that a step made to values; see `changes_of`."""
        return changes_of(self._remains, step, count)

    def funnel(self, report: Report | None = None) -> Funnel:
        """How many rows each step let go on, with the histograms of the filters; see `funnel_of`."""
        return funnel_of(self._remains, report)

    def lost(self, step: str, count: int = 3) -> list[LostRow]:
        """The first rows that a step did not let go on; see `lost_rows`."""
        return lost_rows(self._remains, step, count)

    def frames(self) -> Iterator[tuple[StageRecord, pl.DataFrame]]:
        """The ledger of each part, stage by stage; `step` counts within the stage's steps."""
        for stage in self._manifest.stages:
            for part in self._remains.parts(stage.parts):
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
            for part in self._remains.parts(stage.parts)
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

    def _row_id(self, row: str) -> str:
        if row.isdecimal():
            return f"0:{row.lstrip('0')}"
        name, _, position = row.rpartition(":")
        if not position.isdecimal():
            return row
        inputs = [number for number, known in enumerate(self._manifest.inputs) if known == name]
        if len(inputs) > 1:
            raise InvalidInput.of(
                "ambiguous_row",
                f"{len(inputs)} inputs of run {self._manifest.id} are called {name}; name the row by the number of its "
                f"input: {' or '.join(f'{number}:{position}' for number in inputs)}",
                got=row,
            )
        return f"{inputs[0]}:{position.lstrip('0')}" if inputs else row

    def _was_read(self, row: str) -> bool:
        return any(
            part_ids.eq(row).any()
            for part in self._remains.parts(self._manifest.source)
            for part_ids in [pl.read_parquet(part.path("rows"), columns=[ROW], memory_map=False)[ROW]]
        )

    def _is_cleaned(self, keys: Sequence[PartKey]) -> bool:
        """Whether some of these parts are gone."""
        return sum(1 for _ in self._remains.parts(keys)) < len(keys)

    def _rejected(self, row: str) -> Iterator[Event]:
        """The story of a record that could not be read."""
        source, _, position = row.partition(":")
        for part in self._remains.parts(self._manifest.source):
            for reject in part.meta["rejects"]:
                if str(reject["line"]) == position and str(part.meta["source"]) == source:
                    yield Event(row, READ, READ, "rejected", reason=reject["reason"])

    def _stage_events(self, stage: StageRecord, row: str) -> Iterator[Event]:
        steps = [self._workflow.step(step) for step in stage.steps]
        for part in self._remains.parts(stage.parts):
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
