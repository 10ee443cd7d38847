"""Statements about rows that say the same: "two pages with the same text: keep one", "twice? Once is enough"."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from .judgements import is_judging
from .tokens import Token
from .vocabulary import DROP, ROW_NOUNS, is_general, is_synonym

_COLUMN: Final = "\x01"
"""What stands for a word of a column's name while patterns are looked for."""
_NEARLY: Final = (
    "similar|close|near|nearly|almost|virtually|practically|basically|essentially|pretty much|"
    "more or less|roughly|largely|mostly"
)
_NEAR: Final = f"(?:{_NEARLY})"
_EXACTLY: Final = "(?:very |exact |exactly |word for word |precisely )?"
_SAME: Final = rf"(?:(?:{_NEAR} )?(?:the )?{_EXACTLY}(?:the )?(?:same|identical|equal|alike))"
_TIMES: Final = (
    "(?:twice|more than once|several times|multiple times|many times|repeatedly|over and over(?: again)?|a second time|"
    "two or more times|again and again|two times|three times)"
)
_THING: Final = rf"(?:texts?|wordings?|words|contents?|thing|body|message|{_COLUMN}(?: (?:and |, )?{_COLUMN})*)"
_TOLD: Final = tuple(
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        r"(?:is |are )?(?:too |very |so |quite |really |highly )?(?:similar|close) to (?:an |the |any |some )?"
        r"(?:other|another|earlier|previous|existing|older)(?: \S+)?",
        rf"(?:with|have|has|having|sharing|share|shares|of|in) {_SAME} (?:\w+ )?{_THING}",
        rf"(?:(?:is|are|being) )?{_SAME} (?:as|to) (?:an |the |any |some |one |another |each )?"
        r"(?:earlier|previous|others?|another|former|existing|older|one|each other|one another)(?: (?:one|ones|row|"
        r"rows|\w+s?))?"
        r"(?: (?:above|before|further up))?",
        rf"(?:(?:is|are|being|that are) )(?:word for word |letter for letter )?{_SAME}",
        rf"{_SAME} (?:\S+ ){{0,3}}(?:(?:is |are |was |were |gets |got |being )?(?:\w+ed|sent|there|in there|in|found|"
        rf"made|put|given|written) )?{_TIMES}",
        r"(?:appears?|occurs?|shows? up|turns? up|pops? up|crops? up|comes? up|comes?|exists?|posted|listed|there|sent|"
        rf"submitted|entered|published|found|repeated|in there|stored|copied|pasted) {_TIMES}",
        r"(?:repeats?|duplicates?|copy|copies|copying|repeating|duplicating) (?:an|another|some|any) "
        r"(?:earlier |previous |other |older |existing )*(?:one|row|\w+)",
        r"(?:is|are|being) (?:just |only |mere |merely |exact )?(?:a )?(?:copy|copies|repeats?|duplicates?|"
        r"repetitions?) of "
        r"(?:an?|another|some|any|each|one) ?(?:earlier|previous|other|another|older|existing)*(?: (?:one|row|ones))?",
        rf"(?<!with the )(?<!with )(?<!in the )(?<!of the ){_SAME} (?:\w+s|texts?|entry|record|post|row|message|"
        rf"{_COLUMN})",
        r"(?:duplicates?|dupes?|copies|repeats|doubles|duplicated (?:\w+s|text|row))",
    )
)
"""What says that rows are the same."""
_ONE: Final = (
    r"(?:one|1|a single one|a single copy|a single row|one copy|the first|the first one|first|the original|"
    r"whichever (?:came|comes|is) first|the earliest)"
)
_BEHIND: Final = (
    r"(?: (?:of them|of each|of those|of these|of each pair|each|copy|of the (?:two|pair|lot|copies|bunch)|occurrence|"
    r"only|in|there|row|rows|version|per group|of each kind|instance|per \w+))*"
)
_GOES: Final = "|".join(sorted(DROP, key=len, reverse=True))
_DECIDED: Final = tuple(
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        rf"(?:keep|leave|take|want|need|retain|pick|have|hold|save|show|give)(?: (?:only|just|us|me|in|at most))* "
        rf"{_ONE}"
        rf"{_BEHIND}",
        rf"(?:only |just )?(?:once|{_ONE}){_BEHIND} (?:is|are|will|would|should|suffices|stays?|remains?|does|may|can)"
        r"(?: be)?(?: (?:enough|plenty|do|fine|ok|okay|sufficient|all (?:we|i) need|the job|stay|remain|kept|good))?",
        r"(?:want|need|keep|have|leave|see|show|count|list|use)(?: (?:to see|to have))? (?:it|them|that|each|those|"
        r"each of them|"
        r"every one)"
        r"(?: of them)? (?:only |just )?once",
        r"(?:should|must|may|shall|can|ought to)(?: (?:be there|appear|occur|stay|be kept|be in there|remain|show up|"
        r"exist))?"
        r" (?:only |just |at most )?once",
        rf"(?:{_GOES})(?: the| all the| all| any)? (?:others?|second|second one|later ones?|rest|repeats?|extras?|"
        rf"copies|"
        r"copy|surplus|further ones|additional ones|all but (?:one|the first))(?: (?:ones?|copies|copy|of them|out|"
        r"away))*",
        r"(?:the )?(?:others?|second|second one|later ones?|rest|repeats|extras|copies|copy|one|one of them) "
        r"(?:can go|goes|go|must go|has to go|are out|is out|may go)",
        r"(?:(?:no|have no|see no) need (?:for|of)|don't need|do not need|needn't have) "
        r"(?:both|two|two of them|all of them|them all|more than one|the (?:second|others?|copies|copy))(?: of them)?",
        r"(?:are|is|be) (?:just |only |simply )?(?:a )?(?:redundant|superfluous|useless|unnecessary|unwanted|"
        r"not needed|waste(?: of (?:space|time|disk|money|effort))?|noise|out|pointless|clutter)",
        rf"(?:only |just ){_ONE}{_BEHIND}",
        r"one (?:each|of each|please|of them)",
    )
)
"""What says that one of them is enough."""
_DENIED: Final = re.compile(rf"(?<!\S)no \S+ (?:[^.;!?,\s]+ ){{1,6}}?{_TIMES}(?!\S)")
"""What says that nothing is there twice."""
_OTHERWISE: Final = frozenset(
    "last newest latest longest shortest highest best most lowest oldest random near not never unless except".split()
)
_SAID: Final = frozenset(
    "-> --> => → = two three several some any many more if when whenever where wherever should there happen happens "
    "case come across "
    "find whose that which who with same have has been is are in of to each every other others pairs pair sometimes "
    "often occasionally maybe we i you them it this still got once and or , : - – — ? . please both see seeing seen "
    "getting get found finding meet hate annoying wrote posted said sent submitted made put "
    "someone somebody people customers users author authors".split()
)
"""Words of such statements that turn nothing round."""
_DETERMINERS: Final = frozenset(
    "the a an same two three any each every some several multiple many which if where when".split()
)
_POINTING: Final = frozenset("earlier previous other another former existing older one any some".split())
_ENDS: Final = frozenset({".", ";", "!", "?"})
_FARTHEST: Final = 10
_FEWEST: Final = 3


