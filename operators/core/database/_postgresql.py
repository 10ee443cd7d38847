"""Reads PostgreSQL databases: in a read-only transaction with deadlines, through a cursor, which takes only a query."""

import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from ..errors import RowError
from ._session import PER_FETCH, Session, column_named, table_named
from .describing import quoted

_CURSOR: Final = "dataflow_result"
_BEFORE: Final = "dataflow_before"
_MOST_SPILLED_KB: Final = 512 * 1024
_READER: Final = "pg_read_all_data"
"""A role that PostgreSQL has of itself: it reads all tables and may nothing else."""
_LATE_S: Final = 5.0
"""Seconds beyond its deadline after which a silent server is given up."""
_TABLES: Final = """
SELECT n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class'),
  a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
"""
_KEYS: Final = """
SELECT n.nspname, c.relname, o.contype,
  ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.attnum ORDER BY k.place),
  f.relname,
  ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.attnum ORDER BY k.place)
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class f ON f.oid = o.confrelid
WHERE o.contype IN ('p', 'f') ORDER BY o.conname COLLATE "C"
"""
_MEANINGS: Final = {
    "57014": "out_of_time",
    "55P03": "out_of_time",
    "25006": "refused_statement",
    "42501": "refused_statement",
    "53200": "out_of_memory",
    "53400": "out_of_memory",
    "54001": "refused_statement",
}
"""What codes of errors mean: a deadline, a lock that did not come, a write, a missing right, limits of memory."""
_AWAY: Final = ("08", "28", "3D", "57P", "53300")
"""How codes of errors begin that say that the server cannot be asked, whatever the query."""


class PostgresqlSession(Session):
    """A connection to the server of a URL and no other.

    A superuser's connection takes on a role that can read and nothing else, which PostgreSQL has from version 14 on.

    Raises:
        RowError: the server cannot be reached or refuses the user (`database_unavailable`).
    """

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__(place, seconds)
        self._url = urlsplit(place)
        try:
            self._opened = _connected(self._url, seconds + _LATE_S)
        except (DatabaseError, InterfaceError, OSError, ValueError) as error:
            said = self._without_password(_words(error))
            raise RowError("database_unavailable", f"the server cannot be asked: {said}") from None
        with self.told():
            self._begin()

    def run(self, sql: str) -> tuple[list[str], Iterator[Sequence[Sequence[Any]]]]:
        self._execute(f"SAVEPOINT {_BEFORE}")
        try:
            self._execute(f"DECLARE {_CURSOR} NO SCROLL CURSOR FOR {sql}")
            first = self._execute(f"FETCH FORWARD {PER_FETCH} FROM {_CURSOR}")
        except DatabaseError:
            self._execute(f"ROLLBACK TO SAVEPOINT {_BEFORE}")  # the next query has a transaction in good order
            raise
        return [column["name"] for column in first.columns or ()], self._fetched(first.rows or [])

    def explain(self, sql: str) -> None:
        self._execute(f"EXPLAIN {sql}")

    def tables(self) -> list[dict[str, Any]]:
        keys = self._keys()
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for namespace, table, kind, about, column, typed, comment in self._rows(_TABLES):
            made = found.setdefault(
                (namespace, table),
                table_named(
                    table,
                    [],
                    **keys.get((namespace, table), {}),
                    comment=about,
                    namespace=None if namespace == "public" else namespace,
                    is_view=kind in ("v", "m"),
                ),
            )
            if column is not None:
                made["columns"].append(column_named(column, typed, comment))
        return [*found.values()]

    def close(self) -> None:
        with suppress(InterfaceError, OSError):
            self._opened.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise self._meaning(error) from None
        except (InterfaceError, OSError) as error:
            said = self._without_password(_words(error))
            raise RowError("database_unavailable", f"the connection to the server ended: {said}") from None

    def _begin(self) -> None:
        milliseconds = max(1, round(self.seconds * 1000))
        self._execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for setting in (
            f"statement_timeout = {milliseconds}",
            f"lock_timeout = {milliseconds}",
            f"idle_in_transaction_session_timeout = {milliseconds + 60_000}",
            "cursor_tuple_fraction = 1",
            "max_parallel_workers_per_gather = 0",
            "TimeZone = 'UTC'",
            "standard_conforming_strings = on",
        ):
            self._execute(f"SET LOCAL {setting}")
        if self._opened.parameter_statuses.get("is_superuser") == "on":
            self._execute(f"SET LOCAL temp_file_limit = {_MOST_SPILLED_KB}")
            self._execute(f"SET LOCAL ROLE {quoted(_READER)}")

    def _execute(self, sql: str) -> Any:
        """One statement by the protocol that takes no second one, and knows no places for values in the text."""
        return self._opened.execute_unnamed(sql)

    def _rows(self, sql: str) -> list[Any]:
        return self._execute(sql).rows or []

    def _fetched(self, rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
        while rows:
            yield rows
            rows = self._rows(f"FETCH FORWARD {PER_FETCH} FROM {_CURSOR}")
        self._execute(f"CLOSE {_CURSOR}")

    def _keys(self) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for namespace, table, kind, own, there, to_columns in self._rows(_KEYS):
            keys = found.setdefault((namespace, table), {"primary_key": [], "foreign_keys": []})
            if kind == "p":
                keys["primary_key"] = own
            else:
                keys["foreign_keys"].append({"columns": own, "table": there, "to_columns": to_columns})
        return found

    def _meaning(self, error: DatabaseError) -> RowError:
        code = str(error.args[0].get("C", "")) if error.args and isinstance(error.args[0], dict) else ""
        said = self._without_password(_words(error))
        if _MEANINGS.get(code) == "out_of_time":
            return self.too_late()
        if code in _MEANINGS:
            return RowError(_MEANINGS[code], said)
        if code.startswith(_AWAY):
            return RowError("database_unavailable", f"the server cannot be asked: {said}")
        return RowError("sql_error", said)

    def _without_password(self, said: str) -> str:
        password = unquote(self._url.password or "")
        return said.replace(password, "***") if password else said


def _connected(url: SplitResult, timeout_s: float) -> Connection:
    """The connection that a URL names; `host` of its query may be the folder of a Unix socket."""
    options = {name: values[-1] for name, values in parse_qs(url.query).items()}
    host = unquote(url.hostname or "") or options.get("host", "localhost")
    port = url.port or int(options.get("port", 5432))
    at: dict[str, Any] = {"host": host, "port": port}
    if host.startswith("/"):
        at = {"unix_sock": os.path.join(host, f".s.PGSQL.{port}")}
    database = unquote(url.path.removeprefix("/"))
    return Connection(
        unquote(url.username or options.get("user", "postgres")),
        password=unquote(url.password) if url.password is not None else None,
        database=database or None,
        ssl_context=_encryption(options.get("sslmode", "prefer")),
        timeout=timeout_s,
        application_name="dataflow-agent",
        **at,
    )


def _encryption(mode: str) -> ssl.SSLContext | bool | None:
    """What pg8000 calls the `sslmode` of a URL: no encryption, where the server has it, always, or with proof."""
    if mode.startswith("verify"):
        return ssl.create_default_context()
    return {"disable": False, "allow": None, "prefer": None}.get(mode, True)


def _words(error: Exception) -> str:
    """What an error says, without the parts of it that tell of the server's own code."""
    first = error.args[0] if error.args else ""
    said = first.get("M", "") if isinstance(first, dict) else str(error)
    return " ".join(str(said).split()).partition(" (timeout is ")[0]
