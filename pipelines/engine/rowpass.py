"""One pass of a batch through the fused steps of a stage, with one fate for every row at every step."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import polars as pl

from ...operators.core import (
    ABSENT,
    INTERNAL,
    ROW,
    Batch,
    DatasetOperator,
    Operator,
    Outcome,
    RowError,
    RowOperator,
    RunStopped,
    Schema,
    Usage,
)
from ...operators.core.batch import PHYSICAL
from ...operators.core.expression import parse_expression
from ...operators.core.outcome import BIRTH_COLUMNS, complete_records
from .physical import PlannedStep

FATES = ("kept", "dropped", "merged", "failed", "expanded")
_FATES = frozenset(FATES)
MAX_DETAIL = 500
MAX_SAMPLES = 3
MAX_SAMPLE_CHARS = 1000
SAMPLE_LEAD_CHARS = 200
"""What a sample of a long text shows before its first difference."""
LEDGER_COLUMNS = ("_row", "step", "fate", "reason", "target", "detail", "born", "parents", "changed")
Apply = Callable[[Batch], Outcome]


class LedgerBroken(Exception):
    """A step lost, doubled or renamed a row. Always a bug, of the operator or of the engine, so it is loud."""


@dataclass
class Tally:
    """What one step did to the rows of one part."""

    rows_in: int = 0
    rows_out: int = 0
    kept: int = 0
    dropped: int = 0
    merged: int = 0
    failed: int = 0
    expanded: int = 0
    children: int = 0
    created: int = 0
    changed: int = 0
    seconds: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict)
    samples: list[dict[str, Any]] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)

    def told(self) -> dict[str, Any]:
        """The tally as it is kept; `usage` only where a model was asked."""
        told = asdict(self)
        if not self.usage:
            del told["usage"]
        return told


@dataclass
class Passed:
    """What came out of a pass: the rows, the ledger of every row that was there, and a tally per step."""

    rows: Batch
    ledger: pl.DataFrame
    tallies: list[Tally]

    def meta(self) -> dict[str, Any]:
        """What is kept beside the part."""
        return {"rows": len(self.rows), "steps": [tally.told() for tally in self.tallies]}


def run_steps(
    batch: Batch,
    steps: Sequence[PlannedStep],
    states: Sequence[Any],
    verdict: pl.DataFrame | None = None,
    created: Outcome | None = None,
) -> Passed:
    """Run fused steps over one batch.

    Args:
        batch: the rows of a part.
        steps: a barrier's step first, if the stage starts with one, then row-scope steps.
        states: what `open` of each step's operator gave.
        verdict: the barrier's records for the rows of this batch that it sketched.
        created: in place of the barrier's work, the rows that its verdict created; `batch` is empty then.

    Raises:
        LedgerBroken: a step broke the law that every row has exactly one fate.
    """
    book = _Book(batch.ids)
    tallies = []
    for index, (planned, state) in enumerate(zip(steps, states, strict=True)):
        started = time.perf_counter()
        before = batch
        inside, outside = split(batch, planned)
        if index == 0 and created is not None:
            outcome = created
        else:
            outcome = _guarded(_application(planned.operator, state, verdict), inside, planned)
        outcome = replace(outcome, rows=_with_schema(outcome.rows, planned))
        _check(planned, inside, outcome)
        batch = outcome.rows if outside is None else _rejoin(before, outcome.rows, outside, planned)
        tally = _tally(inside, outside, outcome, planned)
        book.enter(index, outcome, _changed(inside, outcome, planned, tally))
        tally.rows_out = len(batch)
        tally.seconds = time.perf_counter() - started
        tallies.append(tally)
    return Passed(batch, book.close(), tallies)


def split(batch: Batch, planned: PlannedStep) -> tuple[Batch, Batch | None]:
    """The rows for which the step's `where` holds, and the others; None where there is no condition."""
    if planned.step.where is None:
        return batch, None
    mask = parse_expression(planned.step.where).mask(batch.frame, batch.schema)
    return batch.filter(mask), batch.filter(~mask)


