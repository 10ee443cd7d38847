"""Clauses that say that no other columns stay than those a step before names: "drop everything else"."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from .formats import CONVERT, RESHAPE
from .matching import Matcher
from .rests import fate_of_rest
from .wishes import Reading, Wish

_THESE: Final = frozenset("these those them both".split())
_ONLY: Final = frozenset("only just nothing solely exclusively".split())
_AROUND: Final = frozenset(
    "keep leave retain want need give me i we us please and then the two three four five columns column fields field "
    "ones in file table output else but should must remain stay remains stays is are be to at end".split()
)


def with_only_columns(readings: Sequence[Reading], matcher: Matcher) -> list[Reading]:
    """The readings with a step that selects the columns, for a clause that says so behind steps that name some."""
    done: list[Reading] = []
    for reading in readings:
        names = _named(done[-1]) if done and not reading.wishes and _means_the_rest(reading) else []
        if not names:
            done.append(reading)
            continue
        select: JsonValue = [*names]
        wish = Wish(reading.clause, matcher.card(RESHAPE), {"select": select})
        done.append(replace(reading, wishes=(wish,), not_covered=(), doubt=None))
    return done


def _means_the_rest(reading: Reading) -> bool:
    clause = reading.clause
    words = {word for word in clause.words if word[:1].isalpha()}
    if any(limit.unit for limit in clause.limits) or clause.languages or clause.conditions or clause.columns:
        return False  # "these two" limits nothing
    only = bool(words & _THESE) and bool(words & _ONLY) and words <= _THESE | _ONLY | _AROUND
    return only or fate_of_rest(clause.words) == "goes"


def _named(reading: Reading) -> list[str]:
    """The columns that are all that the steps of a clause name, under the names that they had; none of other steps."""
    names: list[str] = []
    for wish in reading.wishes:
        if wish.card.name == CONVERT:
            names += wish.card.cls.model_validate(wish.options).writes()
        elif wish.card.name == RESHAPE and isinstance(wish.options.get("rename"), dict):
            names += wish.options["rename"]  # type: ignore[arg-type]
        else:
            return []
    return names
