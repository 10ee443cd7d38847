"""Takes clauses that keep or drop rows by the grammar, where the reader of single phrases leaves them open."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ....operators.core.expression import Expression
from ...state import Check
from .. import proofs
from ..assembling import with_scopes
from ..clauses import Clause
from ..directions import Limit
from ..ground import Ground
from ..marks import Marked
from ..rests import fate_of_rest
from ..row_nouns import is_row_noun
from ..slots import EXCLUDE, EXPRESSION, LANGUAGES, Options, fill_limit
from ..wishes import Reading, Wish
from .phrases import DROP, HAVING, KEEP, LACKING, RELATIVES
from .rows import Rows
from .sentences import Sentences
from .treatments import Treatment

_ROWS_ALONE: Final = frozenset("only just rows records entries".split())
"""Words by which "texts without links" are rows, and no texts that lose their links."""
_FILTER, _LANGUAGE, _EMPTY = "expression_filter", "language_filter", "empty_text_filter"
_FOR_SOME: Final = frozenset("for if when where unless among within".split())
"""Words by which something is done to some rows, while the others stay as they are."""
_LEADING: Final = frozenset("before after since until not no without except unless only".split())
_FOLLOWING: Final = frozenset("not without except unless but".split())
"""Words before and behind a clause without which it may mean something else."""
_MOST_JOINED: Final = 4
MOST_CLAUSES: Final = 60
"""Clauses beyond which a request is no longer read a second time."""


class SecondReader:
    """Reads the clauses that were left open, alone or with their neighbours.

    Args:
        ground: what they are read against.
        marked: the request.
    """

    def __init__(self, ground: Ground, marked: Marked) -> None:
        self._ground, self._marked = ground, marked
        self._sentences = Sentences(marked, ground.profile, ground.main)

    def mended(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings, those that were open replaced where the grammar reads them as a whole."""
        done, at = list[Reading](), 0
        if len(readings) > MOST_CLAUSES:
            return list(readings)
        while at < len(readings):
            found = self._from(readings, at)
            where = self._scope(readings[at]) if found is None else None
            follows = at + 1 < len(readings) and not readings[at + 1].clause.hard
            if found is not None:
                done.append(found[0])
                at = found[1]
            elif where and done and done[-1].wishes and not readings[at].clause.hard:  # "…, for lost parcels"
                done[-1] = _within(done[-1], where)
                at += 1
            elif where and follows and readings[at + 1].wishes:  # "for lost parcels, …"
                done.append(_within(readings[at + 1], where))
                at += 2
            else:
                done.append(readings[at])
                at += 1
        return done

    def says_of_rows(self, clause: Clause) -> bool:
        """Whether any word of a clause is a value of the data, or says something else of rows."""
        return self._sentences.describes(clause.start, clause.end)

    def _scope(self, reading: Reading) -> str | None:
        """For which rows something else is done, where an open clause says only that."""
        clause = reading.clause
        rows = self._sentences.scope(clause.start, clause.end) if reading.not_covered else ()
        plain = len(rows) == 1 and rows[0].kinds == 1 and rows[0].condition is not None
        return str(Expression(rows[0].condition)) if plain and rows[0].condition is not None else None

    def _from(self, readings: Sequence[Reading], at: int) -> tuple[Reading, int] | None:
        """A reading for the clauses from one on, and which comes behind them; None where theirs stand."""
        other = self._otherwise(readings[at])
        if other is not None:
            return other, at + 1
        for size in range(min(_MOST_JOINED, len(readings) - at), 0, -1):
            some = readings[at : at + size]
            if not self._are_neighbours(some):
                continue
            starts = at == 0 or readings[at].clause.hard
            ends = at + size >= len(readings) or _begins_anew(readings[at + size].clause)
            found = self._over(some, self._span(readings, at, at + size), whole=starts and ends)
            if found is not None:
                return found, at + size
        return None

    def _span(self, readings: Sequence[Reading], first: int, last: int) -> tuple[int, int]:
        """All words of some clauses, those between and around them included that no clause has to itself."""
        starts = readings[first].clause.hard or first == 0
        ends = last >= len(readings) or readings[last].clause.hard
        before = readings[first - 1].clause.end if first else 0
        behind = readings[last].clause.start if last < len(readings) else len(self._marked.tokens)
        return before if starts else readings[first].clause.start, behind if ends else readings[last - 1].clause.end

    def _over(self, some: Sequence[Reading], span: tuple[int, int], *, whole: bool) -> Reading | None:
        """One reading for some neighbouring clauses, in the place of theirs.

        Args:
            span: all words that are theirs.
            whole: whether they are a whole sentence; rows that a part of one only names may stay or go.
        """
        start, end = some[0].clause.start, some[-1].clause.end
        clause = replace(some[0].clause, end=end)
        either = any(one.clause.alternative for one in some[1:])
        if not (either or any(map(_is_open, some))):
            scoped = self._treated(some, start, end) if whole and self._is_conditional(some) else None
            return scoped or self._corrected(some, clause, span, told=not whole)
        treated = self._treated(some, start, end)
        if treated is not None:
            return treated
        asked = not (either or any(one.not_covered for one in some))
        outside = (self._words(span[0], start) & _LEADING) | (self._words(end, span[1]) & _FOLLOWING)
        for first, last in dict.fromkeys([span, *([] if outside else [(start, end)])]):
            kept = self._sentences.kept(first, last, told=asked or not whole)
            if len(kept) == 1 and (not asked or kept[0].condition is not None):
                return self.keeping(clause, kept[0])
        if whole or asked:
            return None
        for rows in self._sentences.named(start, end):  # under the verb of the clause before
            said = rows.inverse() if clause.polarity == "drop" else rows if clause.polarity == "keep" else None
            return None if said is None else self.keeping(clause, said)
        return None

    def _corrected(
        self, some: Sequence[Reading], clause: Clause, span: tuple[int, int], *, told: bool
    ) -> Reading | None:
        """Another reading where all words together keep other rows than the clauses one by one do."""
        wishes = [wish for one in some for wish in one.wishes]
        own = any(wish.card.name in (_FILTER, _LANGUAGE) or wish.options.keys() == {"drop"} for wish in wishes)
        own = own or any(wish.card.name == _EMPTY and not self._on_texts(wish) for wish in wishes)
        plain = own and all(_filters_rows(wish) or wish.options.keys() == {"drop"} for wish in wishes)
        scoped = any(wish.where for wish in wishes) and not _FOR_SOME.isdisjoint(self._words(*span))
        if not wishes or not plain or scoped:
            return None
        kept = self._sentences.kept(*span, told=told and not self._names_what_lacks(clause))
        made = self.keeping(clause, kept[0]) if len(kept) == 1 and kept[0].kinds == 1 else None
        if made is None or made.wishes[0].card.name not in (_FILTER, _LANGUAGE):
            return None
        return None if _said(made.wishes) == _said(wishes) else made

    def _names_what_lacks(self, clause: Clause) -> bool:
        """Whether "without" only describes rows: in "lost parcels without a rating" it drops none."""
        tokens = self._marked.tokens
        led = any(DROP.ends(tokens, clause.start)) or any(KEEP.ends(tokens, clause.start))
        return not (led or LACKING.isdisjoint(self._words(clause.start, clause.end)))

    @staticmethod
    def _is_conditional(some: Sequence[Reading]) -> bool:
        """Whether texts are changed for rows that were read as a filter: "unless it is lost, mask …"."""
        kinds = {wish.card.cls.kind for one in some for wish in one.wishes}
        return kinds == {"filter", "refine"} and some[0].clause.words[0] in _FOR_SOME

    def _on_texts(self, wish: Wish) -> bool:
        return all(self._ground.profile.column(name).dtype == "text" for name in wish.columns)

    def _words(self, start: int, end: int) -> set[str]:
        return {token.low for token in self._marked.tokens[start:end]}

    def _otherwise(self, reading: Reading) -> Reading | None:
        """Another reading of what was taken for a treatment of texts and keeps rows, or the other way round."""
        clause, kinds = reading.clause, {wish.card.cls.kind for wish in reading.wishes}
        if reading.not_covered or reading.doubt is not None or len(kinds) != 1:
            return None
        named = (clause.polarity is None and not (clause.own_verb or clause.acts)) or _names_rows(clause)
        plain = kinds == {"filter"} and clause.polarity is None and all(not wish.options for wish in reading.wishes)
        if (kinds == {"refine"} and (named or _ROWS_ALONE & {*clause.words})) or (plain and named):
            kept = self._sentences.kept(clause.start, clause.end, told=not named)
            if len(kept) == 1 and kept[0].condition is not None:
                return self.keeping(clause, kept[0])
        treatment = self._sentences.treatments.read(clause.start, clause.end)
        if treatment is not None and (treatment.replacement or (treatment.columns and kinds == {"filter"})):
            return self._treated([reading], clause.start, clause.end)
        return None

    def _treated(self, some: Sequence[Reading], start: int, end: int) -> Reading | None:
        """The steps that take something out of texts; None where it is not said so."""
        found = self._sentences.treatments.read(start, end)
        return None if found is None else self.treating(replace(some[0].clause, end=end), found)

    def treating(self, clause: Clause, found: Treatment) -> Reading | None:
        """The steps of a treatment; None where an operator or a column for it is missing."""
        columns = found.columns or ((self._ground.main,) if self._ground.main else ())
        if not columns:
            return None
        clause = replace(clause, polarity="strip", own_verb=True)
        where = None if found.where is None else str(Expression(found.where))
        wishes: list[Wish] = []
        for operator, options in found.steps():
            if operator not in self._ground.matcher.operators:
                return None
            card = self._ground.matcher.card(operator)
            check = proofs.within(
                proofs.concept_check([*found.kinds] if len(found.steps()) == 1 else (), columns), where
            )
            wishes += [
                Wish(
                    clause,
                    card,
                    {**options},
                    (name,) if found.columns else (),
                    where,
                    ((clause.text, check if name == columns[0] else Check()),),
                )
                for name in columns
            ]
        return Reading(clause, tuple(wishes))

    def _are_neighbours(self, some: Sequence[Reading]) -> bool:
        """Whether clauses stand side by side in one sentence, or in a question and what is said to it."""
        return all(
            one.clause.end <= other.clause.start <= one.clause.end + 2
            and not (other.clause.hard and self._marked.tokens[one.clause.end].low != "?")
            for one, other in pairwise(some)
        )

    def keeping(self, clause: Clause, rows: Rows) -> Reading | None:
        """The steps that keep just these rows; None where an operator for them is missing."""
        column = rows.column or self._ground.main
        if (rows.languages or rows.sizes) and column is None:
            return None
        clause = replace(clause, polarity="keep", own_verb=True)
        wishes = [
            self._wish(clause, _FILTER, {EXPRESSION: text}, proofs.condition_check(text))
            for text in ([str(Expression(rows.condition))] if rows.condition is not None else [])
        ]
        if rows.languages:
            options: Options = {LANGUAGES: [*rows.languages], **({EXCLUDE: True} if rows.foreign else {})}
            check = proofs.language_check(rows.languages, column, exclude=rows.foreign)
            wishes.append(self._wish(clause, _LANGUAGE, options, check, column))
        for unit, interval in rows.sizes:
            operator = f"{unit.removesuffix('s')}_count_filter"
            matcher = self._ground.matcher
            card = matcher.card(operator) if operator in matcher.operators else None
            limit = Limit(clause.start, clause.end, interval, unit)
            filled = None if card is None else fill_limit(card, limit, interval, ())
            if filled is None:
                return None
            wishes.append(self._wish(clause, operator, filled, proofs.limit_check(unit, interval, column), column))
        return None if None in wishes else Reading(clause, tuple(one for one in wishes if one is not None))

    def _wish(
        self, clause: Clause, operator: str, options: Options, check: Check, column: str | None = None
    ) -> Wish | None:
        if operator not in self._ground.matcher.operators:
            return None
        card = self._ground.matcher.card(operator)
        return Wish(clause, card, options, (column,) if column else (), proofs=((clause.text, check),))


