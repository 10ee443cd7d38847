"""What is said beside the funnel of a run and its histograms, the same on terminal and page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .figures import percent

if TYPE_CHECKING:
    from ..pipelines.funnel_model import Funnel, FunnelStep, MetricHistogram


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
