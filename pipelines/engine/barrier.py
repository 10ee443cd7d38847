"""Barriers: sketches of all parts in, one verdict over all rows out."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

import polars as pl

from ...operators.core import (
    ABSENT,
    INTERNAL,
    ROW,
    Batch,
    Context,
    DatasetOperator,
    Fetch,
    Outcome,
    RunStopped,
    Verdict,
)
from ...operators.core.batch import PHYSICAL
from ...operators.core.outcome import complete_records
from .manifest import PartKey
from .parts import Part, PartStore, digest_of
from .physical import PlannedStep, asks
from .rowpass import LedgerBroken, failed_record, split
from .source import Input

CACHED_PARTS = 8
"""Parts kept in memory while rows are fetched back; neighbours are asked for together."""


@dataclass(frozen=True)
class Decided:
    """A barrier's verdict, kept on disk: the records of a part are read when its turn comes.

    `spans` are start and length of each part's records in the verdict; `failed` the records of rows that could not be
    sketched, by part; `bytes` what sketches and verdict took in memory, 0 when the verdict was found.
    """

    step: PlannedStep
    part: Part
    spans: tuple[tuple[int, int], ...]
    failed: Mapping[int, pl.DataFrame]
    bytes: int

    @property
    def key(self) -> PartKey:
        """How the manifest names the verdict."""
        rows = int(self.part.meta["rows"])
        return PartKey(recipe=self.part.folder.name, key=self.part.key, rows=rows, reused=self.part.reused)

    def records_of(self, number: int) -> pl.DataFrame:
        """The records of the rows of one part, those outside the step's condition left out."""
        start, length = self.spans[number]
        records = complete_records(pl.scan_parquet(self.part.path("verdict")).slice(start, length).collect())
        if number in self.failed:
            records = pl.concat([records, complete_records(self.failed[number])], how="diagonal_relaxed")
        return records

    @property
    def warnings(self) -> list[str]:
        """What the step has to say about the data as a whole."""
        return [*self.part.meta.get("warnings", ())]

    @property
    def order(self) -> pl.Series | None:
        """The ids of all rows that go on, for a step that reorders."""
        return self.part.frame("order")[ROW] if "order" in self.part.meta["files"] else None

    @property
    def created(self) -> pl.DataFrame | None:
        """The rows that the step creates."""
        return self.part.frame("created") if "created" in self.part.meta["files"] else None

    @property
    def creates(self) -> bool:
        """Whether there are created rows, which then make a part of their own."""
        if "created" not in self.part.meta["files"]:
            return False
        return bool(pl.scan_parquet(self.part.path("created")).select(pl.len()).collect().item())

    def created_rows(self) -> Outcome | None:
        """The created rows, named `step:n`, and their births; None when there are none."""
        created, schema = self.created, self.step.after
        if created is None or not created.height:
            return None
        names = pl.Series(ROW, [f"{self.step.step.id}:{n}" for n in range(1, created.height + 1)])
        written = self.step.operator.writes()
        lacks = [name for name in schema.names if name not in created.columns]
        frame = created.drop("parents").with_columns(
            names,
            pl.lit(lacks or None, dtype=pl.List(pl.String)).alias(ABSENT),
            *(pl.col(name).cast(PHYSICAL[dtype]) for name, dtype in written.items()),
            *(pl.lit(None, dtype=PHYSICAL[schema[name].dtype]).alias(name) for name in lacks),
        )
        births = pl.DataFrame({ROW: names, "parents": created["parents"]})
        return Outcome(Batch(frame.select(*INTERNAL, *schema.names), schema), None, births)


