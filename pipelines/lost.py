"""The first rows that a step did not let go on, with what they held and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import polars as pl

from ..operators.core import ROW
from ._remains import Place, Remains, ended_at
from .engine.parts import Part
from .validate import build
from .whatif import MAX_VALUE_CHARS

FATES = ("dropped", "merged", "failed")


@dataclass(frozen=True)
class LostRow:
    """A row that did not go on.

    `values` is what it held in the columns that the step reads when it came into the step's pass, shortened; `exact`
    is False where an earlier step of the same pass changed it before the step saw it.
    """

    row: str
    fate: str
    reason: str | None
    target: str | None
    detail: str | None
    metrics: dict[str, Any]
    values: dict[str, str | None]
    exact: bool = True


def lost_rows(remains: Remains, step: str, count: int = 3) -> list[LostRow]:
    """Rows that ended at a step: the first of each reason by turns, in the parts where the first of them lie.

    Args:
        count: most rows given.

    Returns:
        In the order of the rows; fewer, or none, where the parts were cleaned away.

    Raises:
        InvalidInput: the run has no such step, or ended before it.
    """
    place = remains.place(step)
    found: list[tuple[int, dict[str, Any]]] = []
    for number, key in enumerate(place.stage.parts):
        for part in remains.parts([key]):
            found += [(number, record) for record in _ended(part, place, count)]
        if len(found) >= count:
            break
    chosen = sorted(_by_turns(found)[:count])
    return [_lost(remains, place, *found[at]) for at in chosen]


def _ended(part: Part, place: Place, most: int) -> Iterator[dict[str, Any]]:
    """The records of the first rows of a part that ended at a step, some for each reason."""
    if not any(part.meta["steps"][place.index][fate] for fate in FATES):
        return
    ended = pl.col("fate").is_in(FATES) & ended_at(place.index)
    rows = part.frame("ledger").with_row_index("at").filter(ended)
    yield from rows.group_by("reason", maintain_order=True).head(most).sort("at").iter_rows(named=True)


def _by_turns(found: list[tuple[int, dict[str, Any]]]) -> list[int]:
    """The places of records in the order in which they are wanted: one of each reason, then a second of each, …"""
    by_reason: dict[str | None, list[int]] = {}
    for at, (_, record) in enumerate(found):
        by_reason.setdefault(record["reason"], []).append(at)
    return [at for turn in zip_longest(*by_reason.values()) for at in turn if at is not None]


def _lost(remains: Remains, place: Place, number: int, record: dict[str, Any]) -> LostRow:
    row, prefix = record[ROW], f"{place.index}."
    operator, _ = build(place.step)
    columns = [*operator.reads()] if operator else []
    held = remains.values(remains.arrivals(place), [row], columns, number).get(row, {})
    return LostRow(
        row=row,
        fate=record["fate"],
        reason=record["reason"],
        target=record["target"],
        detail=record["detail"],
        metrics={
            name.removeprefix(prefix): value
            for name, value in record.items()
            if name.startswith(prefix) and value is not None
        },
        values={name: None if value is None else str(value)[:MAX_VALUE_CHARS] for name, value in held.items()},
        exact=not any(index < place.index for index in record["changed"] or ()),
    )
