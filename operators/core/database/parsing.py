"""Reads SQL and refuses what is not a single query that only reads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from ..errors import RowError
from ._refused import FIRST_WORDS, is_refused_function, is_system_table
from .contract import Dialect

if TYPE_CHECKING:
    from sqlglot import exp

MOST_CHARACTERS: Final = 30_000
MOST_NESTED: Final = 20
"""Brackets inside each other; the parser calls itself for each, and would come to its end beyond some thirty."""
_UNICODE_NAME: Final = re.compile(r"\bu&[\"']", re.IGNORECASE)
"""Names written with escapes, in which a refused one could hide."""


@dataclass(frozen=True)
class Query:
    """A single query, as it was written and as a tree."""

    sql: str
    dialect: Dialect
    tree: "exp.Query"

    def order_by(self, columns: Sequence[str]) -> tuple[int, ...] | None:
        """The places in `columns` of what the outermost ORDER BY sorts by; see `Table.order_by`.

        Args:
            columns: the names of the columns of the result.
        """
        from sqlglot import exp

        tree: Any = self.tree
        while isinstance(tree, exp.Subquery) and tree.args.get("order") is None:
            tree = tree.this
        order = tree.args.get("order")
        if order is None:
            return None
        selected = _selected(tree, len(columns))
        places = [_place(one.this, selected) for one in order.expressions]
        known = [place for place in places if place is not None]
        return tuple(known) if len(known) == len(places) else ()


def parse_query(sql: str, dialect: Dialect = "sqlite") -> Query:
    """Read a query: one SELECT, also with WITH, UNION, INTERSECT or EXCEPT, that changes nothing and opens nothing.

    A semicolon at its end is no part of it.

    Args:
        sql: what is read; at most 30,000 characters, with at most 20 brackets inside each other.
        dialect: the language of the engine that is meant.

    Raises:
        RowError: `refused_statement`, with a sentence that says why.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    if len(sql) > MOST_CHARACTERS:
        raise _refused(f"it is longer than {MOST_CHARACTERS:,} characters")
    if "\x00" in sql:
        raise _refused("it holds a NUL character")
    try:
        tokens = sqlglot.tokenize(sql, read=dialect)
        _check_tokens(tokens, sql, dialect)
        trees = [tree for tree in sqlglot.parse(sql, read=dialect) if tree is not None and tree.key != "semicolon"]
    except SqlglotError as error:
        raise _refused(f"it cannot be read as SQL: {_one_line(str(error))}") from None
    except RecursionError:
        raise _refused("it is nested too deeply") from None
    if len(trees) != 1:
        raise _refused(f"it holds {len(trees)} statements; give one")
    return Query(sql, dialect, _checked_tree(trees[0], dialect))


def _refused(why: str) -> RowError:
    return RowError("refused_statement", why)


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())[:200]


def _check_tokens(tokens: Sequence[Any], sql: str, dialect: Dialect) -> None:
    """What can be said before the statement is parsed: one statement, a query, no refused function, not too deep."""
    ends = [at for at, token in enumerate(tokens) if token.token_type.name == "SEMICOLON"]
    said = [at for at, token in enumerate(tokens) if token.token_type.name != "SEMICOLON"]
    if not said:
        raise _refused("it is empty")
    if ends and ends[0] < said[-1]:
        raise _refused("a second statement follows the first; give one")
    first = next((token.text for token in tokens if token.token_type.name != "L_PAREN"), "")
    if first.lower() not in FIRST_WORDS:
        raise _refused(f"it begins with {first[:40]!r}; only a SELECT, also after WITH, is run")
    if dialect == "postgres" and _UNICODE_NAME.search(sql):
        raise _refused("a name or text in it is written with Unicode escapes (U&)")
    if _deepest(tokens) > MOST_NESTED:
        raise _refused(f"more than {MOST_NESTED} brackets are nested in each other")
    for name in _called(tokens):
        if is_refused_function(name, dialect):
            raise _refused(f"the function {name[:40]} may not be called")


def _deepest(tokens: Sequence[Any]) -> int:
    steps = {"L_PAREN": 1, "R_PAREN": -1}
    depth = deepest = 0
    for token in tokens:
        depth += steps.get(token.token_type.name, 0)
        deepest = max(deepest, depth)
    return deepest


def _called(tokens: Sequence[Any]) -> Iterator[str]:
    """What stands before an opening bracket, quoted or not; the tree has other names for some functions."""
    for token, after in pairwise(tokens):
        if after.token_type.name == "L_PAREN" and token.token_type.name != "STRING":
            yield token.text


def _checked_tree(tree: "exp.Expr", dialect: Dialect) -> "exp.Query":
    from sqlglot import exp

    if not isinstance(tree, exp.Query):
        raise _refused("it is no SELECT")
    changing = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Pragma, exp.Attach, exp.Copy, exp.Set)
    for node in tree.walk():
        if isinstance(node, changing) and not isinstance(node, exp.Query):
            raise _refused(f"it holds {_words(node)}, which is more than a SELECT does")
        if isinstance(node, exp.Table):
            _check_table(node, dialect)
    return tree


def _check_table(table: "exp.Table", dialect: Dialect) -> None:
    if is_system_table(table.name, table.db, dialect):
        raise _refused(f"the table {table.name[:40]} is the engine's own and may not be read")
    if dialect == "duckdb" and ("/" in table.name or "*" in table.name or "\\" in table.name):
        raise _refused("it reads a file in place of a table")


def _words(node: "exp.Expr") -> str:
    return {"lock": "a lock (FOR UPDATE)", "into": "SELECT INTO"}.get(node.key, node.key.upper())


def _selected(tree: Any, count: int) -> list[Any]:
    """What each column of the result is, as it stands in the SELECT; nothing where a star leaves that open."""
    from sqlglot import exp

    while isinstance(tree, exp.Subquery | exp.SetOperation):
        tree = tree.this
    found = list(getattr(tree, "expressions", ()))
    return found if len(found) == count and not any(one.is_star for one in found) else []


def _place(key: Any, selected: Sequence[Any]) -> int | None:
    """The place of what is sorted by: a number, an alias, or something that is selected just so."""
    from sqlglot import exp

    if isinstance(key, exp.Literal) and not key.is_string:
        number = int(key.this) - 1 if key.this.isdigit() else -1
        return number if 0 <= number < len(selected) else None
    if isinstance(key, exp.Column) and not key.table:
        for place, one in enumerate(selected):
            if one.alias_or_name.lower() == key.name.lower():
                return place
    return next((place for place, one in enumerate(selected) if one.unalias() == key), None)
