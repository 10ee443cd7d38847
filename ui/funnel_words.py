"""What stands beside the funnel of a run and its histograms: words and numbers, the same on terminal and page."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..pipelines.funnel_model import Funnel, FunnelStep, Limit, MetricHistogram


def unknown_words(funnel: "Funnel") -> list[str]:
    """What the funnel cannot tell, in sentences."""
    return [
        f"Of {step.unknown:,} rows that came to {step.id} nothing is known: what was done to them was cleaned away, or "
        "the run ended before."
        for step in funnel.steps
        if step.unknown
    ]


def metric_name(step: "FunnelStep", metric: "MetricHistogram") -> str:
    """The step, and the metric where the step's name does not say it."""
    return step.id if metric.metric == step.id.removesuffix("_filter") else f"{step.id}, {metric.metric}"


def metric_words(metric: "MetricHistogram") -> str:
    """What a filter keeps, and how many rows are outside."""
    counted = metric.histogram.total
    share = f" ({percent(metric.outside / counted)})" if counted else ""
    missing = f", {metric.histogram.missing:,} not measured" if metric.histogram.missing else ""
    return f"kept is {metric.rule}; {metric.outside:,} of {counted:,} outside{share}{missing}"


def reasons_words(reasons: Mapping[str, int], most: int) -> str:
    """Why rows did not go on, the most frequent reasons first."""
    top = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(top) - most} more" if len(top) > most else ""
    return ", ".join(f"{reason} {count:,}" for reason, count in top[:most]) + more


def percent(share: float) -> str:
    """A share as people read it; what is not nothing and not all never looks so.

    >>> percent(0.8495), percent(0.00001), percent(0.99999), percent(1.0)
    ('85.0%', '<0.1%', '>99.9%', '100.0%')
    """
    if 0 < share < 0.0005:
        return "<0.1%"
    return ">99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


def number(value: float) -> str:
    """A number on an axis.

    >>> number(5000.0), number(0.30000000000000004), number(2.5e9)
    ('5,000', '0.3', '2.5e+09')
    """
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    return f"{value:.4g}"


def axis_ends(metric: "MetricHistogram") -> tuple[str, str]:
    """The ends of a histogram's axis; values beyond them, which its end bins hold, are hinted at."""
    edges = metric.histogram.edges
    below = metric.smallest is not None and metric.smallest < edges[0]
    above = metric.largest is not None and metric.largest > edges[-1]
    return f"{'<' * below}{number(edges[0])}", f"{number(edges[-1])}{'+' * above}"


def share_of_axis(value: float, edges: Sequence[float]) -> float:
    """Where a value stands between the first edge, 0, and the last one, 1; at one of them where it is beyond."""
    return min(1.0, max(0.0, (value - edges[0]) / (edges[-1] - edges[0])))


def in_view(limit: "Limit", edges: Sequence[float]) -> bool:
    """Whether a limit's line lies within the edges of a histogram."""
    return edges[0] <= limit.at <= edges[-1]
