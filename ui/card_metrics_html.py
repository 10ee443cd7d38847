"""One box of a quality card's page for each metric: its plot, its numbers, the rows at its ends."""

from collections.abc import Iterator, Sequence

from ..pipelines.card.model import Extreme, Group, MetricCard, QualityCard, Unit
from .card_words import changed, mean_unit
from .figures import figure
from .plots import Layer, Marks, bin_labels, histogram_plot
from .web_markup import EMPTY, Column, Content, Markup, element, joined, table

_STATISTICS = {
    "median": "median",
    "p05": "5% are below",
    "p95": "5% are above",
    "mean": "mean",
    "minimum": "lowest",
    "maximum": "highest",
}


def metric_cards(card: QualityCard, group: Group) -> Iterator[Markup]:
    """A box for each metric of a group."""
    for metric in card.metrics:
        if metric.group == group:
            yield _box(metric, card.against.metric(metric.name) if card.against else None)


def _box(metric: MetricCard, before: MetricCard | None) -> Markup:
    layers = [Layer("before", before.histogram)] if before else []
    layers.append(Layer("after" if before else "texts", metric.histogram, metric.outside_counts or ()))
    marks = Marks(metric.unit, metric.limits, metric.minimum, metric.maximum)
    numbers = _compared(metric, before) if before else _statistics(metric)
    return element(
        "article",
        element("h3", metric.title),
        element("p", metric.about, cls="about"),
        element("figure", histogram_plot(metric.title, layers, marks)),
        numbers,
        *_notes(metric),
        _folded("Rows at both ends", _ends(metric)),
        _folded("Numbers of the plot", _bins(metric, layers)),
        cls="card",
    )


def _statistics(metric: MetricCard) -> Markup:
    pairs = [
        element("div", element("dt", title), element("dd", figure(getattr(metric, name), _unit(metric, name))))
        for name, title in _STATISTICS.items()
    ]
    return element("dl", *pairs)


def _compared(metric: MetricCard, before: MetricCard) -> Markup:
    rows = [
        _compared_row(title, getattr(before, name), getattr(metric, name), _unit(metric, name))
        for name, title in _STATISTICS.items()
    ]
    if metric.outside_share is not None:
        rows.append(_compared_row("beyond its default limits", before.outside_share, metric.outside_share, "share"))
    headings = [Column(""), *(Column(title, numeric=True) for title in ("before", "after", "change"))]
    return table(f"{metric.title}, before and after", headings, rows, small=True)


def _unit(metric: MetricCard, statistic: str) -> Unit:
    return mean_unit(metric) if statistic == "mean" else metric.unit


def _compared_row(title: str, left: float | None, right: float | None, unit: Unit) -> list[Content]:
    return [title, figure(left, unit), figure(right, unit), changed(left, right, unit)]


def _notes(metric: MetricCard) -> Iterator[Markup]:
    if metric.rule is not None:
        shown = figure(metric.outside_share, "share")
        rule = f"{shown} beyond the default of {metric.operator}: {metric.rule}"
        yield element("p", rule, cls="df-muted small")
    if metric.missing:
        yield element("p", f"{figure(metric.missing, 'count')} texts have no value.", cls="df-muted small")
    reach = []
    if metric.minimum is not None and metric.minimum < metric.histogram.edges[0]:
        reach.append(f"The first bar reaches down to {figure(metric.minimum, metric.unit)}.")
    if metric.maximum is not None and metric.maximum > metric.histogram.edges[-1]:
        reach.append(f"The last bar reaches up to {figure(metric.maximum, metric.unit)}.")
    if reach:
        yield element("p", " ".join(reach), cls="df-muted small")


def _folded(title: str, content: Markup) -> Markup:
    return element("details", element("summary", title), content) if content else EMPTY


def _ends(metric: MetricCard) -> Markup:
    parts = []
    for title, rows in (("lowest", metric.lowest), ("highest", metric.highest)):
        if rows:
            items = [_row(one, metric) for one in rows]
            parts += [element("h4", title), element("ul", *items, cls="rows")]
    return joined(parts)


def _row(one: Extreme, metric: MetricCard) -> Markup:
    text: Content = one.excerpt or element("span", "an empty text", cls="df-muted")
    value = element("b", figure(one.value, metric.unit))
    return element("li", value, " ", element("code", one.place, cls="df-muted"), Markup("<br>"), text)


def _bins(metric: MetricCard, layers: Sequence[Layer]) -> Markup:
    if not any(layer.histogram.total for layer in layers):
        return EMPTY
    rows = [
        [label, *(figure(layer.histogram.counts[place], "count") for layer in layers)]
        for place, label in enumerate(bin_labels(metric.histogram.edges, metric.unit))
    ]
    headings = [Column("from and to below"), *(Column(layer.label, numeric=True) for layer in layers)]
    return table(f"{metric.title}: texts in each bin", headings, rows, small=True)
