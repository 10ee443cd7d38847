"""Turn HTML into the text that it shows."""

import re
from functools import cache

import polars as pl
from pydantic import Field

from ..core import Example, Refiner

_BLOCK = frozenset(
    "address article aside blockquote body br center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol optgroup option p pre search section "
    "summary ul table caption tbody thead tfoot tr".split()
)
_CELL = frozenset({"td", "th"})
_GONE = ("script", "style", "title", "noscript", "template", "iframe", "object", "svg", "canvas")
_INLINE = frozenset(
    "a abbr acronym area audio b base bdi bdo big blink button cite code col colgroup data datalist del dfn em embed "
    "font i img input ins kbd label link map mark marquee math meta meter nobr output param picture progress q rb rp "
    "rt rtc ruby s samp select slot small source span strike strong sub sup textarea time track tt u var video "
    "wbr".split()
)
_KNOWN = _BLOCK | _CELL | _INLINE | set(_GONE)
_LONE = frozenset("br dd dt hr li p td th tr wbr".split())
"""Elements that stand without attributes or end tag; any other `<name>` alone may be a placeholder or a type."""

_BOOLEAN = (
    "async|autofocus|autoplay|checked|controls|defer|disabled|hidden|ismap|itemscope|loop|multiple|muted|nofollow"
)
_BOOLEAN += "|nohref|noshade|novalidate|nowrap|open|readonly|required|reversed|selected"
_ATTRIBUTES = rf"[\s/]+(?:[\w:@.\-]+\s*=|(?:{_BOOLEAN})\b)"
_NAMES = "|".join(sorted(_KNOWN))
# In Rust's syntax, for a whole column: is there any markup?
_MARKUP = (
    rf"(?is:</(?:{_NAMES})\s*>|<(?:{_NAMES}){_ATTRIBUTES}|<(?:{'|'.join(_LONE)})[\s/]*>"
    r"|<!--.*?-->|<!doctype\s|<!\[CDATA\[)"
)
_LESS_THAN = re.compile(
    rf"<(?:(/?[a-z][a-z0-9:\-]*)(?:(?=[\s/]*>)|(?=({_ATTRIBUTES})))|(!--|!doctype(?=\s)|\?xml(?=\s)))?", re.IGNORECASE
)
_ATTRIBUTES_GROUP = 2
_END_TAG = re.compile(r"</([a-z][a-z0-9:\-]*)\s*>", re.IGNORECASE)
_SELF_CLOSED = re.compile(r"[^<>]*/>")

_LINE, _TAB = "\x1e", "\x1f"
_LINE_BREAK = re.compile(rf"(?<!\s)\s*{_LINE}\s*")
_CELL_BREAK = re.compile(rf"(?<!\s)\s*{_TAB}\s*")
_EMPTY_TAG = {name: f"{_LINE if name in _BLOCK else _TAB if name in _CELL else ''}<wbr" for name in _KNOWN - set(_GONE)}
_USUAL = {f"<{end}{name}": tag for name, tag in _EMPTY_TAG.items() for end in ("", "/")}
_USUAL |= {opened.upper(): tag for opened, tag in _USUAL.items()}
"""Tags as they are mostly spelled, for which one look is enough."""


