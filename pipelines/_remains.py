"""What a run left in the part store, found stage by stage: ledgers, rows and counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ..operators.core import ROW, InvalidInput, near_name
from .engine.manifest import Manifest, PartKey, StageRecord, find_part
from .engine.parts import Part, PartStore
from .workflow import Step, Workflow


@dataclass(frozen=True)
class Place:
    """Where a step was carried out: the stage, its number, and the step's index in the stage."""

    step: Step
    stage: StageRecord
    number: int
    index: int


@dataclass(frozen=True)
class Remains:
    """The parts of one run, as far as they were not cleaned away since."""

    manifest: Manifest
    workflow: Workflow
    store: PartStore

    def place(self, step_id: str) -> Place:
        """Where a step was carried out.

        Raises:
            InvalidInput: the run has no such step, or ended before it.
        """
        for number, stage in enumerate(self.manifest.stages):
            if step_id in stage.steps:
                return Place(self.workflow.step(step_id), stage, number, stage.steps.index(step_id))
        known = [step.id for step in self.workflow.steps]
        if step_id in known:
            raise InvalidInput.of(
                "step_not_reached", f"run {self.manifest.id} ended before its step {step_id!r}", got=step_id
            )
        near = near_name(step_id, known)
        hint = f"did you mean {near!r}?" if near else f"its steps are {', '.join(known)}"
        raise InvalidInput.of(
            "unknown_step", f"run {self.manifest.id} has no step {step_id!r}; {hint}", got=step_id, allowed=[*known]
        )

    def parts(self, keys: Iterable[PartKey]) -> Iterator[Part]:
        """The parts that are still there, in order."""
        for key in keys:
            part = find_part(self.store, key)
            if part is not None:
                yield part

    def whole(self, place: Place) -> Iterator[tuple[int, Part]]:
        """All parts of a step's stage, numbered.

        Raises:
            InvalidInput: one of them was cleaned away.
        """
        for number, key in enumerate(place.stage.parts):
            part = find_part(self.store, key)
            if part is None:
                raise self.cleaned(f"what step {place.step.id!r} saw")
            yield number, part

    def cleaned(self, what: str) -> InvalidInput:
        """The error for an answer that needs parts which are no longer there."""
        return InvalidInput.of(
            "cleaned_away",
            f"{what} in run {self.manifest.id} was cleaned from the cache; run the same workflow again to ask",
            got=self.manifest.id,
        )

    def arrivals(self, place: Place) -> list[PartKey]:
        """The parts whose rows came into a step's stage."""
        before = [stage.parts for stage in self.manifest.stages[: place.number] if stage.parts]
        return before[-1] if before else self.manifest.source

    def values(
        self, keys: Sequence[PartKey], ids: Iterable[str], columns: Iterable[str], likely: int = 0
    ) -> dict[str, dict[str, Any]]:
        """What some rows hold in some columns, by row id; rows and columns that are not there are left out.

        Args:
            likely: number of the part that is looked into first.
        """
        wanted, found = set(ids), dict[str, dict[str, Any]]()
        for part in self.parts([*keys[likely : likely + 1], *keys[:likely], *keys[likely + 1 :]]):
            if not wanted:
                break
            lazy = pl.scan_parquet(part.path("rows"))
            present = set(lazy.collect_schema())
            rows = lazy.select(ROW, *(name for name in columns if name in present))
            for row in rows.filter(pl.col(ROW).is_in(sorted(wanted))).collect().iter_rows(named=True):
                found[row.pop(ROW)] = row
            wanted -= found.keys()
        return found


def reached(ledger: pl.DataFrame, index: int) -> pl.DataFrame:
    """The records of the rows that came into a step: born before it, and not ended before it."""
    born_before = pl.col("born").is_null() | (pl.col("born") < index)
    return ledger.filter((pl.col("step") >= index) & born_before)


def ended_at(index: int) -> pl.Expr:
    """Whether a row did not go on from this step."""
    return (pl.col("step") == index) & (pl.col("fate") != "kept")
