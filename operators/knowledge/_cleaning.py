"""Takes out of a text what conversion has put in, and tells whether a cleaned text says the same."""

import re
from collections import Counter
from itertools import pairwise

from ..core import TextView
from ..core.documents.contract import PAGE_BREAK
from ._blocks import blocks_of

SYSTEM = (
    "You clean text that was converted from a document. Take out what conversion left and what is no content: page "
    "numbers, running headers and footers, navigation, broken characters, stray markup, line breaks and hyphens inside "
    "sentences and words. Mend characters that were misread where the right ones are plain.\n"
    "Keep all content in its order and its own words and language, with headings, lists, tables, formulas and code. "
    "Do not summarise, translate, explain, answer or add anything.\n"
    'Answer with a JSON object only: {"text": the cleaned text, whole}.'
)

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u00ad\u200b\ufeff\ufffd]")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00a0": " ", "\u202f": " "}
)
_HYPHENATED = re.compile(r"(?<![\w-])([^\W\d_]{2,})[-\u2010\u00ac][ \t]*\r?\n[ \t]*([^\W\d_]+)")
_EMPTY_LINES = re.compile(r"(?:[ \t]*\r?\n){3,}")
_TRAILING = re.compile(r"(?<=\S)[ \t]+(?=\r?$)", re.MULTILINE)
_STRUCTURE = re.compile(r"\s*(?:#{1,6}\s|[-*+•]\s|\d{1,9}[.)]\s|>)|.*\|")
_PAGE_NUMBER = re.compile(
    r"(?:[-–—]\s*)?(?:(?:page|seite|p\.)\s*)?\d{1,4}(?:\s*(?:of|von|/)\s*\d{1,4})?(?:\s*[-–—])?", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
FEWEST_PAGES = 3
"""Pages on which a line at the edge is repeated before it counts as a running header or footer."""


def cleaned(text: str) -> str:
    """The text without what conversion has put in; code and table rows stay as they are.

    Out go control characters, page numbers at the edges of pages, lines that are repeated there, hyphens and line ends
    inside words and sentences, white space that is too much; ligatures become letters.
    """
    text = _without_edges(_CONTROL.sub("", text).translate(_LIGATURES))
    made, last = list[str](), 0
    for start, end in blocks_of(text).whole:
        made += [_mended(text[last:start]), text[start:end]]
        last = end
    made.append(_mended(text[last:]))
    return _EMPTY_LINES.sub("\n\n", "".join(made)).strip("\r\n \t")


def _mended(prose: str) -> str:
    """Prose with the words and sentences whole that line ends have broken."""
    known = set(re.findall(r"[^\W\d_]+-[^\W\d_]+", prose.lower()))

    def joined(found: re.Match[str]) -> str:
        first, second = found[1], found[2]
        if not second[0].islower():
            return found[0]
        return f"{first}-{second}" if f"{first}-{second}".lower() in known else first + second

    prose = _TRAILING.sub("", _HYPHENATED.sub(joined, prose))
    lines = prose.split("\n")
    made = lines[:1]
    for before, line in pairwise(lines):
        if _goes_on(before, line):
            made[-1] = f"{made[-1].rstrip()} {line.strip()}"
        else:
            made.append(line)
    return "\n".join(made)


def _goes_on(before: str, line: str) -> bool:
    """Whether a sentence goes on in the next line."""
    ended, begun = before.rstrip(), line.lstrip()
    if not ended or not begun or _STRUCTURE.match(before) or _STRUCTURE.match(line):
        return False
    return begun[0].islower() and (ended[-1].isalpha() or ended[-1] in ",;")


def _without_edges(text: str) -> str:
    """Without page numbers and repeated lines at the edges of pages; only where form feeds tell the pages."""
    pages = [page.split("\n") for page in text.split(PAGE_BREAK)]
    if len(pages) < FEWEST_PAGES:
        return text
    edges = [_edges(page) for page in pages]
    seen = Counter(shape for page, at in zip(pages, edges, strict=True) for shape in {_shape(page[one]) for one in at})
    most = max(FEWEST_PAGES, len(pages) / 2)
    for page, at in zip(pages, edges, strict=True):
        for one in at:
            if seen[_shape(page[one])] >= most or _PAGE_NUMBER.fullmatch(page[one].strip()):
                page[one] = ""
    return PAGE_BREAK.join("\n".join(page) for page in pages)


def _edges(page: list[str]) -> list[int]:
    """The first and the last two lines of a page that are not empty."""
    filled = [number for number, line in enumerate(page) if line.strip()]
    return sorted({*filled[:2], *filled[-2:]}) if len(filled) > 2 else []


def _shape(line: str) -> str:
    return _DIGITS.sub("0", line.strip().lower())


def content_problem(original: str, mended: str, min_kept: float, max_new: float) -> str | None:
    """What a cleaned text leaves out or adds, as a sentence for who has made it; None where it says the same.

    Args:
        original: the text before.
        mended: the cleaned text.
        min_kept: least share of the words of the text, cleaned by rules, that must be there still.
        max_new: greatest share of its words that may be in neither the text nor that.
    """
    by_rules = Counter(TextView(cleaned(original).lower()).words)
    known = by_rules | Counter(TextView(original.lower()).words)
    words = Counter(TextView(mended.lower()).words)
    kept = (by_rules & words).total() / max(by_rules.total(), 1)
    added = words - known
    if kept < min_kept:
        return (
            f"it keeps {kept:.0%} of the words of the text, and must keep at least {min_kept:.0%}; leave no content out"
        )
    new = added.total() / max(words.total(), 1)
    if new > max_new:
        some = ", ".join(sorted(added)[:5])
        return f"{new:.0%} of its words are new, and at most {max_new:.0%} may be, such as: {some}; add nothing"
    numbers = sorted(word for word in added if word[0].isdigit() and word not in known)
    return f"it has numbers that are not in the text: {', '.join(numbers[:5])}; keep all numbers" if numbers else None
