"""Clauses that only go on with the one before: "the same for the title", "the body too", "but leave IPs alone"."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .clauses import Clause
from .vocabulary import concept_set, stem
from .wishes import Reading, Wish

_SAME: Final = frozenset("same too likewise also equally ditto well".split())
_ALONE: Final = frozenset(map(stem, "alone untouched unchanged intact touch".split()))
_SAYS_LITTLE: Final = frozenset(
    "do does done the a an and as is are it that this goes go happens holds applies apply for with to in on of by both "
    "please our my their its column columns field fields then thing treatment but way".split()
)


def is_same_again(clause: Clause) -> bool:
    """Whether a clause only says that the one before is meant for other columns too."""
    if not clause.columns or clause.limits or clause.languages or clause.conditions or clause.tables:
        return False
    named = {at for column in clause.columns for at in range(column.start, column.end)}
    words = {clause.marked.tokens[at].low for at in range(clause.start, clause.end) if at not in named}
    words = {word for word in words if word[0].isalpha()}
    return bool(words & _SAME) and words <= _SAME | _SAYS_LITTLE


def again(clause: Clause, before: Sequence[Reading]) -> Reading | None:
    """The steps of the clause before, for the columns that this one names; None where it had none on columns."""
    last = before[-1] if before else None
    if last is None or last.doubt is not None or last.not_covered:
        return None
    wishes = [wish for wish in last.wishes if wish.card.text_option is not None]
    names = tuple(dict.fromkeys(name for column in clause.columns for name in column.names))
    if not wishes or len(wishes) < len(last.wishes) or not names:
        return None
    kinds = list(dict.fromkeys((wish.card.name, str(wish.options)) for wish in wishes))
    first = [next(wish for wish in wishes if (wish.card.name, str(wish.options)) == kind) for kind in kinds]
    return Reading(clause, tuple(replace(w, clause=clause, columns=(n,), proofs=()) for n in names for w in first))


def spared(readings: Sequence[Reading]) -> list[Reading]:
    """The readings without those that only name kinds which a step before is to leave alone, and does then."""
    done: list[Reading] = []
    for reading in readings:
        if reading.clause.polarity != "protect":
            done.append(reading)
            continue
        at = next((n for n in reversed(range(len(done))) if _sparing(done[n], reading) is not None), None)
        if at is None:
            done.append(reading)
        else:
            done[at] = replace(done[at], wishes=_sparing(done[at], reading) or ())
    return done


def _sparing(before: Reading, reading: Reading) -> tuple[Wish, ...] | None:
    clause = reading.clause
    if clause.polarity != "protect" or reading.wishes or clause.conditions or clause.columns:
        return None
    left = {concept for _, concept in clause.concepts} - _ALONE
    if not left:
        return None
    wishes = [_without(wish, left) for wish in before.wishes]
    kept = [wish for wish in wishes if wish is not None]
    return tuple(kept) if kept and len(kept) == len(wishes) else None


def _without(wish: Wish, left: set[str]) -> Wish | None:
    """A step for all kinds but those to be left alone; None where these are none of its kinds, or were asked for."""
    for option in wish.card.options.values():
        kinds = {choice: concept_set(choice) for choice in option.choices} if option.many else {}
        out = [choice for choice, known in kinds.items() if known and known <= left]
        if not out or not left <= set().union(*(kinds[choice] for choice in out)):
            continue
        said = wish.options.get(option.name)
        chosen = list(said) if isinstance(said, list) else list(option.default or ())
        if isinstance(said, list):
            return None if set(out) & set(said) else wish
        rest = [choice for choice in chosen if choice not in out]
        return replace(wish, options={**wish.options, option.name: rest}) if rest else None
    return None
