"""Reads sentences that were left open by what they name: rows, columns, numbers, things, whatever their order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...state import Check
from .. import doubts, proofs
from ..assembling import with_scopes
from ..clauses import Clause
from ..grammar.reader import MOST_CLAUSES, SecondReader
from ..ground import Ground
from ..judgements import spares
from ..marks import Marked
from ..rivals import copies_doubt
from ..shape_orders import SORT
from ..shape_portions import TOP
from ..slots import EXPRESSION, Options
from ..vocabulary import DROP, KEEP, STRIP
from ..wishes import Reading, Wish
from .copies import Copies, copies_of
from .described import Described, kept
from .pieces import Piece, Pieces
from .ranked import Ranked, Ranks
from .treated import Treated

_MOST_TOKENS: Final = 40
_UNTOUCHED: Final = frozenset("even alone untouched unchanged intact unaffected if whether".split())
"""Words by which rows are spared, or by which something holds for some of them only."""
_COMMANDS: Final = frozenset(
    "put make squeeze turn show give get hide write change set bring render cut boil repair black blank list call let "
    "have move lead start".split()
)
"""Verbs with which a wish of its own begins."""
_DEDUP: Final = "exact_dedup"
_POINTING: Final = frozenset("those them these they it that".split())


class GistReader:
    """Reads what other readers left open.

    Args:
        ground: what requests are read against.
        marked: the request.
        second: makes steps of what is read.
    """

    def __init__(self, ground: Ground, marked: Marked, second: SecondReader) -> None:
        self._ground, self._marked, self._second = ground, marked, second
        self._pieces = Pieces(marked, ground.profile, ground.main)
        self._described = Described(self._pieces)
        self._treated, self._ranks = Treated(self._pieces), Ranks(self._pieces)

    def mended(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings, those that were open replaced where their gist is clear."""
        done, at = list[Reading](), 0
        if len(readings) > MOST_CLAUSES:
            return list(readings)
        while at < len(readings):
            found = self._from(readings, at) if _is_open(readings[at]) else None
            where = None if found is None or not done else self._heading(done[-1], found[0])
            if found is None:
                done.append(readings[at])
                at += 1
                continue
            if where is not None:
                done.pop()
            done.append(found[0] if where is None else _within(found[0], where))
            at = found[1]
        return done

    def _heading(self, before: Reading, found: Reading) -> str | None:
        """For which rows texts are changed by a clause before a colon: "tours only: the blurb in small letters"."""
        colon = self._marked.tokens[before.clause.end].low == ":" and before.clause.end + 1 >= found.clause.start
        changes = all(wish.card.cls.kind == "refine" and not wish.where for wish in found.wishes)
        filters = [wish.options.get(EXPRESSION) for wish in before.wishes]
        plain = len(filters) == 1 and not _is_open(before) and before.wishes[0].where is None
        return str(filters[0]) if colon and changes and plain and filters[0] else None

    def _from(self, readings: Sequence[Reading], at: int) -> tuple[Reading, int] | None:
        """A reading of the open clauses from one on, and which comes behind them."""
        ends = [self._end_of_run(readings, at)]
        if ends[0] < len(readings) and _is_open(readings[ends[0]]) and self._points_back(readings[ends[0]]):
            ends.append(self._end_of_run(readings, ends[0]))
        for end in dict.fromkeys([*ends[::-1], at + 1]):
            if any(map(_commands, readings[at + 1 : end])):
                continue
            found = self._read(readings[at:end])
            if found is not None:
                return found, end
        return None

    def _end_of_run(self, readings: Sequence[Reading], at: int) -> int:
        """One past the last of the open clauses that follow each other in one sentence."""
        end = at + 1
        while end < len(readings) and _is_open(readings[end]) and not readings[end].clause.hard:
            end += 1
        return end

    def _points_back(self, reading: Reading) -> bool:
        return not _POINTING.isdisjoint(reading.clause.words)

    def _read(self, some: Sequence[Reading]) -> Reading | None:
        start, end = some[0].clause.start, some[-1].clause.end
        if end - start > _MOST_TOKENS:
            return None
        words = [token.low for token in self._marked.tokens[start:end]]
        if spares(words) or not _UNTOUCHED.isdisjoint(words):
            return None
        clause = replace(some[0].clause, end=end)
        pieces = self._pieces.of(start, end)
        copies = copies_of(self._pieces, pieces)
        if copies is not None:
            return self._without_copies(clause, copies)
        ranked = self._ranks.read(pieces) if len(some) == 1 else None
        if ranked is not None:
            return self._in_order(clause, ranked)
        treatment = self._treated.read(pieces)
        if treatment is not None:
            return self._second.treating(clause, treatment)
        return self._rows(clause, pieces)

    def _without_copies(self, clause: Clause, copies: Copies) -> Reading | None:
        """The step that leaves one of rows that say the same; without columns it is asked what must be the same."""
        if _DEDUP not in self._ground.matcher.operators:
            return None
        clause = replace(clause, polarity="drop", own_verb=True)
        columns = copies.columns or ((self._ground.main,) if self._ground.main else ())
        concepts = ("duplicate", "normalize") if copies.normalized else ("duplicate",)
        proven = ((clause.text, proofs.concept_check(concepts, columns)),)
        options: Options = {"normalize": True} if copies.normalized else {}
        wish = Wish(clause, self._ground.matcher.card(_DEDUP), options, copies.columns, proofs=proven)
        doubt = None if copies.columns else copies_doubt(wish, self._ground.main, self._ground.profile)
        return Reading(clause, (wish,), doubt=doubt) if copies.columns or doubt is not None else None

    def _in_order(self, clause: Clause, ranked: Ranked) -> Reading | None:
        """The step that puts rows in order, or keeps those at one end; of several columns one is asked for."""
        name = TOP if ranked.count is not None else SORT
        if name not in self._ground.matcher.operators:
            return None
        way = "highest" if ranked.high else "lowest"
        if len(ranked.columns) > 1:
            ask = (
                f"keep the {ranked.count} rows with the {way} `{{}}`" if ranked.count else f"sort by `{{}}` {way} first"
            )
            options = tuple(ask.format(column) for column in ranked.columns)
            return Reading(clause, doubt=doubts.what_is_meant(clause, way, options, "high" if ranked.high else "low"))
        column = ranked.columns[0]
        options_: Options
        if ranked.count is None:
            options_ = {"columns": [column], **({"order": ["descending"]} if ranked.high else {})}
        else:
            options_ = {"score": column, "count": ranked.count, **({} if ranked.high else {"best": "low"})}
            options_ |= {"per": [*ranked.per]} if ranked.per else {}
        clause = replace(clause, polarity="keep", own_verb=True)
        wish = Wish(clause, self._ground.matcher.card(name), options_, proofs=((clause.text, Check()),))
        before = None if ranked.rows is None else self._second.keeping(clause, ranked.rows)
        if ranked.rows is not None and before is None:
            return None
        return Reading(clause, (wish,) if before is None else (*before.wishes, replace(wish, fixed=True)))

    def _rows(self, clause: Clause, pieces: Sequence[Piece]) -> Reading | None:
        """The filter that a stretch asks for."""
        found = self._described.rows(pieces)
        rows = None if found is None else kept(*found)
        return None if rows is None else self._second.keeping(clause, rows)


def _commands(reading: Reading) -> bool:
    """Whether a clause is a command of its own, and no part of the one before."""
    return reading.clause.acts or reading.clause.words[0] in KEEP | DROP | STRIP | _COMMANDS


def _is_open(reading: Reading) -> bool:
    """Whether a clause was not understood; what is asked about was."""
    return bool(reading.not_covered) and reading.doubt is None


def _within(reading: Reading, where: str) -> Reading:
    return replace(reading, wishes=tuple(with_scopes(reading.wishes, where)))
