"""Plots as inline SVG: no script, no font and no picture from elsewhere, colours of the page around them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..pipelines.card_model import Unit
from ..pipelines.histogram import Histogram
from .figures import compact, figure
from .web_markup import EMPTY, Markup, element, joined

PLOT_CSS = """
.plot { display: block; width: 100%; height: auto; }
.plot text { font: 12px system-ui, sans-serif; fill: var(--plot-ink, #475569); }
.plot .plot-grid { stroke: var(--plot-grid, #e2e8f0); stroke-width: 1; }
.plot .plot-bar { fill: var(--plot-bar, #0f766e); }
.plot .plot-over .plot-bar { fill-opacity: .72; }
.plot .plot-line { fill: none; stroke: var(--plot-line, #c2410c); stroke-width: 1.75; stroke-linejoin: round; }
.plot .plot-hit { fill: transparent; }
.plot .plot-hit:hover { fill: var(--plot-ink, #475569); fill-opacity: .12; }
.plot .plot-limit { stroke: var(--plot-ink, #475569); stroke-width: 1; stroke-dasharray: 3 3; }
"""
"""How plots look; a page may set the `--plot-…` colours, for light and dark."""

WIDTH, HEIGHT = 340, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 10, 8, 22
_LEAST = 1.5
"""Height of a bar that is not empty, however few values it holds."""
_GAP = 1.0
_TICKS = 4


@dataclass(frozen=True)
class Layer:
    """A histogram and what it is of."""

    label: str
    histogram: Histogram

    @property
    def shares(self) -> list[float]:
        """The share of all values in each bin."""
        return [count / max(self.histogram.total, 1) for count in self.histogram.counts]


def histogram_svg(
    title: str, layers: Sequence[Layer], *, unit: Unit = "number", limits: Sequence[float] = ()
) -> Markup:
    """One histogram as bars, or two over each other: the first as a line, the second as bars.

    Two are drawn as shares of their values, so that data of different sizes can be compared.

    Args:
        title: what the values are; the plot's name for those who cannot see it.
        layers: one or two, with the same edges.
        unit: of the values, along the bottom.
        limits: values to mark by a line, where the plot reaches so far.

    Returns:
        An `svg` element as wide as what is around it, for pages with `PLOT_CSS`.

    Raises:
        ValueError: there are other than one or two layers, or their edges differ.
    """
    if len(layers) not in (1, 2) or len({layer.histogram.edges for layer in layers}) != 1:
        raise ValueError("a plot holds one histogram, or two with the same edges")
    if not any(layer.histogram.total for layer in layers):
        drawn = element("text", "no values", x=f"{WIDTH / 2}", y=f"{HEIGHT / 2}", text_anchor="middle")
    else:
        drawn = _Plot(layers, unit).drawn(limits)
    name = element("title", f"{title}: {_in_words(layers, unit)}")
    return element("svg", name, drawn, cls="plot", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")


def bin_label(histogram: Histogram, place: int, unit: Unit = "number") -> str:
    """Where a bin begins and ends.

    >>> bin_label(Histogram(edges=(0, 10_000, 20_000), counts=(1, 2)), 0)
    '0 to 10,000'
    """
    edges = histogram.edges[place : place + 2]
    low, high = (compact(edge, unit) if unit == "share" else figure(edge, unit) for edge in edges)
    return f"{low} to {high}"


class _Plot:
    """Where things stand: values to the right, counts or shares upwards."""

    def __init__(self, layers: Sequence[Layer], unit: Unit) -> None:
        self._layers, self._unit = layers, unit
        self._edges = layers[0].histogram.edges
        self._as_shares = len(layers) > 1
        self._heights = [layer.shares if self._as_shares else list(layer.histogram.counts) for layer in layers]
        self._top = max(max(heights) for heights in self._heights)

    def drawn(self, limits: Sequence[float]) -> Markup:
        """Everything inside the plot, the hindmost first."""
        bars = element("g", *self._bars(self._heights[-1]), cls="plot-over" if self._as_shares else "")
        line = self._line(self._heights[0]) if self._as_shares else EMPTY
        return joined([*self._grid(), bars, line, *self._limits(limits), *self._ticks(), *self._hits()])

    def _x(self, value: float) -> float:
        share = (value - self._edges[0]) / (self._edges[-1] - self._edges[0])
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def _y(self, height: float) -> float:
        full = HEIGHT - _TOP - _BOTTOM
        return HEIGHT - _BOTTOM - (max(height / self._top * full, _LEAST) if height else 0.0)

    def _spans(self) -> Iterator[tuple[float, float]]:
        for low, high in zip(self._edges, self._edges[1:], strict=False):
            yield self._x(low), self._x(high)

    def _bars(self, heights: Sequence[float]) -> Iterator[Markup]:
        for (left, right), height in zip(self._spans(), heights, strict=True):
            if height:
                yield _rect("plot-bar", left, max(right - _GAP, left + 0.5), self._y(height))

    def _line(self, heights: Sequence[float]) -> Markup:
        floor = f"{HEIGHT - _BOTTOM:.1f}"
        steps = [
            f"L{x:.1f} {self._y(height):.1f}" for span, height in zip(self._spans(), heights, strict=True) for x in span
        ]
        path = f"M{self._x(self._edges[0]):.1f} {floor} {' '.join(steps)} L{self._x(self._edges[-1]):.1f} {floor}"
        return element("path", cls="plot-line", d=path)

    def _grid(self) -> Iterator[Markup]:
        for share in (0.0, 0.5, 1.0):
            y = HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)
            yield _line("plot-grid", _LEFT, y, WIDTH - _RIGHT, y)
            height = share * self._top
            if self._as_shares or height == int(height):
                label = compact(height, "share" if self._as_shares else "count")
                yield element("text", label, x=f"{_LEFT - 5}", y=f"{y + 4:.1f}", text_anchor="end")

    def _limits(self, limits: Sequence[float]) -> Iterator[Markup]:
        for limit in limits:
            if self._edges[0] < limit < self._edges[-1]:
                yield _line("plot-limit", self._x(limit), _TOP, self._x(limit), HEIGHT - _BOTTOM)

    def _ticks(self) -> Iterator[Markup]:
        bins = len(self._edges) - 1
        for place in range(0, bins + 1, math.ceil(bins / _TICKS)):
            anchor = "end" if place == bins else "middle"
            x = f"{self._x(self._edges[place]):.1f}"
            yield element("text", compact(self._edges[place], self._unit), x=x, y=f"{HEIGHT - 6}", text_anchor=anchor)

    def _hits(self) -> Iterator[Markup]:
        """What a mouse finds in each bin."""
        for place, (left, right) in enumerate(self._spans()):
            said = [_bin_words(layer, place, several=self._as_shares) for layer in self._layers]
            tip = element("title", f"{bin_label(self._layers[0].histogram, place, self._unit)}: {', '.join(said)}")
            yield _rect("plot-hit", left, right, _TOP, tip)


def _bin_words(layer: Layer, place: int, *, several: bool) -> str:
    count = figure(layer.histogram.counts[place], "count")
    return f"{layer.label} {figure(layer.shares[place], 'share')} ({count})" if several else count


def _in_words(layers: Sequence[Layer], unit: Unit) -> str:
    """Where most values lie, for those who cannot see the plot."""
    said = []
    for layer in layers:
        most = max(layer.shares)
        fullest = bin_label(layer.histogram, layer.shares.index(most), unit)
        said.append(f"{layer.label}, {figure(most, 'share')} are {fullest}" if most else f"{layer.label}, no values")
    return "; ".join(said)


def _rect(cls: str, left: float, right: float, top: float, inside: Markup = EMPTY) -> Markup:
    """A box that stands on the bottom line."""
    width, height = f"{right - left:.1f}", f"{HEIGHT - _BOTTOM - top:.1f}"
    return element("rect", inside, cls=cls, x=f"{left:.1f}", y=f"{top:.1f}", width=width, height=height)


def _line(cls: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return element("line", cls=cls, x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}")
