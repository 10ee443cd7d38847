"""Nouns that stand for the rows which a condition beside them describes."""

from collections.abc import Collection, Sequence
from typing import Final

from .quantities import UNITS
from .tokens import Token
from .vocabulary import ACTIONS, DROP, KEEP, PIECE_NOUNS, ROW_NOUNS, STRIP, is_general, is_synonym, synonyms

_DESCRIBING: Final = frozenset(
    "that which who whose where when if unless with without whatever whichever having lacking being is are was were "
    "has have do does did not isn't aren't doesn't don't didn't must should need needs to costing can".split()
)
_DEGREES: Final = frozenset("low high poor bad good weak small large big great tiny huge little excessive".split())
_NO_NOUNS: Final = frozenset(
    "was has its his yes onwards upwards downwards afterwards backwards towards always besides perhaps sometimes as is "
    "does times less hers ours theirs yours whereas".split()
)
HELD: Final = frozenset(
    word for word, meant in synonyms().items() if {*meant} & {"url", "email", "emoji", "html", "empty", "duplicate"}
)
"""Words for what rows hold, or lack."""
HOLDING: Final = frozenset(
    "with containing contain contains having have has holding hold holds including include includes mention mentions "
    "mentioning mentioned featuring feature features carrying carry carries bearing bear bears showing quoting quote "
    "quotes sporting".split()
)
"""Words between rows and what is in them."""
_RELATIVES: Final = frozenset({"that", "which", "who"})
_HOLDERS: Final = frozenset(
    "nothing none anything everything something whatever those these ones one any all row rows feedback content "
    "stuff material".split()
)
"""Words for rows that hold something."""
_LEADING: Final = frozenset("for unless if where when except only just all".split())
_BETWEEN: Final = frozenset("in on of from by the a an its their it they just only already still also".split())
_PARTS: Final = (
    frozenset(
        "hashtags handles usernames names strings brackets quotes quotations footnotes citations captions bullets "
        "lists "
        "tables mentions signatures comments parts pieces chunks segments slices windows blocks portions "
        "overlaps".split()
    )
    - ROW_NOUNS
)
"""Nouns for what stands in texts."""
_DETERMINERS: Final = frozenset("a an any every each no the all".split())
_PRONOUNS: Final = frozenset("it that there this he she what who let here everything".split())
"""Words that stand with "'s" for "is"."""


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
        named = is_row_noun(tokens, before)
        described = bool(between & _DESCRIBING) or ((led or between <= {"of"}) and named)
        single = before > start and tokens[before - 1].low in _DETERMINERS and tokens[before].is_word
        if before >= start and described and (single or named):
            idle.add(before)
        if last < end and (is_row_noun(tokens, last) or tokens[last].low in PIECE_NOUNS):  # "opinion pieces"
            idle.add(last)
    return frozenset(idle)


def holds_something(
    tokens: Sequence[Token], holding: Collection[str], free: Collection[int], verb_at: int | None
) -> bool:
    """Whether words are about what holds something: "nothing with a link in it", "feedback containing emojis".

    Args:
        holding: words between rows and what is in them.
        free: positions of the clause that no rule has read.
        verb_at: where its verb stands.
    """
    for at in free:
        if tokens[at].low not in holding:
            continue
        place = _word_before(tokens, at)
        if tokens[place].low in _RELATIVES:
            place = _word_before(tokens, place)
        if place < 0 or not tokens[place].is_word:
            continue
        named = place in free and (tokens[place].low in _HOLDERS or is_row_noun(tokens, place))
        if named or (place in free and place != verb_at and _is_plain_noun(tokens[place].low)):
            return True
    return False


def _word_before(tokens: Sequence[Token], at: int) -> int:
    """Where the word before a position stands, those that say nothing passed over; -1 for none."""
    at -= 1
    while at >= 0 and tokens[at].low == "please":
        at -= 1
    return max(at, -1)


def _is_plain_noun(word: str) -> bool:
    """Whether a word may be what people call the rows: no verb, and nothing that texts hold."""
    verbs = word in DROP or word in STRIP or word in KEEP or word in ACTIONS
    return word.isalpha() and not (verbs or is_general(word) or word.endswith("n't") or is_synonym(word))


def is_row_noun(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word may stand for the rows: "reviews", "buyers", "ones"."""
    if not 0 <= at < len(tokens) or not tokens[at].is_word:
        return False
    word = tokens[at].low
    if word in ROW_NOUNS or word in ("ones", "one", "stuff", "people", "things", "material", "content"):
        return word not in ("all", "these", "those", "whatever", "whichever", "everything", "anything")
    known = (ACTIONS, DROP, KEEP, STRIP, UNITS, _PARTS, _NO_NOUNS)
    contracted = word.endswith("'s") and word[:-2] in _PRONOUNS
    if is_synonym(word) or contracted or any(word in one for one in known):
        return False
    return len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ics"))
