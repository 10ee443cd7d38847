"""The funnel of a run: how many rows each step let go, and how the numbers lie by which its filters judged."""

from pydantic import BaseModel, ConfigDict

from .histogram import Histogram
from .limits import Limit


class MetricHistogram(BaseModel):
    """How a metric lies among the rows that reached a filter, and which of them lie outside its limits.

    `rule` says in words what is kept; `outside_counts` are those of `histogram.counts` that are not. Rows that the
    filter did not measure (no value, failed, or outside its `where`) are `histogram.missing`. `smallest` and `largest`
    are the ends of all values, which may lie beyond the edges; null where there are none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str
    rule: str
    limits: tuple[Limit, ...]
    histogram: Histogram
    smallest: float | None
    largest: float | None
    outside: int
    outside_counts: tuple[int, ...]


class FunnelStep(BaseModel):
    """A step of the funnel.

    `share` is of the rows that were read, null where that is not known; `reasons` why rows did not go on, the most
    frequent first. `unknown` counts rows that had come to the step and of which nothing is known: what was done to
    them was cleaned away, or the run ended before. The other numbers of the step, and those of the steps that follow
    in the same pass over the rows, leave them out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    operator: str
    rows_in: int
    rows_out: int
    share: float | None
    reasons: dict[str, int]
    unknown: int = 0
    metrics: tuple[MetricHistogram, ...] = ()


class Funnel(BaseModel):
    """The rows that were read, and what was left of them after each step that the run has reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows_in: int
    steps: tuple[FunnelStep, ...]
