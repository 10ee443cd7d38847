"""What another limit of a filter would have kept, answered from the metrics that a run stored; no operator is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from pydantic import JsonValue

from ..operators.core import ROW, Fault, InvalidInput, Range, RowFilter, Rule, judge, near_name
from ._remains import Place, Remains, ended_at, reached
from .engine.parts import Part
from .validate import build

MAX_VALUE_CHARS = 300


@dataclass(frozen=True)
class Example:
    """A row near the line.

    `metrics` are those by which the step judges; `values` what the row holds in the columns that the step reads,
    shortened. `exact` is False where an earlier step of the same pass may have changed these values before the step
    saw them.
    """

    row: str
    kept: bool
    was_kept: bool
    metrics: dict[str, Any]
    values: dict[str, str | None]
    exact: bool = True


@dataclass(frozen=True)
class WhatIf:
    """What a filter would do with other limits to the rows that reached it.

    `rule_before` and `rule_after` say in words what is kept, by metric. The examples are nearest to the line first.
    """

    step: str
    changes: dict[str, JsonValue]
    rule_before: dict[str, str]
    rule_after: dict[str, str]
    reached: int
    kept_before: int
    kept_after: int
    newly_kept: int
    newly_dropped: int
    just_inside: tuple[Example, ...]
    just_outside: tuple[Example, ...]


def what_if(remains: Remains, step: str, changes: Mapping[str, JsonValue], examples: int = 3) -> WhatIf:
    """Judge the rows that reached a step by other limits.

    Args:
        step: id of a step whose operator is a row filter.
        changes: new values of options that the operator lists in `limits`.
        examples: most rows shown on each side of the line.

    Raises:
        InvalidInput: the step has no such limits, a value is not allowed, or what the step saw was cleaned away.
    """
    place = remains.place(step)
    question = _Question.of(place, changes)
    counts = dict.fromkeys(("reached", "kept_before", "kept_after", "newly_kept", "newly_dropped"), 0)
    near: dict[bool, list[_Near]] = {True: [], False: []}
    for number, part in remains.whole(place):
        judged = question.judged(part)
        for name, count in judged.select(
            reached=pl.len(),
            kept_before=pl.col("was_kept").sum(),
            kept_after=pl.col("kept").sum(),
            newly_kept=(pl.col("kept") & ~pl.col("was_kept")).sum(),
            newly_dropped=(~pl.col("kept") & pl.col("was_kept")).sum(),
        ).row(0, named=True).items():  # fmt: skip
            counts[name] += int(count)
        for inside, found in near.items():
            found += [_Near(number, **row) for row in question.nearest(judged, examples, inside=inside)]
            near[inside] = sorted(found, key=lambda one: one.distance)[:examples]
    return WhatIf(
        step=step,
        changes=dict(changes),
        rule_before={metric: str(rule) for metric, rule in question.before.rules().items()},
        rule_after={metric: str(rule) for metric, rule in question.after.rules().items()},
        **counts,
        just_inside=tuple(_example(remains, question, one) for one in near[True]),
        just_outside=tuple(_example(remains, question, one) for one in near[False]),
    )


@dataclass(frozen=True)
class _Near:
    """A row near the line, and the part in which it was found."""

    part: int
    row: str
    kept: bool
    was_kept: bool
    distance: float
    born: int | None
    changed: list[int] | None
    fate: str
    metrics: dict[str, Any]


@dataclass(frozen=True)
class _Question:
    """A filter as it was and as it would be, and the step at which it stood."""

    place: Place
    before: RowFilter
    after: RowFilter

    @classmethod
    def of(cls, place: Place, changes: Mapping[str, JsonValue]) -> "_Question":
        before = _filter(place, {})
        _check_limits(place, before, changes)
        return cls(place, before, _filter(place, changes))

    @property
    def moved(self) -> dict[str, tuple[Rule | None, Rule]]:
        """The rules that differ, as they were and as they would be."""
        old = self.before.rules()
        return {
            metric: (old.get(metric), rule) for metric, rule in self.after.rules().items() if rule != old.get(metric)
        }

    def judged(self, part: Part) -> pl.DataFrame:
        """The rows of a part that reached the step.

        Returns:
            Columns `row`, `was_kept`, `kept`, `distance` (to the line; null where no limit decides), `reachable`
            (whether the row obeys all rules that stay), `born`, `changed`, `fate` and `metrics`.
        """
        rows = reached(part.frame("ledger"), self.place.index)
        facts = rows.select("born", "changed", "reason", "fate", row=ROW, was_kept=~ended_at(self.place.index))
        prefix = f"{self.place.index}."
        stored = [name for name in rows.columns if name.startswith(prefix)]
        if not stored:  # no row of this part was measured: the operator failed on all, or none met the condition
            unknown = pl.lit(None, dtype=pl.Float64)
            return facts.with_columns(kept="was_kept", distance=unknown, reachable=pl.lit(value=False), metrics=unknown)
        metrics = rows.select(pl.col(name).alias(name.removeprefix(prefix)) for name in stored)
        self._check_stored(metrics)
        judged = facts.with_columns(
            *metrics.select(
                settled=pl.all_horizontal(pl.all().is_null()) & pl.lit(self.place.step.where is not None),
                distance=self._distance(),
                metrics=pl.struct(pl.all()),
            ),
            would=judge(metrics, self.after.rules(), self.after.on_null)["fate"] == "kept",
            reachable=self._reachable(metrics),
        )
        settled = self._failed() | (pl.col("settled") & pl.col("was_kept"))
        return judged.with_columns(
            kept=pl.when(settled).then("was_kept").otherwise("would"),
            distance=pl.when(~settled).then("distance"),
        ).drop("settled", "would")

    def _failed(self) -> pl.Expr:
        """Whether the operator failed on a row, so that no limit decides; a row without a value is judged."""
        judged = (pl.col("reason") == "no_value").fill_null(value=False) & pl.lit(self.before.on_null == "fail")
        return ~pl.col("was_kept") & (pl.col("fate") == "failed") & ~judged

    def _distance(self) -> pl.Expr:
        """How far a row is from the nearest line that moved; null where there is no value."""
        lines = [_distance(metric, old, new) for metric, (old, new) in self.moved.items()]
        return pl.min_horizontal(lines) if lines else pl.lit(None, dtype=pl.Float64)

    def _reachable(self, metrics: pl.DataFrame) -> pl.Series:
        """Whether a row obeys all rules that stay, so that only the ones that moved decide."""
        staying = {metric: rule for metric, rule in self.after.rules().items() if metric not in self.moved}
        if not staying:
            return pl.repeat(value=True, n=metrics.height, eager=True)
        return judge(metrics, staying, self.after.on_null)["fate"] == "kept"

    def nearest(self, judged: pl.DataFrame, most: int, *, inside: bool) -> list[dict[str, Any]]:
        """The rows of a part nearest to the line, on one side of it."""
        if not self.moved:
            return []
        side = judged.filter((pl.col("kept") == inside) & pl.col("reachable") & pl.col("distance").is_not_null())
        shown = side.sort("distance", maintain_order=True).head(most)
        return shown.drop("reachable", "reason").to_dicts()

    def _check_stored(self, metrics: pl.DataFrame) -> None:
        lacks = [metric for metric in self.after.rules() if metric not in metrics.columns]
        if lacks:
            raise InvalidInput.of(
                "metric_not_stored",
                f"step {self.place.step.id!r} stored no {' and no '.join(lacks)} in this run, by which the new limit "
                "would judge; run the workflow with the new limit",
                got=[*lacks],
            )


def _filter(place: Place, changes: Mapping[str, JsonValue]) -> RowFilter:
    step = place.step.model_copy(update={"options": {**place.step.options, **changes}})
    operator, faults = build(step)
    if operator is None:
        raise InvalidInput(faults)
    if not isinstance(operator, RowFilter):
        raise InvalidInput.of(
            "no_filter",
            f"step {step.id!r} is {operator.name}, which judges no row by a stored metric; a what-if moves the limits "
            "of row filters",
            got=step.id,
        )
    return operator


def _check_limits(place: Place, operator: RowFilter, changes: Mapping[str, JsonValue]) -> None:
    faults = []
    limits = operator.limits
    for option in changes:
        if option in limits:
            continue
        near = near_name(option, limits)
        hint = f"did you mean {near!r}?" if near else f"it moves {', '.join(limits) or 'none of this operator'}"
        faults.append(
            Fault(
                code="no_limit",
                step=place.step.id,
                message=f"a what-if cannot move {option!r} of step {place.step.id!r} ({operator.name}); {hint}",
                got=option,
                allowed=[*limits],
            )
        )
    if faults:
        raise InvalidInput(faults)


def _distance(metric: str, old: Rule | None, new: Rule) -> pl.Expr:
    """Distance of a metric to the bounds that moved; where a bound was lifted, to where it was."""
    if not isinstance(new, Range):
        return pl.when(pl.col(metric).is_not_null()).then(0.0)
    was = old if isinstance(old, Range) else Range()
    bounds = ((new.low, was.low), (new.high, was.high))
    moved = [before if bound is None else bound for bound, before in bounds if bound != before]
    lines = moved or [bound for bound, _ in bounds if bound is not None]
    if not lines:
        return pl.lit(None, dtype=pl.Float64)
    return pl.min_horizontal([(pl.col(metric).cast(pl.Float64) - line).abs() for line in lines])


def _example(remains: Remains, question: _Question, near: _Near) -> Example:
    values, exact = _seen(remains, question, near)
    return Example(
        row=near.row,
        kept=near.kept,
        was_kept=near.was_kept,
        metrics={name: value for name, value in near.metrics.items() if value is not None},
        values={column: None if value is None else str(value)[:MAX_VALUE_CHARS] for column, value in values.items()},
        exact=exact,
    )


def _seen(remains: Remains, question: _Question, near: _Near) -> tuple[dict[str, Any], bool]:
    """What the row held when the step saw it, as near as what is stored tells."""
    place, columns = question.place, list(question.before.reads())
    changed = near.changed or []
    untouched_before = near.born is None and not any(index < place.index for index in changed)
    untouched_after = not any(index > place.index for index in changed)
    if not untouched_before and near.fate == "kept":
        after = remains.values(place.stage.parts, [near.row], columns, near.part).get(near.row)
        if after is not None:
            return after, untouched_after
    before = remains.values(remains.arrivals(place), [near.row], columns, near.part).get(near.row, {})
    return before, untouched_before