def failed_record(row: str, error: Exception) -> pl.DataFrame:
    """The record of one row on which an operator raised."""
    if isinstance(error, RowError):
        reason, detail = error.reason, error.detail
    else:
        reason, detail = "error", f"{type(error).__name__}: {error}"
    return pl.DataFrame(
        {ROW: [row], "fate": ["failed"], "reason": [reason], "detail": [detail[:MAX_DETAIL]]},
        schema_overrides={"detail": pl.String},
    )


def _application(operator: Operator, state: Any, verdict: pl.DataFrame | None) -> Apply:
    if isinstance(operator, RowOperator):
        return lambda batch: operator.apply(batch, state)
    if not isinstance(operator, DatasetOperator) or verdict is None:
        raise TypeError(f"{operator.name!r} is no row operator and has no verdict")
    return lambda batch: operator.rewrite(batch, _records_for(batch, verdict))


def _records_for(batch: Batch, verdict: pl.DataFrame) -> pl.DataFrame:
    return batch.frame.select(ROW).join(verdict, on=ROW, how="left", maintain_order="left")


def _guarded(apply: Apply, batch: Batch, planned: PlannedStep) -> Outcome:
    """Apply to the batch; where that raises, to its halves, down to the row that has failed."""
    if not len(batch):
        return Outcome(Batch(_empty(batch.frame, planned.after), planned.after))
    try:
        return apply(batch)
    except (RunStopped, LedgerBroken):
        raise
    except Exception as error:  # noqa: BLE001 - the engine's row border: whatever an operator raises, one row pays
        if len(batch) == 1:
            rows = Batch(_empty(batch.frame, planned.after), planned.after)
            return Outcome(rows, failed_record(batch.ids[0], error))
    half = len(batch) // 2
    left = _guarded(apply, batch.slice(0, half), planned)
    right = _guarded(apply, batch.slice(half, len(batch) - half), planned)
    return _joined(left, right, batch, half)


def _joined(left: Outcome, right: Outcome, batch: Batch, half: int) -> Outcome:
    rows = Batch(pl.concat([left.rows.frame, right.rows.frame], how="diagonal_relaxed"), left.rows.schema)
    records = pl.concat(
        [
            _records(left, batch.frame.head(half)),
            _records(right, batch.frame.tail(len(batch) - half)),
        ],
        how="diagonal_relaxed",
    )
    births = [outcome.births for outcome in (left, right) if outcome.births is not None]
    return Outcome(rows, records, pl.concat(births) if births else None, left.usage + right.usage)


def _records(outcome: Outcome, came: pl.DataFrame) -> pl.DataFrame:
    if outcome.records is None:
        return came.select(ROW).with_columns(fate=pl.lit("kept"))
    return outcome.records


