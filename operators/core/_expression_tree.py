"""The tree of a row expression: columns, lengths and literals, the conditions on them, and how each is written."""

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .errors import DataFlowError

RESERVED = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})
"""Words that name a column only in backticks."""

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "r": "\r", "t": "\t"}
HINTS = {
    "boolean": "write true or false",
    "number": "write a number",
    "time": 'write for example "2024-01-31", "2024-01-31T12:00:00Z" or "12:00"',
}
_BARE = re.compile(r"[^\W\d][\w.]*")


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
        escapes = {ord(meant): f"\\{letter}" for letter, meant in ESCAPES.items() if letter != "'"}
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
class IsBlank:
    """The row has no text in the column, or one of white space alone."""

    column: Column

    def __str__(self, negation: str = "") -> str:
        return f"{self.column} is {negation}blank"


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
        if isinstance(self.term, Among | IsBlank | IsNull | TextTest):
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


Condition = Compare | Among | IsBlank | IsNull | TextTest | Not | Junction
