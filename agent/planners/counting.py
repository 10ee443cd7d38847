"""Reads numbers of things for things, such as "three questions per chunk", into the options that count those things."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from pydantic import JsonValue

from .cards import OperatorCard, OptionCard
from .directions import Interval, Limit
from .marks import Marked, Span, inside
from .matching import SURE, Matcher
from .quantities import UNITS, plain
from .slots import SIZE, UNIT
from .vocabulary import ROW_NOUNS, SOFT, TEXT_NOUNS, concept_set, stem

_BEHIND: Final = 5
"""How many words behind a number may name what is counted: "4 alternative question-answer pairs"."""
_LINKS: Final = frozenset("for from of in about on to by out after".split())
_EVERY: Final = frozenset("each every".split())
_STOPS: Final = _LINKS | frozenset(
    "with that which whose who then using into via at is are per only but without".split()
)
"""Words behind which nothing names any more what is counted."""
_HEAD: Final = re.compile(r"[,;.:(]| (?:of|for|in|to|that|which|by|from|after|made|written|found|joined|drawn|meant)\b")
_FOR_EACH: Final = re.compile(r"\b(?:for|of|from|after) (?:an?|each|every) (?:given |new )?([\w-]+)")
_PER: Final = "per_"
_ROWS: Final = frozenset(map(stem, ROW_NOUNS | TEXT_NOUNS))
_ANY_ROW: Final = frozenset(map(stem, "row record entry".split()))
_PIECES: Final = frozenset(map(stem, "chunk chunks piece section passage passages window".split()))


@dataclass(frozen=True)
class Count:
    """So many things, for each thing where that is said.

    Args:
        end: one past the last token that says it.
        things: what is counted, stems; empty in "5 per document".
        each: that of which each has so many, stems; empty where it is not said.
    """

    limit: Limit
    end: int
    things: frozenset[str] = frozenset()
    each: frozenset[str] = frozenset()

    @property
    def of_pieces(self) -> bool:
        """Whether it may be meant for each piece of a text that was cut: not so "per document"."""
        return not self.each or not self.each <= _ROWS or bool(self.each & _PIECES)


@dataclass(frozen=True)
class Counted:
    """What an option counts, by its name and description.

    Args:
        things: what it counts, stems.
        each: that for each of which it counts, stems.
        per: whether its name says that it is for each: `per_text`.
    """

    things: frozenset[str]
    each: frozenset[str]
    per: bool


def count_of(marked: Marked, limit: Limit, end: int) -> Count | None:
    """What a number counts; None for one with a unit of its own, or behind which nothing is named.

    Args:
        end: one past the last token that may say it.
    """
    if limit.unit is not None or limit.share:
        return None
    behind = marked.tokens[limit.end : min(end, limit.end + 3 * _BEHIND)]
    lows = [token.low if token.is_word else "" for token in behind]
    at, things = _noun(lows, 0)
    if things and lows[at : at + 1] == ["with"]:  # "three questions with answers per chunk"
        beside, _ = _noun(lows, at + 1)
        at = beside if _led_to_each(lows, beside) else at
    led = _led_to_each(lows, at)
    at, each = _noun(lows, at + led) if led else (at, [])
    if not things and not each:
        return None
    return Count(limit, limit.end + at, frozenset(map(stem, things)), frozenset(map(stem, each)))


def only_counts(marked: Marked, start: int, end: int) -> bool:
    """Whether a piece says nothing but how many things there are to be: "at most 5 per document"."""
    limits = inside(marked.limits, start, end)
    counts = [count_of(marked, limit, end) for limit in limits]
    stated: tuple[Sequence[Span], ...] = (marked.languages, marked.conditions, marked.tables)
    if not counts or None in counts or any(inside(some, start, end) for some in stated):
        return False
    read = {at for one in counts if one is not None for at in range(one.limit.start, one.end)}
    rest = (token for at, token in enumerate(marked.tokens[start:end], start) if at not in read)
    return all(not token.is_word or token.low in SOFT for token in rest)


@cache
def counted_by(name: str, description: str) -> Counted:
    """What an option counts.

    >>> counted = counted_by("per_query", "Variations of each query.")
    >>> counted.things == {stem("variations")}, counted.each == {stem("query")}
    (True, True)
    """
    per = name.startswith(_PER)
    head = _HEAD.split(description, maxsplit=1)[0].replace("-", " ")
    things = {stem(one) for one in concept_set(head)} | (set() if per else {stem(one) for one in concept_set(name)})
    each = {stem(word.lower()) for word in _FOR_EACH.findall(description)} | ({stem(name[4:])} if per else set())
    return Counted(frozenset(things), frozenset(each), per)


def places(count: Count, card: OperatorCard, matcher: Matcher) -> list[OptionCard]:
    """The options of an operator that count such things: those that name them, else those that are for each."""
    numbers = [one for one in card.options.values() if _counts(one)]
    fitting = [(one, known) for one in numbers if _agree(count.each, (known := _of(one)).each)]
    named = [one for one, known in fitting if count.things & known.things]
    if named or not count.each:
        return named
    children = all(matcher.answers(card, thing) >= SURE for thing in count.things)
    return [one for one, known in fitting if known.per and children]


def agrees(count: Count, known: Counted) -> bool:
    """Whether what is counted is what an option counts; where only "per document" is said, whether it is for each."""
    if not _agree(count.each, known.each):
        return False
    return bool(count.things & known.things) if count.things else bool(known.each)


def number_of(kept: Interval | None) -> JsonValue:
    """The number that is meant, exactly or at most; None for one that is at least meant, which no option can say."""
    whole = Interval() if kept is None else kept.whole()
    return None if whole.high is None or whole.low not in (None, whole.high) else plain(whole.high)


def cuts(card: OperatorCard) -> bool:
    """Whether an operator makes several rows of a text that are parts of it."""
    return card.cls.effect == "expand" and SIZE in card.options and UNIT in card.options


def fill_count(
    count: Count, card: OperatorCard, matcher: Matcher, kept: Interval | None
) -> dict[str, JsonValue] | None:
    """The option that holds a count; None where no option does, or more than one."""
    found = places(count, card, matcher)
    if len(found) != 1:
        return None
    value = number_of(kept)
    least = card.options.get(f"min_{found[0].name}")
    if value is None and least is not None and kept is not None and kept.high is None and kept.whole().low is not None:
        return {least.name: plain(kept.whole().low or 0)}
    return None if value is None else {found[0].name: value}


def _of(option: OptionCard) -> Counted:
    return counted_by(option.name, option.field.description or "")


def _counts(option: OptionCard) -> bool:
    """Whether an option is a whole number of things, and not of words, tokens and the like."""
    of_units = option.name.rpartition("_")[2] in UNITS or option.name == "seed"
    return option.is_number and option.whole and option.side is None and not of_units and not option.of_replies


def _noun(lows: Sequence[str], at: int) -> tuple[int, list[str]]:
    """The words for a thing from here on, articles left out, and where they end."""
    words: list[str] = []
    end = at
    while end < min(len(lows), at + _BEHIND) and lows[end] and lows[end] not in _STOPS | _EVERY:
        if lows[end] in ("and", "or", "then"):
            break
        words += [lows[end]] if lows[end] not in ("the", "a", "an", "more", "other", "new", "different") else []
        end += 1
    return end, words


def _led_to_each(lows: Sequence[str], at: int) -> int:
    """How many words lead to that of which each has so many: "per", "for each"; 0 where none do."""
    if lows[at : at + 1] == ["per"]:
        return 1
    if lows[at : at + 1] and lows[at] in _EVERY:
        return 1
    return 2 if len(lows) > at + 1 and lows[at] in _LINKS and lows[at + 1] in _EVERY else 0


def _agree(said: frozenset[str], known: frozenset[str]) -> bool:
    """Whether "per document" may be for each of what an option is for each of."""
    if not said or not known or said & known or known & _ANY_ROW:
        return True
    if known <= _PIECES:
        return said <= _PIECES
    return known <= _ROWS and said <= _ROWS | _PIECES
