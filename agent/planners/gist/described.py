"""Reads which rows a stretch is about by what it names, whatever else it tells: "our colleague will read the German
ones, please give me only those"."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ....operators.core.expression import Column, Compare, Expression, Value
from ....tools.profile import ColumnProfile
from ..columns import is_key
from ..conditions import within
from ..directions import Limit
from ..grammar.phrases import HAVING, LACKING, PREPOSITIONS, RELATIVES
from ..grammar.rows import Rows
from ..wording import NUMBERS
from .pieces import Piece, Pieces
from .verdicts import Verdict, verdict_of

_BOUNDS: Final = frozenset({",", ".", ";", ":", "-", "–", "—", "(", ")", "?", "!", "so", "and", "please", "then", "->"})
_SAYING: Final = frozenset({"rows", "limit", "thing", "hard", "number", "keep", "drop", "rest"})
"""Pieces which a reason must not hold, since it would say more than why."""
_MOST_UNKNOWN: Final = 7
"""Unknown words beside what is named, beyond which a stretch tells too much that was not understood."""
_BEHIND: Final = PREPOSITIONS | RELATIVES | HAVING | LACKING | frozenset("whose where when if".split())
_POINTING: Final = frozenset("them those these they it their".split())
_COPULAS: Final = frozenset("is are was were".split())


class Described:
    """Reads the rows that stretches are about.

    Args:
        pieces: takes stretches apart.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def rows(self, some: Sequence[Piece]) -> tuple[Rows, Verdict] | None:
        """The rows that stay or go by a stretch; None where it is not clear which, or what becomes of them."""
        main, reason = _halves(some)
        verdict, read = verdict_of(main)
        if verdict is None:
            return None
        for told, parts in (("", main), ("reason", reason)):
            left = [one for one in parts if one.start not in read]
            if told and not self._is_plain(main, read):
                continue
            found = self.of(left)
            if found is not None:
                return None if not told and any(one.kind in _SAYING for one in reason) else (found, verdict)
            if any(one.kind in ("rows", "limit", "thing", "hard") for one in left):
                return None
        return None

    def of(self, some: Sequence[Piece]) -> Rows | None:
        """The rows that some pieces describe, verbs and their denials left out."""
        if len([one for one in some if one.kind == "word"]) > _MOST_UNKNOWN:
            return None
        named = [one for one in some if one.kind == "rows"]
        if named:
            return self._joined(some, named)
        if any(one.kind in ("thing", "hard", "number") for one in some):
            return None
        limits = [one for one in some if one.kind == "limit"]
        if limits:
            return self._limited(some, limits[0].value) if len(limits) == 1 else None
        return self._flagged(some)

    def _joined(self, some: Sequence[Piece], named: Sequence[Piece]) -> Rows | None:
        """All that is described, where no unknown word may narrow it down further."""
        some = self._without_predicate(some, named[0])
        if any(one.kind in ("thing", "hard", "number", "limit", "deny") for one in some):
            return None
        if any(self._pieces.low(at) in _BOUNDS - {"and", ","} for at in range(named[0].end, named[-1].start)):
            return None
        rows: Rows | None = None
        for one in named:
            narrow = self._narrowing(some, one)
            flag = self._pieces.nearness.flag(narrow) if narrow else None
            if narrow and flag is None:
                return None
            rows = one.value if rows is None else rows.both(one.value)
            if rows is not None and flag is not None:
                rows = rows.both(Rows(Compare(Column(flag.name), "=", Value("boolean", True))))
            if rows is None:
                return None
        meant = set() if rows is None or rows.condition is None else {*Expression(rows.condition).columns()}
        others = [one for one in some if one.kind == "column" and one.value not in meant]
        texts = all(self._pieces.profile.column(one.value).dtype == "text" for one in others)
        return None if rows is None or not texts or (len(named) > 1 and rows.mixed) else rows

    def _without_predicate(self, some: Sequence[Piece], rows: Piece) -> Sequence[Piece]:
        """The pieces without what is only told of the rows, where a part behind says what becomes of them.

        In "those from GLS never arrive on time, I don't want them" they are not those that never arrive on time.
        """
        at = some.index(rows) + 1
        stop = next((n for n in range(at, len(some)) if self._pieces.low(some[n].start) in _BOUNDS), len(some))
        behind = self._pieces.words(some[stop:])
        told = at < stop and self._pieces.low(some[at].start) not in _BEHIND and not _POINTING.isdisjoint(behind)
        copula = at < stop and self._pieces.low(some[at].start) in _COPULAS
        if not (told or copula) or any(one.kind in ("rows", "keep", "drop", "rest") for one in some[at:stop]):
            return some
        return [*some[:at], *some[stop:]]

    def _narrowing(self, some: Sequence[Piece], one: Piece) -> list[str]:
        """The unknown words right beside a description, which may say more of the same rows."""
        at = some.index(one)
        narrow: list[str] = []
        for piece in some[at + 1 :]:
            if piece.kind in ("keep", "drop", "rest") or self._pieces.low(piece.start) in _BOUNDS:
                break
            narrow += self._pieces.words([piece]) if piece.kind == "word" else []
        before = some[at - 1] if at else None
        if before is not None and before.kind == "word" and self._pieces.low(one.start) not in _BEHIND:
            narrow = [*self._pieces.words([before]), *narrow]
        return narrow

    def _limited(self, some: Sequence[Piece], limit: Limit) -> Rows | None:
        """A number with a direction, of the column that the words around it are about."""
        if limit.unit is not None or limit.share or not limit.stated or any(one.kind == "deny" for one in some):
            return None
        named = [one.value for one in some if one.kind == "column"]
        numbers = [name for name in named if self._pieces.profile.column(name).dtype in NUMBERS]
        column = self._pieces.profile.column(numbers[0]) if len(numbers) == 1 else None
        if column is None and not named:
            column = self._pieces.nearness.number(self._pieces.words([one for one in some if one.kind == "word"]))
        if column is None or is_key(column):
            return None
        return Rows(within(Column(column.name), limit.interval))

    def _flagged(self, some: Sequence[Piece]) -> Rows | None:
        """Rows for which a column of truths holds, or does not: "whatever is out of stock"."""
        named = [one for one in some if one.kind == "column"]
        flags = [one for one in named if self._pieces.profile.column(one.value).dtype == "boolean"]
        column: ColumnProfile | None = None
        if len(flags) == len(named) == 1:
            column = self._pieces.profile.column(flags[0].value)
        elif not named:
            unknown = [one for one in some if one.kind == "word"]
            column = self._pieces.nearness.flag(self._pieces.words(unknown))
        if column is None:
            return None
        denied = sum(one.kind == "deny" for one in some) + self._says_out_of(some)
        return Rows(Compare(Column(column.name), "=", Value("boolean", denied % 2 == 0)))

    def _says_out_of(self, some: Sequence[Piece]) -> bool:
        words = self._pieces.words(some)
        return any(pair == ("out", "of") for pair in pairwise(words)) or "without" in words

    def _is_plain(self, main: Sequence[Piece], read: frozenset[int]) -> bool:
        """Whether what stands before a reason only points to rows: "bin whatever we can't ship"."""
        left = [one for one in main if one.start not in read]
        return not any(one.kind in ("rows", "limit", "thing", "hard", "number", "column") for one in left)


def _halves(some: Sequence[Piece]) -> tuple[Sequence[Piece], Sequence[Piece]]:
    """What stands before a reason, and the reason."""
    at = next((n for n, one in enumerate(some) if one.kind == "reason"), len(some))
    return (some[:at], some[at + 1 :]) if at else (some, ())


def kept(rows: Rows, verdict: Verdict) -> Rows | None:
    """The rows that stay; None where no filter keeps just these."""
    return rows if verdict == "keep" else replace(rows, mixed=False).inverse() if not rows.mixed else None
