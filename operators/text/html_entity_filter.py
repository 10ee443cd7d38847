"""Keep texts without HTML entities."""

from html.entities import html5

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ._words import count_where

_ENTITY = r"[&＆](?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30})[;；]"
_NAMES = tuple(name.removesuffix(";") for name in html5 if name.endswith(";"))


class HtmlEntityFilter(RowFilter):
    """Keep rows whose text has no, or only some, HTML entities such as `&nbsp;` and `&#39;`.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of entities: a name
    that HTML knows or a character's number, between `&` and `;`, each also full-width. Without the semicolon it is
    none, so "?a=1&lt=3" and "AT&T" have none. An empty text has 0.
    """

    name = "html_entity_filter"
    limits = ("max_entities",)
    phrases = (
        "drop texts with HTML entities",
        "keep only texts free of HTML entities",
        "no leftover HTML escapes",
        "filter out texts with character references",
        "discard documents with unescaped entities such as &lt;",
        "exclude texts with HTML entity codes",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_entities: int | None = Field(default=0, ge=0, description="Most entities kept, inclusive; null for no limit.")

    @classmethod
    def metric_name(cls) -> str:
        return "html_entities"

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        name = pl.element().str.strip_chars("&＆;；")
        known = name.str.starts_with("#") | name.is_in(pl.Series(_NAMES).implode())
        return {self.metric_name(): count_where(batch.texts(self.column).str.extract_all(_ENTITY), known)}

    def keep(self) -> Range:
        return Range(None, self.max_entities)

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["AT&T, ?a=1&lt=3", "fish &amp; chips", "3 &times; 4"], kept=[0])
