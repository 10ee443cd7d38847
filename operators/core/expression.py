"""The row-expression grammar: conditions on rows, read into a tree and computed with polars, never evaluated as code.

    condition = term (("and" | "or") term)*         not binds tighter than and, and tighter than or
    term      = "not" term | "(" condition ")" | test
    test      = operand ("=" | "!=" | "<" | "<=" | ">" | ">=") operand          also "==" and "<>"
              | operand ["not"] "in" "(" literal ("," literal)* ")"
              | column "is" ["not"] "null"
              | column ["not"] ("contains" | "starts with" | "ends with" | "matches") text
    operand   = column | "length" "(" column ")" | literal
    literal   = text in single or double quotes | number | "true" | "false" | "null"
    column    = name | any characters in backticks, a backtick doubled

Keywords know no case. In a text a backslash escapes a backslash, a quote and n, r, t; before anything else it stays, so
that patterns read as usual. Logic is three-valued: a test that meets null, NaN or, in a `json` column, a value of
another kind is unknown, and a row whose condition is unknown is outside. Times without an offset are UTC.
"""

import json
import math
import operator
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Annotated, Any, Literal, NoReturn

import orjson
import polars as pl
from pydantic import AfterValidator

from .errors import DataFlowError, near_name
from .schema import Schema

MAX_CHARACTERS, MAX_DEPTH, MAX_DIGITS, MAX_LISTED = 10_000, 50, 400, 30
RESERVED = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})
"""Words that name a column only in backticks."""

_TESTS = ("contains", "starts with", "ends with", "matches")
_WORD_TESTS = "'in', 'contains', 'starts with', 'ends with', 'matches'"
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
_SIGNS = {"==": "=", "<>": "!=", **{sign: sign for sign in _COMPARE}}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "r": "\r", "t": "\t"}
_KINDS = {"text": "text", "integer": "number", "number": "number", "boolean": "boolean", "time": "time", "json": "any"}
_MEASURED = ("text", "json", "nested", "vector", "bytes")
_NANOSECONDS = {"ms": 10**6, "us": 10**3, "ns": 1}
_BARE = re.compile(r"[^\W\d][\w.]*")
_LONG_NUMBER = re.compile("[0-9]{19}")
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+') | (?P<column>`(?:[^`]|``)*+`) | (?P<name>[^\W\d][\w.]*+)
    | (?P<number>-?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+(?![\w.])) | (?P<sign>[<>=!]=|<>|[=<>(),])
    """,
    re.VERBOSE | re.DOTALL,
)


class ExpressionError(DataFlowError):
    """The text is no condition, or the condition cannot be asked of a column's values."""


@dataclass(frozen=True)
class Column:
    """The value of a column."""

    name: str

    def __str__(self) -> str:
        bare = _BARE.fullmatch(self.name) and self.name.lower() not in RESERVED
        return self.name if bare else "`" + self.name.replace("`", "``") + "`"


@dataclass(frozen=True)
class Length:
    """Characters of a text, elements of a list or vector, members of an object, bytes of bytes."""

    column: Column

    def __str__(self) -> str:
        return f"length({self.column})"


@dataclass(frozen=True)
class Value:
    """A literal; `kind` keeps 1 and true apart."""

    kind: Literal["text", "number", "boolean", "null"]
    value: str | int | float | bool | None

    def __str__(self) -> str:
        if not isinstance(self.value, str):
            return json.dumps(self.value)
        escapes = {ord(meant): f"\\{letter}" for letter, meant in _ESCAPES.items() if letter != "'"}
        return f'"{self.value.translate(escapes)}"'


Item = Column | Length
Operand = Item | Value


@dataclass(frozen=True)
class Compare:
    """Two operands, at most one of them a literal; `sign` is one of = != < <= > >=."""

    left: Operand
    sign: str
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


@dataclass(frozen=True)
class Among:
    """The item equals one of the values; unknown where none of them is of the kind of the row's own."""

    item: Item
    values: tuple[Value, ...]

    def __str__(self, negation: str = "") -> str:
        return f"{self.item} {negation}in ({', '.join(map(str, self.values))})"


@dataclass(frozen=True)
class IsNull:
    """The row has no value in the column."""

    column: Column

    def __str__(self, negation: str = "") -> str:
        return f"{self.column} is {negation}null"


