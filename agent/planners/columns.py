"""Finds the columns that a request names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ...tools.profile import ColumnProfile, Profile
from .tokens import Token
from .vocabulary import ROW_NOUNS

_MARKS: Final = frozenset({"column", "columns", "field", "fields"})
_PREPOSITIONS: Final = frozenset("in from of on by within inside to for per using across using".split())
_ARTICLES: Final = frozenset("the my each every its their both all".split())
_JOINS: Final = frozenset({",", "and", "or", "&"})
_CASES: Final = frozenset("lower upper lowercase uppercase small capital big".split())
_EVERY: Final = frozenset({"all", "every", "each"})
_NO_NAMES: Final = frozenset(
    "which that a an the my our each every any all both one same other another new text main right correct this these "
    "those following first second out away off in on of by from for to and or single existing into as is are "
    "has with where".split()
)
_VOWELS: Final = frozenset("aeiou")
_REACH: Final = 12
_BOTH: Final = frozenset("both them either each neither these".split())
_KEY_WORDS: Final = frozenset(
    "id ids key uuid guid hash no nr num number index idx ref code row uid pid qid rid tid to parent".split()
)
_POINTING: Final = frozenset("both there it that this".split())
_THEM: Final = frozenset("them these those".split())
_BEHIND_BOTH: Final = frozenset("to in into too as please then again at by for with also".split())
_STARTS_SENTENCE: Final = frozenset("and but if where that because since when so then".split())
_EXISTS: Final = frozenset("is are was were be been should must may can might will isn't aren't seem seems".split())
_TREATING: Final = frozenset(
    "lowercase lowercasing uppercase trim trimming truncate shorten clean cleaning strip scrub normalize normalise "
    "tidy mask anonymize anonymise redact shorten abbreviate chunk cut make write put".split()
)
"""Verbs whose "it" is a text, not a row."""
_SHORTEST_PART: Final = 4
_NO_PARTS: Final = frozenset(
    "text content contents column field name names type value number code data file list note language item "
    "first last final best total count score label target model user time date year word line page".split()
)
"""Words of names that mean too many other things."""
_NEW: Final = frozenset("a an new own another extra separate additional further fresh one single".split())
_PART = re.compile(r"[A-Z]?[^\W\d_A-Z]+|\d+|[A-Z]+(?![a-z])")


@dataclass(frozen=True)
class ColumnMention:
    """Columns named together.

    `marked` is True where the wording leaves no doubt that columns are meant ("the title column", "by url"); without
    it the words may as well mean what is in the text. `unknown` are names said to be columns that do not exist.
    `partial` is True where only a part of a name is said, which counts where no other column is named.
    `after_into` is True for "into column x", which may be new.
    """

    start: int
    end: int
    names: tuple[str, ...] = ()
    marked: bool = False
    unknown: tuple[str, ...] = ()
    after_into: bool = False
    partial: bool = False


def find_columns(tokens: Sequence[Token], profile: Profile) -> list[ColumnMention]:
    """Where columns are named, lists joined; spans are token positions, end exclusive."""
    found: list[ColumnMention] = []
    at = 0
    while at < len(tokens):
        mention = _every_column(tokens, at, profile) or _mention(tokens, at, profile) or _unknown(tokens, at, profile)
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at = mention.end
    return _with_pointers(tokens, found, profile)


def column_at(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[str, int] | None:
    """The column named at a position, and where its name ends; the longest name wins."""
    best: tuple[str, int] | None = None
    for column in profile.columns:
        end = _match(tokens, at, column.name)
        if end is not None and (best is None or end > best[1]):
            best = (column.name, end)
    return best


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name, in lower case.

    >>> words_of("rawContent_2")
    ('raw', 'content', '2')
    """
    return tuple(part.lower() for part in _PART.findall(name))


def is_key(column: ColumnProfile) -> bool:
    """Whether a column names rows and measures nothing.

    Prices and counts of few rows are often all different too, so of numbers the name must say it.
    """
    named = column.dtype == "text" or not _KEY_WORDS.isdisjoint(words_of(column.name))
    return "identifier" in column.looks and named


def _with_pointers(tokens: Sequence[Token], found: list[ColumnMention], profile: Profile) -> list[ColumnMention]:
    """The mentions with words that point back to columns named before: "lowercase both", "mask mails there"."""
    inside = {at for one in found for at in range(one.start, one.end)}
    pointing: list[ColumnMention] = []
    for at in range(1, len(tokens)):
        if tokens[at].low not in _POINTING:
            continue
        before = [name for one in found if one.end <= at and not one.unknown for name in one.names]
        if at in inside or not before:
            continue
        end = _points(tokens, at)
        names = tuple(dict.fromkeys(before[::-1]))[: 2 if tokens[at].low == "both" else 1][::-1]
        texts = all(profile.column(name).dtype == "text" for name in names)
        if end is not None and texts and len(names) == 1 + (tokens[at].low == "both"):
            pointing.append(ColumnMention(at, end, names, marked=True))
    return sorted((*found, *pointing), key=lambda one: one.start) if pointing else found


