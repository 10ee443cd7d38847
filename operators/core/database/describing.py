"""The schema of a database as data, and as DDL text for prompts."""

from dataclasses import dataclass
from typing import Any

from .contract import Engine


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values are those of columns of another table, which are its primary key where none are named."""

    columns: tuple[str, ...]
    table: str
    to_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnSchema:
    """One column: its type as the engine writes it, and some of its values as texts, each cut to a bounded length."""

    name: str
    type: str
    comment: str | None = None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSchema:
    """One table or view; `namespace` is the PostgreSQL or DuckDB schema it lies in, None for the usual one."""

    name: str
    columns: tuple[ColumnSchema, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None
    namespace: str | None = None
    is_view: bool = False

    @property
    def quoted(self) -> str:
        """The name as it stands in SQL."""
        return ".".join(quoted(part) for part in (self.namespace, self.name) if part is not None)


@dataclass(frozen=True)
class DatabaseSchema:
    """What a database holds, tables in the order of their names."""

    name: str
    engine: Engine
    tables: tuple[TableSchema, ...]

    def ddl(self, *, with_samples: bool = True) -> str:
        """One CREATE TABLE for each table, with comments and sample values behind `--`.

        All of it is data of the database: in a prompt it belongs between the marks of data (`as_data`).
        """
        return "\n\n".join(_ddl(table, with_samples=with_samples) for table in self.tables)

    def table(self, name: str) -> TableSchema | None:
        """The table of that name, whatever its case."""
        return next((table for table in self.tables if table.name.casefold() == name.casefold()), None)


def quoted(name: str) -> str:
    """A name as it stands in SQL, in all three engines alike.

    >>> print(quoted('a "b" c'))
    "a ""b"" c"
    """
    return '"' + name.replace('"', '""') + '"'


def schema_from(name: str, engine: Engine, found: list[dict[str, Any]]) -> DatabaseSchema:
    """The schema from what a process of its own said about the tables."""
    return DatabaseSchema(name, engine, tuple(_table(one) for one in found))


def _table(one: dict[str, Any]) -> TableSchema:
    return TableSchema(
        name=one["name"],
        columns=tuple(
            ColumnSchema(column["name"], column["type"], column["comment"], tuple(column["samples"]))
            for column in one["columns"]
        ),
        primary_key=tuple(one["primary_key"]),
        foreign_keys=tuple(
            ForeignKey(tuple(key["columns"]), key["table"], tuple(key["to_columns"])) for key in one["foreign_keys"]
        ),
        comment=one["comment"],
        namespace=one["namespace"],
        is_view=one["is_view"],
    )


def _ddl(table: TableSchema, *, with_samples: bool) -> str:
    about = [f"-- {_one_line(table.comment)}"] if table.comment else []
    about += ["-- a view"] if table.is_view else []
    lines = [(f"{quoted(column.name)} {column.type}".rstrip(), _said(column, with_samples)) for column in table.columns]
    if table.primary_key:
        lines.append((f"PRIMARY KEY ({_listed(table.primary_key)})", ""))
    for key in table.foreign_keys:
        there = f" ({_listed(key.to_columns)})" if key.to_columns else ""
        lines.append((f"FOREIGN KEY ({_listed(key.columns)}) REFERENCES {quoted(key.table)}{there}", ""))
    last = len(lines) - 1
    body = [f"  {text}{'' if at == last else ','}{said}" for at, (text, said) in enumerate(lines)]
    return "\n".join([*about, f"CREATE TABLE {table.quoted} (", *body, ");"])


def _said(column: ColumnSchema, with_samples: bool) -> str:
    parts = [_one_line(column.comment)] if column.comment else []
    if with_samples and column.samples:
        parts.append("e.g. " + ", ".join(_one_line(sample) for sample in column.samples))
    return f" -- {'; '.join(parts)}" if parts else ""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)


def _one_line(text: str) -> str:
    return " ".join(text.split())
