"""Asks about what a stretch leaves unsaid: which values ("the carriers we don't like should go"), the column of a
number ("anything with a score below 7"), or by what rows are put in order ("put the answers in order")."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .. import doubts
from ..clauses import Clause
from ..columns import is_key, looks_dated, words_of
from ..directions import Limit
from ..doubts import Doubt
from ..languages import LANGUAGE_NAMES, code_of, language_names
from ..quantities import plain
from ..vocabulary import stem
from ..wording import NUMBERS
from .pieces import Piece, Pieces
from .verdicts import Verdict, said_by, verdict_of

_MOST_UNKNOWN: Final = 6
_MOST_OPTIONS: Final = 3
_MOST_LABELS: Final = 12
"""Values of a column that somebody may have some of in mind."""
_LANGUAGES: Final = frozenset({"language", "languages"})
_ORDERING: Final = frozenset("order sort sorted ordered arrange arranged rank ranked sequence".split())
_DENYING_ORDER: Final = frozenset("random keep stay stays same original order's by".split())


class Unsaid:
    """Finds what stretches leave unsaid.

    Args:
        pieces: takes stretches apart.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def doubt(self, clause: Clause, some: Sequence[Piece]) -> Doubt | None:
        """The question that a stretch leaves open; None where it tells too little, or too much."""
        if any(one.kind in ("thing", "hard", "rest") for one in some):
            return None
        if any(one.kind == "rows" and not {*self._pieces.words([one])} <= _LANGUAGES for one in some):
            return None
        unknown = [one for one in some if one.kind == "word"]
        if len(unknown) > _MOST_UNKNOWN:
            return None
        verdict, _ = verdict_of(some)
        verdict = verdict or said_by(clause)
        limits = [one.value for one in some if one.kind == "limit"]
        if limits:
            stated = len(limits) == 1 and limits[0].stated and limits[0].unit is None and not limits[0].share
            denied = any(one.kind == "deny" for one in some)
            return self._of_limit(clause, some, limits[0], verdict) if stated and verdict and not denied else None
        if any(one.kind == "number" for one in some):
            return None
        return self._of_order(clause, some) or (self._of_values(clause, some, verdict) if verdict else None)

    def _of_limit(self, clause: Clause, some: Sequence[Piece], limit: Limit, verdict: Verdict) -> Doubt | None:
        """Which of some columns whose names have a word in common a number limits."""
        said = {stem(word) for word in self._pieces.words([one for one in some if one.kind in ("word", "column")])}
        columns = [
            one.name
            for one in self._pieces.profile.columns
            if one.dtype in NUMBERS and not is_key(one) and said & {stem(part) for part in words_of(one.name)}
        ]
        way = _said(limit)
        if len(columns) <= 1 or way is None or any(one.kind == "column" for one in some):
            return None
        options = [f"{verdict} rows whose `{name}` is {way}" for name in columns[:_MOST_OPTIONS]]
        high = limit.interval.low is not None
        clause = replace(clause, polarity=verdict, own_verb=True)
        return doubts.what_is_meant(clause, self._pieces.marked.text(limit.start, limit.end), options,
                                    "high" if high else "low")  # fmt: skip

    def _of_values(self, clause: Clause, some: Sequence[Piece], verdict: Verdict) -> Doubt | None:
        """Which values of a column are meant, where a stretch names the column and says no value of it."""
        named = list(dict.fromkeys(one.value for one in some if one.kind == "column"))
        spoken = self._languages(some)
        if spoken is not None:
            named = [spoken]
        elif len(named) != 1 or not self._tells_which(some, named[0]):
            return None
        column = self._pieces.profile.column(named[0])
        if column.dtype != "text" or not 1 < len(column.labels) <= _MOST_LABELS:
            return None
        options = [f'{verdict} rows whose `{column.name}` is "{label}"' for label in column.labels[:_MOST_OPTIONS]]
        if spoken is not None:
            named_ = [language_names([code]) for label in column.labels if (code := code_of(label.partition("-")[0]))]
            options = [f"keep rows whose `{column.name}` is {name}" for name in dict.fromkeys(named_)][:_MOST_OPTIONS]
        clause = replace(clause, polarity=verdict, own_verb=True)
        return doubts.what_is_meant(clause, "language" if spoken else self._pieces.marked.text(*_span(some, named[0])),
                                    options, "high")  # fmt: skip

    def _languages(self, some: Sequence[Piece]) -> str | None:
        """The column that says in which language rows are, where it is not said which language: "in our language"."""
        if not _LANGUAGES & {*self._pieces.words(some)}:
            return None
        named = [
            one.name
            for one in self._pieces.profile.columns
            if one.dtype == "text" and one.labels and LANGUAGE_NAMES & {*words_of(one.name)}
        ]
        return named[0] if len(named) == 1 else None

    def _tells_which(self, some: Sequence[Piece], name: str) -> bool:
        """Whether words beside a column say that some of its values are meant: not so in "drop the carrier"."""
        at = next(n for n, one in enumerate(some) if one.kind == "column" and one.value == name)
        around = [*some[max(0, at - 1) : at], *some[at + 1 :]]
        return any(one.kind in ("word", "deny") for one in around)

    def _of_order(self, clause: Clause, some: Sequence[Piece]) -> Doubt | None:
        """By which column rows are put in order, where only an order is asked for."""
        words = self._pieces.words(some)
        if _ORDERING.isdisjoint(words) or not _DENYING_ORDER.isdisjoint({*words} - {"order"}):
            return None
        named = [one for one in some if one.kind == "column" and not is_key(self._pieces.profile.column(one.value))]
        if named or any(one.kind in ("deny", "drop", "number") for one in some):
            return None
        ranked = [
            f"sort by `{one.name}`, {'newest' if looks_dated(one) else 'highest'} first"
            for one in self._pieces.profile.columns
            if (one.dtype in NUMBERS and not is_key(one)) or looks_dated(one)
        ]
        return doubts.which_order(clause, ranked[:_MOST_OPTIONS]) if len(ranked) > 1 else None


def _span(some: Sequence[Piece], name: str) -> tuple[int, int]:
    """Where a column is named."""
    one = next(one for one in some if one.kind == "column" and one.value == name)
    return one.start, one.end


def _said(limit: Limit) -> str | None:
    """A limit as a request says it; None where it has two ends."""
    low, high = limit.interval.low, limit.interval.high
    if (low is None) == (high is None):
        return None
    if low is not None:
        return f"{'above' if limit.interval.low_open else 'at least'} {plain(low)}"
    return f"{'below' if limit.interval.high_open else 'at most'} {plain(high or 0)}"
