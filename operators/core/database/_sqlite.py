"""Reads SQLite files: opened read-only, and every action of a query asked for by SQLite first."""

import csv
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ..errors import RowError
from ._refused import is_refused_function
from ._session import PER_FETCH, Session, column_named, table_named
from .describing import quoted

_STEPS: Final = 1000
"""Steps of SQLite's machine between two looks at the clock."""
_LONGEST_VALUE: Final = 16 * 2**20
_PRAGMAS: Final = frozenset({"data_version"})
"""What virtual tables for full texts ask SQLite for themselves."""
_DESCRIPTION_BYTES: Final = 2**20
_COMMENTED: Final = re.compile(r"""^\s*,?\s*(?:"([^"]+)"|`([^`]+)`|\[([^\]]+)\]|(\w+))[^\n]*?--[ \t]*(.*?)\s*$""", re.M)
_SHADOWS: Final = re.compile(r"_(data|idx|content|docsize|config|segments|segdir|stat|node|parent|rowid)$")


class SqliteSession(Session):
    """A connection to a file; nothing is written beside it, unless it has a log of another process's writing.

    Raises:
        RowError: the file is no database (`not_a_database`).
    """

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__(place, seconds)
        with self.told():
            self._opened = sqlite3.connect(_address(Path(place)), uri=True, isolation_level=None)
            self._opened.text_factory = _text
            for statement in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY"):
                self._opened.execute(f"PRAGMA {statement}")
            self._make_virtual_tables()
            self._limit()

    def run(self, sql: str) -> tuple[list[str], Iterator[Sequence[Sequence[Any]]]]:
        self._opened.set_authorizer(_allowed)
        cursor = self._opened.execute(sql)
        return [one[0] for one in cursor.description or ()], iter(lambda: cursor.fetchmany(PER_FETCH), [])

    def explain(self, sql: str) -> None:
        self._opened.set_authorizer(_allowed)
        self._opened.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()

    def tables(self) -> list[dict[str, Any]]:
        found = self._opened.execute(
            "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
        virtual = [name for name, _, sql in found if (sql or "").upper().startswith("CREATE VIRTUAL")]
        shadows = {name for name, _, _ in found for one in virtual if _SHADOWS.sub("", name) == one and name != one}
        described = Path(self.place).parent / "database_description"
        return [self._table(name, kind, sql, described) for name, kind, sql in found if name not in shadows]

    def close(self) -> None:
        self._opened.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._meaning(error) from None
        except sqlite3.Warning as error:
            raise RowError("refused_statement", str(error)) from None

    def _make_virtual_tables(self) -> None:
        """They declare themselves when they are first named, which a query may not do."""
        names = self._opened.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'").fetchall()
        for (name,) in names:
            with suppress(sqlite3.OperationalError):  # of a kind that is not known here
                self._opened.execute(f"PRAGMA table_info({quoted(name)})").fetchall()

    def _limit(self) -> None:
        self._opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        self._opened.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._opened.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)
        self._opened.set_progress_handler(lambda: time.monotonic() > self.ends_at, _STEPS)

    def _meaning(self, error: sqlite3.Error) -> RowError:
        said = str(error)
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return self.too_late()
        if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return RowError("not_a_database", f"the file cannot be read as an SQLite database: {said}")
        if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY):
            return RowError("database_unavailable", f"the file cannot be opened: {said}")
        if "not authorized" in said or "prohibited" in said:
            return RowError("refused_statement", said)
        return RowError("sql_error", said)

    def _table(self, name: str, kind: str, sql: str | None, described: Path) -> dict[str, Any]:
        comments = {**_comments(sql or ""), **_descriptions(described / f"{name}.csv")}
        # A view of a table that is gone has no columns.
        try:
            columns = self._opened.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
        except sqlite3.OperationalError:
            columns = []
        keys = {number: column for _, column, _, _, _, number, _ in columns if number}
        return table_named(
            name,
            [column_named(one[1], one[2], comments.get(one[1].casefold())) for one in columns if one[6] != 1],
            primary_key=[keys[number] for number in sorted(keys)],
            foreign_keys=self._foreign_keys(name),
            is_view=kind == "view",
        )

    def _foreign_keys(self, name: str) -> list[dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for number, _, table, column, there, *_ in self._opened.execute(f"PRAGMA foreign_key_list({quoted(name)})"):
            key = found.setdefault(number, {"columns": [], "table": table, "to_columns": []})
            key["columns"].append(column)
            key["to_columns"] += [] if there is None else [there]
        return [found[number] for number in sorted(found)]


def _address(path: Path) -> str:
    """A file that nobody writes is opened as one that does not change, so that no lock and no log is made beside it."""
    logs = [path.with_name(path.name + ending) for ending in ("-wal", "-journal")]
    still = not any(log.is_file() and log.stat().st_size for log in logs)
    return f"file:{quote(str(path.absolute()))}?mode=ro{'&immutable=1' if still else ''}"


def _text(raw: bytes) -> str | bytes:
    """A text; bytes that are none stay what they are."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Whether SQLite may do what it is about to do."""
    reading = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)
    calling = action == sqlite3.SQLITE_FUNCTION and not is_refused_function(second or "", "sqlite")
    asking = action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS and second is None
    return sqlite3.SQLITE_OK if reading or calling or asking else sqlite3.SQLITE_DENY


def _comments(sql: str) -> dict[str, str]:
    """What stands behind `--` in the lines of a CREATE TABLE, by the column that the line begins with."""
    body = sql.partition("(")[2]
    lines = ((next(filter(None, found[:4])), found[4]) for found in _COMMENTED.findall(body))
    return {name.casefold(): comment for name, comment in lines if comment}


def _descriptions(path: Path) -> dict[str, str]:
    """The descriptions of columns that lie beside a database, in the form of the BIRD benchmark."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(_DESCRIPTION_BYTES)
    except OSError:
        return {}
    found = {}
    for row in csv.DictReader(StringIO(raw.decode("utf-8-sig", "replace"))):
        told = [row.get(name) or "" for name in ("column_description", "value_description")]
        column = (row.get("original_column_name") or "").strip()
        found[column.casefold()] = " ".join(" ".join(told).split())
    return {column: told for column, told in found.items() if column and told}
