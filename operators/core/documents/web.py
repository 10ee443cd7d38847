"""Reads web pages: their main content as Markdown."""

import re
from typing import Any, Final

from ..errors import RowError
from .contract import Converted, Limits
from .markup import markdown_of, tidy
from .plain import decoded

MOST_BYTES: Final = 5 * 2**20
"""Longest page that is read; real ones are far smaller, and Markdown of it takes three seconds and more a MB."""
_MOST_GUESSED: Final = 2**20
"""Longest page of which the main content is guessed where the page itself does not say; guessing takes seconds a MB."""
_CHARSET: Final = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD: Final = 4096
_AROUND: Final = frozenset({"nav", "footer", "aside"})
_AROUND_ROLES: Final = frozenset({"navigation", "contentinfo", "search", "complementary", "banner", "dialog"})
_NEVER_AROUND: Final = frozenset({"html", "body", "main", "article", "pre", "code"})
"""Elements that their class or id does not make a part of what stands around."""
_NAMED: Final = re.compile(
    r"(?:^|[\s_-])(?:cookie|consent|gdpr|breadcrumbs?|sidebar|navbar|nav|navheader|navfooter|menu|footer|"
    r"share|sharing|social|headerlink|skip-?link|toc-toggle|advert|ads|newsletter|related-?(?:posts|articles|links))(?:$|[\s_-])",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(r"\b(?:admonition|callout|caution|danger|hint|important|note|tip|warning)\b", re.IGNORECASE)
"""Names of side remarks that belong to a text."""
_PARTS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "section", "p", "dl", "dt", "dd", "pre", "code", "span"})
"""Elements whose id is an address in the text, and so says what they are about, not what they are for."""
_UNSHOWN: Final = frozenset({"script", "style", "title", "noscript", "option", "textarea"})
_LEAST_CHARS: Final = 200
"""Characters of what a page calls its content, from which on it is believed."""
_LEAST_SHARE: Final = 0.5
"""Share of the page's text that a guess of its main content must hold, or too much may be missing."""


def to_markdown(data: bytes, limits: Limits) -> Converted:  # noqa: ARG001 - as the other readers have it
    """The main content of a page, with its headings, lists, tables and code.

    It is what the page itself marks as such (`main`, or articles that hold at least half of its text), else what
    trafilatura takes for it where the page is prose of up to 1 MB and the guess holds at least half of its text and all
    of its headings, else all of the page. Navigation, footers, side columns, banners, forms and scripts go in any case,
    but notes in the margin and a form around the whole page stay.

    Raises:
        RowError: the page is longer than 5 MB (`too_large`), shows no text (`no_text`), or its elements are nested
            too deeply (`unreadable_document`).
    """
    if len(data) > MOST_BYTES:
        raise RowError("too_large", f"the page is larger than {MOST_BYTES // 2**20} MB; split it")
    declared = _CHARSET.search(data[:_HEAD])
    page = decoded(data, declared[1].decode("ascii", "replace") if declared else None)
    tree = _parsed(page)
    title = _title(tree)
    try:
        text = _content(tree, page)
    except RecursionError as error:
        raise RowError("unreadable_document", "the elements of the page are nested too deeply to be read") from error
    if not text:
        raise RowError("no_text", "the page shows no text; it may be made by scripts")
    return Converted(text, title=title)


def _content(tree: Any, page: str) -> str:
    """What a page shows, as far as it belongs to its content."""
    _strip_around(tree)
    text = _marked_content(tree)
    if text is not None:
        return text
    # The guess loses the form of these: the indentation of code, the cells of tables, the terms of definitions.
    guessable = len(page) <= _MOST_GUESSED and all(tree.find(f".//{tag}") is None for tag in ("pre", "table", "dl"))
    whole = markdown_of(tree.find("body") if tree.find("body") is not None else tree)
    guess = _guessed(page) if guessable else None
    if guess is None or len(guess) < _LEAST_SHARE * len(whole) or _headings(guess) < _headings(whole):
        return whole
    return guess


def _headings(text: str) -> int:
    """The number of headings in Markdown."""
    return sum(line.startswith("#") for line in text.splitlines())


def _parsed(page: str) -> Any:
    from lxml import etree, html

    # An XML declaration in a text that is decoded already is refused by the parser.
    page = re.sub(r"\A\s*<\?xml[^>]*\?>", "", page)
    try:
        return html.document_fromstring(page, parser=html.HTMLParser(huge_tree=True, remove_comments=True))
    except (etree.ParserError, ValueError) as error:
        raise RowError("no_text", f"the page cannot be read as HTML: {error}") from error


def _title(tree: Any) -> str | None:
    for path in (".//head/title", ".//h1"):
        for found in tree.iterfind(path):
            title = " ".join(found.text_content().split())
            if title:
                return str(title)[:200]
    return None


def _strip_around(tree: Any) -> None:
    """Take out what stands around the content of a page, unless it holds what the page marks as its content.

    The tree is walked and never asked by XPath, which takes time by the square of the number of an element's children.
    """
    length = _length(tree)
    for form in [*tree.iter("form")]:
        # Some servers put all of a page into a form; others are for filling in, and go later.
        if _length(form) >= _LEAST_SHARE * length:
            form.drop_tag()
    holders = {holder for content in tree.iter("main", "article") for holder in content.iterancestors()}
    for element in [one for one in tree.iter("*") if one not in holders and _stands_around(one)]:
        if element.getparent() is not None:
            element.drop_tree()


def _stands_around(element: Any) -> bool:
    """Whether an element says that it is no part of the content, by what it is, its role or its names."""
    if element.tag in _AROUND and not (element.tag == "aside" and _NOTE.search(element.get("class", ""))):
        return True
    is_hidden = element.get("aria-hidden") == "true" or element.get("hidden") is not None
    if is_hidden or element.get("role") in _AROUND_ROLES:
        return True
    return element.tag not in _NEVER_AROUND and _is_named_around(element)


def _marks_content(element: Any) -> bool:
    return element.tag in ("main", "article") or element.get("role") == "main"


def _is_named_around(element: Any) -> bool:
    """Whether the names of an element say that it stands around the content."""
    classes = element.get("class", "")
    if _NAMED.search(classes):
        return True
    if not _NAMED.search(element.get("id", "")):
        return False
    is_part = element.tag in _PARTS or "section" in classes.split()
    return not is_part and not any(map(_marks_content, element.iterancestors()))


def _marked_content(tree: Any) -> str | None:
    """What the page marks as its content; articles one after the other where there are several.

    Articles may also be mere teasers of others, so that they must hold as much of the page as a guess must.
    """
    found = [one for one in tree.iter("*") if _marks_content(one) or one.get("itemprop") == "articleBody"]
    known = set(found)
    outermost = [one for one in found if known.isdisjoint(one.iterancestors())]
    length = sum(map(_length, outermost))
    is_main = any(one.tag == "main" or one.get("role") == "main" for one in outermost)
    if length < _LEAST_CHARS or not (is_main or length >= _LEAST_SHARE * _length(tree)):
        return None
    return "\n\n".join(text for text in map(markdown_of, outermost) if text)


def _length(element: Any) -> int:
    """Characters of the text that an element shows."""
    # By hand, as XPath takes time by the square of a page's length to leave some elements out.
    shown = 0
    for one in element.iter():
        own = one.text if isinstance(one.tag, str) and one.tag not in _UNSHOWN else None
        after = one.tail if one is not element else None
        shown += sum(len(" ".join(text.split())) for text in (own, after) if text)
    return shown


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