class StripHtml(Refiner):
    """Remove HTML tags and keep the text that the page shows.

    Rewrites the text; rows without one fall under `on_null`. A real parser reads the page: entities are decoded, block
    elements become line breaks, cells of a table row are divided by tabs, inline elements leave nothing. Comments go,
    and so does the content of title, script, style, noscript, template, iframe, object, svg and canvas.

    A text without any tag of an HTML element, comment or doctype stays as it is, byte for byte. In other texts too, a
    "<" that opens none of these is text: "if a < b and c > d", "vector<int>", "#include <stdio.h>". A bare name alone,
    such as <label>, makes no text HTML without its end tag, since it may be a placeholder or a type; <p> or <br> does.
    """

    name = "strip_html"
    order_hints = ("removes_markup",)
    phrases = (
        "strip HTML tags",
        "remove HTML",
        "convert HTML to plain text",
        "clean web pages of markup",
        "drop script and style blocks",
        "extract the text from HTML pages",
        "get rid of tags",
        "remove markup and HTML comments",
        "texts without any HTML",
    )

    only_tagged: bool = Field(
        default=True,
        description="Leave a text without any tag as it is; false reads each text as HTML, so decodes entities in all.",
    )

    def refine(self, text: str) -> str:
        from selectolax.lexbor import LexborHTMLParser

        # The first tag opens the body, so that nothing after it counts as the page's head.
        tree = LexborHTMLParser("<wbr>" + _flat(text))
        tree.strip_tags(list(_GONE), recursive=True)
        shown = tree.body.text(deep=True, separator="", strip=False) if tree.body else ""
        return _CELL_BREAK.sub("\t", _LINE_BREAK.sub("\n", shown)).strip()

    def refine_all(self, texts: pl.Series) -> pl.Series:
        if not self.only_tagged:
            return super().refine_all(texts)
        tagged = texts.str.contains(_MARKUP)
        refined = super().refine_all(pl.select(pl.when(tagged).then(texts)).to_series())
        return pl.select(pl.when(tagged).then(refined).otherwise(texts)).to_series()

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["<p>Fish &amp; <b>chips</b></p><script>x()</script><p>and tea</p>", "if a < b and c > d"],
            out=["Fish & chips\nand tea", "if a < b and c > d"],
        )


def _flat(text: str) -> str:
    """The page for the parser: flat, with a mark where a line or cell begins, and no "<" that opens nothing.

    Each tag but those whose content goes becomes an empty `wbr` element: the text is all that matters, and a flat page
    is read in linear time, with nothing moved or dropped because of what stands around it.
    """
    text = _without_cdata(text.replace(_LINE, " ").replace(_TAB, " "))
    last_comment_end = text.rfind("-->")

    @cache
    def last_ends() -> dict[str, int]:
        return {found[1].lower(): found.start() for found in _END_TAG.finditer(text)}

    def flatten(found: re.Match[str]) -> str:
        usual = _USUAL.get(found[0])
        if usual is not None and (found.lastindex == _ATTRIBUTES_GROUP or found[0][1] == "/"):
            return usual
        return flatten_closely(found)

    def flatten_closely(found: re.Match[str]) -> str:
        name, attributes, declaration = found.groups()
        if not name:
            is_text = not declaration or (declaration == "!--" and found.start() > last_comment_end)
            return f"&lt;{declaration or ''}" if is_text else found[0]
        name = name.lower()
        is_end = name[0] == "/"
        name = name.lstrip("/")
        if name not in _KNOWN:
            # Custom elements have a hyphen, Office's a prefix, and both an end tag; <file-name> is a placeholder.
            return "<wbr" if ("-" in name or ":" in name) and name in last_ends() else "&lt;" + found[0][1:]
        after_word = text[found.start() - 1 : found.start()].isalnum()
        if after_word and not (is_end or attributes or name in _LONE or name in last_ends()):
            return "&lt;" + found[0][1:]
        if name in _EMPTY_TAG:
            return _EMPTY_TAG[name]
        if is_end:
            return found[0]
        # An element that is never closed would take the rest of the page with it; a script may be cut off at the end.
        is_open = found.start() > last_ends().get(name, -1) and name not in ("script", "style")
        return "<wbr" if is_open or _SELF_CLOSED.match(text, found.end()) else found[0]

    return _LESS_THAN.sub(flatten, text)


def _without_cdata(text: str) -> str:
    """The page with CDATA sections as ordinary text."""
    start, *sections = text.split("<![CDATA[")
    parts = [start]
    for section in sections:
        content, end, rest = section.partition("]]>")
        parts.append(content.replace("&", "&amp;").replace("<", "&lt;") + rest if end else "&lt;![CDATA[" + section)
    return "".join(parts)