def sketch_part(
    planned: PlannedStep,
    given: Input,
    state: Callable[[], object],
    store: PartStore,
    batch: Batch | None = None,
    *,
    anew: bool = False,
) -> Part:
    """The sketches of one part, from the store or made now; rows on which that fails are set apart.

    Args:
        planned: the step that sketches.
        given: the part.
        state: opens the operator, and is called only when there is something to sketch.
        store: where sketches are kept.
        batch: the rows of the part if they are at hand, so that they need not be read.
        anew: they are made now, and found by no later run.
    """
    recipe = digest_of("sketch", planned.fingerprint)[:40]
    found = None if anew else store.find(recipe, given.digest)
    if found:
        return found
    inside, _ = split(given.load() if batch is None else batch, planned)
    sketches, failed = _guarded_sketch(planned, inside, state())
    frames = {"sketch": sketches, "failed": failed}
    meta = {"rows": len(inside), "failed": failed.height}
    return store.put(recipe, given.digest, frames, meta, lasting=not anew and not failed.height)


def decide(
    planned: PlannedStep, sketched: Sequence[Part], inputs: Sequence[Input], ctx: Context, store: PartStore
) -> Decided:
    """The verdict over all rows, from the store or made now."""
    recipe = digest_of("verdict", planned.fingerprint)[:40]
    key = digest_of([given.digest for given in inputs])
    failed = {number: part.frame("failed") for number, part in enumerate(sketched) if part.meta["failed"]}
    lengths = [part.meta["rows"] - part.meta["failed"] for part in sketched]
    spans = tuple(zip(accumulate(lengths, initial=0), lengths, strict=False))
    lasting = not failed and not (ctx.asks_anew and asks(planned))
    part = store.find(recipe, key) if lasting else None
    size = 0
    if part is None:
        sketches = pl.concat([part.frame("sketch") for part in sketched], how="vertical")
        verdict = _verdict(planned, sketches, RowFetcher(inputs), ctx)
        size = held_bytes(sketches) + held_bytes(verdict.records)
        rows = sketches.height
        del sketches
        frames = {"verdict": verdict.records}
        if verdict.order is not None:
            frames["order"] = verdict.order.to_frame(ROW)
        if verdict.created is not None:
            frames["created"] = verdict.created
        meta = {"rows": rows, **_told(verdict)}
        part = store.put(recipe, key, frames, meta, lasting=lasting)
    return Decided(planned, part, spans, failed, size)


def _told(verdict: Verdict) -> dict[str, Any]:
    """What a verdict says beside the fates of rows."""
    usage = asdict(verdict.usage) if verdict.usage else {}
    told = {"facts": dict(verdict.facts), "warnings": [*verdict.warnings], "usage": usage}
    return {name: value for name, value in told.items() if value}


def held_bytes(frame: pl.DataFrame) -> int:
    """Bytes of memory that a frame holds; polars leaves the 16 bytes of each text's view out of its own estimate."""
    views = sum(16 for dtype in frame.dtypes if dtype == pl.String)
    return int(frame.estimated_size()) + views * frame.height


def _verdict(planned: PlannedStep, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
    operator = planned.operator
    if not isinstance(operator, DatasetOperator):
        raise TypeError(f"{operator.name!r} is no dataset operator")
    verdict = operator.decide(sketches, fetch, planned.context(ctx))
    if not verdict.records[ROW].equals(sketches[ROW]):
        raise LedgerBroken(
            f"step {planned.step.id!r} decided over {verdict.records.height} rows where {sketches.height} came in, "
            "or in another order"
        )
    return verdict


def _guarded_sketch(planned: PlannedStep, batch: Batch, state: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    operator = planned.operator
    if not isinstance(operator, DatasetOperator):
        raise TypeError(f"{operator.name!r} is no dataset operator")
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
        return pl.concat(frames, how="vertical_relaxed") if frames else self._frame(0).select(ROW, *columns).clear()

    def _load(self, number: int) -> pl.DataFrame:
        return self._inputs[number].load().frame

    @staticmethod
    def _place(number: int, given: Input) -> pl.DataFrame:
        return given.ids().with_row_index("at").with_columns(part=pl.lit(number, dtype=pl.UInt32))
