"""Remove web addresses."""

import re

import polars as pl
from pydantic import Field

from ..core import Example, Refiner

# In Rust's syntax, for a whole column: could there be one?
_HINT = r"(?i:https?|ftps?)://|(?i:www)\."
_INSIDE = r"[^\s<>\"`|^\\“”‘’«»。、，；：！？）」』】》]"
_URL = rf"(?<![A-Za-z0-9_@])(?i:(?:[a-z]+\+)?(?:https?|ftps?)://[\w\[%]|www\.\w[\w\-]*\.[a-z]){_INSIDE}*"
# Only what is rarely a file's ending, and only in lower case: README.md, node.js and ASP.NET are no addresses.
_ENDINGS = "com|org|net|edu|gov|info|io|dev|ai|app|eu|de|fr|us|ca|ru|nl|ch|at|se"
_ENDINGS += r"|(?:(?:co|ac|gov|org|com)\.)?(?:uk|au|jp|nz|za|br|cn)"
_DOMAIN = rf"(?<![\w@./\-])(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+(?:{_ENDINGS})(?![\w@\-]|\.\w)(?:[:/?#]{_INSIDE}+|/)?"
_DOMAIN_HINT = rf"\.(?:{_ENDINGS})(?-u:\b)"
_WITH_SCHEME = re.compile(_URL)
_ANY = re.compile(f"{_URL}|{_DOMAIN}")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_SENTENCE_MARKS = ".,;:!?'*_~…"


class StripUrls(Refiner):
    """Remove URLs, or put something in their place.

    Rewrites the text; rows without one fall under `on_null`. A URL begins with http://, https://, ftp:// or www. and
    ends at white space, a quote or an angle bracket. What belongs to the sentence stays: a closing bracket that was not
    opened inside the URL, and the punctuation before it, so "(see https://x.org/a_(b).)" becomes "(see .)". The white
    space around stays as it is. Local parts of e-mail addresses are no URLs.

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
        return (_ANY if self.bare_domains else _WITH_SCHEME).sub(self._replaced, text)

    def refine_all(self, texts: pl.Series) -> pl.Series:
        hint = f"{_HINT}|{_DOMAIN_HINT}" if self.bare_domains else _HINT
        candidates = texts.str.contains(hint)
        refined = super().refine_all(pl.select(pl.when(candidates).then(texts)).to_series())
        return pl.select(pl.when(candidates).then(refined).otherwise(texts)).to_series()

    def _replaced(self, found: re.Match[str]) -> str:
        return self.replacement + found[0][_length(found[0]) :]

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"replacement": "[URL]"},
            rows=["Read it (at https://example.org/a_(b)?c=1), then go on.", "3 // 4, see x.org"],
            out=["Read it (at [URL]), then go on.", "3 // 4, see x.org"],
        )


def _length(candidate: str) -> int:
    """How much of the candidate is the URL, in characters; the rest belongs to the sentence.

    >>> _length("https://x.org/a_(b).)")
    19
    """
    opened: list[str] = []
    end = len(candidate)
    for place, character in enumerate(candidate):
        if character in "([{":
            opened.append(character)
        elif character in _BRACKETS and (not opened or opened.pop() != _BRACKETS[character]):
            end = place
            break
    return len(candidate[:end].rstrip(_SENTENCE_MARKS))
