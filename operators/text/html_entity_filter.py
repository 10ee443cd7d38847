"""Keep texts without HTML entities."""

import re
from html.entities import html5

from pydantic import Field

from ..core import Example, Range, TextFilter, TextView

_ENTITY = re.compile(r"[&＆](#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30})[;；]")


class HtmlEntityFilter(TextFilter):
    """Keep rows whose text has no, or only some, HTML entities such as `&nbsp;` and `&#39;`.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of entities: a name
    that HTML knows or a character's number, between `&` and `;`, each also full-width. Without the semicolon it is
    none, so "?a=1&lt=3" and "AT&T" have none. An empty text has 0.
    """

    name = "html_entity_filter"
    limits = ("max_entities",)
    phrases = (
        "drop texts with HTML entities",
        "remove rows that contain &nbsp; or &amp;",
        "no leftover HTML escapes",
        "filter out texts with character references",
        "discard documents with unescaped entities such as &lt;",
        "exclude texts with HTML entity codes",
    )

    max_entities: int | None = Field(default=0, ge=0, description="Most entities kept, inclusive; null for no limit.")

    @classmethod
    def metric_name(cls) -> str:
        return "html_entities"

    def metric(self, text: TextView) -> float:
        if "&" not in text.text and "＆" not in text.text:
            return 0
        names: list[str] = _ENTITY.findall(text.text)
        return sum(name[0] == "#" or f"{name};" in html5 for name in names)

    def keep(self) -> Range:
        return Range(None, self.max_entities)

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["AT&T, ?a=1&lt=3", "fish &amp; chips", "3 &times; 4"], kept=[0])
