"""Reads web pages: their main content as Markdown."""

import re
from typing import Any, Final

from ..errors import RowError
from .contract import Converted, Limits
from .markup import markdown_of, tidy
from .plain import decoded

MOST_BYTES: Final = 10 * 2**20
"""Longest page that is read; real ones are far smaller, and writing Markdown takes a second or two for each MB."""
_MOST_GUESSED: Final = 2**20
"""Longest page of which the main content is guessed where the page itself does not say; guessing takes seconds a MB."""
_CHARSET: Final = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD: Final = 4096
_CONTENT: Final = "//main | //*[@role='main'] | //article | //*[@itemprop='articleBody']"
_AROUND: Final = (
    "//nav | //footer | //aside | //*[@role='navigation' or @role='contentinfo' or @role='search' or "
    "@role='complementary' or @role='banner' or @role='dialog' or @aria-hidden='true' or @hidden]"
)
_NAMED: Final = re.compile(
    r"(?:^|[\s_-])(?:cookie|consent|gdpr|breadcrumbs?|sidebar|navbar|nav|menu|footer|share|sharing|social|headerlink|"
    r"skip-?link|toc-toggle|advert|ads|newsletter|related-?(?:posts|articles|links))(?:$|[\s_-])",
    re.IGNORECASE,
)
_LEAST_CHARS: Final = 200
"""Characters of what a page calls its content, from which on it is believed."""
_LEAST_SHARE: Final = 0.5
"""Share of the page's text that a guess of its main content must hold, or too much may be missing."""


def to_markdown(data: bytes, limits: Limits) -> Converted:  # noqa: ARG001 - as the other readers have it
    """The main content of a page, with its headings, lists, tables and code.

    It is what the page itself marks as such (`main`, `article`), else what trafilatura takes for it where the page is
    prose and the guess holds at least half of its text, else all of the page. Navigation, footers, side columns,
    banners, forms and scripts go in any case.

    Raises:
        RowError: the page is longer than 10 MB (`too_large`), or shows no text (`no_text`).
    """
    if len(data) > MOST_BYTES:
        raise RowError("too_large", f"the page is larger than {MOST_BYTES // 2**20} MB; split it")
    declared = _CHARSET.search(data[:_HEAD])
    page = decoded(data, declared[1].decode("ascii", "replace") if declared else None)
    tree = _parsed(page)
    title = _title(tree)
    _strip_around(tree)
    text = _marked_content(tree)
    if text is None:
        has_form = tree.find(".//pre") is not None or tree.find(".//table") is not None
        whole = markdown_of(tree.find("body") if tree.find("body") is not None else tree)
        guess = None if has_form or len(data) > _MOST_GUESSED else _guessed(page)
        text = guess if guess is not None and len(guess) >= _LEAST_SHARE * len(whole) else whole
    if not text:
        raise RowError("no_text", "the page shows no text; it may be made by scripts")
    return Converted(text, title=title)


def _parsed(page: str) -> Any:
    from lxml import etree, html

    # An XML declaration in a text that is decoded already is refused by the parser.
    page = re.sub(r"\A\s*<\?xml[^>]*\?>", "", page)
    try:
        return html.document_fromstring(page, parser=html.HTMLParser(huge_tree=True, remove_comments=True))
    except (etree.ParserError, ValueError) as error:
        raise RowError("no_text", f"the page cannot be read as HTML: {error}") from error


def _title(tree: Any) -> str | None:
    for path in ("//head/title", "//h1"):
        for found in tree.xpath(path):
            title = " ".join(found.text_content().split())
            if title:
                return str(title)[:200]
    return None


def _strip_around(tree: Any) -> None:
    """Take out what stands around the content of a page."""
    for element in tree.xpath(_AROUND):
        _drop(element)
    for element in tree.xpath("//*[@class or @id]"):
        named = f"{element.get('class', '')} {element.get('id', '')}"
        if element.tag not in ("html", "body", "main", "article", "pre", "code") and _NAMED.search(named):
            _drop(element)


def _drop(element: Any) -> None:
    """Take an element out, and not what follows it; what holds the content of the page stays."""
    holds_content = element.xpath(".//main | .//article")
    if element.getparent() is not None and not holds_content:
        element.drop_tree()


def _marked_content(tree: Any) -> str | None:
    """What the page marks as its content; articles one after the other where there are several."""
    found = [one for one in tree.xpath(_CONTENT) if one.getparent() is not None]
    outermost = [one for one in found if not any(other in found for other in one.iterancestors())]
    length = sum(len(" ".join(one.text_content().split())) for one in outermost)
    if length < _LEAST_CHARS:
        return None
    return "\n\n".join(text for text in map(markdown_of, outermost) if text)


def _guessed(page: str) -> str | None:
    import trafilatura

    found = trafilatura.extract(
        page,
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        include_links=False,
    )
    return tidy(found) if found else None