def with_repeats(tokens: Sequence[Token], named: Collection[int], filler: str) -> list[Token]:
    """The tokens with statements about rows that say the same in plain words: "drop duplicate", beside the columns.

    Args:
        named: positions of the names of columns, which stay.
        filler: what stands in the place of a word that says nothing.
    """
    said = list(tokens)
    text, starts = _spelled(said, named)
    for first, last in _told(text, starts):
        decided = _decided(text, starts, first, last)
        if decided is not None and (whole := _whole(said, named, (first, last), decided)) is not None:
            near = bool(re.search(rf"(?<!\S){_NEAR}(?!\S)", text[starts[first] : starts[last]]))
            _say(said, whole, named, ("drop", "near", "duplicate") if near else ("drop", "duplicate"), filler)
            return said
    for found in _DENIED.finditer(text):
        first, last = starts.index(found.start()), starts.index(found.end() + 1)
        if _whole(said, named, (first + 1, first + 2), (last - 1, last)) is not None:
            _say(said, range(first, last), named, ("drop", "duplicate"), filler)
            return said
    for first, last in _told(text, starts):
        if _POINTING & {said[at].low for at in range(first + 1, last)} and said[first].low not in ("of", "in", "with"):
            near = bool(re.search(rf"(?<!\S){_NEAR}(?!\S)", text[starts[first] : starts[last]]))
            _say(said, range(first, last), named, ("near", "duplicate") if near else ("duplicate",), filler)
            return said
    return said


def _spelled(tokens: Sequence[Token], named: Collection[int]) -> tuple[str, list[int]]:
    """The tokens as one text, with where each begins in it, and where it ends."""
    text, starts = "", list[int]()
    for at, token in enumerate(tokens):
        starts.append(len(text))
        text += (_COLUMN if at in named else token.low.replace(" ", "_") or "_") + " "
    return text, [*starts, len(text)]


def _told(text: str, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    for pattern in _TOLD:
        for found in pattern.finditer(text):
            yield starts.index(found.start()), starts.index(found.end() + 1)


def _decided(text: str, starts: Sequence[int], first: int, last: int) -> tuple[int, int] | None:
    """What stands near by and says that one row of those is enough."""
    for pattern in _DECIDED:
        for found in pattern.finditer(text):
            if found.start() not in starts or found.end() + 1 not in starts:
                continue
            start, end = starts.index(found.start()), starts.index(found.end() + 1)
            if any(start < b and a < end for a, b in _told(text, starts)):
                continue
            if (start >= last and start - last <= _FARTHEST) or (end <= first and first - end <= _FARTHEST):
                return start, end
    return None


def _whole(
    tokens: Sequence[Token], named: Collection[int], told: tuple[int, int], decided: tuple[int, int]
) -> range | None:
    """All that the statement takes; None where it says something else besides."""
    start, end = min(told[0], decided[0]), max(told[1], decided[1])
    while start > 0 and tokens[start - 1].low not in _ENDS | {","} and tokens[start - 1].kind != "break":
        start -= 1
    read = {*range(*told), *range(*decided), *named}
    nouns = 0
    for at in range(start, end):
        word = tokens[at].low
        if word in _OTHERWISE and at not in named:
            return None
        if (
            at in read
            or word in _SAID
            or (is_general(word) and word not in DROP)
            or word in ROW_NOUNS
            or is_judging(word)
        ):
            continue
        before = tokens[at - 1].low if at > start else "the"
        if not tokens[at].is_word or is_synonym(word) or not (before in _DETERMINERS or word.endswith("s")):
            return None
        nouns += 1
    return range(start, end) if nouns <= 1 and end - start >= _FEWEST else None


def _say(tokens: list[Token], places: range, named: Collection[int], words: Sequence[str], filler: str) -> None:
    """Puts words in the place of others, those of columns left."""
    free = [at for at in places if at not in named and tokens[at].low not in ("and", ",")]
    joins = [at for at in places if at not in named and at not in free]
    between = {at for at in joins if at - 1 in named and at + 1 in named}
    for at, word in zip(free, [*words, *[filler] * len(free)], strict=False):
        tokens[at] = replace(tokens[at], kind="word", low=word)
    for at in joins:
        if at not in between:
            tokens[at] = replace(tokens[at], kind="word", low=filler)