def _points(tokens: Sequence[Token], at: int) -> int | None:
    """Where a word that may point back to columns ends; None for any other word."""
    word, previous = tokens[at].low, tokens[at - 1].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if word == "both":
        size = 3 if following == "of" and at + 2 < len(tokens) and tokens[at + 2].low in _THEM else 1
        size = 2 if following in _MARKS else size
        after = tokens[at + size] if at + size < len(tokens) else None
        return at + size if after is None or not after.is_word or after.low in _BEHIND_BOTH else None
    if word == "there":
        stands = previous in _STARTS_SENTENCE or not tokens[at - 1].is_word
        return None if stands or following in _EXISTS else at + 1
    if word == "it":
        return at + 1 if previous in _TREATING else None
    if word in ("that", "this") and following in ("column", "field"):
        return at + 2
    return None


def _match(tokens: Sequence[Token], at: int, name: str) -> int | None:
    token = tokens[at]
    if token.kind == "quoted":
        return at + 1 if token.text == name else None
    if token.kind != "word":
        return None
    if token.low == name.lower() or _singular(token.low) == name.lower():
        return at + 1
    words = words_of(name)
    if len(words) > 1:
        here = [token.low for token in tokens[at : at + len(words)]]
        if tuple(here) == words or (len(here) == len(words) and _same_number(here) == _same_number(words)):
            return at + len(words)
    return None


def _same_number(words: Sequence[str]) -> tuple[str, ...]:
    return (*words[:-1], _singular(words[-1]))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _mention(tokens: Sequence[Token], at: int, profile: Profile) -> ColumnMention | None:
    first = column_at(tokens, at, profile)
    if first is None:
        return _named_in_part(tokens, at, profile)
    names, end = [first[0]], first[1]
    while end < len(tokens):
        after = end
        while after < len(tokens) and (tokens[after].low in _JOINS or (after > end and tokens[after].low in _ARTICLES)):
            after += 1
        another = column_at(tokens, after, profile) if end < after < len(tokens) else None
        if another is None and end < after < len(tokens):  # "the question and the explanation"
            part = _named_in_part(tokens, after, profile)
            another = (part.names[0], part.end) if part is not None else None
        if another is None or _has_own_predicate(tokens, another[1]):
            break
        names, end = [*names, another[0]], another[1]
    begin = at
    while begin > 0 and tokens[begin - 1].low in _ARTICLES:
        begin -= 1
    marked = tokens[at].kind == "quoted" or "_" in tokens[at].text or first[1] - at > 1  # "the wall label"
    marked = marked or (len(names) > 1 and _leads(tokens, begin, end))
    if end < len(tokens) and tokens[end].low in _MARKS:
        end, marked = end + 1, True
    if begin > 0 and tokens[begin - 1].low in _MARKS:
        begin, marked = begin - 1, True
        while begin > 0 and tokens[begin - 1].low in _ARTICLES:
            begin -= 1
    into = begin > 0 and tokens[begin - 1].low in ("into", "as")
    if begin > 0 and (tokens[begin - 1].low in _PREPOSITIONS or into):
        begin, marked = begin - 1, True
    return ColumnMention(begin, end, tuple(dict.fromkeys(names)), marked, after_into=into)


def _has_own_predicate(tokens: Sequence[Token], end: int) -> bool:
    """Whether what stands behind a column is said of it alone: "strip the body, and the title in lower case"."""
    words = [token.low for token in tokens[end : end + 3]]
    return words[:1] == ["in"] and bool({*words[1:]} & _CASES) and tokens[end].is_word


