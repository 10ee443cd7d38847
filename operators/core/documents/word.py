"""Reads Word documents (DOCX) as Markdown."""

import re
from io import BytesIO
from typing import Any, Final

from .archive import unpacked
from .contract import Converted, Limits
from .markup import markdown_in
from .properties import title_in, with_text

_STYLES: Final = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Preformatted Text'] => pre:separator('\\n')
r[style-name='Code'] => code
r[style-name='Source Code'] => code
r[style-name='Verbatim Char'] => code
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
"""
_ROW_OF_HEAD: Final = re.compile(r"<table><tr>(.*?)</tr>", re.DOTALL)
_BACK: Final = re.compile(r'\s*<a href="#(?:foot|end)note-ref-[^"]*">↑</a>')


def to_markdown(data: bytes, limits: Limits) -> Converted:
    """A document with its headings, lists, tables, code and footnotes; pictures go, and so does what is deleted.

    Raises:
        RowError: it is damaged, encrypted, holds too much, or shows no text.
    """
    import mammoth

    with unpacked(data, limits) as packed:
        packed.refuse_bombs()
        title = title_in(packed)
    pictures = mammoth.images.img_element(_no_picture)
    page = mammoth.convert_to_html(BytesIO(data), style_map=_STYLES, convert_image=pictures).value
    text = markdown_in(_ROW_OF_HEAD.sub(_as_head, _BACK.sub("", page)))
    return with_text(text, title)


def _no_picture(_: Any) -> dict[str, str]:
    return {"src": ""}


def _as_head(found: re.Match[str]) -> str:
    """The first row of a table as its head: Word does not say whether it is one, and Markdown must have one."""
    cells = found[1].replace("<td", "<th").replace("</td>", "</th>")
    return f"<table><tr>{cells}</tr>"
