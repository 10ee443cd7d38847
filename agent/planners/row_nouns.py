"""Nouns that stand for the rows which a condition beside them describes."""

from collections.abc import Sequence
from typing import Final

from .quantities import UNITS
from .tokens import Token
from .vocabulary import ACTIONS, DROP, KEEP, ROW_NOUNS, STRIP, is_synonym

_DESCRIBING: Final = frozenset(
    "that which who whose where when if unless with without whatever whichever having lacking being is are was were "
    "has have do does did not isn't aren't doesn't don't didn't must should need needs to costing can".split()
)
_DEGREES: Final = frozenset("low high poor bad good weak small large big great tiny huge little excessive".split())
_NO_NOUNS: Final = frozenset(
    "was has its his yes onwards upwards downwards afterwards backwards towards always besides perhaps sometimes as is "
    "does times less hers ours theirs yours whereas".split()
)
_LEADING: Final = frozenset("for unless if where when except only just all".split())
_BETWEEN: Final = frozenset("in on of from by the a an its their it they just only already still also".split())
_DETERMINERS: Final = frozenset("a an any every each no the all".split())


def idle_words(tokens: Sequence[Token], start: int, end: int, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Positions of nouns that stand for the rows which conditions beside them describe: "reviews with …"."""
    idle: set[int] = set()
    for first, last in spans:
        before = first - 1
        if before >= start and tokens[before].low in _DEGREES:  # "low quality: below 0.5"
            idle.add(before)
            before -= 1
        while before >= start and tokens[before].low in _DESCRIBING | _BETWEEN:
            before -= 1
        between = {token.low for token in tokens[before + 1 : first]}
        led = before > start and tokens[before - 1].low in _LEADING  # "for stories from …"
        described = bool(between & _DESCRIBING) or ((led or not between) and is_row_noun(tokens, before))
        single = before > start and tokens[before - 1].low in _DETERMINERS and tokens[before].is_word
        if before >= start and described and (single or is_row_noun(tokens, before)):
            idle.add(before)
        if last < end and is_row_noun(tokens, last):
            idle.add(last)
    return frozenset(idle)


def is_row_noun(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word may stand for the rows: "reviews", "buyers", "ones"."""
    if not 0 <= at < len(tokens) or not tokens[at].is_word:
        return False
    word = tokens[at].low
    if word in ROW_NOUNS or word in ("ones", "one", "stuff", "people", "things", "material", "content"):
        return word not in ("all", "these", "those", "whatever", "whichever", "everything", "anything")
    known = word in ACTIONS or word in DROP or word in KEEP or word in STRIP or is_synonym(word) or word in UNITS
    return (
        len(word) > 2
        and word not in _NO_NOUNS
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is"))
        and not known
    )
