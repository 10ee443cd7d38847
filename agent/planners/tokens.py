"""Cuts a request into tokens that know where they stand in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["word", "number", "date", "quoted", "sign", "break"]

MAX_CHARACTERS = 5000
"""Longest request that is read."""

ENTITY = "htmlentity"
"""What an HTML entity in a request, such as `&amp;`, stands for."""

_TOKEN = re.compile(
    r"""
      (?P<break>[ \t]*(?:\r?\n[ \t]*)+(?:[-*•–]\s+|\(?\d{1,3}[.)]\s+|[a-z][.)]\s+)?
        |(?<!\S)\(?\d{1,2}\)\s+|(?<!\S)[Ss]tep\s\d{1,2}\s?[:.)]\s*)
    | (?P<quoted>"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|`[^`\n]+`|(?<!\w)['‘][^'’\n]+['’](?!\w))
    | (?P<date>(?:1[89]|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?![\w-]))
    | (?P<entity>&(?:[a-zA-Z]{2,8}|\#\d{1,6}|\#x[0-9a-fA-F]{1,6});)
    | (?P<first>1st(?=\s*(?:[,.;!?)\n]|$)))
    | (?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[kKmM](?![^\W\d_]))?|\.\d+)
    | (?P<word>[^\W\d_](?:\w|['’](?=\w))*|_\w+)
    | (?P<sign>-{1,2}>|=>|<=|>=|!=|<>|==|[^\s\w])
    """,
    re.VERBOSE,
)
_INLINE = re.compile(r"(?<!\S)\(?(\d{1,2})[.)]\s+(?=[^\W\d_])")
_FIRST_BULLET = re.compile(r"\s*(?:[-*•–]\s+|\(?1[.)]\s+|a[.)]\s+)")


@dataclass(frozen=True)
class Token:
    """A word, number, ISO 8601 day or month, quoted text, sign or line break.

    Args:
        text: as it stands in the request; for a quoted text, what is inside the quotes.
        low: the same in lower case, with straight apostrophes.
        start: first character in the request.
        end: one past its last character.
    """

    kind: TokenKind
    text: str
    low: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is a word, not a number, sign or quoted text."""
        return self.kind == "word"


def tokenize(request: str) -> list[Token]:
    """The tokens of a request; hyphens between letters and bullets of lists are left out.

    >>> [token.low for token in tokenize("Drop near-duplicates, 'a b' stays")]
    ['drop', 'near', 'duplicates', ',', 'a b', 'stays']
    """
    first = _FIRST_BULLET.match(request)
    tokens: list[Token] = []
    marks = _inline_numbers(request)
    for found in _TOKEN.finditer(request, first.end() if first else 0):
        kind: TokenKind = found.lastgroup  # type: ignore[assignment]
        text = found[0][1:-1] if kind == "quoted" else found[0]
        if found.start() in marks:
            tokens.append(Token("break", found[0], found[0], found.start(), found.end()))
            continue
        if tokens and tokens[-1].kind == "break" and tokens[-1].start in marks and text in (".", ")"):
            continue
        if kind == "break" and _closes(request, found):  # "(seed 8) then …"
            number = found.start() + len(text) - len(text.lstrip())
            digits = re.match(r"\d+", text.strip())
            size = number + (digits.end() if digits else 0)
            tokens.append(Token("number", request[number:size], request[number:size], number, size))
            tokens.append(Token("sign", ")", ")", size, size + 1))
            continue
        if kind == "sign" and text == "-" and _joins_letters(request, found.start()):
            continue
        if found.lastgroup == "first":  # "most stars 1st"
            tokens.append(Token("word", text, "first", found.start(), found.end()))
            continue
        if found.lastgroup == "entity":  # "&amp;" is an example of what it is
            tokens.append(Token("word", text, ENTITY, found.start(), found.end()))
            continue
        tokens.append(Token(kind, text, text.lower().replace("’", "'"), found.start(), found.end()))
    return tokens


def _closes(request: str, found: re.Match[str]) -> bool:
    """Whether what looks like the number of a list closes a parenthesis."""
    text = found[0].strip()
    before = request[: found.start()]
    return (
        text[:1].isdecimal() and text.endswith(")") and "\n" not in found[0] and before.count("(") > before.count(")")
    )


def _inline_numbers(request: str) -> frozenset[int]:
    """Where the numbers of a list within one line stand: "1. strip html 2. drop duplicates"; none of no list."""
    found = list(_INLINE.finditer(request))
    counted = [int(one[1]) for one in found]
    listed = len(counted) > 1 and counted == list(range(1, len(counted) + 1))
    return frozenset(one.start(1) for one in found) if listed else frozenset()


def is_numbered(request: str) -> bool:
    """Whether the request is a numbered list, whose order is meant.

    >>> is_numbered("1. strip html\\n2. drop duplicates")
    True
    """
    lines = re.findall(r"(?m)^\s*\(?\d{1,3}[.)]\s+\S", request)
    return (
        len(lines) > 1 or bool(_inline_numbers(request)) or len(re.findall(r"(?i)\bstep\s\d{1,2}\s?[:.)]", request)) > 1
    )


def slice_of(request: str, tokens: Sequence[Token]) -> str:
    """The piece of the request from the first to the last of these tokens, as it was written."""
    return request[tokens[0].start : tokens[-1].end].strip() if tokens else ""


def _joins_letters(request: str, at: int) -> bool:
    after = request[at + 1 : at + 2]
    return at > 0 and request[at - 1].isalnum() and after.isalpha()
