"""Asks a database, in a process that can be killed."""

from typing import Any

from ..errors import RowError
from .binding import START_S
from .cells import unpacked
from .contract import Database, QueryLimits, Table
from .describing import DatabaseSchema, schema_from
from .parsing import parse_query

LIMITS = QueryLimits()
SCHEMA_S = 60.0
"""Most seconds to read a schema with its sample values."""


def run_query(database: Database, sql: str, limits: QueryLimits = LIMITS, *, keep_rows: bool = True) -> Table:
    """What a query gives; the database is not changed by it.

    Args:
        keep_rows: without, the query runs as far as the limits allow, and its rows are thrown away but for their
            number: `rows` holds an empty tuple for each.

    Raises:
        RowError: a reason in `WRONG_SQL`, or `not_a_database`, or `database_unavailable`.
    """
    query = parse_query(sql, database.dialect)
    order = {"do": "run", "sql": query.sql, "max_rows": limits.max_rows, "max_bytes": limits.max_bytes}
    said = _ask(database, {**order, "keep_rows": keep_rows}, limits.seconds)
    columns = tuple(said["columns"])
    rows = tuple(tuple(map(unpacked, row)) for row in said["rows"]) if keep_rows else ((),) * said["count"]
    return Table(columns, rows, query.order_by(columns), said["truncated"])


def explain_query(database: Database, sql: str, limits: QueryLimits = LIMITS) -> None:
    """See that a query could be run: its tables and columns are there; it is planned and not run.

    Raises:
        RowError: as `run_query`.
    """
    query = parse_query(sql, database.dialect)
    _ask(database, {"do": "explain", "sql": query.sql}, limits.seconds)


def schema_of(database: Database, *, samples: int = 3) -> DatabaseSchema:
    """Tables, columns, keys, comments and some values of a database.

    Args:
        samples: most different values of a column that are told.

    Raises:
        RowError: as `run_query`, without those about SQL.
    """
    found = _ask(database, {"do": "describe", "samples": samples}, SCHEMA_S)
    return schema_from(database.name, database.engine, found)


def _ask(database: Database, order: dict[str, Any], seconds: float) -> Any:
    """What the process says; it keeps to the seconds itself, and is killed where it cannot."""
    where = {"engine": database.engine, "place": database.place, "seconds": seconds}
    try:
        return database.processes({**where, **order}, seconds=seconds + START_S)
    except RowError as error:
        if error.reason != "out_of_time":
            raise
        raise RowError("out_of_time", f"it took longer than {seconds:g} seconds") from None
