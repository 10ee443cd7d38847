"""What a stretch says becomes of the rows it describes: they stay alone, or they go."""

from collections.abc import Sequence
from typing import Final, Literal

from ..clauses import Clause
from .pieces import Piece

Verdict = Literal["keep", "drop"]

_NEAR: Final = 2
"""How far before a verb its denial stands at most, in pieces."""


def verdict_of(pieces: Sequence[Piece]) -> tuple[Verdict | None, frozenset[int]]:
    """The verdict of a stretch, and where the denials stand that belong to it; None where it has none, or both.

    >>> verdict_of([Piece("deny", 0, 1), Piece("keep", 1, 2), Piece("rows", 2, 3)])[0]
    'drop'
    """
    said: set[Verdict] = set()
    read: set[int] = set()
    for at, piece in enumerate(pieces):
        if piece.kind == "rest":
            said.add("keep")
        elif piece.kind in ("keep", "drop"):
            denied = [one for one in pieces[max(0, at - _NEAR) : at] if one.kind == "deny"]
            if denied and piece.kind == "drop":  # "lost ones must not be removed" says nothing of the others
                return None, frozenset()
            read |= {one.start for one in denied}
            said.add("drop" if piece.kind == "drop" or denied else "keep")
    if len(said) != 1:
        return None, frozenset()
    return said.pop(), frozenset(read)


def said_by(clause: Clause) -> Verdict | None:
    """The verdict of a clause by its verb, or by words behind it that point back to its rows."""
    return "keep" if clause.polarity == "keep" else "drop" if clause.polarity == "drop" else None
