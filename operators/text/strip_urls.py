"""Remove web addresses."""

import re
from collections.abc import Iterator
from itertools import product

import polars as pl
from pydantic import Field

from ..core import Example, Refiner

# In Rust's syntax, for a whole column: could there be one?
_HINT = r"(?i:https?|ftps?)://|(?i:www)\."
_OUTSIDE = r"\s<>\"`|^\\“”‘’«»。、，；：！？）」』】》"
# How an address begins; how far it goes is found from there, since a bracket may end it.
_BEFORE = "(?<![A-Za-z0-9_@])"
_SCHEME = rf"{_BEFORE}(?i:(?:[a-z]{{1,9}}\+)?(?:https?|ftps?)://[\w\[%])"
_WWW = rf"{_BEFORE}(?i:www\.\w[\w\-]*\.[a-z])"
# Only what is rarely a file's ending, and only in lower case: README.md, node.js and ASP.NET are no addresses.
_ENDINGS = "com|org|net|edu|gov|info|io|dev|ai|app|eu|de|fr|us|ca|ru|nl|ch|at|se"
_ENDINGS += r"|(?:(?:co|ac|gov|org|com)\.)?(?:uk|au|jp|nz|za|br|cn)"
_DOMAIN = rf"(?<![\w@./\-])(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+(?:{_ENDINGS})(?![\w@\-]|\.\w)"
_DOMAIN_HINT = rf"\.(?:{_ENDINGS})(?-u:\b)"
_WITH_SCHEME, _WITH_WWW = re.compile(_SCHEME), re.compile(_WWW)
_ANY = re.compile(rf"(?P<goes_on>{_SCHEME}|{_WWW}|{_DOMAIN}[:/?#](?=[^{_OUTSIDE}]))|{_DOMAIN}/?")
_LONGEST_SCHEME = len("123456789+https")
_WWW_SPELLINGS = tuple(sorted({"".join(letters) + "." for letters in product("wW", repeat=3)}))
_UNBRACKETED = re.compile(rf"[^()\[\]{{}}{_OUTSIDE}]*+")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_SENTENCE_MARKS = ".,;:!?'*_~…"


class StripUrls(Refiner):
    """Remove URLs, or put something in their place.

    Rewrites the text; rows without one fall under `on_null`. A URL begins with http://, https://, ftp:// or www. and
    ends at white space, a quote, an angle bracket, or a closing bracket that was not opened inside it. Punctuation at
    its end belongs to the sentence, so "(see https://x.org/a_(b).)" becomes "(see .)". The white space around stays as
    it is. Local parts of e-mail addresses are no URLs. Doing it twice changes nothing more.

    With `bare_domains`, names without a scheme such as docs.python.org/3 go too, if they end in a common domain.
    """

    name = "strip_urls"
    phrases = (
        "remove URLs",
        "strip links from the text",
        "delete web addresses",
        "replace URLs by a placeholder",
        "no http links",
        "get rid of hyperlinks",
        "drop www addresses",
        "mask links",
    )

    replacement: str = Field(default="", description="Text to put in the place of each URL, such as [URL].")
    bare_domains: bool = Field(default=False, description="Remove domains without a scheme too, such as example.org/a.")

    def refine(self, text: str) -> str:
        parts, end = list[str](), 0
        for start, stop in _domains(text) if self.bare_domains else _addresses(text):
            parts += (text[end:start], self.replacement)
            end = stop
        return "".join([*parts, text[end:]])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        hint = f"{_HINT}|{_DOMAIN_HINT}" if self.bare_domains else _HINT
        candidates = texts.str.contains(hint)
        refined = super().refine_all(pl.select(pl.when(candidates).then(texts)).to_series())
        return pl.select(pl.when(candidates).then(refined).otherwise(texts)).to_series()

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"replacement": "[URL]"},
            rows=["Read it (at https://example.org/a_(b)?c=1), then go on.", "3 // 4, see x.org"],
            out=["Read it (at [URL]), then go on.", "3 // 4, see x.org"],
        )


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where each address with a scheme or `www.` begins and ends."""
    # A pattern that begins in so many ways is slow to search for, so it is only tried where an address may begin.
    end = 0
    for hint in _hints(text):
        if hint < end:
            continue
        if text[hint] == ":":
            found = _WITH_SCHEME.search(text, max(hint - _LONGEST_SCHEME, end), hint + len("://x"))
        else:
            found = _WITH_WWW.match(text, hint)
        if found:
            end = _end(text, found.start())
            yield found.start(), end


def _hints(text: str) -> list[int]:
    """Where `://` or `www.` stands, in order."""
    marks = ["://", *(mark for mark in _WWW_SPELLINGS if mark in text)]
    return sorted(found.start() for mark in marks for found in re.finditer(re.escape(mark), text))


def _domains(text: str) -> Iterator[tuple[int, int]]:
    """Where each address begins and ends, those that are only a domain included."""
    end = 0
    while found := _ANY.search(text, end):
        end = _end(text, found.start()) if found["goes_on"] else found.end()
        yield found.start(), end


def _end(text: str, start: int) -> int:
    """Where an address ends: at a bracket that it does not open, and before the marks of the sentence around it.

    >>> _end("see https://x.org/a_(b).)", 4)
    23
    """
    opened: list[str] = []
    end = _unbracketed(text, start)
    while end < len(text):
        if text[end] in "([{":
            opened.append(text[end])
        elif text[end] not in _BRACKETS or not opened or opened.pop() != _BRACKETS[text[end]]:
            break
        end = _unbracketed(text, end + 1)
    return start + len(text[start:end].rstrip(_SENTENCE_MARKS))


def _unbracketed(text: str, start: int) -> int:
    """How far what may stand in an address goes without a bracket."""
    found = _UNBRACKETED.match(text, start)
    return found.end() if found else start
