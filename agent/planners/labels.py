"""Takes words that are labels in the data for conditions: "wiki rows", where `source` holds wiki."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ...operators.core.expression import Among, Column, Compare, Condition, Value
from ...tools.profile import Profile
from .columns import words_of
from .condition_words import singular
from .conditions import ConditionMention
from .marks import Marked, apart
from .matching import Matcher
from .tokens import Token, tokenize
from .vocabulary import THINGS, concepts, is_general, stem

SHORTEST = 3
"""Labels such as "de" are too easily something else."""

_JOINS = frozenset({",", "and", "or", "nor", "&", "/", "+", "plus"})
_BY = frozenset("by via over through from on in under with as using per at".split())
_ABOUT = frozenset("about under regarding concerning by via through the".split())
"""Words between rows and what they are about."""
_CALLED = frozenset("tagged marked labelled labeled classified categorised categorized called named".split())
_CAME = _CALLED | frozenset(
    "come comes came coming arrive arrives arrived arriving reach reached sent submitted received raised filed opened "
    "posted belong belongs belonging made written "
    "placed listed gone went".split()
)
"""Verbs that lead to a label: "came in by chat"."""


def with_labels(marked: Marked, profile: Profile, matcher: Matcher) -> Marked:
    """The request with labels marked as conditions, where one column alone holds them and no operator knows them."""
    found: list[ConditionMention] = []
    at = 0
    while at < len(marked.tokens):
        mention = _mention(marked, at, profile, matcher)
        if mention is not None:
            found.append(mention)
        at = at + 1 if mention is None else mention.end
    if not found:
        return marked
    return replace(
        marked,
        limits=tuple(apart(marked.limits, found)),
        languages=tuple(apart(marked.languages, found)),
        conditions=tuple(sorted([*marked.conditions, *found], key=lambda one: one.start)),
    )


def _mention(marked: Marked, at: int, profile: Profile, matcher: Matcher) -> ConditionMention | None:
    first = _label(marked, at, profile, matcher)
    if first is None:
        return None
    column, labels, end = first[0], [*first[1]], first[2]
    while end < len(marked.tokens):
        after = end
        while after < len(marked.tokens) and marked.tokens[after].low in _JOINS | {"the"}:
            after += 1
        another = _label(marked, after, profile, matcher) if end < after < len(marked.tokens) else None
        if another is None or another[0] != column:
            break
        labels, end = [*labels, *another[1]], another[2]
    start, end = _with_name(marked, *_with_verb(marked, at, end), column)
    values = tuple(Value("text", label) for label in dict.fromkeys(labels))
    condition: Condition = Among(Column(column), values)
    if len(values) == 1:
        condition = Compare(Column(column), "=", values[0])
    return ConditionMention(start, end, condition)


def _with_verb(marked: Marked, start: int, end: int) -> tuple[int, int]:
    """The span with what leads to a label: "came in over the …"; without that it is as it was."""
    first = start
    while first > 0 and (marked.tokens[first - 1].low in _BY or marked.tokens[first - 1].low in ("the", "our", "a")):
        first -= 1
    about = start
    while about > 0 and marked.tokens[about - 1].low in _ABOUT:
        about -= 1
    verb = marked.tokens[first - 1].low if first else ""
    return (first - 1, end) if verb in _CALLED or (verb in _CAME and first < start) else (about, end)


def _with_name(marked: Marked, start: int, end: int, column: str) -> tuple[int, int]:
    """The span with the name of the labels' own column beside it: "the forum source", "MIT licensed"."""
    for mention in marked.columns:
        if mention.names == (column,) and not mention.marked:
            if mention.start == end:
                return start, mention.end
            if mention.end == start:
                return mention.start, end
    parts = {stem(part) for part in words_of(column)}
    if end < len(marked.tokens) and stem(marked.tokens[end].low) in parts:
        return start, end + 1
    if start and stem(marked.tokens[start - 1].low) in parts and start - 1 not in marked.taken:
        return start - 1, end
    return start, end


