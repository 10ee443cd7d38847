"""The funnel of a run and the histograms of its filters, as HTML with inline SVG that no script has to draw."""

from ..pipelines.funnel_model import Funnel, FunnelStep, MetricHistogram
from .figures import percent
from .funnel_words import metric_name, metric_words, reasons_words, unknown_words
from .plots import Layer, Marks, histogram_plot, plot_key
from .web_markup import EMPTY, Markup, element, joined, line

TOP_REASONS = 5

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
.df-histogram { margin: 0 0 22px; padding: 0; }
.df-histogram figcaption { margin: 0 0 4px; overflow-wrap: anywhere; }
.df-histogram figcaption strong { display: block; }
@media (max-width: 640px) {
  .df-funnel { grid-template-columns: 1fr max-content max-content max-content; gap: 4px 12px; }
  .df-funnel li { margin-bottom: 6px; }
  .df-funnel svg { grid-column: 1 / -1; grid-row: 2; height: 12px; }
  .df-funnel-why { grid-column: 1 / -1; grid-row: 3; }
}
"""
"""For pages that have `PLOT_CSS` and `PIECES_CSS` too."""


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
    key = plot_key({"kept": "kept", "out": "outside a limit", "limit": "limit"})
    return joined([key, *plots]) if plots else EMPTY


def histogram_figure(step: FunnelStep, metric: MetricHistogram) -> Markup:
    """How a metric lies among the rows that reached a filter, with a line at each limit."""
    name, words = metric_name(step, metric), metric_words(metric)
    layer = Layer("rows", metric.histogram, metric.outside_counts)
    marks = Marks(limits=metric.limits, smallest=metric.smallest, largest=metric.largest)
    caption = element("figcaption", element("strong", name), line(words))
    return element("figure", caption, histogram_plot(f"{name}: {words}", [layer], marks), cls="df-histogram")


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
    spans = (("df-kept", 0.0, kept), ("df-out", kept, gone))
    bars = [element("rect", cls=cls, x=f"{x:.5g}", width=f"{width:.5g}", height="1") for cls, x, width in spans]
    return element("svg", *bars, viewBox="0 0 100 1", preserveAspectRatio="none", aria_hidden="true")
