"""Takes back what a request corrects itself: "sort by price - no, by rating instead"."""

import re
from typing import Final

from .vocabulary import ACTIONS, DROP, KEEP, STRIP

_SIGNAL: Final = re.compile(
    r"(?i)(?P<gap>\s*(?:\s[-–—]+|[,;…(]|\.{2,}|"
    r"[.!?](?=\s+(?:no|wait|sorry|scratch|correction|make that|on second)\b))\s*)"
    r"(?:(?:oh|ah|um|uh|hm+|er+|well)[,. ]+)*"
    r"(?:(?:no|wait|sorry|nope|nah|hang on|hold on)[,. -]+)*"
    r"(?P<word>actually|or rather|rather|scratch that|on second thoughts?|correction|i mean|i meant|make that|better|"
    r"no|wait|sorry)\b[,:. ]+(?P<new>[^.;!?\n]+)"
)
_ENDS: Final = re.compile(r"[.;!?\n]|,(?=\s)|\bthen\b|\band\b")
_STRONG: Final = frozenset(
    ["actually", "or rather", "scratch that", "on second thought", "on second thoughts", "correction", "make that"]
)
_VERBS: Final = DROP | KEEP | STRIP | ACTIONS
_STARTS: Final = frozenset(
    "by under over below above at more less fewer only to from for with in of on into as".split()
)


def corrected(request: str) -> tuple[str, tuple[str, ...]]:
    """The request without what it takes back itself, and a note for that.

    >>> corrected("Sort by price - no, by rating instead, best on top")[0]
    'Sort by rating, best on top'
    >>> corrected("Drop urls, actually keep them")[0]
    'Drop urls, actually keep them'
    """
    found = _SIGNAL.search(request)
    if found is None:
        return request, ()
    before, after = request[: found.start()], request[found.end() :]
    new, rest = _first_part(found["new"])
    words = new.split()
    instead = bool(re.search(r"(?i)\binstead\b", new))
    sure = instead or found["word"].lower() in _STRONG or bool(re.search(r"(?i)\b(no|wait|sorry)\b", found[0]))
    if not sure or not words or re.search(r"(?i)\b(too|also|as well|them|it|those|these)\b", new):
        return request, ()
    start = max((one.end() for one in _ENDS.finditer(before)), default=0)
    old = before[start:].strip()
    first = words[0].lower()
    if first in _VERBS:
        said = new
    elif first in _STARTS and (same := re.search(rf"(?i)\b{re.escape(first)}\b(?!.*\b{re.escape(first)}\b)", old)):
        said = old[: same.start()] + _with_unit(new, old[same.start() :])
    else:
        return request, ()
    said = re.sub(r"(?i)\s*\binstead\b", "", said).strip()
    lead = before[:start] + (" " if before[:start] and not before[:start].endswith((" ", "\n")) else "")
    return f"{lead}{said}{rest}{after}", (f"“{old}” was taken back: “{said}” holds.",)


def _first_part(new: str) -> tuple[str, str]:
    """What replaces, up to the first comma, and what goes on behind it."""
    part, comma, rest = new.partition(",")
    return part.strip(), comma + rest


def _with_unit(new: str, old: str) -> str:
    """The new words with the unit that only the old ones name: "under 30" for "under 50 words"."""
    unit = re.search(r"\d\s+([^\W\d]+)\s*$", old)
    return f"{new} {unit[1]}" if unit and re.search(r"\d$", new) else new
