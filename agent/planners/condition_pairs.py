"""Conditions that compare two columns, or say that a column of references is filled."""

from collections.abc import Sequence
from typing import Final

from ...operators.core.expression import Column, Compare, Condition, IsNull, Not
from ...tools.profile import Profile
from .columns import column_at, words_of
from .condition_words import near_column
from .tokens import Token
from .vocabulary import stem

_SAME: Final = frozenset("same identical equal alike equals".split())
_REPEATS: Final = frozenset(
    "repeats repeat repeating copies copying echoes echo echoing equals equal equaling mirrors mirror duplicates "
    "parrots parrot matches restates".split()
)
_DIFFERS: Final = frozenset("differ differs differing different".split())
_FILLERS: Final = frozenset(
    "is are be was were just only simply merely exactly precisely the its their a an both each other from as to of "
    "with verbatim word for copy column field completely totally".split()
)
_NOT: Final = frozenset("not isn't aren't doesn't don't never".split())
_BETWEEN: Final = _FILLERS | _REPEATS | _DIFFERS | _SAME | _NOT | {"do", "does"}
_SAYING: Final = _REPEATS | _DIFFERS | _NOT | frozenset("is are be was were and equals".split())
_TURNS: Final = frozenset("messages conversations conversation chat dialog dialogue turns".split())
_TURN_WORDS: Final = frozenset("turn turns message messages utterance utterances exchanges".split())
_MOST: Final = 6
"""Most words between the two columns."""
_TEXTS: Final = ("text", "integer", "number", "boolean", "time")


def paired_at(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[Condition, int] | None:
    """Reads "output repeats the instruction", "question and answer are the same", "price differs from old_price"."""
    first = _column(tokens, at, profile)
    if first is None:
        return None
    end, said = first[1], set[str]()
    second: tuple[str, int] | None = None
    while end < min(len(tokens), first[1] + _MOST) and second is None:
        low = tokens[end].low
        joins = low == "and" and end == first[1]
        if not joins and low not in _BETWEEN:
            return None
        said.add(low)
        end += 1
        second = _column(tokens, end, profile) if end < len(tokens) else None
    if second is None or second[0] == first[0]:
        return None
    end = second[1]
    joined = "and" in said
    behind = _BETWEEN if joined else _BETWEEN - _REPEATS
    while end < len(tokens) and tokens[end].low in behind:
        said.add(tokens[end].low)
        end += 1
    while tokens[end - 1].low in ("from", "as", "to", "with", "the", "its", "a", "an", "both"):
        end -= 1
    if not said & (_SAME | _DIFFERS | (_REPEATS if not joined else frozenset())):
        return None
    if said.isdisjoint(_SAYING):  # "questions of the same document" compares no columns
        return None
    differs = bool(said & _DIFFERS) != bool(said & _NOT)
    return Compare(Column(first[0]), "!=" if differs else "=", Column(second[0])), end


def _column(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[str, int] | None:
    while at < len(tokens) and tokens[at].low in ("the", "its", "their", "both"):
        at += 1
    return (column_at(tokens, at, profile) or near_column(tokens, at, profile, _TEXTS)) if at < len(tokens) else None


def elements_at(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[str, int] | None:
    """The column of lists whose elements are named here, and where that ends: "turns" for `messages`, "tags"."""
    word = stem(tokens[at].low)
    lists = [column.name for column in profile.columns if column.dtype in ("nested", "vector")]
    named = [name for name in lists if stem(words_of(name)[-1]) == word]
    turns = [name for name in lists if name.lower() in _TURNS] if tokens[at].low in _TURN_WORDS else []
    found = named or turns
    return (found[0], at + 1) if len(found) == 1 else None


def refers_at(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[Condition, int] | None:
    """Reads "posts which are replies", "that are not replies", by the column that names what is replied to."""
    low = tokens[at].low
    if low not in ("are", "is", "aren't", "isn't", "were"):
        return None
    denied, here = low.endswith("n't"), at + 1
    while here < len(tokens) and tokens[here].low in ("not", "a", "just", "only", "really"):
        denied, here = denied or tokens[here].low == "not", here + 1
    if here >= len(tokens) or not tokens[here].is_word:
        return None
    word = stem(tokens[here].low)
    found = [
        column.name
        for column in profile.columns
        if column.null_share and len(words_of(column.name)) > 1 and stem(words_of(column.name)[0]) == word
        and words_of(column.name)[-1] in ("to", "of", "id", "from", "by")
    ]  # fmt: skip
    if len(found) != 1:
        return None
    absent = IsNull(Column(found[0]))
    return (absent if denied else Not(absent)), here + 1