def _label(marked: Marked, at: int, profile: Profile, matcher: Matcher) -> tuple[str, tuple[str, ...], int] | None:
    """The column, the labels that the words mean, and where they end."""
    token = marked.tokens[at]
    # A language is none where it is a label of the data: "italian" of a cuisine.
    if at in marked.taken_by_others or not token.is_word:
        return None
    plain = len(token.low) < SHORTEST or (is_general(token.low) and token.low not in THINGS)
    if plain and not _is_name(marked, at, profile):
        return None
    sizes = {
        column.name: [(label, size) for label in column.labels if (size := _size(marked.tokens, at, label))]
        for column in profile.columns
    }
    found = [(name, several) for name, several in sizes.items() if several]
    if not found:
        found = [(one.name, family) for one in profile.columns if (family := _family(marked.tokens, at, one.labels))]
    if len(found) > 1:  # of labels in several columns those that are written so: "Sport" beside "sport"
        spelled = [(name, some) for name, some in found if any(_is_spelled(marked, at, *one) for one in some)]
        found = spelled if len(spelled) == 1 else found
    if len(found) != 1:
        return None
    meant = {concept for _, _, some in concepts([token.low]) for concept in some}
    name, several = found[0]
    longest = max(size for _, size in several)
    told = _is_led(marked, at) or _is_listed(marked, at, longest, profile.column(name).labels)
    if any(matcher.is_treated(concept) for concept in meant) and not told:
        return None
    return name, tuple(label for label, size in several if size == longest), at + longest


def _is_name(marked: Marked, at: int, profile: Profile) -> bool:
    """Whether a word of the language is a label here, by its capital within a sentence or in a list: "Rust and Go"."""
    if any(_size(marked.tokens, at, label) and _is_listed(marked, at, 1, column.labels)
           for column in profile.columns for label in column.labels):  # fmt: skip
        return True
    text = marked.tokens[at].text
    within = (
        at > 0 and marked.tokens[at - 1].kind != "break" and marked.tokens[at - 1].low not in (".", "!", "?", ":", "-")
    )
    return within and text[:1].isupper() and any(text in column.labels for column in profile.columns)


def _is_spelled(marked: Marked, at: int, label: str, size: int) -> bool:
    """Whether a label stands in the request letter for letter."""
    return marked.text(at, at + size) == label


def _is_listed(marked: Marked, at: int, size: int, labels: Sequence[str]) -> bool:
    """Whether another label of the same column stands beside, joined by a comma or "and"."""
    tokens = marked.tokens
    for step, first in ((1, at + size), (-1, at - 1)):
        joint, here = False, first
        while 0 <= here < len(tokens) and (tokens[here].low in _JOINS or tokens[here].low == "the"):
            joint, here = joint or tokens[here].low in _JOINS, here + step
        if joint and 0 <= here < len(tokens):
            return any(_size(tokens, here, label) for label in labels)
    return False


def _is_led(marked: Marked, at: int) -> bool:
    """Whether words such as "came in by" say that a word is no thing in the texts."""
    if _with_verb(marked, at, at + 1)[0] < at:
        return True
    names = [mention for mention in marked.columns if len(mention.names) == 1 and not mention.marked]
    return any(at + 1 == mention.start or at == mention.end for mention in names)


def _size(tokens: Sequence[Token], at: int, label: str) -> int:
    """How many tokens the label takes up here; 0 where it does not stand."""
    words = _words(label)
    here = [token.low for token in tokens[at : at + len(words)]]
    same = here == [*words] or (
        len(label) > SHORTEST and [*here[:-1], *map(singular, here[-1:])] == [*words[:-1], *map(singular, words[-1:])]
    )
    return len(words) if words and same else 0


def _family(tokens: Sequence[Token], at: int, labels: Sequence[str]) -> list[tuple[str, int]]:
    """The labels whose first part stands here, the rest being a number or a sign: "GPL" for "GPL-3.0"."""
    parts = {label: _words(label) for label in labels}
    rest = {label: "".join(words[1:]) for label, words in parts.items() if words and words[0] == tokens[at].low}
    return [(label, 1) for label, behind in rest.items() if behind and not any(map(str.isalpha, behind))]


@lru_cache(maxsize=4_000)
def _words(label: str) -> tuple[str, ...]:
    """A label as requests are cut into words."""
    return tuple(token.low for token in tokenize(label))
