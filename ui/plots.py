"""Histograms for pages: shapes in SVG, words beside them in HTML, so that nothing shrinks where there is less room."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ..pipelines.card.model import Unit
from ..pipelines.edits import printable
from ..pipelines.histogram import Histogram
from ..pipelines.limits import Limit
from .axis import edge_labels, end_labels, in_view, share_of_axis
from .figures import compact, exact, figure
from .web_markup import EMPTY, Markup, element

LEAST_HEIGHT = 1.5
"""Of a bar that is not empty, where the tallest is 100 high."""
CLOSE = 0.2
"""Limits whose labels would touch are nearer than this share of the axis; they are labelled one below the other."""
TICKS, FEW_TICKS = 4, 2
"""Spaces between the labels of an axis, at most; and where labels are long."""
LONG_LABEL = 6
"""Characters of a label that four others leave no room for where the page is narrow."""
LONGEST_NAME = 1000

PLOT_CSS = """
.df-kept { fill: var(--df-kept); }
.df-out { fill: var(--df-out); }
.df-plot { display: grid; grid-template-columns: 3.1rem minmax(0, 1fr); column-gap: 6px; font-size: .8rem;
  line-height: 1.35; color: var(--body-text-color-subdued); font-variant-numeric: tabular-nums; }
.df-plot > * { grid-column: 2; }
.df-plot svg { display: block; width: 100%; height: 96px; overflow: visible;
  border-bottom: 1px solid var(--body-text-color-subdued); }
.df-plot rect { shape-rendering: crispEdges; }
.df-plot .df-hit { fill: transparent; }
.df-plot .df-hit:hover { fill: var(--body-text-color-subdued); fill-opacity: .16; }
.df-plot .df-grid { stroke: var(--border-color-primary); }
.df-plot .df-before, .df-key .df-before { fill: none; stroke: var(--df-before); stroke-width: 1.75;
  stroke-linejoin: round; }
.df-plot .df-limit, .df-key .df-limit { stroke: var(--df-line); stroke-width: 2; stroke-dasharray: 5 3; }
.df-plot .df-heights { grid-column: 1; display: flex; flex-direction: column; justify-content: space-between;
  align-items: flex-end; margin: -.65em 0; }
.df-limits, .df-ticks { position: relative; height: 1.35em; }
.df-limits { margin-bottom: 2px; }
.df-limits.df-two { height: 2.7em; }
.df-limits span, .df-ticks span { position: absolute; top: 0; white-space: nowrap; }
.df-limits span, .df-far span { color: var(--df-line); font-weight: 600; }
.df-limits.df-two span + span { top: 1.35em; }
.df-ticks { margin-top: 2px; }
.df-far { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; }
.df-nothing { padding: 30px 0; text-align: center; }
.df-key { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0 0 10px; padding: 0; list-style: none;
  font-size: .875rem; color: var(--body-text-color-subdued); }
