"""A quality card in the terminal: plain text for 80 columns, with bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from ..pipelines.card.model import Extreme, MetricCard, QualityCard, Unit
from ..pipelines.edits import printable
from ..pipelines.histogram import Histogram
from .card_words import (
    GROUPS,
    Named,
    about_duplicates,
    changed,
    column_types,
    duplicate_shares,
    language_shares,
    mean_unit,
    named,
    null_shares,
    personal_data_shares,
    positions,
    states,
    summary,
)
from .figures import figure
from .show import heading, indented, sentence, warnings_view
from .show_funnel import ASCII_UPWARD, KEPT, UPWARD, Bar

SPARK = 12
EXCERPT = 60
SHOWN_LANGUAGES = 8
_WHOLE = 1_000_000
"""A share of 1, for bars, which take whole numbers."""
_COMPARED = ("before", "after", "change")


def card_view(card: QualityCard) -> Group:
    """The card, compared with another where it was."""
    title = f"Quality of {named(card)}" + (f", compared with {named(card.against)}" if card.against else "")
    parts: list[RenderableType] = [heading(title), sentence(positions(card)), Text(), _summary(card), Text()]
    parts += warnings_view(card.warnings)
    for name, content in (
        ("Languages", _shares(language_shares(card, SHOWN_LANGUAGES), card)),
        ("Duplicates", _duplicates(card)),
        ("Personal data, told by its form", _shares(personal_data_shares(card), card)),
        ("Columns", _columns(card)),
        ("Metrics", _metrics(card)),
        ("Rows at both ends", _ends(card)),
        (f"Rejected records: {figure(card.rejects, 'count')}", _rejected(card)),
        ("Not measured", [sentence(f"{one.what}: {one.why}") for one in card.not_measured]),
    ):
        if content:
            parts += [heading(name), indented(content), Text()]
    return Group(*parts[:-1])


@dataclass(frozen=True)
class Spark:
    """A histogram in one line; neighbouring bins are taken together where there are more than fit."""

    histogram: Histogram
    width: int = SPARK

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """A sign for each bin, blank where it is empty."""
        counts = self.histogram.counts
        each = -(-len(counts) // self.width)
        sums = [sum(counts[at : at + each]) for at in range(0, len(counts), each)]
        signs, most = ASCII_UPWARD if options.ascii_only else UPWARD, max(sums)
        yield Text("".join(signs[max(round(8 * count / most), 1) if count else 0] for count in sums), style=KEPT)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """As wide as it may become."""
        return Measurement(self.width, self.width)


def _summary(card: QualityCard) -> RenderableType:
    found = [summary(each, card) for each in states(card)]
    table = _table(["", *(_COMPARED if card.against else [""])])
    for title, (_, unit) in found[-1].items():
        table.add_row(title, *_cells([each.get(title, (None, unit))[0] for each in found], unit))
    return indented([table])


def _duplicates(card: QualityCard) -> list[RenderableType]:
    shares = _shares(duplicate_shares(card), card)
    return [*shares, sentence(about_duplicates(card))] if shares else []


def _shares(rows: Sequence[Named], card: QualityCard) -> list[RenderableType]:
    """Shares of texts, with bars of the last of them."""
    if not rows:
        return []
    table = _table(["", *(_COMPARED if card.against else ["texts"]), "-"])
    for name, values in rows:
        table.add_row(name, *_cells(values, "share"), Bar(round(_WHOLE * (values[-1] or 0.0)), _WHOLE))
    return [table]


def _columns(card: QualityCard) -> list[RenderableType]:
    types = column_types(card)
    titles = ["without value:", "after", "change"] if card.against else ["without value"]
    table = _table(["column", "-type", *titles])
    for name, shares in null_shares(card):
        table.add_row(sentence(name), types[name], *_cells(shares, "share"))
    return [table] if types else []


def _metrics(card: QualityCard) -> list[RenderableType]:
    if not card.metrics:
        return []
    titles = ["before", "after", "change"] if card.against else ["5%", "median", "95%"]
    last = ["-before", "-after"] if card.against else ["beyond", "-"]
    table = _table(["mean" if card.against else "", *titles, *last])
    for group, title in GROUPS.items():
        table.add_row(Text(title, style="dim"))
        for metric in card.metrics:
            if metric.group == group:
                before = card.against.metric(metric.name) if card.against else None
                table.add_row(f"  {metric.title}", *_metric(metric, before, compared=card.against is not None))
    note = "beyond: what the filter of the metric would drop with its default limits"
    return [table] if card.against else [table, Text(note, style="dim")]


def _metric(metric: MetricCard, before: MetricCard | None, *, compared: bool) -> list[RenderableType]:
    if compared:
        means = [before.mean if before else None, metric.mean]
        return [*_cells(means, mean_unit(metric)), Spark(before.histogram) if before else "", Spark(metric.histogram)]
    values = [figure(value, metric.unit) for value in (metric.p05, metric.median, metric.p95)]
    beyond = "" if metric.outside_share is None else figure(metric.outside_share, "share")
    return [*values, beyond, Spark(metric.histogram)]


def _ends(card: QualityCard) -> list[RenderableType]:
    """The first row of each end of each metric, if it differs from half of all rows."""
    lines: list[RenderableType] = []
    for metric in card.metrics:
        ends = [one for rows in (metric.lowest, metric.highest) for one in rows[:1] if one.value != metric.median]
        if ends:
            lines += [sentence(metric.title), *(_end(one, metric.unit) for one in dict.fromkeys(ends))]
    return lines


def _end(one: Extreme, unit: Unit) -> RenderableType:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"  {figure(one.value, unit):>9}  ")
    line.append(f"{printable(one.place)}  ", style="dim")
    return line.append(printable(one.excerpt, EXCERPT) or "(an empty text)")


def _rejected(card: QualityCard) -> list[RenderableType]:
    return [sentence(f"{one.place}: {one.reason}: {printable(one.raw, EXCERPT)}") for one in card.rejected]


def _cells(values: Sequence[float | None], unit: Unit) -> list[RenderableType]:
    """The values, and their change where there are two."""
    cells: list[RenderableType] = [figure(value, unit) for value in values]
    return cells if len(values) == 1 else [*cells, changed(values[0], values[1], unit)]


def _table(titles: Sequence[str]) -> Table:
    """A table whose first column and those marked by a dash stand to the left."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold", show_header=any(titles))
    for place, title in enumerate(titles):
        left = place == 0 or title.startswith("-")
        table.add_column(title.removeprefix("-"), justify="left" if left else "right", no_wrap=place > 0)
    return table
