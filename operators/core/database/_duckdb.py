"""Reads DuckDB files: opened read-only, with all access to other files off and the settings locked."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import duckdb

from ..errors import RowError
from ._session import PER_FETCH, Session, column_named, table_named

_SETTINGS: Final = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "memory_limit": "512MB",
    "threads": "1",
}
_USUAL: Final = "main"


class DuckdbSession(Session):
    """A connection to a file; a query that needs more memory than it may have ends, and nothing goes to disk.

    Raises:
        RowError: the file is no database (`not_a_database`).
    """

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__(place, seconds)
        try:
            self._opened = duckdb.connect(place, read_only=True, config=dict(_SETTINGS))
            self._opened.execute("SET TimeZone = 'UTC'")
            self._opened.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            said = " ".join(str(error).replace(place, "it").split())
            if "lock" in said:
                raise RowError("database_unavailable", f"another process has the file open: {said}") from None
            raise RowError("not_a_database", f"the file cannot be read as a DuckDB database: {said}") from None
        self._clock = threading.Timer(seconds, self._opened.interrupt)
        self._clock.daemon = True
        self._clock.start()

    def run(self, sql: str) -> tuple[list[str], Iterator[Sequence[Sequence[Any]]]]:
        cursor = self._opened.execute(self._only(sql))
        return [one[0] for one in cursor.description or ()], iter(lambda: cursor.fetchmany(PER_FETCH), [])

    def explain(self, sql: str) -> None:
        self._only(sql)
        self._opened.execute(f"EXPLAIN {sql}").fetchall()

    def tables(self) -> list[dict[str, Any]]:
        keys = self._keys()
        named = "SELECT schema_name, {}, comment, {} FROM {} WHERE NOT internal AND database_name = current_database()"
        found = self._opened.execute(
            named.format("table_name", "false", "duckdb_tables()")
            + " UNION ALL "
            + named.format("view_name", "true", "duckdb_views()")
            + " ORDER BY ALL"
        ).fetchall()
        columns: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for namespace, table, name, kind, comment in self._opened.execute(
            "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
            "WHERE NOT internal AND database_name = current_database() ORDER BY table_name, column_index"
        ).fetchall():
            columns.setdefault((namespace, table), []).append(column_named(name, kind, comment))
        return [
            table_named(
                name,
                columns.get((namespace, name), []),
                **keys.get((namespace, name), {}),
                comment=comment,
                namespace=None if namespace == _USUAL else namespace,
                is_view=is_view,
            )
            for namespace, name, comment, is_view in found
        ]

    def close(self) -> None:
        self._clock.cancel()
        self._opened.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        try:
            yield
        except duckdb.InterruptException:
            raise self.too_late() from None
        except duckdb.OutOfMemoryException:
            raise RowError("out_of_memory", "it needs more memory than it may use") from None
        except duckdb.PermissionException as error:
            raise RowError("refused_statement", _first_line(error)) from None
        except duckdb.Error as error:
            raise RowError("sql_error", _first_line(error)) from None

    def _only(self, sql: str) -> str:
        """The statement, if it is one, and one that only reads."""
        statements = self._opened.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise RowError("refused_statement", "it is not a single SELECT")
        return sql

    def _keys(self) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for namespace, table, kind, columns, there, to_columns in self._opened.execute(
            "SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table, "
            "referenced_column_names FROM duckdb_constraints() WHERE database_name = current_database() "
            "AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY') ORDER BY table_name, constraint_index"
        ).fetchall():
            keys = found.setdefault((namespace, table), {"primary_key": [], "foreign_keys": []})
            if kind == "PRIMARY KEY":
                keys["primary_key"] = columns
            else:
                keys["foreign_keys"].append({"columns": columns, "table": there, "to_columns": to_columns})
        return found


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
