"""What one step did to the rows that came in: the rows that go on, and one record for each that came."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl
from pydantic import JsonValue

from .batch import Batch
from .schema import ROW
from .usage import NOTHING, Usage

Fate = Literal["kept", "dropped", "merged", "failed", "expanded"]
RECORD_COLUMNS = pl.Schema(
    {ROW: pl.String, "fate": pl.String, "reason": pl.String, "target": pl.String, "detail": pl.String}
)
BIRTH_COLUMNS = pl.Schema({ROW: pl.String(), "parents": pl.List(pl.String)})
Fetch = Callable[[Sequence[str], Sequence[str]], pl.DataFrame]
"""`fetch(row ids, columns)`: reads rows back, in the order asked for, with `_row`."""


@dataclass(frozen=True)
class Outcome:
    """The result of one step over a batch.

    `rows` is what goes on, in order, children after their parent. `records` has one row per row that came in:
    `_row`, `fate`, and where they apply `reason` (a code), `target` (of a merged row), `detail` (words for a person)
    and one column per metric; None means that all were kept. `births` names each row of `rows` that did not come in,
    with its `parents`. `usage` is what the calls of a model took.
    """

    rows: Batch
    records: pl.DataFrame | None = None
    births: pl.DataFrame | None = None
    usage: Usage = NOTHING


@dataclass(frozen=True)
class Verdict:
    """What a dataset-scope operator decided over all rows.

    `records`: as in `Outcome`, one per sketched row in input order. `order`: all row ids that go on, in their new
    order, for operators that reorder. `created`: new rows to append at the end, with their columns and a `parents`
    list. `facts`: what was found about the data as a whole, for the report; plain JSON values. `warnings`: sentences
    for the report. `usage`: what the calls of a model took.
    """

    records: pl.DataFrame
    order: pl.Series | None = None
    created: pl.DataFrame | None = None
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    usage: Usage = NOTHING


def complete_records(records: pl.DataFrame) -> pl.DataFrame:
    """The records with every standard column, standard ones first."""
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in RECORD_COLUMNS.items() if name not in records]
    metrics = [name for name in records.columns if name not in RECORD_COLUMNS]
    return records.with_columns(missing).select(*RECORD_COLUMNS, *metrics)
