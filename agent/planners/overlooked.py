"""Finds words that a plain reading of a clause passes over although they change what it says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...tools.profile import Profile
from ..state import Check
from .clauses import Clause
from .grammar.things import things_at
from .marks import Marked
from .matching import Matcher
from .wishes import Reading, Wish

_UNLESS: Final = frozenset({"unless", "except", "excepting"})
_COMPARED: Final = frozenset(
    "more most higher highest fewer fewest better best newer newest latest longer longest shorter shortest lower "
    "lowest older oldest bigger biggest".split()
)
_GIVING: Final = frozenset("give show get fetch list return want need bring export".split())
_OF: Final = frozenset("of for".split())
_LENGTHS: Final = frozenset("word words length lengths long longer short shorter letters characters".split())
_SPARING: Final = frozenset("but except leave keep touch spare without not".split())
_REACH: Final = 4
_RESHAPE: Final = "reshape_rows"


def overlooks(reading: Reading, profile: Profile) -> bool:
    """Whether a reading passes over an exception, a comparison, or a value that was taken for a verb.

    So do plain readings of "rating 4 or 5 unless it was lost", of "if the same body is there twice keep the one with
    more likes" and of "everything Hermes lost".
    """
    clause, tokens = reading.clause, reading.clause.marked.tokens
    names = {wish.card.name for wish in reading.wishes}
    if not names or clause.tables or reading.doubt is not None:
        return False
    words = [token.low for token in tokens[clause.start : clause.end]]
    if names == {"mean_word_length_filter"}:
        return _LENGTHS.isdisjoint(words)
    if names == {"exact_dedup"}:
        return "keep" in words and not _COMPARED.isdisjoint(words[words.index("keep") :])
    return names == {"expression_filter"} and _filters_less(clause, words, profile)


def _filters_less(clause: Clause, words: Sequence[str], profile: Profile) -> bool:
    """Whether a clause that was read as a condition says more than that."""
    tokens = clause.marked.tokens
    unless = next((clause.start + at for at, word in enumerate(words) if word in _UNLESS), None)
    if unless is not None and all(one.end <= unless for one in clause.conditions):
        return True
    verb = tokens[clause.verb_at].low if clause.own_verb and clause.verb_at > clause.start else ""
    return clause.polarity == "drop" and _is_value(verb, profile)


def spared_in_texts(readings: Sequence[Reading], marked: Marked) -> list[Reading]:
    """What no step spares in texts that become lower case: "… but don't touch the links in it"."""
    wishes = [wish for one in readings for wish in one.wishes]
    lowered = next((wish.clause for wish in wishes if wish.card.name == "lowercase_text"), None)
    if lowered is None:
        return []
    others = [wish for wish in wishes if wish.card.name != "lowercase_text"]
    treated = {concept for wish in others for _, concept in wish.clause.concepts}
    treated |= {concept for wish in others for concept in wish.card.name_concepts}
    for at, token in enumerate(marked.tokens):
        for place in range(at + 1, at + 1 + _REACH if token.low in _SPARING else at):
            for kinds, end in things_at(marked.tokens, place) if place < len(marked.tokens) else ():
                if treated.isdisjoint(kinds):
                    clause = replace(lowered, start=at, end=end)
                    return [Reading(clause, not_covered=(clause.text,))]
    return []


def _is_value(word: str, profile: Profile) -> bool:
    return any(word == label.lower() for column in profile.columns for label in column.labels)


def with_selected(readings: Sequence[Reading], matcher: Matcher) -> list[Reading]:
    """The readings, with the step that selects the columns that a filter was asked of: "give me title and url of …"."""
    if _RESHAPE not in matcher.operators:
        return list(readings)
    return [_selected(one, matcher) for one in readings]


def _selected(reading: Reading, matcher: Matcher) -> Reading:
    clause = reading.clause
    plain = len(reading.wishes) == 1 and reading.wishes[0].card.name == "expression_filter" and not reading.not_covered
    if not plain or clause.polarity != "keep" or clause.limits or reading.doubt is not None:
        return reading
    names = _asked_for(clause)
    if not names:
        return reading
    select = Wish(clause, matcher.card(_RESHAPE), {"select": [*names]}, proofs=((clause.text, Check()),))
    return replace(reading, wishes=(*reading.wishes, select))


def _asked_for(clause: Clause) -> tuple[str, ...]:
    """The columns that are asked for by a verb of giving: "give me the title and the url of everything …"."""
    tokens = clause.marked.tokens
    if _GIVING.isdisjoint(clause.words[:3]):
        return ()
    outside = [
        one
        for one in clause.columns
        if not any(other.start < one.end and one.start < other.end for other in clause.conditions)
    ]
    before = min((one.start for one in clause.conditions), default=clause.end)
    named = [one for one in outside if one.end <= before]
    if not named or tokens[named[-1].end].low not in _OF:
        return ()
    names = tuple(dict.fromkeys(name for one in named for name in one.names))
    rows = len(names) == 1 and tokens[named[-1].end - 1].low != names[0].lower()  # "the reviews of 2020"
    return () if rows else names
