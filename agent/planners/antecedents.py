"""Wishes over two sentences: a fact or a question names what is meant, the next says what to do with "them"."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from pydantic import JsonValue

from ...operators.core.expression import Expression
from ..state import Check
from . import proofs
from .assembling import with_scopes
from .clauses import Clause
from .matching import Matcher
from .slots import EXPRESSION, Options
from .verbs import negates
from .vocabulary import DROP
from .wishes import Reading, Wish
from .wording import MOST_TOKENS

_POINTS: Final = frozenset("them those these it that this such ones".split())
_THE_ROWS: Final = frozenset("them those these such ones".split())
_VALUE: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ONE_VALUE: Final = re.compile(r'(\w+|`[^`]+`) (?:= ("[^"]*")|in \(([^)]*)\))')
_BAD: Final = frozenset({"not", "unwanted", "out", "away", "gone", "don't", "no"})
_THEM: Final = frozenset("them those these it".split())
_ORIGINS: Final = frozenset("from since because due after left".split())
_IS: Final = frozenset("is are was were".split())
_RELATIVES: Final = frozenset({"that", "which", "who", "what", "whatever"})
_SAYS_NOTHING: Final = frozenset(
    "not wanted unwanted please out away gone go no thanks thank you just only me i we want need don't dont do to and"
    " so "
    "leave give show keep drop bin be must should can may get rid of the all of fine here there now then will would "
    "like have see any more either ok okay interested in need".split()
)

_RESHAPE, _FILTER = "reshape_rows", "expression_filter"


def with_antecedents(readings: Sequence[Reading], read: Callable[[Clause], Reading]) -> list[Reading]:
    """The readings, where open ones that point back are read with the clause before, which names what is meant."""
    done: list[Reading] = []
    for reading in readings:
        whole = _subject_alone(reading, read) or _told_of(reading, read)
        if whole is None and done and _is_open(reading) and _points_back(reading.clause):
            whole = next(_together(done, reading, read), None)
            if whole is not None:
                del done[_place(done) :]
        if whole is None and done and reading.wishes and _is_open(done[-1]) and _there(reading.clause):
            whole = _scoped(done[-1].clause, reading)
            if whole is not None:
                del done[-1:]
        if whole is None and done and _is_open(reading):
            whole = _judged(done[-1], reading.clause, read)
            if whole is not None:
                del done[-1:]
        done.append(whole or reading)
    return done


def united(readings: Sequence[Reading]) -> list[Reading]:
    """The readings, where filters that keep one value each of a column, said in one breath, keep all of them."""
    done: list[Reading] = []
    for reading in readings:
        both = _united(done[-1], reading) if done else None
        if both is not None:
            done[-1] = both
        else:
            done.append(reading)
    return done


def _united(before: Reading, after: Reading) -> Reading | None:
    wishes = [*before.wishes, *after.wishes]
    if len(wishes) != 2 or before.clause.group != after.clause.group or after.not_covered or after.doubt:
        return None
    found = [_ONE_VALUE.fullmatch(str(wish.options.get("expression"))) for wish in wishes]
    if None in found or any(wish.clause.polarity == "drop" or wish.where for wish in wishes):
        return None
    columns = {one[1] for one in found if one}
    values = list(dict.fromkeys(value for one in found if one for value in _VALUE.findall(one[0])))
    if len(columns) != 1:
        return None
    clause = replace(before.clause, end=after.clause.end)
    options: Options = {"expression": f"{columns.pop()} in ({', '.join(values)})"}
    return replace(before, clause=clause, wishes=(replace(wishes[0], clause=clause, options=options, proofs=()),))


def _there(clause: Clause) -> bool:
    """Whether a clause points back to the rows before: "there I want …", "for those …"."""
    words = [word for word in clause.words if word[:1].isalpha() and word not in ("and", "so", "but")]
    pairs = set(pairwise(words[:4]))
    there = words[:1] == ["there"] and words[1:2] not in (["are"], ["is"])
    return there or any(first in ("for", "in", "with", "on", "of") and then in _THE_ROWS for first, then in pairs)


def _scoped(before: Clause, reading: Reading) -> Reading | None:
    """A wish for the rows that a clause before names, which says nothing else that may be done."""
    if not before.conditions or before.limits or before.polarity in ("drop", "protect"):
        return None
    if any(wish.where for wish in reading.wishes) or reading.not_covered or reading.doubt:
        return None
    where = str(Expression(before.stated_condition()))
    return replace(reading, wishes=tuple(with_scopes(reading.wishes, where)))


def _judged(before: Reading, clause: Clause, read: Callable[[Clause], Reading]) -> Reading | None:
    """A clause before whose wish was not said, with what this one says of it: "… by a generator. Not wanted"."""
    said = before.clause
    if not _is_bare(clause) or said.polarity is not None or said.acts or not before.wishes:
        return None
    goes = clause.polarity == "drop" or not {*clause.words}.isdisjoint(_BAD)
    both = read(replace(said, polarity="drop" if goes else "keep"))
    return replace(both, clause=replace(said, end=clause.end)) if _is_whole(both) else None


def _is_bare(clause: Clause) -> bool:
    words = {word for word in clause.words if word[:1].isalpha()}
    stated = clause.conditions or clause.limits or clause.languages or clause.tables or clause.columns
    judges = clause.polarity in ("keep", "drop") or not words.isdisjoint(_BAD)
    return not stated and bool(words) and words <= _SAYS_NOTHING | _POINTS | DROP and judges


def _is_open(reading: Reading) -> bool:
    return not reading.wishes and reading.scope is None


def _place(done: Sequence[Reading]) -> int:
    """Where the open reading stands that may name what is meant: the last one, or one before a mere reason."""
    reason = len(done) > 1 and _is_open(done[-2]) and {*done[-1].clause.words} & _POINTS and _is_open(done[-1])
    return len(done) - 2 if reason else len(done) - 1


def _points_back(clause: Clause) -> bool:
    words = [word for word in clause.words if word[:1].isalpha()]
    return bool({*words} & _POINTS) or (clause.hard and bool(words) and {*words} <= _SAYS_NOTHING)


def _together(done: Sequence[Reading], reading: Reading, read: Callable[[Clause], Reading]) -> Iterator[Reading]:
    """What an open clause and the open one before ask for as one, if all of it is understood then."""
    before, clause = done[_place(done)], reading.clause
    if not _is_open(before) or clause.end - before.clause.start > MOST_TOKENS:
        return
    for end in (clause.end, *_subject_ends(before.clause)):
        whole = replace(clause, start=before.clause.start, end=end, hard=before.clause.hard, group=before.clause.group)
        if end != clause.end:
            whole = replace(whole, verb_at=whole.start, own_verb=False)
        both = read(whole)
        if _is_whole(both):
            yield both


def _is_whole(reading: Reading) -> bool:
    return bool(reading.wishes) and not reading.not_covered and reading.doubt is None


def _subject_alone(reading: Reading, read: Callable[[Clause], Reading]) -> Reading | None:
    """What a statement asks for whose verb stands behind it, without what it tells: "books … are old. Keep those"."""
    clause = reading.clause
    if not reading.not_covered or reading.wishes or clause.own_verb or clause.polarity not in ("keep", "drop"):
        return None
    found = (read(replace(clause, end=end)) for end in _subject_ends(clause))
    return next((replace(one, clause=clause) for one in found if _is_whole(one)), None)


def _told_of(reading: Reading, read: Callable[[Clause], Reading]) -> Reading | None:
    """What "the tags that came from our shop, can you get them out" asks for, without where they are from."""
    clause = reading.clause
    tokens = clause.marked.tokens
    own = clause.own_verb and clause.polarity in ("drop", "strip") and reading.not_covered and not reading.wishes
    behind = {tokens[at].low for at in range(max(clause.start, clause.verb_at - 2), clause.end)} if own else set()
    if not own or clause.conditions or clause.limits or behind.isdisjoint(_THEM):
        return None
    ends = (at for at in range(clause.start + 1, clause.verb_at) if tokens[at].low in _ORIGINS)
    for end in ends:
        one = read(replace(clause, end=end, verb_at=clause.start))
        if _is_whole(one):
            return replace(one, clause=clause)
    return None


def _subject_ends(clause: Clause) -> Iterator[int]:
    """Where the subject of a statement ends, if it says by itself which rows are meant."""
    tokens = clause.marked.tokens
    for at in range(clause.start + 1, clause.end - 1):
        if at in clause.marked.taken or tokens[at].low not in _IS or tokens[at - 1].low in _RELATIVES:
            continue
        subject = replace(clause, end=at)
        told = any(negates(token.low) for token in tokens[at : clause.end])
        behind = replace(clause, start=at)
        if subject.conditions and not (behind.conditions or behind.limits or behind.languages or told):
            yield at
        return


def with_rows_chosen(readings: Sequence[Reading], matcher: Matcher) -> list[Reading]:
    """The readings, where a step that takes columns of some rows is a filter and that step.

    It cannot leave other rows as they are, since a table has the same columns in all rows.
    """
    done: list[Reading] = []
    for reading in readings:
        wishes = list[Wish]()
        for wish in reading.wishes:
            if wish.card.name == _RESHAPE and wish.where is not None and {"select", "drop"} & wish.options.keys():
                check, options = proofs.condition_check(wish.where), dict[str, JsonValue]()
                options[EXPRESSION] = wish.where
                wishes.append(Wish(wish.clause, matcher.card(_FILTER), options, proofs=((wish.clause.text, check),)))
                wish = replace(wish, where=None, proofs=((wish.clause.text, Check()),))  # noqa: PLW2901
            wishes.append(wish)
        done.append(replace(reading, wishes=tuple(wishes)))
    return done
