"""The funnel of a run and the histograms of its filters as a terminal shows them, with blocks or in plain ASCII."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..pipelines.funnel_model import Funnel, MetricHistogram
from ..pipelines.limits import Limit
from .axis import end_labels, in_view, share_of_axis
from .figures import exact, percent
from .funnel_words import metric_name, metric_words, unknown_words
from .show import heading, indented, sentence

BAR_COLUMNS, LEAST_BAR_COLUMNS = 32, 8
PLOT_LINES = 3
MOST_BIN_COLUMNS = 8
WIDEST_PLOT = 76
ACROSS = " ▏▎▍▌▋▊▉█"
UPWARD = " ▁▂▃▄▅▆▇█"
ASCII_ACROSS = " ::::####"
ASCII_UPWARD = " ...:::##"
KEPT, OUTSIDE, LINE = "cyan", "dim", "bold red"


def funnel_view(funnel: Funnel) -> list[RenderableType]:
    """The funnel, and below it the histograms; nothing for a run without steps."""
    if not funnel.steps:
        return []
    plots = [(step, metric) for step in funnel.steps for metric in step.metrics]
    lines: list[RenderableType] = [heading("What was left after each step"), _funnel_grid(funnel)]
    lines += [indented([sentence(said)]) for said in unknown_words(funnel)] + [Text()]
    if plots:
        lines.append(heading("What the filters measured; a line marks each limit"))
    for step, metric in plots:
        lines += [indented([sentence(f"{metric_name(step, metric)}: {metric_words(metric)}"), Plot(metric)]), Text()]
    return [Group(*lines)]


def _funnel_grid(funnel: Funnel) -> Padding:
    most = max([funnel.rows_in, *(max(step.rows_in, step.rows_out) for step in funnel.steps)])
    grid = Table.grid(padding=(0, 1))
    grid.add_column(overflow="fold", min_width=8, max_width=26)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column()
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(justify="right", no_wrap=True, style="dim")
    grid.add_row("read", f"{funnel.rows_in:,}", Bar(funnel.rows_in, most), percent(1.0), "")
    for step in funnel.steps:
        share = "" if step.share is None else percent(step.share)
        change = step.rows_out - step.rows_in
        grid.add_row(
            sentence(step.id),
            f"{step.rows_out:,}",
            Bar(step.rows_out, most),
            share,
            f"{change:+,}" if change else "",
        )
    return Padding(grid, (0, 0, 0, 2), expand=False)


@dataclass(frozen=True)
class Bar:
    """A bar whose length is a count's share of the largest one; a count above zero is always seen."""

    count: int
    most: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One line."""
        room = min(BAR_COLUMNS, options.max_width)
        eighths = math.ceil(8 * room * self.count / self.most) if self.most else 0
        signs = ASCII_ACROSS if options.ascii_only else ACROSS
        bar = signs[8] * (eighths // 8) + (signs[eighths % 8] if eighths % 8 else "")
        yield Text(bar, style=KEPT, no_wrap=True)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """A bar takes what the words beside it leave."""
        return Measurement(min(LEAST_BAR_COLUMNS, options.max_width), min(BAR_COLUMNS, options.max_width))


@dataclass(frozen=True)
class Plot:
    """A histogram of a few lines, with a line at each limit in view and the numbers that matter below."""

    metric: MetricHistogram
    lines: int = PLOT_LINES

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines of the plot, and the axis."""
        drawn = _Drawn.of(self.metric, min(WIDEST_PLOT, options.max_width), ascii_only=options.ascii_only)
        for level in reversed(range(self.lines)):
            yield drawn.line(level, self.lines)
        yield drawn.axis()


@dataclass(frozen=True)
class _Drawn:
    """A histogram laid out in columns of characters.

    Args:
        counts: of the bins, as many as fit.
        width: columns of each bin.
        places: for each limit, how many columns of bins are before it.
        room: columns that there are.
    """

    metric: MetricHistogram
    counts: Sequence[int]
    width: int
    places: tuple[tuple[int, Limit], ...]
    room: int
    ascii_only: bool

    @classmethod
    def of(cls, metric: MetricHistogram, room: int, *, ascii_only: bool) -> "_Drawn":
        edges, counts = metric.histogram.edges, metric.histogram.counts
        free = max(1, room - len(metric.limits))
        group = math.ceil(len(counts) / free)
        grouped = [sum(counts[at : at + group]) for at in range(0, len(counts), group)]
        width = max(1, min(MOST_BIN_COLUMNS, free // len(grouped)))
        columns = len(counts) / group * width
        places = [(round(share_of_axis(one.at, edges) * columns), one) for one in metric.limits]
        return cls(metric, grouped, width, tuple(sorted(places, key=lambda place: place[1].at)), room, ascii_only)

    @property
    def lines(self) -> list[tuple[int, Limit]]:
        """The limits that are marked by a line."""
        edges = self.metric.histogram.edges
        return [(place, limit) for place, limit in self.places if in_view(limit, edges)]

    def line(self, level: int, lines: int) -> Text:
        """One line of the plot, counted from the axis up."""
        signs = ASCII_UPWARD if self.ascii_only else UPWARD
        most = max([1, *self.counts])
        text = Text(no_wrap=True)
        for column in range(len(self.counts) * self.width):
            self._mark(text, column)
            eighths = math.ceil(8 * lines * self.counts[column // self.width] / most) - 8 * level
            kept = all((column >= place) == (limit.side == "low") for place, limit in self.places)
            text.append(signs[max(0, min(8, eighths))], style=KEPT if kept else OUTSIDE)
        self._mark(text, len(self.counts) * self.width)
        return text

    def axis(self) -> Text:
        """Where the plot begins and ends, and each limit below its line; one out of view at the side where it is."""
        columns = len(self.counts) * self.width + len(self.lines)
        edges = self.metric.histogram.edges
        low, high = end_labels(edges, [*map(exact, edges)], self.metric.smallest, self.metric.largest)
        left, right = ("<-", "->") if self.ascii_only else ("←", "→")
        for _, limit in self.places:
            if limit.at < edges[0]:
                low = f"{left} limit {exact(limit.value)}  {low}"
            elif limit.at > edges[-1]:
                high = f"{high}  limit {exact(limit.value)} {right}"
        axis = _Labels(max(columns, self.room))
        for before, (place, limit) in enumerate(self.lines):
            label = exact(limit.value)
            axis.write(place + before - (len(label) - 1) // 2, label)
        axis.write(0, low)
        axis.write(max(columns - len(high), axis.end + 2), high)
        return Text(str(axis), style="dim", no_wrap=True)

    def _mark(self, text: Text, column: int) -> None:
        for _ in (place for place, _ in self.lines if place == column):
            text.append("|" if self.ascii_only else "│", style=LINE)


class _Labels:
    """A line of labels that never run into each other."""

    def __init__(self, columns: int) -> None:
        self._signs, self._taken = [" "] * columns, [False] * columns

    def write(self, at: int, text: str) -> None:
        """Put a label at a place, moved in from the ends of the line; next to or over another one it is left out."""
        start = min(max(0, at), max(0, len(self._signs) - len(text)))
        if len(text) <= len(self._signs) and not any(self._taken[max(0, start - 1) : start + len(text) + 1]):
            self._signs[start : start + len(text)] = text
            self._taken[start : start + len(text)] = [True] * len(text)

    @property
    def end(self) -> int:
        """Where the last label ends."""
        return len(str(self))

    def __str__(self) -> str:
        return "".join(self._signs).rstrip()
