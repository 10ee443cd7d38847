"""Finds what says which of some copies stays: "keeping the newest", "keep the one with the most votes"."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from .shape_orders import SORT
from .shape_ranks import Open, main_end, ranking_of
from .shape_words import PLAIN_ENDS
from .shapes import Sentence, items_from
from .vocabulary import KEEP
from .wording import NUMBERS, Missing, TableMention, Wording

_ROLES: Final = frozenset("column end more number share within random first out deny all except".split())
_SAYING: Final = frozenset("keeping leaving retaining preserving saving favouring favoring preferring".split())
_VERBS: Final = (KEEP - {"only", "must", "should"}) | frozenset("leave prefer preserve save stay stays".split())
_STAYS: Final = frozenset("stays survives wins stay counts remains".split())
_COPIES: Final = frozenset(
    "duplicate duplicates duplicated dupes dups dupe copies copy same twice dedupe dedup deduplicate deduplicated "
    "similar identical repeats repeated repeat once already doubles double again near more per each every unique "
    "distinct "
    "almost alike equal one several occurs occur".split()
)
"""Words without one of which nothing before speaks of copies or groups."""
_BEFORE: Final = 30
_NEAR: Final = 10


def find_picks(said: Wording) -> Mapping[int, TableMention]:
    """What says which copy stays, by where it begins."""
    found: dict[int, TableMention] = {}
    for at in range(1, len(said.tokens)):
        begins = said.low(at) in _SAYING or (said.ends(at - 1) and not said.ends(at) and _may_begin(said, at))
        if not begins or _COPIES.isdisjoint(said.lows(max(0, at - _BEFORE), min(at, _BEFORE))):
            continue
        mention = _pick(said, at)
        if mention is not None:
            found[at] = mention
    return found


def _may_begin(said: Wording, at: int) -> bool:
    end = next((place for place in range(at, min(at + 12, len(said.tokens))) if said.ends(place)), at + 12)
    words = {*said.lows(at, end - at)}
    return bool(words & (_VERBS | _STAYS)) or said.low(at) in ("the", "whichever")


def _pick(said: Wording, at: int) -> TableMention | None:
    items, reached = items_from(said, at + (said.low(at) in _SAYING), _ROLES)
    end = next((place for place in range(at + 1, reached + 1) if said.ends(place)), None)
    if end is None:
        return None
    one = Sentence(said, at, end, tuple(item for item in items if item.end <= end and item.role != "say"))
    best = main_end(one) or main_end(one, "more")
    if best is None or not one.has <= {"end", "more", "column", "one"} or said.low(best.start) in PLAIN_ENDS:
        return None
    columns = one.of("column")
    numbers = [item.value for item in columns if said.profile.column(item.value).dtype in NUMBERS]
    weak = [one.value for one in columns if (one.weak or one.start < best.start) and one.value not in numbers]
    weak = weak or _compared(said, at)
    named = list(dict.fromkeys(item.value for item in columns if item.value not in weak))
    ranking = ranking_of(one, best, named, weak)
    if isinstance(ranking, Open):
        if not ranking.columns:
            return None
        question = f"Which column is meant by {ranking.words!r} in {one.text!r}?"
        filled = f"keep the one with the {'highest' if best.value[0] == 'high' else 'lowest'} `{{}}`"
        return TableMention(at, end, SORT, missing=Missing(question, filled, ranking.columns), whole=True, picks=True)
    if ranking is None:
        return None
    return TableMention(at, end, SORT, ranking.order(), None, whole=True, picks=True)


def _compared(said: Wording, end: int) -> list[str]:
    """The columns that the words right before name: of near duplicate lyrics the longest ones are long lyrics."""
    found = (said.column(at) for at in range(max(0, end - _NEAR), end))
    return list(dict.fromkeys(one[0] for one in found if one is not None))


def with_cuts(said: Wording) -> tuple[Wording, Mapping[int, TableMention]]:
    """The request with the places where such words begin, and what they say."""
    picks = find_picks(said)
    return (replace(said, cuts=frozenset(picks)) if picks else said), picks