@dataclass(frozen=True)
class TextTest:
    """A text contains, starts with or ends with another, or somewhere matches a Rust regular expression."""

    column: Column
    test: str
    text: Value

    def __str__(self, negation: str = "") -> str:
        return f"{self.column} {negation}{self.test} {self.text}"


@dataclass(frozen=True)
class Not:
    """The condition does not hold; unknown stays unknown."""

    term: "Condition"

    def __str__(self) -> str:
        if isinstance(self.term, Among | IsNull | TextTest):
            return self.term.__str__("not ")
        return f"not ({self.term})" if isinstance(self.term, Junction) else f"not {self.term}"


@dataclass(frozen=True)
class Junction:
    """All of two or more conditions hold ("and"), or at least one does ("or")."""

    word: Literal["and", "or"]
    terms: tuple["Condition", ...]

    def __str__(self) -> str:
        binds = {"or": 0, "and": 1}
        texts = (
            f"({term})" if isinstance(term, Junction) and binds[term.word] <= binds[self.word] else str(term)
            for term in self.terms
        )
        return f" {self.word} ".join(texts)


Condition = Compare | Among | IsNull | TextTest | Not | Junction
_CONSTANTS = {"true": Value("boolean", True), "false": Value("boolean", False), "null": Value("null", None)}


@dataclass(frozen=True)
class Expression:
    """A condition on rows; `str()` gives its canonical text."""

    condition: Condition

    def __str__(self) -> str:
        return str(self.condition)

    def columns(self) -> tuple[str, ...]:
        """Names of the columns it reads, in order of first use."""
        return tuple(dict.fromkeys(column.name for column in _columns(self.condition)))

    def check(self, schema: Schema) -> list[str]:
        """Why it cannot be asked of such rows: a sentence for each unknown column and each wrong use of a type."""
        missing = [_missing(name, schema) for name in self.columns() if name not in schema]
        return list(dict.fromkeys([*missing, *_faults(self.condition, schema)]))

    def mask(self, frame: pl.DataFrame, schema: Schema) -> pl.Series:
        """Which rows are inside.

        Args:
            frame: rows with at least the columns it names.
            schema: types of these columns; `check` finds no fault with it.

        Returns:
            Boolean, one a row, never null: what is unknown is outside.

        Raises:
            ExpressionError: a time column holds durations, or a literal asks times of day for a date or the reverse.
        """
        return _Rows(frame, schema).hold(self.condition).fill_null(value=False)


def parse_expression(text: str) -> Expression:
    """Read a condition.

    Raises:
        ExpressionError: what is wrong, at which character (counted from 1), and what is allowed there.

    >>> str(parse_expression("NOT lang == 'en' and length(text)>=20"))
    'not lang = "en" and length(text) >= 20'
    """
    _refuse_long(text, "")
    expression = _Parser(text).parse()
    # The canonical text has more blanks and backslashes, and must be readable too.
    _refuse_long(str(expression), " in its canonical form")
    return expression


def _refuse_long(text: str, form: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"the condition has {len(text)} characters{form}; at most {MAX_CHARACTERS} are allowed")


def _readable(text: str) -> str:
    try:
        parse_expression(text)
    except ExpressionError as error:
        raise ValueError(str(error)) from error
    return text


RowExpression = Annotated[str, AfterValidator(_readable)]
"""The text of a condition as its author wrote it; text that cannot be read is refused."""


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


class _Parser:
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

    def parse(self) -> Expression:
        condition = self._junction("or", depth=0)
        if self._next.kind != "end":
            self._unexpected("'and', 'or', the end")
        return Expression(condition)

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
            self._need("null", "'null'" if negated else "'null', 'not null'; for true and false write = true, = false")
            test: Condition = IsNull(_alone(left, at))
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
            plain = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), token.text[1:-1], flags=re.DOTALL)
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


def _columns(part: object) -> Iterator[Column]:
    if isinstance(part, Column):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _columns(item)
    elif is_dataclass(part):
        yield from _columns(tuple(getattr(part, field.name) for field in fields(part)))


def _missing(name: str, schema: Schema) -> str:
    near = near_name(name, schema.names)
    here = ", ".join(map(repr, schema.names[:MAX_LISTED])) or "none"
    more = f" and {len(schema.names) - MAX_LISTED} more" if len(schema.names) > MAX_LISTED else ""
    hint = f"did you mean {near!r}?" if near else "if it is a text, put it in quotes;"
    return f"there is no column {name!r}; {hint} columns here: {here}{more}"


