"""Barriers: sketches of all parts in, one verdict over all rows out."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from ...operators.core import ABSENT, INTERNAL, ROW, Batch, Context, DatasetOperator, Outcome, RunStopped
from ...operators.core.batch import PHYSICAL
from ...operators.core.outcome import complete_records
from .manifest import PartKey
from .parts import Part, PartStore, digest_of
from .physical import PlannedStep
from .rowpass import LedgerBroken, failed_record, split
from .source import Input

CACHED_PARTS = 8
"""Parts kept in memory while rows are fetched back; neighbours are asked for together."""


@dataclass(frozen=True)
class Decided:
    """A barrier's verdict: where it lies, its records over all rows, and the rows it created."""

    step: PlannedStep
    key: PartKey
    records: pl.DataFrame
    order: pl.Series | None
    created: pl.DataFrame | None
    bytes: int

    def records_of(self, given: Input) -> pl.DataFrame:
        """The records of the rows of one part, those outside the step's condition left out."""
        return given.ids().join(self.records, on=ROW, how="inner", maintain_order="left")

    def created_rows(self) -> Outcome | None:
        """The created rows, named `step:n`, and their births; None when there are none."""
        schema = self.step.after
        if self.created is None or not self.created.height:
            return None
        names = pl.Series(ROW, [f"{self.step.step.id}:{n}" for n in range(1, self.created.height + 1)])
        written = self.step.operator.writes()
        lacks = [name for name in schema.names if name not in self.created.columns]
        frame = self.created.drop("parents").with_columns(
            names,
            pl.lit(lacks or None, dtype=pl.List(pl.String)).alias(ABSENT),
            *(pl.col(name).cast(PHYSICAL[dtype]) for name, dtype in written.items()),
            *(pl.lit(None, dtype=PHYSICAL[schema[name].dtype]).alias(name) for name in lacks),
        )
        births = pl.DataFrame({ROW: names, "parents": self.created["parents"]})
        return Outcome(Batch(frame.select(*INTERNAL, *schema.names), schema), None, births)


def sketch_part(planned: PlannedStep, given: Input, state: Callable[[], object], store: PartStore) -> Part:
    """The sketches of one part, from the store or made now; rows on which that fails are set apart.

    `state` opens the operator, and is called only when there is something to sketch.
    """
    recipe = digest_of("sketch", planned.fingerprint)[:40]
    found = store.find(recipe, given.digest)
    if found and not found.meta["failed"]:
        return found
    inside, _ = split(given.load(), planned)
    sketches, failed = _guarded_sketch(planned, inside, state())
    frames = {"sketch": sketches, "failed": failed}
    return store.put(recipe, given.digest, frames, {"rows": len(inside), "failed": failed.height})


def decide(
    planned: PlannedStep, sketched: Sequence[Part], inputs: Sequence[Input], ctx: Context, store: PartStore
) -> Decided:
    """The verdict over all rows, from the store or made now."""
    operator = planned.operator
    assert isinstance(operator, DatasetOperator)  # noqa: S101 - plan_stages makes barriers of these only
    recipe = digest_of("verdict", planned.fingerprint)[:40]
    key = digest_of([given.digest for given in inputs])
    sketches = pl.concat([part.frame("sketch") for part in sketched], how="vertical")
    size = int(sketches.estimated_size())
    part = None if any(part.meta["failed"] for part in sketched) else store.find(recipe, key)
    if part is None:
        verdict = operator.decide(sketches, RowFetcher(inputs), ctx)
        failed = [part.frame("failed") for part in sketched if part.meta["failed"]]
        records = pl.concat([verdict.records, *failed], how="diagonal_relaxed")
        _check_verdict(planned, sketches, verdict.records)
        frames = {"verdict": complete_records(records)}
        if verdict.order is not None:
            frames["order"] = verdict.order.to_frame(ROW)
        if verdict.created is not None:
            frames["created"] = verdict.created
        part = store.put(recipe, key, frames, {"rows": records.height})
    files = part.meta["files"]
    records = part.frame("verdict")
    return Decided(
        planned,
        PartKey(recipe=recipe, key=key, rows=int(part.meta["rows"]), reused=part.reused),
        records,
        part.frame("order")[ROW] if "order" in files else None,
        part.frame("created") if "created" in files else None,
        size + int(records.estimated_size()),
    )


