"""Says a request in the plain words that the rules read: its verbs, its nouns for rows, its comparisons.

What people say differs most in words that decide nothing: what rows are called, how keeping and dropping is put, how
politely. These are brought to one form before anything is read. Quoted texts stay as they are. A word that decides
something (a number, a column, a value, a negation) is never taken away.
"""

import re
from functools import cache
from typing import Final

from ...tools.profile import Profile
from .plain_nouns import is_one_row, is_row_noun, row_nouns
from .plain_rules import COMPARED, DROPPED, KEPT, POLITE, REASONS, STATED, Rewrite, rewrites

_QUOTED: Final = re.compile(
    r'"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|`[^`\n]+`'
    r"|(?<!\w)['‘][^'’\n]+['’](?!\w)"
)
_HELD: Final = re.compile("\ue000(\\d+)\ue001")
_SPACED_SIGN: Final = re.compile(r"\s+([.,;:!?])")
_WORD: Final = re.compile(
    r"(?P<before>\b(?:with|by|about|like)\s+(?:\w+\s+)?)?(?P<one>\b(?:any|every|each|a|the)\s+)?"
    r"(?P<word>\b[^\W\d_]+)(?P<of>['’]s?\b)?",
    re.IGNORECASE,
)


def plainly(request: str, profile: Profile) -> str:
    """The request in plain words.

    Args:
        request: what a person wrote.
        profile: the data, whose file and column names tell what its rows are called.

    >>> from ...operators.core.schema import Schema
    >>> data = Profile(columns_schema=Schema.of(review="text"), rows_seen=1, complete=True, columns=(), inputs=("x",))
    >>> plainly("Could you please throw out all tickets with 3 stars or less?", data)
    'drop all rows with at most 3 stars?'
    """
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[0])
        return f"\ue000{len(held) - 1}\ue001"

    said = _QUOTED.sub(hold, request)
    for table in (POLITE, REASONS):
        said = _rewritten(said, table)
    said = _with_rows(said, profile)
    for table in (COMPARED, DROPPED, KEPT, STATED):
        said = _rewritten(said, table)
    lines = (_SPACED_SIGN.sub(r"\1", " ".join(line.split())).strip(" ,") for line in said.strip().splitlines())
    return _HELD.sub(lambda found: held[int(found[1])], "\n".join(lines))


@cache
def _rules(table: str) -> tuple[Rewrite, ...]:
    return rewrites(table)


def _rewritten(said: str, table: str) -> str:
    for pattern, words in _rules(table):
        said = pattern.sub(words, said)
    return said


def _with_rows(said: str, profile: Profile) -> str:
    """Nouns for rows as "rows"; those that name a column stay, and so do those that rows are described by."""
    nouns = row_nouns(profile)
    columns = {column.name.lower() for column in profile.columns}

    def plain(found: re.Match[str]) -> str:
        word, one = found["word"].lower(), (found["one"] or "").lower().strip()
        if found["before"]:
            return found[0]
        if is_row_noun(word, nouns, columns):
            return f"{found['one'] or ''}rows{found['of'] or ''}"
        if one in ("any", "every", "each") and is_one_row(word, nouns, columns):
            return f"rows{found['of'] or ''}"
        return found[0]

    return _WORD.sub(plain, said)
