"""Understands an answer that is none of the options: its words say themselves which rows, or which order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ...tools.profile import Profile
from .assembling import assemble
from .doubts import MORE, Decisions, Doubt, Opening
from .matching import Matcher
from .quantities import SMALL
from .tokens import tokenize
from .understanding import understand
from .vocabulary import DROP, KEEP
from .wishes import Wish

MOST_CHARACTERS: Final = 200
_LEAD: Final = re.compile(
    r"^(?:(?:oh|well|hm+|ok|okay|yes|please|sorry|i mean|i meant|i would say|i'd say|i think|say|let's say|maybe|"
    r"rather|simply|just|only|preferably|make it|make that|by that i mean|that is|meaning|as in|it is|it's)[,:]?\s+)+",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"(?:[,;]?\s*(?:please|pls|thanks|thank you|will do|would do|is fine|is enough))+$", re.IGNORECASE
)
_THOSE: Final = re.compile(
    r"^(?:(?:all|only)\s+)?(?:those|these|the ones?|ones?|the rows?|rows|anything|everything|whatever|all)\b\s*",
    re.IGNORECASE,
)
_WITH: Final = re.compile(r"^(?:(?:that|which) )?(?:with|have|has|having|of|from)\s+(?=\D*\d)", re.IGNORECASE)
_SORTING: Final = frozenset("sort order rank arrange".split())
_SELECTING: Final = frozenset({"top_rows", "sample_rows"})
_UNDER: Final = re.compile(r"\s<=?\s")
_OVER: Final = re.compile(r"\s>=?\s")


def in_own_words(
    doubt: Doubt, answer: str, so_far: Decisions, profile: Profile, matcher: Matcher, *, rival: bool = False
) -> Decisions | None:
    """The decisions after an answer that is no option; None where its words do not say which rows or which order.

    The answer is put as a request in some ways, and the first that is understood wholly, and does what was asked
    about, stands in the place of the doubtful words.

    Args:
        rival: whether the question is between readings that only the data tells apart.
    """
    opening = doubt.opening
    plain = _TAIL.sub("", _LEAD.sub("", " ".join(answer.split()).rstrip(".!"))).strip()
    if opening is None or doubt.is_offered(answer) or not plain or len(plain) > MOST_CHARACTERS:
        return None
    words = [token.low for token in tokenize(plain)]
    more = MORE - {"first"} if opening.form == "order" else MORE
    if not more.isdisjoint(words) or opening.words not in so_far.request or len(words) < _FEWEST:
        return None
    for said in _requests(opening, plain, words):
        wishes = _read(said, so_far, profile, matcher)
        if wishes and _fits(opening, wishes):
            request = so_far.request.replace(opening.words, said, 1)
            return replace(so_far, request=request, settled=so_far.settled or rival)
    return None


_FEWEST: Final = 2
"""Words of an answer; what is shorter is a number, a name or the first word of an option."""


def _requests(opening: Opening, plain: str, words: Sequence[str]) -> Iterator[str]:
    """An answer put as a request, the likeliest way first."""
    if opening.form == "order":
        if words[0] in _SORTING:
            yield plain
        yield f"sort {plain}" if words[0] in ("by", "on") else f"sort by {plain}"
        return
    if opening.column is not None:
        yield from _of_column(opening, opening.column, plain)
    if words[0] in KEEP | DROP | _SORTING:
        yield plain
        return
    rest = _THOSE.sub("", plain) or plain
    rest = re.sub(r"^(?:that|which) (?:have|has|had)\b", "with", rest, flags=re.IGNORECASE)
    other = "keep" if opening.verb == "drop" else "drop"
    for verb in (opening.verb, other) if opening.end else (opening.verb,):
        if rest == plain:
            yield f"{verb} rows whose {rest}"
            yield f"{verb} rows with {rest}"
            yield f"{verb} rows with a {rest}"
            yield f"{verb} texts with {rest}"
            yield f"{verb} {rest}"
        else:
            yield f"{verb} rows {rest}"
            yield f"{verb} rows whose {rest}"
            yield f"{verb} {plain}"


def _of_column(opening: Opening, column: str, plain: str) -> Iterator[str]:
    """An answer that says only a number, put as a request about the column in question: "keep 3 and up"."""
    first, _, rest = plain.partition(" ")
    own = first.lower() in KEEP | DROP
    body = _WITH.sub("", _THOSE.sub("", rest if own else plain))
    if not any(letter.isdigit() for letter in body) and not {*body.lower().split()} & {*SMALL}:
        return
    other = "keep" if opening.verb == "drop" else "drop"
    for verb in (first,) if own else (opening.verb, other):
        yield f"{verb} rows whose `{column}` is {body}"


def _read(said: str, so_far: Decisions, profile: Profile, matcher: Matcher) -> list[Wish]:
    """The steps of a request that is understood wholly; none for any other."""
    understood = understand(Decisions(said, so_far.column), profile, matcher)
    if understood.doubt is not None or understood.not_covered:
        return []
    made = assemble(understood.wishes, profile, understood.main, in_request_order=True, bindings={})
    return understood.wishes if made.doubt is None and not made.faults and made.workflow.steps else []


def _fits(opening: Opening, wishes: Sequence[Wish]) -> bool:
    """Whether steps do what was asked about, and nothing else: a further wish is no answer."""
    names = [wish.card.name for wish in wishes]
    if opening.form == "order":
        return names == ["sort_rows"]
    rows = [one for one in wishes if one.card.name != "sort_rows"]
    if not rows or not all(_chooses(one) for one in rows):
        return False
    return opening.end is None or not any(_is_other_end(one, opening.end) for one in rows)


def _chooses(wish: Wish) -> bool:
    """Whether a step says by each row, or by how many of them, which stay; copies are another matter."""
    card = wish.card
    return card.name in _SELECTING or (card.cls.kind == "filter" and card.cls.scope == "row")


def _is_other_end(wish: Wish, end: str) -> bool:
    """Whether a step keeps just the end of a scale that is not wanted."""
    options = wish.options
    if wish.card.name == "top_rows":
        return (options.get("best") == "low") != (end == "low")
    expression = str(options.get("expression") or "")
    low = bool(_UNDER.search(expression)) or any(
        name.startswith("max_") and options[name] is not None for name in options
    )
    high = bool(_OVER.search(expression)) or any(
        name.startswith("min_") and options[name] is not None for name in options
    )
    return low != high and low == (end == "high")
