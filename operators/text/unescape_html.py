"""Decode HTML entities."""

import html
import re
from html.entities import html5
from typing import Literal

import polars as pl
from pydantic import Field

from ..core import Example, Refiner

# In Rust's syntax, for a whole column: could there be one?
_HINT = "[&＆](?:#[0-9xX]|[A-Za-z])[0-9A-Za-z]{0,31}[;；]"
_ENTITY = re.compile("[&＆](#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][0-9A-Za-z]{1,31})[;；]")
_MOST_ROUNDS = 10


class UnescapeHtml(Refiner):
    """Decode HTML entities such as &amp; into the characters that they stand for.

    Rewrites the text; rows without one fall under `on_null`. An entity is a name of HTML 5 or a number between "&" and
    ";", also in their full-width forms; unknown names and what has no semicolon stay, so "?a=1&lt=3" and "AT&T" do.
    Tags stay too. "&nbsp;" becomes a no-break space, which is white space for other steps. Each entity is decoded
    once, so "&amp;lt;" becomes "&lt;"; with `nested` until none is left, at most ten times. With mode `delete` entities
    go and nothing takes their place.
    """

    name = "unescape_html"
    phrases = (
        "decode HTML entities",
        "unescape HTML",
        "turn &amp; into &",
        "convert HTML character references",
        "replace &nbsp; and &quot;",
        "fix escaped ampersands",
        "delete HTML entities",
        "unescape entities",
    )

    mode: Literal["unescape", "delete"] = Field(
        default="unescape", description="Put the character in the place of an entity, or nothing."
    )
    nested: bool = Field(default=False, description="Decode again what was escaped more than once, such as &amp;lt;.")

    def refine(self, text: str) -> str:
        for _ in range(_MOST_ROUNDS if self.nested else 1):
            decoded = _ENTITY.sub(self._decoded, text)
            if decoded == text:
                break
            text = decoded
        return text

    def refine_all(self, texts: pl.Series) -> pl.Series:
        candidates = texts.str.contains(_HINT)
        refined = super().refine_all(pl.select(pl.when(candidates).then(texts)).to_series())
        return pl.select(pl.when(candidates).then(refined).otherwise(texts)).to_series()

    def _decoded(self, found: re.Match[str]) -> str:
        entity = f"{found[1]};"
        if entity[0] != "#" and entity not in html5:
            return found[0]
        return "" if self.mode == "delete" else html.unescape(f"&{entity}")

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["Fish &amp; chips, a &lt; b &#8211; 5&nbsp;&euro;", "AT&T, see /find?a=1&lt=3"],
            out=["Fish & chips, a < b – 5\u00a0€", "AT&T, see /find?a=1&lt=3"],
        )
