"""Makes the funnel of a run from the tallies and the metrics that the run stored."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ..operators.core import Range, RowFilter
from ._remains import Remains, reached
from .engine.manifest import PartKey, StageRecord
from .engine.parts import Part
from .funnel_model import Funnel, FunnelStep, MetricHistogram
from .histogram import Histogram, rebin, shared_edges
from .limits import all_whole, beyond, limits_of
from .report import Report, StepReport, build_report
from .validate import build
from .workflow import Workflow

BINS = 40
SCALED_BY = 64
"""Parts, spread over all of a stage, whose values say where the edges of its histograms lie."""


def funnel_of(remains: Remains, report: Report | None = None) -> Funnel:
    """The funnel of a run, from the tallies and the metrics that it stored.

    Args:
        report: the report of the run, where it is at hand.
    """
    report = report or build_report(remains.manifest, remains.store)
    tallies = {step.id: step for step in report.steps}
    steps: list[FunnelStep] = []
    came = report.rows_in
    whole = True
    for stage in remains.manifest.stages:
        if not stage.steps:
            continue
        unknown = max(0, came - tallies[stage.steps[0]].rows_in)
        whole = whole and not unknown
        metrics = _stage_metrics(remains, stage)
        for step in stage.steps:
            tally = tallies[step]
            share = tally.rows_out / report.rows_in if whole and report.rows_in else None
            steps.append(_funnel_step(tally, share, unknown if step == stage.steps[0] else 0, metrics.get(step, ())))
        came = sum(key.rows for key in stage.parts)
    return Funnel(rows_in=report.rows_in, steps=tuple(steps))


def _funnel_step(
    tally: StepReport, share: float | None, unknown: int, metrics: Sequence[MetricHistogram]
) -> FunnelStep:
    return FunnelStep(
        id=tally.id,
        operator=tally.operator,
        rows_in=tally.rows_in,
        rows_out=tally.rows_out,
        share=share,
        reasons=dict(sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0]))),
        unknown=unknown,
        metrics=tuple(metrics),
    )


@dataclass
class _Judged:
    """A metric by which a step of a stage judges, and its histogram as it grows part by part."""

    step: str
    index: int
    metric: str
    rule: Range
    samples: list[pl.Series] = field(default_factory=list)
    edges: tuple[float, ...] = ()
    missing: int = 0
    smallest: float = math.inf
    largest: float = -math.inf

    def __post_init__(self) -> None:
        self._counts = self._outside = np.zeros(0, dtype=np.int64)

    @property
    def column(self) -> str:
        """The metric's column in the ledger."""
        return f"{self.index}.{self.metric}"

    @property
    def counted(self) -> int:
        """The rows that were measured, as far as they were counted."""
        return int(self._counts.sum())

    def scale(self) -> bool:
        """Settle the edges by the values sampled, with the limits in view where they are near.

        Returns:
            Whether all values are whole numbers.
        """
        values = pl.concat(self.samples).drop_nulls()
        whole = all_whole(values)
        plain = shared_edges([values], bins=BINS)
        low, high = plain[0], plain[-1]
        near = [one.value for one in limits_of(self.rule, whole=whole) if 2 * low - high <= one.value <= 2 * high - low]
        near = [place for bound in near for place in (math.floor(bound), math.ceil(bound))] if whole else near
        self.edges = shared_edges([values, pl.Series(near, dtype=pl.Float64)], bins=BINS)
        self.samples.clear()
        self._counts = self._outside = np.zeros(len(self.edges) - 1, dtype=np.int64)
        return whole

    def add(self, frame: pl.DataFrame) -> None:
        """Count the rows of a part that reached the step."""
        if self.column not in frame.columns:  # no row of this part was measured
            self.missing += frame.height
            return
        values = frame[self.column]
        counted = rebin(values, self.edges)
        self.missing += counted.missing
        self.smallest = min(self.smallest, _number(values.min(), self.smallest))
        self.largest = max(self.largest, _number(values.max(), self.largest))
        self._counts = self._counts + np.asarray(counted.counts)
        self._outside = self._outside + np.asarray(rebin(beyond(values, self.rule), self.edges).counts)

    def made(self, *, whole: bool) -> MetricHistogram:
        """The histogram over all parts that were counted."""
        return MetricHistogram(
            metric=self.metric,
            rule=str(self.rule),
            limits=limits_of(self.rule, whole=whole),
            histogram=Histogram(edges=self.edges, counts=tuple(self._counts.tolist()), missing=self.missing),
            smallest=self.smallest if math.isfinite(self.smallest) else None,
            largest=self.largest if math.isfinite(self.largest) else None,
            outside=int(self._outside.sum()),
            outside_counts=tuple(self._outside.tolist()),
        )


def _stage_metrics(remains: Remains, stage: StageRecord) -> dict[str, list[MetricHistogram]]:
    """The histograms of the filters of a stage, by step; none of a metric that no row was measured by."""
    judged = list(_judged(remains.workflow, stage))
    if not judged:
        return {}
    stored: set[str] = set()
    for part in remains.parts(_spread(stage.parts)):
        for one, frame in _measured(part, judged):
            if one.column in frame.columns:
                one.samples.append(frame[one.column])
                stored.add(one.column)
    judged = [one for one in judged if one.column in stored]
    whole = [one.scale() for one in judged]
    for part in remains.parts(stage.parts):
        for one, frame in _measured(part, judged):
            one.add(frame)
    found: dict[str, list[MetricHistogram]] = {}
    for one, is_whole in zip(judged, whole, strict=True):
        if one.counted:
            found.setdefault(one.step, []).append(one.made(whole=is_whole))
    return found


def _judged(workflow: Workflow, stage: StageRecord) -> Iterator[_Judged]:
    """The metrics of a stage's row filters that have limits."""
    for index, step in enumerate(stage.steps):
        operator, _ = build(workflow.step(step))
        if isinstance(operator, RowFilter):
            for metric, rule in operator.rules().items():
                if isinstance(rule, Range) and (rule.low is not None or rule.high is not None):
                    yield _Judged(step, index, metric, rule)


def _measured(part: Part, judged: Sequence[_Judged]) -> Iterator[tuple[_Judged, pl.DataFrame]]:
    """For each metric the rows of a part that reached its step; without the metric's column where none was measured."""
    if not judged:
        return
    lazy = pl.scan_parquet(part.path("ledger"))
    there = lazy.collect_schema()
    stored = [pl.col(one.column).cast(pl.Float64, strict=False) for one in judged if one.column in there]
    ledger = lazy.select("step", "born", *stored).collect()
    for one in judged:
        yield one, reached(ledger, one.index)


def _number(found: object, otherwise: float) -> float:
    return float(found) if isinstance(found, int | float) else otherwise


def _spread(keys: Sequence[PartKey]) -> Sequence[PartKey]:
    return keys[:: max(1, math.ceil(len(keys) / SCALED_BY))]