def reordered(decided: Decided, inputs: Sequence[Input], store: PartStore, part_rows: int) -> list[Input]:
    """The inputs cut anew so that their rows come in the verdict's order; rows that do not go on come last."""
    assert decided.order is not None  # noqa: S101 - the caller asks only then
    going = decided.order.to_frame(ROW)
    rest = decided.records.select(ROW).join(going, on=ROW, how="anti", maintain_order="left")
    order = pl.concat([going, rest])[ROW]
    fetch = RowFetcher(inputs)
    schema = inputs[0].schema
    recipe = digest_of("order", decided.key.recipe, decided.key.key)[:40]
    made = []
    for start in range(0, len(order), part_rows):
        ids = order.slice(start, part_rows)
        key = digest_of(start, part_rows)
        part = store.find(recipe, key) or store.put(
            recipe,
            key,
            {"rows": fetch(ids.to_list(), [ABSENT, *schema.names]).select(*INTERNAL, *schema.names)},
            {"rows": len(ids)},
        )
        made.append(Input(part, part.digest("rows"), len(ids), schema))
    return made


def _guarded_sketch(planned: PlannedStep, batch: Batch, state: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    operator = planned.operator
    assert isinstance(operator, DatasetOperator)  # noqa: S101 - plan_stages makes barriers of these only
    none = failed_record("", ValueError()).clear()
    try:
        return operator.sketch(batch, state), none
    except RunStopped:
        raise
    except Exception as error:
        if len(batch) <= 1:
            if not len(batch):
                raise
            return operator.sketch(batch.slice(0, 0), state), failed_record(batch.ids[0], error)
    half = len(batch) // 2
    left = _guarded_sketch(planned, batch.slice(0, half), state)
    right = _guarded_sketch(planned, batch.slice(half, len(batch) - half), state)
    return pl.concat([left[0], right[0]]), pl.concat([left[1], right[1]])


def _check_verdict(planned: PlannedStep, sketches: pl.DataFrame, records: pl.DataFrame) -> None:
    if not records[ROW].equals(sketches[ROW]):
        raise LedgerBroken(
            f"step {planned.step.id!r} decided over {records.height} rows where {sketches.height} came in, "
            "or in another order"
        )


class RowFetcher:
    """Reads rows back by id; parts are loaded when a row of theirs is asked for, a few are kept."""

    def __init__(self, inputs: Sequence[Input]) -> None:
        self._inputs = inputs
        self._frame = functools.lru_cache(maxsize=CACHED_PARTS)(self._load)

    @functools.cached_property
    def _places(self) -> pl.DataFrame:
        return pl.concat(self._place(number, given) for number, given in enumerate(self._inputs))

    def has(self, row: str) -> bool:
        """Whether a row with this id came in."""
        return row in self._ids

    @functools.cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(self._places[ROW])

    def __call__(self, ids: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
        """The rows with these ids, in that order, with `_row` and the columns asked for."""
        wanted = pl.DataFrame({ROW: list(ids)}, schema={ROW: pl.String})
        placed = wanted.join(self._places, on=ROW, how="left", maintain_order="left")
        lost = placed.filter(pl.col("part").is_null())
        if lost.height:
            raise KeyError(f"no row {lost[ROW][0]!r} came into this step")
        return wanted.join(self._gathered(placed, columns), on=ROW, how="left", maintain_order="left")

    def _gathered(self, placed: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        frames = [
            self._frame(int(number))[group["at"].unique(maintain_order=True)].select(ROW, *columns)
            for (number,), group in placed.group_by("part", maintain_order=True)
        ]
        return pl.concat(frames) if frames else self._frame(0).select(ROW, *columns).clear()

    def _load(self, number: int) -> pl.DataFrame:
        return self._inputs[number].load().frame

    @staticmethod
    def _place(number: int, given: Input) -> pl.DataFrame:
        return given.ids().with_row_index("at").with_columns(part=pl.lit(number, dtype=pl.UInt32))
