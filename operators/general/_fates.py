"""What becomes of the rows of a batch, told row by row: their records, and the children that take their place."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ..core import ROW, Batch, RowError
from ..core.families import NULL_FATES, OnNull
from ..core.outcome import BIRTH_COLUMNS, Fate

NO_VALUE = "no_value"
"""The reason that falls under `on_null`."""


@dataclass(frozen=True)
class Ending:
    """The fate of one row, with its reason where it does not simply go on."""

    fate: Fate = "kept"
    reason: str | None = None
    detail: str | None = None


KEPT = Ending()
EXPANDED = Ending("expanded")


def without_value(on_null: OnNull, reason: str = NO_VALUE) -> Ending:
    """The fate of a row that lacks the value it needs."""
    return KEPT if on_null == "keep" else Ending(NULL_FATES[on_null], reason)


def failure(error: RowError) -> Ending:
    """The fate of a row that an operator could not treat."""
    return Ending("failed", error.reason, error.detail)


def records_of(batch: Batch, endings: Sequence[Ending]) -> pl.DataFrame:
    """One record for each row, from one ending for each."""
    return batch.frame.select(ROW).with_columns(
        pl.Series(name, [getattr(ending, name) for ending in endings], dtype=pl.String)
        for name in ("fate", "reason", "detail")
    )


@dataclass(frozen=True)
class Succession:
    """The rows that go on where some have given way to children, each as its parent was but for its id.

    `origins` holds for each of them the index of the row it comes from, `births` its parents where it is a child.
    """

    rows: Batch
    origins: list[int]
    births: pl.DataFrame


def succeeded(batch: Batch, endings: Sequence[Ending], children: Sequence[int]) -> Succession:
    """The rows that go on: those kept, and in place of those expanded as many children as `children` says."""
    ids = batch.ids.to_list()
    origins, names, parents = list[int](), list[str](), list[list[str] | None]()
    for at, (ending, count) in enumerate(zip(endings, children, strict=True)):
        if ending.fate == "kept":
            origins.append(at)
            names.append(ids[at])
            parents.append(None)
        elif ending.fate == "expanded":
            origins += [at] * count
            names += [f"{ids[at]}.{number}" for number in range(1, count + 1)]
            parents += [[ids[at]]] * count
    renamed = batch.frame[origins].with_columns(pl.Series(ROW, names, dtype=pl.String))
    births = pl.DataFrame({ROW: names, "parents": parents}, schema=BIRTH_COLUMNS).drop_nulls("parents")
    return Succession(Batch(renamed, batch.schema), origins, births)
