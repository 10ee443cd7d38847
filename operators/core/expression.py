"""The row-expression grammar: conditions on rows, read into a tree and computed with polars, never evaluated as code.

    condition = term (("and" | "or") term)*         not binds tighter than and, and tighter than or
    term      = "not" term | "(" condition ")" | test
    test      = operand ("=" | "!=" | "<" | "<=" | ">" | ">=") operand          also "==" and "<>"
              | operand ["not"] "in" "(" literal ("," literal)* ")"
              | column "is" ["not"] ("null" | "blank")
              | column ["not"] ("contains" | "starts with" | "ends with" | "matches") text
    operand   = column | "length" "(" column ")" | literal
    literal   = text in single or double quotes | number | "true" | "false" | "null"
    column    = name | any characters in backticks, a backtick doubled

Keywords know no case. In a text a backslash escapes a backslash, a quote and n, r, t; before anything else it stays, so
that patterns read as usual. Logic is three-valued: a test that meets null, NaN or, in a `json` column, a value of
another kind is unknown, and a row whose condition is unknown is outside. Times without an offset are UTC. Blank is null
or white space alone.
"""

from dataclasses import dataclass
from typing import Annotated

import polars as pl
from pydantic import AfterValidator

from ._expression_check import MAX_LISTED, columns_of, faults, missing_column
from ._expression_parser import MAX_DEPTH, MAX_DIGITS, Parser
from ._expression_rows import Rows
from ._expression_tree import (
    RESERVED,
    Among,
    Column,
    Compare,
    Condition,
    ExpressionError,
    IsBlank,
    IsNull,
    Item,
    Junction,
    Length,
    Not,
    Operand,
    TextTest,
    Value,
)
from .schema import Schema

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_LISTED",
    "RESERVED",
    "Among",
    "Column",
    "Compare",
    "Condition",
    "Expression",
    "ExpressionError",
    "IsBlank",
    "IsNull",
    "Item",
    "Junction",
    "Length",
    "Not",
    "Operand",
    "RowExpression",
    "TextTest",
    "Value",
    "parse_expression",
]

MAX_CHARACTERS = 10_000


@dataclass(frozen=True)
class Expression:
    """A condition on rows; `str()` gives its canonical text."""

    condition: Condition

    def __str__(self) -> str:
        return str(self.condition)

    def columns(self) -> tuple[str, ...]:
        """Names of the columns it reads, in order of first use."""
        return tuple(dict.fromkeys(column.name for column in columns_of(self.condition)))

    def check(self, schema: Schema) -> list[str]:
        """Why it cannot be asked of such rows: a sentence for each unknown column and each wrong use of a type."""
        missing = [missing_column(name, schema) for name in self.columns() if name not in schema]
        return list(dict.fromkeys([*missing, *faults(self.condition, schema)]))

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
        return Rows(frame, schema).hold(self.condition).fill_null(value=False)


def parse_expression(text: str) -> Expression:
    """Read a condition.

    Raises:
        ExpressionError: what is wrong, at which character (counted from 1), and what is allowed there.

    >>> str(parse_expression("NOT lang == 'en' and length(text)>=20"))
    'not lang = "en" and length(text) >= 20'
    """
    _refuse_long(text, "")
    expression = Expression(Parser(text).parse())
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
