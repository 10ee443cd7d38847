"""Reads stretches by which of rows that say the same one is enough: "seen twice? the first visit will do"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .pieces import Piece, Pieces

_SAME: Final = re.compile(
    r"\b(?:twice|(?:several|many|two|multiple|three) times|more than once|doubles?|doubled|doublets?|dupes?|"
    r"duplicates?|duplicated|repeats?|repeated|copies|same|identical|word for word|seen already|already seen|"
    r"been seen|there already|verbatim)\b"
)
_ENOUGH: Final = re.compile(
    r"\b(?:once|first|one of each|one each|one of them|one copy|enough|plenty|a single time|later|second|clear|"
    r"clean|cleaned|rid|no|away|out|drop|remove|goes|go|delete|thin|bin|lose|only one|just one|don't want)\b"
)
_OTHERWISE: Final = re.compile(
    r"\b(?:near|nearly|almost|similar|alike|last|latest|newest|longest|shortest|best|highest|random|per|each|not the "
    r"same|keep all|stay|leave|keep them)\b(?! (?:is|copy|of them|one) )"
)
_LOOSE: Final = re.compile(r"\b(?:capitals?|case|upper|lower|big|small|spaces?|blanks?|white ?space)\b")
_MOST_UNKNOWN: Final = 7


@dataclass(frozen=True)
class Copies:
    """Rows of which one is enough.

    Args:
        columns: that say the same in them; not said where there are none.
        normalized: whether case and white space make no difference.
    """

    columns: tuple[str, ...]
    normalized: bool


def copies_of(pieces: Pieces, some: Sequence[Piece]) -> Copies | None:
    """The copies that a stretch wants gone; None where it says something else."""
    words = [pieces.low(at) for one in some for at in range(one.start, one.end)]
    text = " ".join(words)
    plain = text.replace("one of each", "one of them").replace("one each", "one of them")
    if not _SAME.search(text) or not _ENOUGH.search(_SAME.sub(" ", text)) or _OTHERWISE.search(plain):
        return None
    if any(one.kind in ("rows", "limit", "number", "thing", "hard", "rest") for one in some):
        return None
    if len([one for one in some if one.kind == "word"]) > _MOST_UNKNOWN:
        return None
    names = tuple(dict.fromkeys(one.value for one in some if one.kind == "column"))
    return Copies(names, bool(_LOOSE.search(text)))
