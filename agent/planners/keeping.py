"""Joins what says which of some copies stays to the step that drops the others: rows are put in order before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from ...tools.profile import Profile
from .matching import Matcher
from .shape_portions import SAMPLE, TOP
from .slots import Options
from .wishes import Reading, Wish
from .wording import NUMBERS

_EXACT: Final = "exact_dedup"


def with_kept(readings: Sequence[Reading], profile: Profile, matcher: Matcher) -> list[Reading]:
    """The readings with each order by which a copy is chosen before the step that drops the other copies."""
    done: list[Reading] = []
    for reading in readings:
        if not reading.clause.picks or not reading.wishes:
            done.append(reading)
            continue
        at = next((n for n in reversed(range(len(done))) if _drops_copies(done[n])), None)
        if at is None:
            done.append(replace(reading, wishes=(), not_covered=(reading.clause.text,)))
            continue
        order, before = reading.wishes[0], done[at].wishes[0]
        done[at] = replace(done[at], wishes=_joined(order, before, profile, matcher))
    return done


def _drops_copies(reading: Reading) -> bool:
    """Whether a clause asks for one step, which keeps the first of rows that are alike."""
    if len(reading.wishes) != 1 or reading.doubt is not None:
        return False
    wish = reading.wishes[0]
    single = wish.options.get("method") == "first" and wish.options.get("count") == 1 and bool(wish.options.get("per"))
    return wish.card.name.endswith("_dedup") or (wish.card.name == SAMPLE and single)


def _joined(order: Wish, copies: Wish, profile: Profile, matcher: Matcher) -> tuple[Wish, ...]:
    """The best of each group where numbers tell it and all rows have them; else an order and the first of each."""
    name = _first(order.options["columns"])
    groups = copies.options.get("per") if copies.card.name == SAMPLE else _keys(copies)
    numbers = profile.column(name).dtype in NUMBERS and "by" not in order.options
    keyed = isinstance(groups, list) and not any(profile.column(str(one)).null_share for one in groups)
    if numbers and keyed and profile.complete and not profile.column(name).null_share:
        per: JsonValue = groups
        low: Options = {} if order.options.get("order") else {"best": "low"}
        named: Options = {} if name == "score" else {"score": name}
        best: Options = {**named, **low, "count": 1, "per": per}
        return (Wish(copies.clause, matcher.card(TOP), best, where=copies.where, proofs=copies.proofs, fixed=True),)
    note = copies.note if copies.card.name != SAMPLE else ""
    return replace(order, fixed=True), replace(copies, fixed=True, note=note)


def _first(names: JsonValue) -> str:
    return str(names[0]) if isinstance(names, list) else str(names)


def _keys(copies: Wish) -> JsonValue:
    """The columns whose equal values make rows copies, where they are said and compared as they are."""
    if copies.card.name != _EXACT or copies.options.get("normalize"):
        return None
    columns = copies.options.get("columns")
    return columns if isinstance(columns, list) else [*copies.columns] or None
