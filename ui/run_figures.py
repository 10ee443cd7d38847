"""The funnel of a run and the histograms of its filters, as HTML with inline SVG that no script has to draw."""

from collections.abc import Iterator

from ..pipelines.funnel_model import Funnel, FunnelStep, Limit, MetricHistogram
from .funnel_words import (
    axis_ends,
    in_view,
    metric_name,
    metric_words,
    number,
    percent,
    reasons_words,
    share_of_axis,
    unknown_words,
)
from .web_markup import EMPTY, Markup, element, joined, line

TOP_REASONS = 5
LEAST_HEIGHT = 1.5
"""Of a bin that holds a row, where the tallest is 100 high."""
CLOSE = 0.2
"""Limits whose labels would touch are nearer than this share of the axis; they are labelled one below the other."""

RUN_FIGURES_CSS = """
.df-funnel { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px 14px;
  grid-template-columns: minmax(8em, max-content) minmax(80px, 1fr) max-content max-content max-content; }
.df-funnel li { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: center; }
.df-funnel-step { font-weight: 600; overflow-wrap: anywhere; }
.df-funnel b, .df-funnel span { font-variant-numeric: tabular-nums; }
.df-funnel b, .df-funnel-share, .df-funnel-change { text-align: right; }
.df-funnel-share, .df-funnel-change, .df-funnel-why { color: var(--body-text-color-subdued); }
.df-funnel-why { grid-column: 2 / -1; font-size: .85em; overflow-wrap: anywhere; }
.df-funnel svg { display: block; width: 100%; height: 16px; border-radius: 3px; }
.df-kept { fill: var(--df-kept); }
.df-out { fill: var(--df-out); }
.df-plot { margin: 0 0 22px; padding: 0; }
.df-plot figcaption { margin: 0 0 4px; overflow-wrap: anywhere; }
.df-plot figcaption strong { display: block; }
.df-plot svg { display: block; width: 100%; height: 96px; overflow: visible;
  border-bottom: 1px solid var(--body-text-color-subdued); }
.df-plot rect { shape-rendering: crispEdges; }
.df-plot line, .df-key line { stroke: var(--df-line); stroke-width: 2; stroke-dasharray: 5 3; }
.df-limits { position: relative; height: 1.35em; font-size: .85em; }
.df-limits.df-two { height: 2.7em; }
.df-limits span { position: absolute; top: 0; color: var(--df-line); font-weight: 600; line-height: 1.35;
  white-space: nowrap; }
.df-limits.df-two span + span { top: 1.35em; }
.df-axis { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; font-size: .85em;
  color: var(--body-text-color-subdued); font-variant-numeric: tabular-nums; }
.df-axis b { color: var(--df-line); font-weight: 600; }
.df-key { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: .85em; color: var(--body-text-color-subdued);
  margin: 0 0 10px; }
.df-key svg { display: inline-block; width: 12px; height: 12px; vertical-align: -1px; margin-right: 5px; }
@media (max-width: 640px) {
  .df-funnel { grid-template-columns: 1fr max-content max-content max-content; gap: 4px 12px; }
  .df-funnel li { margin-bottom: 6px; }
  .df-funnel svg { grid-column: 1 / -1; grid-row: 2; height: 12px; }
  .df-funnel-why { grid-column: 1 / -1; grid-row: 3; }
}
"""
"""Wants the colours `--df-kept`, `--df-out` and `--df-line`, and that of subdued text."""


def funnel_figure(funnel: Funnel) -> Markup:
    """A bar for the rows that were read and for what each step left of them, with why the others did not go on."""
    if not funnel.steps:
        return EMPTY
    most = max([1, funnel.rows_in, *(max(step.rows_in, step.rows_out) for step in funnel.steps)])
    read = _funnel_row("read", _bar(funnel.rows_in, 0, most), f"{funnel.rows_in:,}", percent(1.0))
    unknown = [element("p", said, cls="df-muted") for said in unknown_words(funnel)]
    return joined([element("ol", read, *(_step_row(step, most) for step in funnel.steps), cls="df-funnel"), *unknown])


def histograms_figure(funnel: Funnel) -> Markup:
    """A histogram for each number by which a filter judged, with its limits; nothing where none did."""
    plots = [histogram_figure(step, metric) for step in funnel.steps for metric in step.metrics]
    return joined([_key(), *plots]) if plots else EMPTY


def histogram_figure(step: FunnelStep, metric: MetricHistogram) -> Markup:
    """How a metric lies among the rows that reached a filter, with a line at each limit."""
    name, words = metric_name(step, metric), metric_words(metric)
    # Stretched to whatever width there is; so there is no text in it, which would be stretched too.
    plot = element(
        "svg",
        *_bins(metric),
        *_lines(metric),
        viewBox=f"0 0 {len(metric.histogram.counts)} 100",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{name}: {words}",
    )
    caption = element("figcaption", element("strong", name), line(words))
    return element("figure", caption, _limit_labels(metric), plot, _axis(metric), cls="df-plot")


