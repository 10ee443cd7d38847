"""Pieces of HTML in which every value is text: whatever the data holds, nothing of it becomes markup."""

import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..pipelines.edits import printable

LINE_CHARACTERS = 400
CELL_CHARACTERS = 400
SHORT_CHARACTERS = 40


@dataclass(frozen=True)
class Markup:
    """HTML that is safe to show. Made only here and by the views, from texts that were escaped."""

    html: str

    def __str__(self) -> str:
        return self.html

    def __bool__(self) -> bool:
        return bool(self.html)


Content = str | Markup
"""What goes into an element: a text, which is escaped, or markup, which is not."""
EMPTY = Markup("")


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers."""

    title: str
    numeric: bool = False
    name: str = ""


def line(text: object, most: int = LINE_CHARACTERS) -> Markup:
    """A text on one line, cut; what steers a display is written out."""
    return Markup(html.escape(printable(str(text), most)))


def element(tag: str, *content: Content, cls: str = "", **attributes: str) -> Markup:
    """An element. Texts inside and values of attributes are escaped.

    >>> str(element("b", "<script>", cls="x"))
    '<b class="x">&lt;script&gt;</b>'
    """
    named = {"class": cls, **{name.strip("_").replace("_", "-"): value for name, value in attributes.items()}}
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in named.items() if value)
    return Markup(f"<{tag}{written}>{joined(content)}</{tag}>")


def joined(content: Iterable[Content], between: str = "") -> Markup:
    """Several pieces, one after the other."""
    return Markup(between.join(str(piece if isinstance(piece, Markup) else line(piece)) for piece in content))


def bullets(items: Iterable[Content], cls: str = "") -> Markup:
    """A list; nothing when it is empty."""
    entries = [element("li", item) for item in items]
    return element("ul", *entries, cls=f"df-list {cls}".strip()) if entries else EMPTY


def notice(kind: str, title: str, items: Sequence[Content]) -> Markup:
    """A box that says something in its own right: `info`, `good`, `warn` or `bad`. Nothing when there is nothing."""
    if not items:
        return EMPTY
    said = element("p", items[0]) if len(items) == 1 else bullets(items)
    return element("div", element("strong", title) if title else EMPTY, said, cls=f"df-notice df-{kind}", role="note")


def section(title: str, *content: Content) -> Markup:
    """A heading and what belongs to it; nothing when that is nothing."""
    inside = joined(content)
    return element("section", element("h3", title), inside, cls="df-section") if inside else EMPTY


def folded(kind: str, title: str, items: Sequence[Content]) -> Markup:
    """A box of which only the title shows until it is opened. Nothing when there is nothing."""
    if not items:
        return EMPTY
    return element("details", element("summary", title), bullets(items), cls=f"df-notice df-{kind}")


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Content]],
    *,
    data: bool = False,
    small: bool = False,
) -> Markup:
    """A table with a caption for those who cannot see it; it becomes cards where the page is narrow.

    Args:
        data: it shows rows of the data and scrolls by itself, so it stays a table.
        small: its few columns fit everywhere, so it stays a table.
    """
    headings = [element("th", one.title, scope="col", cls="df-number" if one.numeric else "") for one in columns]
    body = [element("tr", *map(_cell, columns, row)) for row in rows]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *headings)),
        element("tbody", *body),
        cls="" if data or small else "df-stack",
    )
    classes = "df-scroll df-tall" if data else "df-scroll df-small" if small else "df-scroll"
    return element("div", whole, cls=classes, tabindex="0", role="region", aria_label=caption)


def _cell(column: Column, content: Content) -> Markup:
    classes = " ".join(filter(None, ("df-number" if column.numeric else "", column.name and f"df-{column.name}")))
    return element("td", content, cls=classes, data_label=column.title)


def data_cell(value: Any) -> Markup:
    """A value of the data: long texts are cut, line ends stay, null and absent are told from an empty text."""
    if value is None:
        return element("span", "null", cls="df-null")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_unusual)
    cut = text[:CELL_CHARACTERS]
    shown = "\n".join(html.escape(printable(part, CELL_CHARACTERS)) for part in cut.expandtabs(4).split("\n"))
    more = str(element("span", f"… {len(text):,} characters in all", cls="df-more")) if len(text) > len(cut) else ""
    size = "df-value df-long" if len(text) > SHORT_CHARACTERS or "\n" in text else "df-value"
    return Markup(f'<div class="{size}">{shown}</div>{more}')


def _unusual(value: object) -> str:
    return f"{len(value):,} bytes" if isinstance(value, bytes) else str(value)
