"""Reads what texts say: "that mention the driver", "ending with a question mark", "that are only 'ok'"."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ....operators.core.expression import Column, Compare, Condition, TextTest, Value
from ..tokens import Token
from ..vocabulary import is_general
from .phrases import Phrases
from .things import things_at

_MENTION: Final = Phrases(
    "mention|mentions|mentioning|mentioned|say|says|saying|contain the word|contains the word|containing the word|"
    "contain the words|contains the words|containing the words|with the word|with the words|include the word|"
    "includes the word|including the word|have the word|has the word|having the word|use the word|uses the word|"
    "using the word|contain the phrase|contains the phrase|containing the phrase|with the phrase|speak of|speaks of|"
    "talk of|talks of|refer to|refers to|referring to|where the word|contain the term|contains the term"
)
_WHERE: Final = Phrases("in which|where|that have|that has|in that")
_WORD: Final = frozenset("the a word words term terms phrase phrases or either".split())
_OCCURS: Final = Phrases(
    "turns up|turn up|appears|appear|occurs|occur|stands|stand|is used|are used|comes up|come up|is mentioned|are "
    "mentioned|is found|are found|can be found|shows up|show up|is in it|is in there|is present|are present"
)
_CONTAIN: Final = Phrases("contain|contains|containing|include|includes|including|that hold|holding")
_BEGINNING: Final = Phrases("start with|starts with|starting with|begin with|begins with|beginning with")
_ENDING: Final = Phrases("end with|ends with|ending with|end in|ends in|ending in|end on|ends on|ending on")
_BEING: Final = Phrases(
    "that are only|that are just|that say only|that say just|that only say|that just say|that is only|that is just|"
    "that consist of|consisting of|which are only|which are just|which only say|which just say|only saying|"
    "just saying|saying only|saying just|are only|are just|is only|is just|only say|just say|only says|just says"
)
_ARTICLES: Final = frozenset("a an the any some our".split())
_MARKS: Final = {
    ("question", "mark"): "?",
    ("question", "marks"): "?",
    ("exclamation", "mark"): "!",
    ("exclamation", "marks"): "!",
    ("exclamation", "point"): "!",
    ("full", "stop"): ".",
    ("period",): ".",
    ("dot",): ".",
    ("colon",): ":",
    ("comma",): ",",
    ("?",): "?",
    ("!",): "!",
    ("…",): "…",
}
_ENDS: Final = frozenset({",", ".", ";", ":", "(", ")", "-", "–", "—", "->", "?", "!"})
_LINKS: Final = frozenset("and or but that which who must should can go goes out are is in with only please".split())
_MOST_WORDS: Final = 2


def texts_at(tokens: Sequence[Token], at: int, column: str) -> Iterator[tuple[Condition, int]]:
    """The conditions on the texts of a column that begin at a position, and where they end."""
    name = Column(column)
    for after in _BEING.ends(tokens, at):
        said = _quoted(tokens, after)
        if said is not None:
            yield Compare(name, "=", Value("text", said[0])), said[1]
    yield from _in_which(tokens, at, name)
    for after in _CONTAIN.ends(tokens, at):
        said = _quoted(tokens, after) or (None if next(things_at(tokens, after), None) else _word(tokens, after))
        if said is not None:
            yield TextTest(name, "matches", Value("text", f"(?i){re.escape(said[0])}")), _inside(tokens, said[1])
    if at < len(tokens) and tokens[at].low == "with" and (said := _quoted(tokens, at + 1)) is not None:
        yield TextTest(name, "matches", Value("text", f"(?i){re.escape(said[0])}")), _inside(tokens, said[1])
    for phrases, test in ((_BEGINNING, "starts with"), (_ENDING, "ends with")):
        for after in phrases.ends(tokens, at):
            said = _quoted(tokens, after) or _mark(tokens, after) or _number(tokens, after)
            if said is not None:
                yield TextTest(name, test, Value("text", said[0])), said[1]
    for after in _MENTION.ends(tokens, at):
        said = _quoted(tokens, after) or _word(tokens, after)
        if said is not None:
            yield TextTest(name, "matches", Value("text", rf"(?i)\b{re.escape(said[0])}")), said[1]


def _in_which(tokens: Sequence[Token], at: int, name: Column) -> Iterator[tuple[Condition, int]]:
    """Reads 'in which the word "refund" or the word "broken" turns up'."""
    for begin in _WHERE.ends(tokens, at):
        words, here = list[str](), begin
        while here < len(tokens):
            while here < len(tokens) and tokens[here].low in _WORD:
                here += 1
            said = _quoted(tokens, here)
            if said is None:
                break
            words.append(said[0])
            here = said[1] + (said[1] < len(tokens) and tokens[said[1]].low in ("or", ",", "/"))
        for end in _OCCURS.ends(tokens, here) if words else ():
            listed = "|".join(map(re.escape, words))
            yield TextTest(name, "matches", Value("text", rf"(?i)\b(?:{listed})")), end


def _quoted(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    return (tokens[at].text, at + 1) if at < len(tokens) and tokens[at].kind == "quoted" else None


def _inside(tokens: Sequence[Token], at: int) -> int:
    """Where "in it", "in them" behind what a text holds ends."""
    lows = [token.low for token in tokens[at : at + 2]]
    return at + 2 if lows[:1] in (["in"], ["inside"]) and lows[1:] in (["it"], ["them"], ["there"]) else at


def _mark(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """A mark by its name or as it is: "a question mark", "?"."""
    begin = at + (at < len(tokens) and tokens[at].low in _ARTICLES)
    for size in (2, 1):
        words = tuple(token.low for token in tokens[begin : begin + size])
        if words in _MARKS:
            return _MARKS[words], begin + size
    return None


def _number(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    return (tokens[at].text, at + 1) if at < len(tokens) and tokens[at].low.isdecimal() else None


def _word(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """One or two words up to the end of what is said."""
    begin = at
    while begin < len(tokens) and tokens[begin].low in _ARTICLES:
        begin += 1
    end = begin
    while end < len(tokens) and tokens[end].is_word and tokens[end].low not in _LINKS:
        end += 1
    few = 0 < end - begin <= _MOST_WORDS and not is_general(tokens[begin].low)
    closed = end == len(tokens) or tokens[end].low in _ENDS | _LINKS or tokens[end].kind == "break"
    return (" ".join(token.text for token in tokens[begin:end]), end) if few and closed else None
