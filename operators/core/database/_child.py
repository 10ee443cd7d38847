"""Asks databases; runs in a process of its own, which `binding.py` starts."""

from collections.abc import Mapping
from contextlib import closing, suppress
from importlib import import_module
from typing import Any

from ..errors import RowError
from ._session import MOST_SAMPLED, SAMPLE_CHARACTERS, Session
from .cells import packed, size_of
from .describing import quoted

SESSIONS: Mapping[str, str] = {
    "sqlite": "_sqlite:SqliteSession",
    "duckdb": "_duckdb:DuckdbSession",
    "postgresql": "_postgresql:PostgresqlSession",
}


def carry_out(order: dict[str, Any], _payload: bytes) -> Any:
    """Do what an order of `querying.py` says.

    Raises:
        RowError: it cannot be done.
    """
    module, _, name = SESSIONS[order["engine"]].partition(":")
    session = getattr(import_module(f".{module}", __package__), name)
    with closing(session(order["place"], order["seconds"])) as opened:
        match order["do"]:
            case "run":
                try:
                    return _run(opened, order)
                except (ValueError, OverflowError) as error:
                    raise RowError("sql_error", f"a value of its result cannot be held here: {error}") from None
            case "explain":
                with opened.told():
                    opened.explain(order["sql"])
                return None
            case _:
                return _described(opened, order["samples"])


def _run(session: Session, order: dict[str, Any]) -> dict[str, Any]:
    rows: list[list[Any]] = []
    count = size = 0
    truncated = False
    with session.told():
        columns, fetched = session.run(order["sql"])
        for some in fetched:
            for row in some:
                size += 8 + sum(map(size_of, row))
                truncated = count == order["max_rows"] or (size > order["max_bytes"] and order["keep_rows"])
                if truncated:
                    break
                count += 1
                if order["keep_rows"]:
                    rows.append([packed(value) for value in row])
            if truncated:
                break
    return {"columns": columns, "rows": rows, "count": count, "truncated": truncated}


def _described(session: Session, samples: int) -> list[dict[str, Any]]:
    with session.told():
        tables = session.tables()
    # A view may take any time; and where a table cannot be read, the rest of the schema is still of use.
    for table in (one for one in tables if samples and not one["is_view"]):
        with suppress(RowError), session.told():
            _sample(session, table, samples)
    return tables


def _sample(session: Session, table: dict[str, Any], most: int) -> None:
    """Some different values of each column, from the first rows."""
    name = ".".join(quoted(part) for part in (table["namespace"], table["name"]) if part is not None)
    names = ", ".join(quoted(column["name"]) for column in table["columns"])
    _, fetched = session.run(f"SELECT {names} FROM {name} LIMIT {MOST_SAMPLED}")  # noqa: S608 - quoted names
    rows = [row for some in fetched for row in some]
    for place, column in enumerate(table["columns"]):
        seen = dict.fromkeys(_shown(row[place]) for row in rows if row[place] is not None)
        column["samples"] = [*seen][:most]


def _shown(value: Any) -> str:
    """A value as SQL would write it, about; long ones are cut."""
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} bytes"
    text = str(packed(str(value)))
    text = text if len(text) <= SAMPLE_CHARACTERS else text[: SAMPLE_CHARACTERS - 1] + "…"
    return "'" + text.replace("'", "''") + "'" if isinstance(value, str) else text
