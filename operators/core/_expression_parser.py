"""Reads the text of a row expression into its tree, or says at which character it cannot and what is allowed there."""

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

import polars as pl

from ._expression_tree import (
    COMPARE,
    ESCAPES,
    RESERVED,
    Among,
    Column,
    Compare,
    Condition,
    ExpressionError,
    IsBlank,
    IsNull,
    Junction,
    Length,
    Not,
    Operand,
    TextTest,
    Value,
)

MAX_DEPTH, MAX_DIGITS = 50, 400

_TESTS = ("contains", "starts with", "ends with", "matches")
_WORD_TESTS = "'in', 'contains', 'starts with', 'ends with', 'matches'"
_SIGNS = {"==": "=", "<>": "!=", **{sign: sign for sign in COMPARE}}
_CONSTANTS = {"true": Value("boolean", True), "false": Value("boolean", False), "null": Value("null", None)}
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+') | (?P<column>`(?:[^`]|``)*+`) | (?P<name>[^\W\d][\w.]*+)
    | (?P<number>-?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+(?![\w.])) | (?P<sign>[<>=!]=|<>|[=<>(),])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The keyword or sign that it may be."""
        return self.text.lower() if self.kind in ("name", "sign") else ""


def _fail(at: int, what: str) -> NoReturn:
    raise ExpressionError(f"the condition cannot be read at character {at + 1}: {what}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif found := _TOKEN.match(text, at):
            yield _Token(str(found.lastgroup), found[0], at)
            at = found.end()
        elif text[at] in "'\"`":
            _fail(at, f"the {text[at]} that opens here is never closed")
        else:
            wrong = _short(text[at:].split(maxsplit=1)[0])
            _fail(at, f"{wrong} is no name, number, quoted text or sign; allowed signs: = != < <= > >= ( ) and comma")
    yield _Token("end", "", at)


class Parser:
    def __init__(self, text: str) -> None:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            _fail(error.start, "half of a surrogate pair is no character")
        self._tokens = list(_tokens(text))
        self._position = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._position]

    def _takes(self, *words: str) -> bool:
        """Step over these words if they come next."""
        ahead = [token.word for token in self._tokens[self._position : self._position + len(words)]]
        if ahead != list(words):
            return False
        self._position += len(words)
        return True

    def _need(self, word: str, allowed: str) -> None:
        if not self._takes(word):
            self._unexpected(allowed)

    def _unexpected(self, allowed: str) -> NoReturn:
        found = "the end" if self._next.kind == "end" else _short(self._next.text)
        _fail(self._next.at, f"found {found}; allowed here: {allowed}")

    def parse(self) -> Condition:
        condition = self._junction("or", depth=0)
        if self._next.kind != "end":
            self._unexpected("'and', 'or', the end")
        return condition

    def _junction(self, word: Literal["and", "or"], depth: int) -> Condition:
        terms: list[Condition] = []
        while not terms or self._takes(word):
            terms.append(self._junction("and", depth) if word == "or" else self._term(depth))
        return terms[0] if len(terms) == 1 else Junction(word, tuple(terms))

    def _term(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            _fail(self._next.at, f"more than {MAX_DEPTH} 'not' and parentheses inside one another")
        if self._takes("not"):
            return Not(self._term(depth + 1))
        if self._takes("("):
            inner = self._junction("or", depth + 1)
            self._need(")", "'and', 'or', ')'")
            return inner
        return self._test()

    def _test(self) -> Condition:
        at, left = self._next.at, self._operand()
        if self._takes("is"):
            negated = self._takes("not")
            if self._takes("blank"):
                test: Condition = IsBlank(_alone(left, at))
                return Not(test) if negated else test
            allowed = "'null', 'blank'"
            more = ", 'not null', 'not blank'; for true and false write = true, = false"
            self._need("null", allowed if negated else allowed + more)
            test = IsNull(_alone(left, at))
            return Not(test) if negated else test
        negated = self._takes("not")
        if self._takes("in"):
            if isinstance(left, Value):
                _fail(at, f"found {_short(str(left))} before 'in'; allowed here: a column, length(column)")
            test = Among(left, tuple(self._list()))
        elif found := next((name for name in _TESTS if self._takes(*name.split())), None):
            test = TextTest(_alone(left, at), found, self._tested_text(found))
        elif negated:
            self._unexpected(_WORD_TESTS)
        else:
            return self._comparison(left, at)
        return Not(test) if negated else test

    def _tested_text(self, test: str) -> Value:
        at = self._next.at
        if self._next.kind != "text" or (text := self._literal()) is None:
            self._unexpected("a text in quotes")
        if test == "matches":
            _refuse_pattern(str(text.value), at)
        return text

    def _comparison(self, left: Operand, at: int) -> Compare:
        sign = _SIGNS.get(self._next.word)
        if sign is None:
            self._unexpected(f"= != < <= > >=, 'is null', 'is not null', and with or without 'not': {_WORD_TESTS}")
        self._position += 1
        right = self._operand()
        if isinstance(left, Value) and isinstance(right, Value):
            _fail(at, "both sides are literals; one side must be a column or length(column)")
        return Compare(left, sign, right)

    def _operand(self) -> Operand:
        if (literal := self._literal()) is not None:
            return literal
        if self._next.kind != "name" or self._next.word in RESERVED or self._tokens[self._position + 1].word != "(":
            return self._column()
        if not self._takes("length", "("):
            _fail(self._next.at, f"there is no function {_short(self._next.text)}; the only one is length(column)")
        length = Length(self._column())
        self._need(")", "')'")
        return length

    def _column(self) -> Column:
        token = self._next
        if token.kind not in ("name", "column") or token.word in RESERVED:
            self._unexpected("a column (a name, or anything in `backticks`), length(column), a literal")
        self._position += 1
        return Column(token.text if token.kind == "name" else token.text[1:-1].replace("``", "`"))

    def _list(self) -> Iterator[Value]:
        self._need("(", "'(' and literals with commas between them")
        while True:
            literal = self._literal()
            if literal is None:
                self._unexpected("a text in quotes, a number, true, false")
            yield literal
            if not self._takes(","):
                break
        self._need(")", "',', ')'")

    def _literal(self) -> Value | None:
        token = self._next
        value = _CONSTANTS.get(token.word)
        if token.kind == "text":
            plain = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[0]), token.text[1:-1], flags=re.DOTALL)
            value = Value("text", plain)
        elif token.kind == "number":
            value = Value("number", _number(token))
        self._position += value is not None
        return value


def _alone(operand: Operand, at: int) -> Column:
    if not isinstance(operand, Column):
        _fail(at, f"found {_short(str(operand))} before a test of a column; allowed here: a column")
    return operand


def _number(token: _Token) -> float:
    if len(token.text) > MAX_DIGITS:
        _fail(token.at, f"the number has {len(token.text)} characters; at most {MAX_DIGITS} are allowed")
    number = float(token.text) if re.search("[.eE]", token.text) else int(token.text)
    if number in (math.inf, -math.inf):
        _fail(token.at, f"the number {_short(token.text)} is too large; allowed are whole numbers without exponent, "
                        f"and others up to {sys.float_info.max:.4g}")  # fmt: skip
    return number


def _refuse_pattern(pattern: str, at: int) -> None:
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        # polars shows the pattern on several lines before it says what is wrong.
        said = re.findall(r"^error: (.+)$", str(error), re.MULTILINE) or [str(error).partition("\n")[0]]
        _fail(at, f"the pattern {_short(pattern)} cannot be used: {said[0]}; allowed are Rust regular expressions, "
                  "without look-around and backreferences, so that time stays linear")  # fmt: skip