def _step_row(step: FunnelStep, most: int) -> Markup:
    change = step.rows_out - step.rows_in
    bar = _bar(step.rows_out, max(0, -change), most)
    share = "" if step.share is None else percent(step.share)
    why = reasons_words(step.reasons, TOP_REASONS)
    return _funnel_row(step.id, bar, f"{step.rows_out:,}", share, f"{change:+,}" if change else "", why=why)


def _funnel_row(name: str, bar: Markup, rows: str, share: str, change: str = "", *, why: str = "") -> Markup:
    return element(
        "li",
        element("span", name, cls="df-funnel-step"),
        bar,
        element("b", rows),
        element("span", share, cls="df-funnel-share"),
        element("span", change, cls="df-funnel-change"),
        element("span", why, cls="df-funnel-why") if why else EMPTY,
    )


def _bar(rows: int, lost: int, most: int) -> Markup:
    kept, gone = 100 * rows / most, 100 * lost / most
    bars = [_rect("df-kept", 0, 0, kept, 1), _rect("df-out", kept, 0, gone, 1)]
    return element("svg", *bars, viewBox="0 0 100 1", preserveAspectRatio="none", aria_hidden="true")


def _bins(metric: MetricHistogram) -> Iterator[Markup]:
    """A bar for each bin: what is kept above what is outside, where a limit runs through it."""
    edges, counts = metric.histogram.edges, metric.histogram.counts
    tallest = max([1, *counts])
    for at, (count, outside) in enumerate(zip(counts, metric.outside_counts, strict=True)):
        if not count:
            continue
        height = max(LEAST_HEIGHT, 100 * count / tallest)
        low = height * outside / count
        told = f"{number(edges[at])} to {number(edges[at + 1])}: {count:,} rows, {outside:,} outside"
        yield element(
            "g",
            element("title", told),
            _rect("df-out", at + 0.06, 100 - low, 0.88, low),
            _rect("df-kept", at + 0.06, 100 - height, 0.88, height - low),
        )


def _lines(metric: MetricHistogram) -> Iterator[Markup]:
    edges, bins = metric.histogram.edges, len(metric.histogram.counts)
    for limit in metric.limits:
        if in_view(limit, edges):
            x = f"{share_of_axis(limit.at, edges) * bins:.4g}"
            yield element("line", x1=x, x2=x, y1="0", y2="100", vector_effect="non-scaling-stroke")


def _limit_labels(metric: MetricHistogram) -> Markup:
    edges = metric.histogram.edges
    places = [(share_of_axis(limit.at, edges), limit) for limit in metric.limits if in_view(limit, edges)]
    labels = [_limit_label(place, limit) for place, limit in places]
    close = len(places) == 2 and abs(places[0][0] - places[1][0]) < CLOSE
    return element("div", *labels, cls="df-limits df-two" if close else "df-limits") if labels else EMPTY


def _limit_label(place: float, limit: Limit) -> Markup:
    """A label at a line, moved in as far as the line is near an end, so that it never leaves the figure."""
    share = f"{100 * place:.2f}%"
    return element("span", number(limit.value), style=f"left:{share};transform:translateX(-{share})")


def _axis(metric: MetricHistogram) -> Markup:
    """The ends of the axis, each with the limits that are beyond it."""
    edges = metric.histogram.edges
    low, high = axis_ends(metric)
    below = [element("b", f"← limit {number(one.value)} ") for one in metric.limits if one.at < edges[0]]
    above = [element("b", f" limit {number(one.value)} →") for one in metric.limits if one.at > edges[-1]]
    return element("div", element("span", *below, low), element("span", high, *above), cls="df-axis")


def _key() -> Markup:
    entries = [
        element("span", _swatch(_rect("df-kept", 0, 0, 12, 12)), "kept"),
        element("span", _swatch(_rect("df-out", 0, 0, 12, 12)), "outside a limit"),
        element("span", _swatch(element("line", x1="6", x2="6", y1="-1", y2="13")), "limit"),
    ]
    return element("div", *entries, cls="df-key")


def _swatch(shape: Markup) -> Markup:
    return element("svg", shape, viewBox="0 0 12 12", aria_hidden="true")


def _rect(cls: str, x: float, y: float, width: float, height: float) -> Markup:
    named = {"x": x, "y": y, "width": width, "height": height}
    return element("rect", cls=cls, **{name: f"{value:.5g}" for name, value in named.items()})
