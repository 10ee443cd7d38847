"""The page of a quality card: its numbers in tiles and tables, and a box with a plot for each metric."""

from collections.abc import Sequence

from ..pipelines.card.model import QualityCard
from .card_look import CSS
from .card_metrics_html import metric_cards
from .card_words import (
    GROUPS,
    Named,
    about_duplicates,
    changed,
    column_types,
    duplicate_shares,
    language_shares,
    named,
    null_shares,
    personal_data_shares,
    positions,
    summary,
)
from .figures import figure
from .page import page
from .plots import Sign, plot_key
from .web_markup import EMPTY, Column, Content, Markup, element, joined, line, notice, table

SHOWN_LANGUAGES = 10


def card_page(card: QualityCard) -> str:
    """The whole page of a card, and of what it is compared with."""
    title = f"Quality of {named(card)}"
    return page(title, joined([_header(card, title), _main(card)]), CSS)


def _header(card: QualityCard, title: str) -> Markup:
    limits: dict[Sign, str] = {"out": "beyond a filter's default limits", "limit": "such a limit"}
    key: dict[Sign, str] = {}
    if card.against:
        key = {"before": f"before: {named(card.against)} (line)", "kept": f"after: {named(card)} (bars)"}
    if any(metric.limits for metric in card.metrics):
        key |= limits
    return element(
        "header",
        element("h1", title),
        element("p", positions(card), cls="df-muted"),
        plot_key(key) if key else EMPTY,
        notice("warn", "Warnings", [line(said, 600) for said in card.warnings]),
    )


def _main(card: QualityCard) -> Markup:
    groups = [
        _section(title, element("div", *cards, cls="cards"))
        for group, title in GROUPS.items()
        if (cards := list(metric_cards(card, group)))
    ]
    left = [_section("Languages", _languages(card)), _section("Columns", _columns(card))]
    right = [_section("Duplicates", _duplicates(card)), _section("Personal data", _personal_data(card))]
    beside = [element("div", *sections) for sections in (left, right)]
    sections = [element("div", *beside, cls="columns"), *groups]
    sections += [_section("Rejected records", _rejected(card)), _section("Not measured", _not_measured(card))]
    return element("main", _tiles(card), *sections)


def _section(title: str, content: Markup) -> Markup:
    return element("section", element("h2", title), content) if content else EMPTY


def _tiles(card: QualityCard) -> Markup:
    tiles = []
    earlier = summary(card.against, card) if card.against else {}
    for title, (value, unit) in summary(card).items():
        parts = [element("dd", figure(value, unit), cls="value")]
        if title in earlier:
            before = earlier[title][0]
            said = f"before {figure(before, unit)} "
            difference = element("span", f"({changed(before, value, unit)})", cls="whole")
            parts.append(element("dd", said, difference, cls="df-muted small"))
        tiles.append(element("div", element("dt", title), *parts, cls="tile"))
    return element("dl", *tiles, cls="tiles")


def _languages(card: QualityCard) -> Markup:
    return _bars("Share of texts in each language", "language", language_shares(card, SHOWN_LANGUAGES), card)


def _duplicates(card: QualityCard) -> Markup:
    bars = _bars("Share of texts that are copies", "copies of an earlier text", duplicate_shares(card), card)
    return joined([bars, element("p", about_duplicates(card), cls="df-muted small")]) if bars else EMPTY


def _personal_data(card: QualityCard) -> Markup:
    bars = _bars("Share of texts with personal data", "texts with", personal_data_shares(card), card)
    note = "What mask_pii would mask, told by its form alone; names and postal addresses are not looked for."
    return joined([bars, element("p", note, cls="df-muted small")]) if bars else EMPTY


def _columns(card: QualityCard) -> Markup:
    types = column_types(card)
    rows = [[element("code", name), types[name], *_compared(shares)] for name, shares in null_shares(card)]
    headings = [Column("column"), Column("type"), *_headings(card, "without a value")]
    return table("Columns", headings, rows, small=True) if rows else EMPTY


def _rejected(card: QualityCard) -> Markup:
    if not card.rejects:
        return EMPTY
    rows: list[Sequence[Content]] = [
        [element("code", one.place), one.reason, element("code", one.raw)] for one in card.rejected
    ]
    said = f"In no number of this page, since they cannot be read: {figure(card.rejects, 'count')}. The first of them:"
    whole = table("The first rejected records", [Column("where"), Column("why"), Column("it begins")], rows)
    return joined([element("p", said), whole])


def _not_measured(card: QualityCard) -> Markup:
    items = [element("li", element("b", one.what), f": {one.why}") for one in card.not_measured]
    return element("ul", *items) if items else EMPTY


def _headings(card: QualityCard, title: str) -> list[Column]:
    titles = ["before", "after", "change"] if card.against else [title]
    return [Column(one, numeric=True) for one in titles]


def _compared(shares: Sequence[float | None]) -> list[Content]:
    """The cells of a share: itself, or before, after and change."""
    cells: list[Content] = [figure(share, "share") for share in shares]
    return [*cells, changed(shares[0], shares[1], "share")] if len(shares) > 1 else cells


def _bars(caption: str, what: str, rows: Sequence[Named], card: QualityCard) -> Markup:
    """A table of shares with bars; nothing without rows."""
    classes = ("is-before", "is-after") if card.against else ("is-after",)
    cells = [
        [
            name,
            *_compared(shares),
            joined(_bar(share, cls) for share, cls in zip(shares, classes, strict=True) if share),
        ]
        for name, shares in rows
    ]
    headings = [Column(what), *_headings(card, "share"), Column("", name="bars")]
    return table(caption, headings, cells, small=True) if rows else EMPTY


def _bar(share: float, cls: str) -> Markup:
    return element("span", cls=f"bar {cls}", style=f"--share: {100 * share:.2f}%")