def _said(wishes: Sequence[Wish]) -> set[str]:
    """What filters keep, in parts that all hold; for comparing two."""
    parts = {part.strip("() ") for wish in wishes for part in str(wish.options.get(EXPRESSION, "")).split(" and ")}
    spoken = (
        f"{wish.options.get(LANGUAGES)} {bool(wish.options.get(EXCLUDE))}"
        for wish in wishes
        if LANGUAGES in wish.options
    )
    scopes = [str(wish.where) for wish in wishes if wish.where]
    scopes += [f"{wish.card.name} {wish.options}" for wish in wishes if wish.card.name not in (_FILTER, _LANGUAGE)]
    return {*filter(None, parts), *spoken, *scopes}


def _names_rows(clause: Clause) -> bool:
    """Whether a clause begins with rows and what they hold: "posts without links" has no verb."""
    tokens, behind = clause.marked.tokens, clause.start + 1
    holds = behind < clause.end and tokens[behind].low in HAVING | LACKING | RELATIVES
    return holds and is_row_noun(tokens, clause.start)


def _begins_anew(clause: Clause) -> bool:
    """Whether a clause begins a sentence, or says that all else goes, so that what stands before is one by itself."""
    return clause.hard or fate_of_rest(clause.words) == "goes"


def _filters_rows(wish: Wish) -> bool:
    """Whether a step judges each row by itself."""
    return wish.card.cls.kind == "filter" and wish.card.cls.scope != "dataset"


def _is_open(reading: Reading) -> bool:
    return bool(reading.not_covered) or reading.doubt is not None


def _within(reading: Reading, where: str) -> Reading:
    return replace(reading, wishes=tuple(with_scopes(reading.wishes, where)))
