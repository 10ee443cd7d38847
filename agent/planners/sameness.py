"""Whether two requests say the same, up to case, punctuation and words that say nothing."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from ...tools.profile import Profile
from .quantities import find_quantities
from .tokens import MAX_CHARACTERS, Token, is_numbered, tokenize

Wording = tuple[object, ...]

_ARTICLES: Final = frozenset({"a", "an", "the"})
_COLUMN_WORDS: Final = frozenset({"column", "columns", "field", "fields"})
_POLITE: Final = frozenset({"please", "kindly", "thanks"})
_LEADS: Final = tuple(
    tuple(words.split())
    for words in (
        "can you|could you|would you|will you|i want to|i want you to|i would like to|i would like you to|i'd like to|"
        "i'd like you to|i need to|let's|let us|hi|hello|hey|ok|okay|now|just|and|so"
    ).split("|")
)
_SILENT: Final = frozenset(",.;:?…·•")
"""Signs that may differ; brackets, dashes and comparisons may not."""


def wording(request: str, profile: Profile, *, strict: bool = False) -> Wording | None:
    """What a request says, equal for requests that say the same; None for one that is too long to be read.

    Numbers count by their value, with their unit; quoted texts count as they stand, words without their case.

    Args:
        profile: the data, whose columns' names are never left out.
        strict: whether all signs and all words count.

    >>> from ...operators.core.schema import Schema
    >>> nothing = Profile(columns_schema=Schema(), rows_seen=0, complete=True, columns=(), inputs=())
    >>> wording("Please keep the texts of fifty words!", nothing) == wording("keep texts of 50 words", nothing)
    True
    """
    if len(request) > MAX_CHARACTERS:
        return None
    tokens = tokenize(unicodedata.normalize("NFC", request))
    names = {column.name for column in profile.columns}
    folded = [name.casefold() for name in names]
    twice = {name for name in folded if folded.count(name) > 1}
    quantities = {quantity.start: quantity for quantity in find_quantities(tokens)}
    said: list[object] = [is_numbered(request)]
    at = 0 if strict else _after_lead(tokens)
    while at < len(tokens):
        token, quantity = tokens[at], quantities.get(at)
        if quantity is not None:
            said.append(("number", float(quantity.value), quantity.unit, quantity.share))
            at = quantity.end
            continue
        if token.kind == "quoted" or token.low in twice:
            said.append((token.kind, token.text))
        elif token.low.endswith("n't"):
            said += [token.low[:-3], "not"]
        elif not (token.kind == "break" or (not strict and token.low not in names and _says_nothing(tokens, at))):
            said.append(token.low)
        at += 1
    return tuple(said)


def names_column(texts: Sequence[str], column: str) -> bool:
    """Whether one of some texts names a column, as it is written or in words."""
    words = "".join(one if one.isalnum() else " " for one in column.casefold()).split()
    return any(_contains(["".join(c for c in t.low if c.isalnum()) for t in _tokens(text)], words) for text in texts)


def _tokens(text: str) -> list[Token]:
    """The words and signs of a text, also those in quotes and those joined by underscores."""
    return tokenize("".join(one if one.isalnum() else " " for one in text))


def _contains(said: Sequence[str], words: Sequence[str]) -> bool:
    size = len(words)
    return any([*said[at : at + size]] == [*words] for at in range(len(said) - size + 1))


def _after_lead(tokens: Sequence[Token]) -> int:
    """Where the request begins behind "could you please"."""
    at, before = 0, -1
    while before != at:
        before = at
        for words in _LEADS:
            if tuple(token.low for token in tokens[at : at + len(words)]) == words and at + len(words) < len(tokens):
                at += len(words)
        while at + 1 < len(tokens) and (tokens[at].low in _POLITE or tokens[at].low in _SILENT):
            at += 1
    return at


def _says_nothing(tokens: Sequence[Token], at: int) -> bool:
    low = tokens[at].low
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if tokens[at].kind == "sign":
        return low in _SILENT or (low == "!" and (following is None or following.kind in ("break", "sign")))
    if low in _POLITE:
        return True
    before = tokens[at - 1].low if at else ""
    ends = following is None or following.kind in ("sign", "break")
    return low in _ARTICLES and not ends and before not in _COLUMN_WORDS
