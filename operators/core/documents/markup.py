"""Writes HTML as Markdown, all of it: headings, lists, tables and code; what stands around the content is not known."""

import re
from functools import cache
from typing import Any, Final

_GONE: Final = (
    *("script", "style", "noscript", "template", "iframe", "object", "svg", "canvas", "head"),
    *("button", "input", "select", "textarea", "form", "dialog"),
)
_LANGUAGE: Final = re.compile(r"\b(?:language|lang|highlight|brush|sourceCode)[-:\s]+([\w+#-]+)", re.IGNORECASE)
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_FENCED: Final = re.compile(r"(```.*?\n```)", re.DOTALL)


def markdown_of(root: Any) -> str:
    """An element of an lxml tree as Markdown; forms, scripts and pictures go, links become their texts.

    Args:
        root: the element; it is changed.
    """
    from lxml import etree, html

    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_GONE, with_tail=False)
    return markdown_in(html.tostring(root, encoding="unicode"))


def markdown_in(page: str) -> str:
    """HTML as Markdown, as `markdown_of` has it, but for what must go."""
    from bs4 import BeautifulSoup

    converter = _converter()(
        heading_style="ATX",
        bullets="-",
        strip=["a", "img"],
        code_language_callback=_language,
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
        table_infer_header=True,
    )
    return tidy(converter.convert_soup(BeautifulSoup(page, "lxml")))


def tidy(text: str) -> str:
    """Markdown without spaces at line ends and without several empty lines, code apart."""
    parts = _FENCED.split(text.replace("\u00a0", " ").replace("\f", "\n"))
    plain = [part if at % 2 else _BLANK_LINES.sub("\n\n", _without_trailing(part)) for at, part in enumerate(parts)]
    return "".join(plain).strip()


def _without_trailing(text: str) -> str:
    """The lines without the spaces at their ends, but for the last, which may go on in code."""
    *lines, last = text.split("\n")
    return "\n".join([*(line.rstrip(" \t") for line in lines), last])


@cache
def _converter() -> Any:
    """The class that writes Markdown; a bar in a cell is no border of it."""
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        def convert_td(self, element: Any, text: str, parent_tags: Any) -> str:
            return str(super().convert_td(element, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

        def convert_th(self, element: Any, text: str, parent_tags: Any) -> str:
            return str(super().convert_th(element, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

    return Converter


def _language(element: Any) -> str | None:
    """The language of a code block, as its classes or those around or in it name it."""
    for one in (element, element.parent, element.find("code")):
        found = _LANGUAGE.search(" ".join(one.get("class") or ())) if one is not None else None
        if found is not None:
            return found[1].lower()
    return None