def _faults(condition: Condition, schema: Schema) -> Iterator[str]:
    match condition:
        case Not(term):
            yield from _faults(term, schema)
        case Junction(_, terms):
            for term in terms:
                yield from _faults(term, schema)
        case _ if any(column.name not in schema for column in _columns(condition)):
            return
        case TextTest(column, test):
            if schema[column.name].dtype not in ("text", "json"):
                yield f"{test!r} is for text, but {column.name!r} is of type {schema[column.name].dtype}"
        case Compare(left, sign, right):
            yield from _length_faults((left, right), schema)
            yield from _mismatch(left, sign, right, schema)
        case Among(item, values):
            yield from _length_faults((item,), schema)
            for value in values:
                yield from _mismatch(item, "=", value, schema)


def _length_faults(operands: Iterable[Operand], schema: Schema) -> Iterator[str]:
    for operand in operands:
        if isinstance(operand, Length) and (dtype := schema[operand.column.name].dtype) not in _MEASURED:
            yield f"length() is for {', '.join(_MEASURED)}, but {operand.column.name!r} is of type {dtype}"


def _kind(operand: Operand, schema: Schema) -> str:
    if isinstance(operand, Column):
        return _KINDS.get(schema[operand.name].dtype, "opaque")
    return operand.kind if isinstance(operand, Value) else "number"


def _described(operand: Operand, schema: Schema) -> str:
    if isinstance(operand, Column):
        return f"{operand.name!r} (of type {schema[operand.name].dtype})"
    return f"{operand} (a number)" if isinstance(operand, Length) else f"the {operand.kind} {operand}"


def _mismatch(left: Operand, sign: str, right: Operand, schema: Schema) -> Iterator[str]:
    """At most one sentence on why the two cannot be compared."""
    if isinstance(left, Value):
        left, right = right, left
    kinds = {_kind(left, schema), _kind(right, schema)}
    if "opaque" in kinds:
        name = next(side for side in (left, right) if _kind(side, schema) == "opaque")
        yield f"{_described(name, schema)} has no comparison; allowed are `{name} is null` and `length({name})`"
    elif "null" in kinds:
        yield f"a comparison of {left} with null never holds; write '{left} is null' or '{left} is not null'"
    elif isinstance(right, Value) and kinds == {"time", "text"}:
        if _instant(str(right.value)) is None:
            yield f"{right} is no ISO time for {_described(left, schema)}; {_HINTS['time']}"
    elif len(kinds - {"any"}) > 1 or kinds == {"time", "any"}:
        hint = _hint(_kind(left, schema), right) if isinstance(right, Value) else ""
        yield f"{_described(left, schema)} cannot be compared with {_described(right, schema)}{hint}"
    elif "boolean" in kinds and sign not in ("=", "!="):
        yield f"true and false have no order, got {left} {sign} {right}; allowed are = and !="


_HINTS = {
    "boolean": "write true or false",
    "number": "write a number",
    "time": 'write for example "2024-01-31", "2024-01-31T12:00:00Z" or "12:00"',
}


def _hint(kind: str, wrong: Value) -> str:
    """What to write instead of a literal of the wrong kind."""
    if kind == "text":
        return f'; as a text it is written "{wrong}"'
    if kind == "number" and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(wrong.value)):
        return f"; as a number it is written {wrong.value}"
    return f"; {_HINTS[kind]}"


class _Instant(int):
    """Nanoseconds since 1970 in UTC, of a time of day since midnight; a type of its own: it compares with no number."""


