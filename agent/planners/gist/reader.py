"""Reads sentences that were left open by what they name: rows, columns, numbers, things, whatever their order."""

import re
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
from ..shape_portions import SAMPLE, TOP
from ..slots import EXPRESSION, Options
from ..vocabulary import DROP, KEEP, STRIP
from ..wishes import Reading, Wish
from ..wording import NUMBERS
from .copies import Copies, copies_of
from .described import Described, kept
from .graded import Graded
from .pieces import MOST_TOKENS, Piece, Pieces
from .ranked import Ranked, Ranks, first_rows
from .spared import Spared
from .stories import Stories
from .treated import Treated
from .unsaid import Unsaid
from .verdicts import verdict_of

_UNTOUCHED: Final = frozenset("even alone untouched unchanged intact unaffected if whether".split())
"""Words by which rows are spared, or by which something holds for some of them only."""
_COMMANDS: Final = frozenset(
    "put make squeeze turn show give get hide write change set bring render cut boil repair black blank list call let "
    "have move lead start".split()
)
"""Verbs with which a wish of its own begins."""
_ONE_OF_THEM: Final = re.compile(
    r"\b(?:one|once|first|single)\b.*\b(?:enough|plenty|do|suffices?|stays?|fine|needed)\b"
)
_POLITE: Final = frozenset({("if", "you"), ("if", "possible"), ("if", "we")})
_THEM: Final = frozenset("them those these it they".split())
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
        self._graded, self._unsaid = Graded(self._pieces), Unsaid(self._pieces)
        self._spared = Spared(self._pieces, self._described)
        self._stories = Stories(self._pieces, ground.matcher)

    def mended(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings, those that were open replaced where their gist is clear."""
        done, at = list[Reading](), 0
        if len(readings) > MOST_CLAUSES:
            return list(readings)
        while at < len(readings):
            if done and _is_open(readings[at]) and not readings[at].wishes and self._repeats(readings[at], done[-1]):
                at += 1
                continue
            found = self._from(readings, at) if _is_open(readings[at]) else None
            if found is None and _is_open(readings[at]) and any(_orders(one) for one in done):
                found = self._first_of_them(readings, at)
                done = list(map(_settled_order, done)) if found is not None else done
            elif found is None and readings[at].doubt is not None and readings[at].clause.tables:
                found = self._counted(readings[at], at)
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

    def scoped(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings, changes limited to rows described beside them, where it is said that others stay."""
        return self._spared.scoped(readings)

    def without_stories(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings, open ones that only tell how things are left out, with a note, where others do something."""
        if len(readings) > MOST_CLAUSES or not any(one.wishes or one.doubt is not None for one in readings):
            return list(readings)
        return [
            Reading(one.clause, note=f"“{one.clause.text}” was read as a remark; nothing is done for it.")
            if _is_open(one) and not one.wishes and self._stories.is_story(one.clause.start, one.clause.end)
            else one
            for one in readings
        ]

    def _first_of_them(self, readings: Sequence[Reading], at: int) -> tuple[Reading, int] | None:
        """The step that keeps so many of rows in order, by what there is room for."""
        clause = readings[at].clause
        count = first_rows(self._pieces, self._pieces.of(clause.start, min(clause.end, clause.start + MOST_TOKENS)))
        if count is None or SAMPLE not in self._ground.matcher.operators:
            return None
        clause = replace(clause, polarity="keep", own_verb=True)
        options: Options = {"method": "first", "count": count}
        wish = Wish(clause, self._ground.matcher.card(SAMPLE), options, proofs=((clause.text, Check()),), fixed=True)
        return Reading(clause, (wish,)), at + 1

    def _counted(self, asked: Reading, at: int) -> tuple[Reading, int] | None:
        """A rank whose number stands elsewhere in a clause, so that it need not be asked for: "which five have …"."""
        start, end = asked.clause.start, asked.clause.end
        ranked = self._ranks.read(self._pieces.of(start, end)) if end - start <= MOST_TOKENS else None
        found = self._in_order(asked.clause, ranked) if ranked is not None and ranked.count is not None else None
        return None if found is None else (found, at + 1)

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
            if any(_commands(one) and not self._only_points(one) for one in readings[at + 1 : end]):
                continue
            stop = readings[end].clause.start if end < len(readings) else len(self._marked.tokens)
            last = readings[end - 1].clause.end
            more = stop - last < MOST_TOKENS and any(self._pieces.low(at)[:1].isalnum() for at in range(last, stop))
            for span in (stop, last) if more else (last,):
                found = self._read(readings[at:end], span)
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
        words = " ".join(reading.clause.words)
        return not _POINTING.isdisjoint(reading.clause.words) or bool(_ONE_OF_THEM.search(words))

    def _only_points(self, reading: Reading) -> bool:
        """Whether a clause says what becomes of rows that are described elsewhere: "leave them out"."""
        some = self._pieces.of(reading.clause.start, reading.clause.end)
        words = {word for one in some for word in self._pieces.words([one])}
        verdicts = {one.kind for one in some} & {"keep", "drop", "rest"}
        return (
            bool(verdicts)
            and not _THEM.isdisjoint(words)
            and all(one.kind in ("soft", "keep", "drop", "rest") for one in some)
        )

    def _repeats(self, reading: Reading, before: Reading) -> bool:
        """Whether an open clause only says once more what becomes of the rows that the one before describes."""
        if reading.clause.conditions or reading.clause.limits or not self._only_points(reading):
            return False
        verdict, _ = verdict_of(self._pieces.of(reading.clause.start, reading.clause.end))
        rows = before.doubt is not None or any(wish.card.cls.kind == "filter" for wish in before.wishes)
        copies = bool(before.wishes) and all(wish.card.cls.scope != "row" for wish in before.wishes)
        return rows and not before.not_covered and verdict == (before.clause.polarity or ("drop" if copies else "keep"))

    def _read(self, some: Sequence[Reading], end: int) -> Reading | None:
        """A reading of some open clauses as one stretch, up to a token that may lie behind the last of them."""
        start = some[0].clause.start
        if end - start > MOST_TOKENS:
            return None
        words = [token.low for token in self._marked.tokens[start:end]]
        words = [word for word, after in zip(words, [*words[1:], ""], strict=True) if (word, after) not in _POLITE]
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
        return self._rows(clause, pieces) or self._asked(clause, pieces)

    def _asked(self, clause: Clause, pieces: Sequence[Piece]) -> Reading | None:
        """The question that a stretch leaves open."""
        doubt = self._graded.doubt(clause, pieces) or self._unsaid.doubt(clause, pieces)
        return None if doubt is None else Reading(clause, doubt=doubt)

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
        if ranked.count is not None and self._ground.profile.column(column).dtype not in NUMBERS:
            return None  # the best of a number only are told
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


def _settled_order(reading: Reading) -> Reading:
    """A reading whose order a step behind it depends on."""
    if not _orders(reading):
        return reading
    return replace(reading, wishes=tuple(replace(wish, fixed=wish.card.name == SORT) for wish in reading.wishes))


def _orders(reading: Reading) -> bool:
    return any(wish.card.name == SORT for wish in reading.wishes)


def _is_open(reading: Reading) -> bool:
    """Whether a clause was not understood; what is asked about was."""
    return bool(reading.not_covered) and reading.doubt is None


def _within(reading: Reading, where: str) -> Reading:
    return replace(reading, wishes=tuple(with_scopes(reading.wishes, where)))