def _empty(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    known = frame.clear()
    there = set(known.columns)
    new = [pl.Series(spec.name, [], dtype=PHYSICAL[spec.dtype]) for spec in schema.columns if spec.name not in there]
    return known.with_columns(new).select(*INTERNAL, *schema.names)


def _with_schema(rows: Batch, planned: PlannedStep) -> Batch:
    there = set(rows.frame.columns)
    missing = [name for name in planned.after.names if name not in there]
    if missing:
        raise LedgerBroken(f"step {planned.step.id!r} promised columns it did not write: {', '.join(missing)}")
    if rows.schema == planned.after and rows.frame.columns == [*INTERNAL, *planned.after.names]:
        return rows
    return rows.with_schema(planned.after)


def _check(planned: PlannedStep, inside: Batch, outcome: Outcome) -> None:
    """The law: one fate for each row that came in, and `rows out = kept + children + created`."""
    records = outcome.records
    if records is not None and not records[ROW].equals(inside.ids):
        raise LedgerBroken(f"step {planned.step.id!r} gave no record, or two, for some row that came in")
    if records is not None and not set(records["fate"].unique()) <= _FATES:
        raise LedgerBroken(f"step {planned.step.id!r} gave a row no fate")
    kept = inside.ids if records is None else inside.ids.filter(records["fate"] == "kept")
    ids = outcome.rows.ids
    if outcome.births is None:
        lawful = ids.equals(kept) if planned.operator.row_effect() != "reorder" else ids.sort().equals(kept.sort())
    else:
        lawful = ids.n_unique() == len(ids) == len(kept) + outcome.births.height
        lawful = lawful and set(ids) == {*kept, *outcome.births[ROW]}
    if not lawful:
        raise LedgerBroken(
            f"step {planned.step.id!r}: {len(inside)} rows came in, {len(kept)} were kept, {len(ids)} went on; "
            "the rows that go on are not those that were kept and born"
        )


def _rejoin(before: Batch, inside: Batch, outside: Batch, planned: PlannedStep) -> Batch:
    """Rows inside and outside the condition, in their old order; what only the step writes is absent outside."""
    there = set(outside.schema.names)
    new = [name for name in planned.after.names if name not in there]
    untouched = outside.frame
    if new:
        absent = pl.concat_list(pl.col(ABSENT).fill_null([]), pl.lit(new, dtype=pl.List(pl.String)))
        untouched = untouched.with_columns(absent.alias(ABSENT))
    together = pl.concat([inside.frame, untouched], how="diagonal")
    ordered = before.frame.select(ROW).join(together, on=ROW, how="inner", maintain_order="left")
    return Batch(ordered.select(*INTERNAL, *planned.after.names), planned.after)


def _tally(inside: Batch, outside: Batch | None, outcome: Outcome, planned: PlannedStep) -> Tally:
    around = 0 if outside is None else len(outside)
    tally = Tally(rows_in=len(inside) + around, usage=outcome.usage)
    fates = {"kept": len(inside)}
    if outcome.records is not None:
        fates = dict(outcome.records["fate"].value_counts().iter_rows())
        reasons = outcome.records.filter(pl.col("fate") != "kept")
        if "reason" in reasons.columns:
            counted = reasons["reason"].drop_nulls().value_counts(sort=True)  # an expanded row needs no reason
            tally.reasons = dict(counted.iter_rows())
    for fate in FATES:
        setattr(tally, fate, fates.get(fate, 0))
    tally.kept += around
    born = 0 if outcome.births is None else outcome.births.height
    if planned.operator.row_effect() == "create":
        tally.created = born
    else:
        tally.children = born
    return tally


def _changed(inside: Batch, outcome: Outcome, planned: PlannedStep, tally: Tally) -> pl.Series | None:
    """Ids of the rows in which a column that was there has another value now; fills the tally's samples."""
    columns = [name for name in planned.operator.writes() if name in inside.schema]
    if not columns or outcome.births is not None or planned.operator.row_effect() == "reorder":
        return None
    old = inside.frame
    if outcome.records is not None:
        old = old.filter(outcome.records["fate"] == "kept")
    new = outcome.rows.frame
    same_type = [name for name in columns if old[name].dtype == new[name].dtype]
    differs = [old[name].ne_missing(new[name]) for name in same_type]
    changed = pl.DataFrame([series.alias(str(i)) for i, series in enumerate(differs)]).select(
        pl.any_horizontal(pl.all())
    )
    flags = changed.to_series() if differs else pl.Series([False] * old.height, dtype=pl.Boolean)
    ids = new[ROW].filter(flags)
    tally.changed = len(ids)
    for name, series in zip(same_type, differs, strict=True):
        for i in series.arg_true().head(MAX_SAMPLES - len(tally.samples)):
            before, after = excerpts(old[name][i], new[name][i])
            tally.samples.append({ROW: new[ROW][i], "column": name, "before": before, "after": after})
    return ids


def excerpts(before: Any, after: Any) -> tuple[str | None, str | None]:
    """Two values as texts of at most `MAX_SAMPLE_CHARS` characters, cut so that their first difference is in them."""
    left, right = (None if value is None else str(value) for value in (before, after))
    start = 0
    if left and right and max(len(left), len(right)) > MAX_SAMPLE_CHARS:
        start = max(0, _alike_until(left, right) - SAMPLE_LEAD_CHARS)
    cut = slice(start, start + MAX_SAMPLE_CHARS)
    return None if left is None else left[cut], None if right is None else right[cut]


def _alike_until(left: str, right: str) -> int:
    """Where two texts first differ, or the end of the shorter; slices are compared, since texts may be very long."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class _Book:
    """Collects the records of the steps and closes them into one record per row."""

    def __init__(self, ids: pl.Series) -> None:
        self._ids = [pl.DataFrame({ROW: ids})]
        self._ended: list[pl.DataFrame] = []
        self._metrics: list[pl.DataFrame] = []
        self._births: list[pl.DataFrame] = []
        self._changed: list[pl.DataFrame] = []
        self._steps = 0

    def enter(self, index: int, outcome: Outcome, changed: pl.Series | None) -> None:
        """Take over what one step said."""
        self._steps = index + 1
        step = pl.lit(index, dtype=pl.Int16)
        if outcome.records is not None:
            records = outcome.records
            ended = records["fate"] != "kept"
            if ended.any():
                self._ended.append(complete_records(records.filter(ended)).select(*LEDGER_FATE, step.alias("step")))
            self._measure(index, records)
        if outcome.births is not None:
            births = outcome.births.cast(BIRTH_COLUMNS)
            self._ids.append(births.select(ROW))
            self._births.append(births.with_columns(born=step))
        if changed is not None and len(changed):
            self._changed.append(pl.DataFrame({ROW: changed}).with_columns(changed=step))

    def _measure(self, index: int, records: pl.DataFrame) -> None:
        """Take over the metrics; steps that saw the same rows share a frame, which saves joins at the end."""
        metrics = [records[name].alias(f"{index}.{name}") for name in records.columns if name not in LEDGER_FATE]
        if not metrics:
            return
        if self._metrics and self._metrics[-1][ROW].equals(records[ROW]):
            self._metrics[-1] = self._metrics[-1].hstack(metrics)
        else:
            self._metrics.append(records.select(ROW).hstack(metrics))

    def close(self) -> pl.DataFrame:
        """One record per row that came in or was born: its last step, its fate, and every metric it got."""
        ledger = pl.concat(self._ids)
        ended = pl.concat(self._ended) if self._ended else _no_ends()
        ledger = ledger.join(ended, on=ROW, how="left", maintain_order="left")
        last = pl.lit(self._steps - 1, dtype=pl.Int16)
        ledger = ledger.with_columns(pl.col("fate").fill_null("kept"), pl.col("step").fill_null(last))
        births = pl.concat(self._births) if self._births else _no_births()
        ledger = ledger.join(births, on=ROW, how="left", maintain_order="left")
        changed = pl.concat(self._changed) if self._changed else _no_changes()
        changed = changed.group_by(ROW, maintain_order=True).agg(pl.col("changed"))
        ledger = ledger.join(changed, on=ROW, how="left", maintain_order="left")
        for metrics in self._metrics:
            ledger = ledger.join(metrics, on=ROW, how="left", maintain_order="left")
        return ledger.select(*LEDGER_COLUMNS, *(name for name in ledger.columns if name not in LEDGER_COLUMNS))


LEDGER_FATE = (ROW, "fate", "reason", "target", "detail")


def _no_ends() -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(LEDGER_FATE, pl.String), "step": pl.Int16})


def _no_births() -> pl.DataFrame:
    return pl.DataFrame(schema={**BIRTH_COLUMNS, "born": pl.Int16})


def _no_changes() -> pl.DataFrame:
    return pl.DataFrame(schema={ROW: pl.String, "changed": pl.Int16})
