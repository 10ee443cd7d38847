"""What the parts of this package pass to each other: a database, the limits of a query, its result."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..isolated import Isolated

Engine = Literal["sqlite", "duckdb", "postgresql"]
Dialect = Literal["sqlite", "duckdb", "postgres"]
"""What sqlglot calls the language of an engine."""
_DIALECTS: dict[Engine, Dialect] = {"sqlite": "sqlite", "duckdb": "duckdb", "postgresql": "postgres"}

WRONG_SQL = frozenset({"refused_statement", "sql_error", "out_of_time", "out_of_memory", "crashed", "result_too_large"})
"""Reasons of a `RowError` that speak against the SQL, which asked for something wrong, too long or too much."""
GONE = frozenset({"missing_database", "invalid_database_name", "not_a_database", "database_unavailable", "no_value"})
"""Reasons of a `RowError` that say nothing about the SQL, since no database could be asked."""


@dataclass(frozen=True)
class Database:
    """One database, bound to its name; `Databases.find` makes it.

    `place` is a path or a URL with its password, and is never shown.
    """

    name: str
    engine: Engine
    place: str = field(repr=False)
    processes: "Isolated" = field(repr=False, compare=False)

    @property
    def dialect(self) -> Dialect:
        """What sqlglot calls its language."""
        return _DIALECTS[self.engine]


@dataclass(frozen=True)
class QueryLimits:
    """What a query may take.

    Args:
        seconds: most seconds by the clock.
        max_rows: most rows of the result; more are left out, and the table says so.
        max_bytes: most bytes of the result, about as they stand in memory; rows beyond are left out.
    """

    seconds: float = 10.0
    max_rows: int = 10_000
    max_bytes: int = 32 * 2**20


@dataclass(frozen=True)
class Table:
    """What a query gave.

    Args:
        columns: their names as the engine says them, of which several may be the same.
        rows: values as Python has them: None, bool, int, float, Decimal, str, bytes, dates and times, lists, dicts.
        order_by: the places in `columns` of what the outermost ORDER BY sorts by; () where that is no column of the
            result; None without an ORDER BY, so that the order of the rows says nothing.
        truncated: whether rows were left out for a limit.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    order_by: tuple[int, ...] | None = None
    truncated: bool = False

    @property
    def ordered(self) -> bool:
        """Whether the order of the rows was asked for."""
        return self.order_by is not None