def _instant(text: str) -> _Instant | None:
    try:
        moment = datetime.fromisoformat(f"1970-01-01T{text}" if _is_time_of_day(text) else text)
    except ValueError:
        return None
    if re.search("[.,][0-9]{7}", text):
        return None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.fromtimestamp(0, UTC)
    return _Instant(since // timedelta(microseconds=1) * 1000)


def _is_time_of_day(text: str) -> bool:
    return re.fullmatch("[0-9]+:[0-9:.]+", text) is not None


def _instants(series: pl.Series) -> list[Any]:
    dtype = series.dtype
    if isinstance(dtype, pl.Datetime):
        scale = _NANOSECONDS[dtype.time_unit]
    elif dtype in (pl.Date, pl.Time, pl.Null):
        scale = 86_400 * 10**9 if dtype == pl.Date else 1
    else:
        raise ExpressionError(f"column {series.name!r} holds {dtype}; allowed are dates, times and times of day")
    return [None if value is None else _Instant(value * scale) for value in series.to_physical().to_list()]


def _document(text: str) -> Any:
    # orjson rounds integers beyond 64 bits and refuses numbers beyond doubles.
    try:
        return json.loads(text, parse_int=Decimal) if _LONG_NUMBER.search(text) else orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _kind_of(value: Any) -> str | None:
    """The kind of a Python value; None for what no comparison knows."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, _Instant):
        return "time"
    if isinstance(value, int | float | Decimal):
        return None if value != value else "number"  # noqa: PLR0124 (only NaN differs from itself)
    return "text" if isinstance(value, str) else None


def _kind_in(values: pl.Series) -> str:
    return {pl.String: "text", pl.Boolean: "boolean"}.get(values.dtype.base_type(), "number")


def _pair(left: Any, sign: str, right: Any) -> bool | None:
    kind = _kind_of(left)
    if kind is None or kind != _kind_of(right) or (kind == "boolean" and sign not in ("=", "!=")):
        return None
    return bool(_COMPARE[sign](left, right))


def _compare(left: pl.Series, sign: str, right: Any) -> pl.Series:
    truth: pl.Series = _COMPARE[sign](left, right)
    return truth


def _truths(values: Iterable[bool | None]) -> pl.Series:
    return pl.Series(values=list(values), dtype=pl.Boolean)


def _nearest(number: float, dtype: pl.DataType) -> float:
    """A value of this polars type with no other between it and the number."""
    if dtype == pl.Float64:
        try:
            return float(number)
        except OverflowError:
            return sys.float_info.max if number > 0 else -sys.float_info.max
    low, high = (0, 2**64 - 1) if dtype == pl.UInt64 else (-(2**63), 2**63 - 1)
    return min(max(math.floor(number), low), high)


def _against_number(values: pl.Series, sign: str, number: float) -> pl.Series:
    """Compare exactly, also where the column's type cannot hold the number."""
    near = _nearest(number, values.dtype)
    if near != number:
        if sign in ("=", "!="):
            never = values.is_null() & _truths([None])
            return never if sign == "=" else ~never
        # No value is the number itself, so the order with it is the order with `near`, which is on the side it lies.
        sign = sign[0] + "=" * ((near < number) == (sign[0] == "<"))
    return _compare(values, sign, near)


@dataclass(frozen=True)
class _Rows:
    """Computes conditions over rows; a result is Boolean, and null where it is unknown."""

    frame: pl.DataFrame
    schema: Schema

    def hold(self, condition: Condition) -> pl.Series:
        match condition:
            case Not(term):
                truth = ~self.hold(term)
            case Junction(word, terms):
                truth = reduce(operator.and_ if word == "and" else operator.or_, map(self.hold, terms))
            case IsNull(column):
                truth = self._is_null(column)
            case TextTest():
                truth = self._text_test(condition)
            case Among():
                truth = self._among(condition)
            case Compare(Value() as literal, sign, Column() | Length() as item):
                truth = self._against(item, _FLIPPED.get(sign, sign), literal)
            case Compare(Column() | Length() as item, sign, Value() as literal):
                truth = self._against(item, sign, literal)
            case Compare(Column() | Length() as left, sign, Column() | Length() as right):
                truth = self._between(self._values(left), sign, self._values(right))
        return truth

    def _is_null(self, column: Column) -> pl.Series:
        series = self.frame[column.name]
        nothing = series.is_null()
        return nothing | (series.str.strip_chars() == "null") if self.schema[column.name].encoded else nothing

    def _text_test(self, condition: TextTest) -> pl.Series:
        values, text = self._values(condition.column), str(condition.text.value)
        if isinstance(values, list):
            values = pl.Series(values=[v if isinstance(v, str) else None for v in values], dtype=pl.String)
        if values.dtype != pl.String:
            return self._unknown()
        if condition.test in ("contains", "matches"):
            return values.str.contains(text, literal=condition.test == "contains")
        return values.str.starts_with(text) if condition.test == "starts with" else values.str.ends_with(text)

    def _against(self, item: Item, sign: str, literal: Value) -> pl.Series:
        values, constant = self._values(item), self._constant(literal, item)
        if isinstance(values, list):
            return _truths(_pair(value, sign, constant) for value in values)
        kind = _kind_in(values)
        if kind != _kind_of(constant) or (kind == "boolean" and sign not in ("=", "!=")):
            return self._unknown()
        return _against_number(values, sign, constant) if kind == "number" else _compare(values, sign, constant)

    def _between(self, left: pl.Series | list[Any], sign: str, right: pl.Series | list[Any]) -> pl.Series:
        alike = isinstance(left, pl.Series) and isinstance(right, pl.Series) and left.dtype == right.dtype
        if isinstance(left, pl.Series) and alike and left.dtype != pl.Boolean:
            return _compare(left, sign, right)
        # Mixed types meet as Python values: polars would compare an integer and a number as floats.
        return _truths(_pair(one, sign, other) for one, other in zip(left, right, strict=True))

    def _among(self, condition: Among) -> pl.Series:
        values = self._values(condition.item)
        sets: dict[str | None, set[Any]] = {}
        for literal in condition.values:
            constant = self._constant(literal, condition.item)
            sets.setdefault(_kind_of(constant), set()).add(constant)
        if isinstance(values, list):
            kinds = [kind if kind in sets else None for kind in map(_kind_of, values)]
            found = _truths(
                None if kind is None else value in sets[kind] for kind, value in zip(kinds, values, strict=True)
            )
        elif (kind := _kind_in(values)) in sets:
            exact = sets[kind]
            if kind == "number":
                exact = {near for number in exact if (near := _nearest(number, values.dtype)) == number}
            found = values.is_in(pl.Series(values=list(exact), dtype=values.dtype).implode())
        else:
            found = self._unknown()
        return found | _truths([None]) if None in sets else found

    def _constant(self, literal: Value, item: Item) -> Any:
        if not isinstance(literal.value, str) or isinstance(item, Length) or self.schema[item.name].dtype != "time":
            return literal.value
        of_day, instant = self.frame[item.name].dtype == pl.Time, _instant(literal.value)
        if instant is None or of_day != _is_time_of_day(literal.value):
            kind = "times of day" if of_day else "dates or times"
            raise ExpressionError(f"column {item.name!r} holds {kind}, got {literal}; {_HINTS['time']}")
        return instant

    def _values(self, item: Item) -> pl.Series | list[Any]:
        """A series of one kind, or Python values where kinds mix or polars is not exact."""
        if isinstance(item, Length):
            return self._lengths(item.column)
        spec, series = self.schema[item.name], self.frame[item.name]
        values: pl.Series | list[Any] = [None] * len(series)
        if spec.encoded:
            values = [None if text is None else _document(text) for text in series.to_list()]
        elif spec.dtype == "time":
            values = _instants(series)
        elif spec.dtype == "number":
            values = series.cast(pl.Float64).fill_nan(None)
        elif spec.dtype == "integer":
            values = series if series.dtype == pl.UInt64 else series.cast(pl.Int64)
        elif spec.dtype in ("text", "boolean"):
            values = series.cast(pl.String if spec.dtype == "text" else pl.Boolean)
        return values

    def _lengths(self, column: Column) -> pl.Series:
        spec, series = self.schema[column.name], self.frame[column.name]
        lengths = pl.Series(values=[None] * len(series), dtype=pl.Int64)
        if spec.encoded:
            documents = self._values(column)
            sizes = [len(value) if isinstance(value, str | list | dict) else None for value in documents]
            lengths = pl.Series(values=sizes, dtype=pl.Int64)
        elif spec.dtype == "text":
            lengths = series.cast(pl.String).str.len_chars()
        elif isinstance(series.dtype, pl.Binary):
            lengths = series.bin.size()
        elif isinstance(series.dtype, pl.List):
            lengths = series.list.len()
        elif isinstance(series.dtype, pl.Array | pl.Struct):
            size = series.dtype.size if isinstance(series.dtype, pl.Array) else len(series.dtype.fields)
            lengths = pl.select(pl.when(series.is_not_null()).then(size)).to_series()
        return lengths.cast(pl.Int64)

    def _unknown(self) -> pl.Series:
        return _truths([None] * len(self.frame))
