"""Names and codes of languages, and where a request names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ...operators.core.expression import Among, Column, Compare, Condition, Value
from ...operators.text._languages import LANGUAGES
from ...tools.profile import Profile
from .columns import words_of
from .conditions import complement
from .tokens import Token

_ALSO: Final = {
    "mandarin": "zh",
    "cantonese": "zh",
    "farsi": "fa",
    "castilian": "es",
    "flemish": "nl",
    "bangla": "bn",
    "slovene": "sl",
    "filipino": "tl",
    "sinhalese": "si",
    "oriya": "or",
    "gaelic": "gd",
    "sami": "se",
    "frisian": "fy",
    "bokmål": "no",
    "nynorsk": "nn",
    "sotho": "st",
}
NAMES: Final[Mapping[tuple[str, ...], str]] = MappingProxyType(
    {tuple(name.lower().split()): code for code, name in LANGUAGES.items()}
    | {(name,): code for name, code in _ALSO.items()}
)
"""The words of a language's English name, in lower case, to its ISO 639-1 code."""
_LONGEST: Final = max(map(len, NAMES))

_WORDLIKE_CODES: Final = frozenset(
    "am an as be do go he hi id if is it la lo me mi my no of on or pa so ta te th to us".split()
)
"""Codes that are words of English, which count only where a language is expected."""
_EXPECT: Final = frozenset({"language", "languages", "lang", "iso"})
_LINKS: Final = frozenset("is are be must should in = : of ( code codes not to".split())
LANGUAGE_NAMES: Final = frozenset("lang language locale tongue".split())
"""Words in the names of columns that say in which language a row is."""
_JOIN: Final = frozenset({",", "and", "or", "/", "&"})


@dataclass(frozen=True)
class LanguageMention:
    """Languages named together; `foreign` for "non-English"."""

    start: int
    end: int
    codes: tuple[str, ...]
    foreign: bool = False


def find_languages(tokens: Sequence[Token]) -> list[LanguageMention]:
    """Where languages are named, lists joined; spans are token positions, end exclusive."""
    found: list[LanguageMention] = []
    at = 0
    while at < len(tokens):
        mention = _mention(tokens, at)
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at = mention.end
    return found


def code_of(text: str) -> str | None:
    """The code of a language by its name or code; None when it is neither.

    >>> code_of("German"), code_of("de"), code_of("xx")
    ('de', 'de', None)
    """
    low = text.strip().lower()
    return NAMES.get(tuple(low.split())) or (low if low in LANGUAGES else None)


def said_by_labels(mention: LanguageMention, profile: Profile) -> Condition | None:
    """The condition on the column whose labels say in which language a row is; None where there is none for it.

    What somebody has written down about a row is meant before what a detector makes of its text.
    """
    columns = [
        (column.name, {label: code_of(label.partition("-")[0]) for label in column.labels})
        for column in profile.columns
        if column.dtype == "text" and LANGUAGE_NAMES & {*words_of(column.name)}
    ]
    told = [(name, codes) for name, codes in columns if codes and all(codes.values())]
    if len(told) != 1:
        return None
    name, codes = told[0]
    meant = tuple(Value("text", label) for label, code in codes.items() if code in mention.codes)
    if not {*mention.codes} <= {*codes.values()}:
        return None
    said: Condition = Compare(Column(name), "=", meant[0]) if len(meant) == 1 else Among(Column(name), meant)
    return complement(said) if mention.foreign else said


def language_names(codes: Sequence[str]) -> str:
    """Codes as names for people: "English, German"."""
    return ", ".join(LANGUAGES.get(code, code) for code in codes)


def _mention(tokens: Sequence[Token], at: int) -> LanguageMention | None:
    foreign = tokens[at].low == "non" and at + 1 < len(tokens)
    position: int | None = at + 1 if foreign else at
    codes: list[str] = []
    end = at
    while position is not None and position < len(tokens):
        found = _code_at(tokens, position, listed=bool(codes))
        if found is None:
            break
        code, end = found
        codes.append(code)
        position = _after_join(tokens, end)
    return LanguageMention(at, end, tuple(dict.fromkeys(codes)), foreign) if codes else None


def _after_join(tokens: Sequence[Token], at: int) -> int | None:
    position = at
    while position < len(tokens) and (
        tokens[position].low in _JOIN or (position > at and tokens[position].low == "in")  # "in English or in Spanish"
    ):
        position += 1
    return position if position > at else None


def _code_at(tokens: Sequence[Token], at: int, *, listed: bool) -> tuple[str, int] | None:
    """The language named at a position, and where its name ends."""
    for size in range(_LONGEST, 0, -1):
        words = tuple(token.low for token in tokens[at : at + size] if token.kind in ("word", "quoted"))
        if len(words) == size and words in NAMES:
            return None if _is_verb(tokens, at) else (NAMES[words], at + size)
    token = tokens[at]
    if token.low not in LANGUAGES or token.kind not in ("word", "quoted"):
        return None
    plain = token.kind != "quoted" and not token.text.isupper()
    if token.low in _WORDLIKE_CODES and plain and not (listed and _ends_item(tokens, at + 1)):
        return None
    return (token.low, at + 1) if listed or _expected(tokens, at) else None


def _ends_item(tokens: Sequence[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].low in (*_JOIN, ".", ";", ")") or tokens[at].kind == "break"


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether "polish" is something to do."""
    if tokens[at].low != "polish":
        return False
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return tokens[at].text == "polish" or after in ("the", "my", "our", "up", "each", "every")


def _expected(tokens: Sequence[Token], at: int) -> bool:
    """Whether a language is spoken of right before or after."""
    before = at - 1
    while before >= 0 and tokens[before].low in _LINKS:
        before -= 1
    after = at + 1
    while after < len(tokens) and tokens[after].low in _JOIN | LANGUAGES.keys():
        after += 1
    near = [tokens[place].low for place in (before, after) if 0 <= place < len(tokens)]
    return any(word in _EXPECT or word == "only" for word in near)