def _leads(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """Whether columns stand before what is done to them: "title and body: no links in either"."""
    opens = begin == 0 or tokens[begin - 1].kind == "break" or tokens[begin - 1].low in (".", ";", "!", "?")
    behind = [token.low for token in tokens[end : end + _REACH]]
    return opens and behind[:1] in ([","], [":"], ["-"], ["–"]) and not _BOTH.isdisjoint(behind)


def _named_in_part(tokens: Sequence[Token], at: int, profile: Profile) -> ColumnMention | None:
    """The one column of texts whose name is said in other words or in part: "the utterances" for `utterance_raw`."""
    if not tokens[at].is_word:
        return None
    word, texts = _singular(tokens[at].low), [one.name for one in profile.columns if one.dtype == "text"]
    for name in texts:  # "page source" for `page_src`
        parts = words_of(name)
        here = [_singular(token.low) for token in tokens[at : at + len(parts)]]
        if 1 < len(parts) == len(here) and all(w == p or _stands_for(p, w) for p, w in zip(parts, here, strict=True)):
            return ColumnMention(at, at + len(parts), (name,), marked=True)
    if len(word) < _SHORTEST_PART or tokens[at].low in ROW_NOUNS:
        return None
    found = [one for one in profile.columns if any(_stands_for(part, word) for part in words_of(one.name))]
    one = found[0] if len(found) == 1 else None
    usable = one is not None and one.dtype == "text" and not one.labels and len(words_of(one.name)) > 1
    return ColumnMention(at, at + 1, (found[0].name,), partial=True) if usable else None


def _stands_for(part: str, word: str) -> bool:
    """Whether a part of a name is the word, or short for it as `msg` is for "message"."""
    if _singular(part) == word:
        return word not in _NO_PARTS
    if part[0] != word[0] or not 3 <= len(part) < len(word) - 1 or not part.isalpha():
        return False
    rest = iter(word)
    return _VOWELS.isdisjoint(part) and all(letter in rest for letter in part)


def _every_column(tokens: Sequence[Token], at: int, profile: Profile) -> ColumnMention | None:
    """Reads "in all columns", "every column"."""
    begin = at + 1 if tokens[at].low in _PREPOSITIONS else at
    words = [token.low for token in tokens[begin : begin + 3]]
    if len(words) < 2 or words[0] not in _EVERY:
        return None
    size = 2 if words[1] in _MARKS else 3 if words[1:] and words[1] in ("the", "of") and words[-1] in _MARKS else 0
    if not size:
        return None
    return ColumnMention(at, begin + size, tuple(column.name for column in profile.columns), marked=True)


def _unknown(tokens: Sequence[Token], at: int, profile: Profile) -> ColumnMention | None:
    """Reads "column foo" and "the foo column" where there is no such column."""
    low = tokens[at].low
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following and following.low in ("column", "field") and _may_name(tokens[at]):
        name_at, end = at, at + 2
    elif low in ("column", "field") and following and (following.kind == "quoted" or _may_name(following)):
        name_at, end = at + 1, at + 2
    else:
        return None
    called = low in ("column", "field") and tokens[name_at].low in ("called", "named") and name_at + 1 < len(tokens)
    if called:
        name_at, end = name_at + 1, end + 1
    if column_at(tokens, name_at, profile) is not None:
        return None
    begin = min(at, name_at)
    before = [token.low for token in tokens[max(0, begin - 3) : begin]]
    into = "into" in before or "as" in before or (called and bool(_NEW & {*before})) or _is_new(before)
    while begin > 0 and (tokens[begin - 1].low in _ARTICLES or (into and tokens[begin - 1].low in _NEW)):
        begin -= 1
    if begin > 0 and tokens[begin - 1].low in (*_PREPOSITIONS, "into", "as", "under"):
        begin -= 1
    return ColumnMention(begin, end, marked=True, unknown=(tokens[name_at].text,), after_into=into)


def new_column(tokens: Sequence[Token], at: int, profile: Profile) -> tuple[str, int] | None:
    """The name of a column that is to be made, with what leads to it: "in a new column fold"; and where that ends."""
    begin = at
    while begin < len(tokens) and begin < at + 4 and tokens[begin].low in (_NEW | {"in", "into", "to", "as", "under"}):
        begin += 1
    if begin == at or begin >= len(tokens):
        return None
    found = _unknown(tokens, begin, profile)
    if found is None or not found.after_into or found.start > at + 1:
        return None
    return found.unknown[0], found.end


def _is_new(before: Sequence[str]) -> bool:
    """Whether words such as "in a new" stand before a column: the one that a result goes to."""
    rest = list(before)
    while rest and rest[-1] in _NEW:
        rest.pop()
    leads = bool(rest) and rest[-1] in ("in", "to", "into", "as", "under")
    return len(rest) < len(before) and (leads or bool({"new", "extra", "additional"} & {*before}))


def _may_name(token: Token) -> bool:
    return token.kind == "quoted" or (token.is_word and token.low not in _NO_NAMES)


def looks_dated(column: ColumnProfile) -> bool:
    """Whether a column of texts holds dates that are in order when the texts are."""
    shown = [value for value in column.examples if value]
    if column.dtype == "time":
        return True
    return bool(shown) and column.dtype == "text" and all(_is_date(value) for value in shown)


def _is_date(value: str) -> bool:
    return len(value) >= 7 and value[:4].isdecimal() and value[4] == "-" and value[5:7].isdecimal()