.df-key li { overflow-wrap: anywhere; }
.df-key svg { display: inline-block; width: 14px; height: 12px; vertical-align: -1px; margin-right: 6px; }
"""
"""Wants the colours `--df-kept`, `--df-out`, `--df-line` and `--df-before`, those of subdued text and of borders."""

Sign = Literal["kept", "out", "limit", "before"]
"""What a plot draws: bars within and beyond limits, the line of a limit, the outline of a first layer."""


@dataclass(frozen=True)
class Layer:
    """A histogram and what it is of.

    Args:
        outside: how many values of each bin lie beyond a limit; none where it is empty.
    """

    label: str
    histogram: Histogram
    outside: Sequence[int] = ()

    @property
    def shares(self) -> list[float]:
        """The share of all values in each bin."""
        return [count / max(self.histogram.total, 1) for count in self.histogram.counts]

    def said(self, place: int, *, as_share: bool) -> str:
        """What a bin holds."""
        count = figure(self.histogram.counts[place], "count")
        said = f"{self.label} {figure(self.shares[place], 'share')} ({count})" if as_share else count
        outside = self.outside[place] if self.outside else 0
        return f"{said}, {figure(outside, 'count')} outside" if outside else said


@dataclass(frozen=True)
class Marks:
    """What is marked along the axis.

    Args:
        smallest: of all values, where the edges may not reach so far; as `largest`.
    """

    unit: Unit = "number"
    limits: Sequence[Limit] = ()
    smallest: float | None = None
    largest: float | None = None


def histogram_plot(title: str, layers: Sequence[Layer], marks: Marks | None = None) -> Markup:
    """One histogram as bars, or two over each other: the first as an outline, the second as bars.

    Two are drawn as shares of their values, so that data of different sizes can be compared. Bars are coloured by what
    of them lies beyond a limit; a line at each limit says where.

    Args:
        title: what the values are; the plot's name for those who cannot see it, with where most values lie.
        layers: one or two, with the same edges.

    Returns:
        An element as wide as what is around it, for pages with `PLOT_CSS`.

    Raises:
        ValueError: there are other than one or two layers, or their edges differ.
    """
    if len(layers) not in (1, 2) or len({layer.histogram.edges for layer in layers}) != 1:
        raise ValueError("a plot holds one histogram, or two with the same edges")
    if not any(layer.histogram.total for layer in layers):
        return element(
            "div", "no values", cls="df-nothing df-muted", role="img", aria_label=_name(f"{title}: no values")
        )
    return _Plot(title, layers, marks or Marks()).drawn()


def plot_key(entries: Mapping[Sign, str]) -> Markup:
    """What the signs of plots mean."""
    return element("ul", *(element("li", _swatch(sign), words) for sign, words in entries.items()), cls="df-key")


def bin_labels(edges: Sequence[float], unit: Unit = "number") -> list[str]:
    """Where each bin begins and ends.

    >>> bin_labels((0, 10_000, 20_000))
    ['0 to 10,000', '10,000 to 20,000']
    """
    labels = edge_labels(edges, lambda edge, digits: exact(edge, unit, digits), 3)
    return [f"{low} to {high}" for low, high in pairwise(labels)]


class _Plot:
    """A plot of bins of width 1 and a height of 100, stretched to whatever room there is; so no text is in it."""

    def __init__(self, title: str, layers: Sequence[Layer], marks: Marks) -> None:
        self._title, self._layers, self._marks = title, layers, marks
        self._edges = layers[0].histogram.edges
        self._bins = bin_labels(self._edges, marks.unit)
        self._as_shares = len(layers) > 1
        self._heights = [layer.shares if self._as_shares else list(layer.histogram.counts) for layer in layers]
        self._top = max(max(heights) for heights in self._heights)
        self._in_view = [
            (share_of_axis(limit.at, self._edges), limit) for limit in marks.limits if in_view(limit, self._edges)
        ]

    def drawn(self) -> Markup:
        """The plot with all that stands around it."""
        return element("div", self._limits(), self._steps(), self._shapes(), self._ticks(), self._far(), cls="df-plot")

    def _shapes(self) -> Markup:
        outline = self._outline(self._heights[0]) if self._as_shares else EMPTY
        lines = [
            _line("df-limit", place * len(self._bins), 0, place * len(self._bins), 100) for place, _ in self._in_view
        ]
        grid = [_line("df-grid", 0, height, len(self._bins), height) for height in (0, 50)]
        return element(
            "svg",
            *[*grid, *self._bars(self._heights[-1]), outline, *lines, *self._hits()],
            viewBox=f"0 0 {len(self._bins)} 100",
            preserveAspectRatio="none",
            role="img",
            aria_label=_name(f"{self._title}. {self._in_words()}"),
        )

    def _height(self, value: float) -> float:
        return max(LEAST_HEIGHT, 100 * value / self._top) if value else 0.0

    def _bars(self, heights: Sequence[float]) -> Iterator[Markup]:
        """A bar for each bin: what is kept above what is outside, where a limit runs through it."""
        layer = self._layers[-1]
        outside = layer.outside or [0] * len(heights)
        for at, (height, out, count) in enumerate(zip(heights, outside, layer.histogram.counts, strict=True)):
            if count:
                whole = self._height(height)
                low = whole * out / count
                for cls, top, size in (("df-out", 100 - low, low), ("df-kept", 100 - whole, whole - low)):
                    if size:
                        yield _rect(cls, at + 0.06, top, 0.88, size)

    def _outline(self, heights: Sequence[float]) -> Markup:
        steps = [f"V{100 - self._height(height):.4g} H{at}" for at, height in enumerate(heights, start=1)]
        return element("path", cls="df-before", d=f"M0 100 {' '.join(steps)} V100", vector_effect="non-scaling-stroke")

    def _hits(self) -> Iterator[Markup]:
        """What a mouse finds in each bin."""
        for at, place in enumerate(self._bins):
            said = ", ".join(layer.said(at, as_share=self._as_shares) for layer in self._layers)
            yield element("g", element("title", f"{place}: {said}"), _rect("df-hit", at, 0, 1, 100))

    def _limits(self) -> Markup:
        if not self._in_view:
            return EMPTY
        places = [place for place, _ in self._in_view]
        labels = [_at(place, exact(limit.value, self._marks.unit)) for place, limit in self._in_view]
        close = max(places) - min(places) < CLOSE and len(places) > 1
        return element("div", *labels, cls="df-limits df-two" if close else "df-limits")

    def _steps(self) -> Markup:
        """What the height of the plot, its half and its floor stand for."""
        unit: Unit = "share" if self._as_shares else "count"
        steps = [self._top, self._top / 2, 0]
        labels = [compact(step, unit) if self._as_shares or step == int(step) else "" for step in steps]
        return element("div", *(element("span", label) for label in labels), cls="df-heights", aria_hidden="true")

    def _ticks(self) -> Markup:
        edges, unit = self._edges, self._marks.unit
        labels = edge_labels(edges, lambda edge, digits: compact(edge, unit, digits), 3)
        labels[0], labels[-1] = end_labels(edges, labels, self._marks.smallest, self._marks.largest)
        bins = len(labels) - 1
        step = math.ceil(bins / (FEW_TICKS if max(map(len, labels)) > LONG_LABEL else TICKS))
        # One that stands close to the last is left out.
        places = [*(place for place in range(0, bins, step) if bins - place > 0.85 * step), bins]
        ticks = [_at(place / bins, labels[place], 0.5 if 0 < place < bins else None) for place in places]
        return element("div", *ticks, cls="df-ticks", aria_hidden="true")

    def _far(self) -> Markup:
        """The limits that are beyond the axis, at the side where they are."""
        told = [(limit, exact(limit.value, self._marks.unit)) for limit in self._marks.limits]
        below = [f"← limit {said}" for limit, said in told if limit.at < self._edges[0]]
        above = [f"limit {said} →" for limit, said in told if limit.at > self._edges[-1]]
        sides = [element("span", ", ".join(side)) for side in (below, above)]
        return element("div", *sides, cls="df-far") if below or above else EMPTY

    def _in_words(self) -> str:
        """Where most values lie, for those who cannot see the plot."""
        said = []
        for layer in self._layers:
            most = max(layer.shares)
            fullest = self._bins[layer.shares.index(most)]
            said.append(
                f"{layer.label}: {figure(most, 'share')} are {fullest}" if most else f"{layer.label}: no values"
            )
        return "; ".join(said)


def _name(said: str) -> str:
    return printable(said, LONGEST_NAME)


def _at(place: float, label: str, anchor: float | None = None) -> Markup:
    """A label at a share of the axis.

    Args:
        anchor: the share of the label that stands before the place; it grows with the place where that is not given,
            so that the label never leaves the plot.
    """
    before = place if anchor is None else anchor
    return element("span", label, style=f"left:{100 * place:.2f}%;transform:translateX(-{100 * before:.2f}%)")


def _swatch(sign: Sign) -> Markup:
    shapes = {
        "kept": _rect("df-kept", 0, 0, 14, 12),
        "out": _rect("df-out", 0, 0, 14, 12),
        "limit": _line("df-limit", 7, -1, 7, 13),
        "before": element("path", cls="df-before", d="M1 12 V2 H13 V12"),
    }
    return element("svg", shapes[sign], viewBox="0 0 14 12", aria_hidden="true")


def _rect(cls: str, x: float, y: float, width: float, height: float) -> Markup:
    return _shape("rect", cls, x=x, y=y, width=width, height=height)


def _line(cls: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return _shape("line", cls, x1=x1, y1=y1, x2=x2, y2=y2)


def _shape(tag: str, cls: str, **places: float) -> Markup:
    written = {name: f"{value:.5g}" for name, value in places.items()}
    return element(tag, cls=cls, vector_effect="non-scaling-stroke", **written)
