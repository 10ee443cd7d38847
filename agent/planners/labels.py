"""Takes words that are labels in the data for conditions: "wiki rows", where `source` holds wiki."""

from collections.abc import Sequence
from dataclasses import replace

from ...operators.core.expression import Among, Column, Compare, Condition, Value
from ...tools.profile import Profile
from .condition_words import singular
from .conditions import ConditionMention
from .marks import Marked
from .matching import Matcher
from .tokens import Token
from .vocabulary import THINGS, concepts, is_general

SHORTEST = 3
"""Labels such as "de" are too easily something else."""

_JOINS = frozenset({",", "and", "or", "nor", "&", "/"})
_BY = frozenset("by via over through from on in under with as using per at".split())
_CAME = frozenset(
    "come comes came coming arrive arrives arrived arriving reach reached sent submitted received raised filed opened "
    "posted tagged marked labelled labeled classified categorised categorized belong belongs belonging made written "
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
    return replace(marked, conditions=tuple(sorted([*marked.conditions, *found], key=lambda one: one.start)))


def _mention(marked: Marked, at: int, profile: Profile, matcher: Matcher) -> ConditionMention | None:
    first = _label(marked, at, profile, matcher)
    if first is None:
        return None
    column, labels, end = first[0], [first[1]], first[2]
    while end < len(marked.tokens):
        after = end
        while after < len(marked.tokens) and marked.tokens[after].low in _JOINS:
            after += 1
        another = _label(marked, after, profile, matcher) if end < after < len(marked.tokens) else None
        if another is None or another[0] != column:
            break
        labels, end = [*labels, another[1]], another[2]
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
    led = first > 0 and marked.tokens[first - 1].low in _CAME and first < start
    return (first - 1, end) if led else (start, end)


def _with_name(marked: Marked, start: int, end: int, column: str) -> tuple[int, int]:
    """The span with the name of the labels' own column beside it: "the forum source"."""
    for mention in marked.columns:
        if mention.names == (column,) and not mention.marked:
            if mention.start == end:
                return start, mention.end
            if mention.end == start:
                return mention.start, end
    return start, end


def _label(marked: Marked, at: int, profile: Profile, matcher: Matcher) -> tuple[str, str, int] | None:
    """The column, the label and where it ends."""
    token = marked.tokens[at]
    if at in marked.taken or not token.is_word or len(token.low) < SHORTEST:
        return None
    if is_general(token.low) and token.low not in THINGS:
        return None
    found = [
        (column.name, label, at + size)
        for column in profile.columns
        for label in column.labels
        if (size := _size(marked.tokens, at, label))
    ]
    if len(found) != 1:
        return None
    meant = {concept for _, _, some in concepts([token.low]) for concept in some}
    if any(matcher.is_treated(concept) for concept in meant) and not _is_led(marked, at):
        return None
    return found[0]


def _is_led(marked: Marked, at: int) -> bool:
    """Whether words such as "came in by" say that a word is no thing in the texts."""
    if _with_verb(marked, at, at + 1)[0] < at:
        return True
    names = [mention for mention in marked.columns if len(mention.names) == 1 and not mention.marked]
    return any(at + 1 == mention.start or at == mention.end for mention in names)


def _size(tokens: Sequence[Token], at: int, label: str) -> int:
    """How many tokens the label takes up here; 0 where it does not stand."""
    words = label.lower().split()
    here = [token.low for token in tokens[at : at + len(words)]]
    same = here == words or (
        len(label) > SHORTEST and [*here[:-1], *map(singular, here[-1:])] == [*words[:-1], *map(singular, words[-1:])]
    )
    return len(words) if words and same else 0
