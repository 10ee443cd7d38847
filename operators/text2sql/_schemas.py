"""What operators share that ask a model about databases: the schemas to show, and SQL that fits them."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from random import Random
from typing import Any, ClassVar, TypeVar

import polars as pl
from pydantic import BaseModel, Field

from ..core import Asking, Batch, Column, Context, LLMExpander, Outcome, Request, RowError, Text, converse
from ..core.asking import AskingOperator, Model, model_of
from ..core.conversing import Told
from ..core.database import Database, Databases, DatabaseSchema, Dialect, databases_fingerprint, parse_query, schema_of
from ..core.embedder import Embedder
from ..core.operator import Need
from ..sft._talking import Talk, Written, ask_until, filled_text

T = TypeVar("T")
DB_ID = "Column that holds the name of the database of a row."
DATABASES = (
    "Resource that may be bound to a folder of databases; a database that is bound by its own name comes before it."
)
SAMPLE_VALUES = "Most different values of each column that the schema shows; 0 to show none."


class WrittenSql(BaseModel):
    """A query that a model wrote."""

    sql: Written


@dataclass(frozen=True)
class Schemas:
    """The databases of a run with their schemas, each looked at once."""

    databases: Databases
    samples: int
    _known: dict[str, DatabaseSchema] = field(default_factory=dict)

    @classmethod
    def of_run(cls, ctx: Context, folder: str, samples: int) -> "Schemas":
        """Those of a run.

        Args:
            folder: the resource that may be bound to a folder of databases.
            samples: most values of a column that are shown.
        """
        return cls(Databases.of(ctx.resources, folder, shared=ctx.processes), samples)

    def find(self, row: dict[str, Any], column: str) -> Database:
        """The database that a row names.

        Raises:
            RowError: the row names none (`no_value`, `empty_text`), or none that is bound (`missing_database`, …).
        """
        return self.databases.find(filled_text(row, column))

    def of(self, database: Database) -> DatabaseSchema:
        """What it holds.

        Raises:
            RowError: it is no database, or cannot be reached.
        """
        if database.name not in self._known:
            self._known[database.name] = schema_of(database, samples=self.samples)
        return self._known[database.name]

    def ddl(self, database: Database) -> str:
        """Its schema as a prompt shows it."""
        return self.of(database).ddl()


@dataclass(frozen=True)
class Asked(Model):
    """The model, the databases that it is asked about, and an embedder, whose model loads when it is called."""

    schemas: Schemas
    embedder: Callable[[], Embedder]

    def drawn(self, *named: Any) -> Random:
        """Chance for one purpose, the same whatever the other rows are."""
        return Random(blake2b(repr((self.seed, *named)).encode(), digest_size=8).digest())


class DatabaseAsking(AskingOperator[T]):
    """Base of the operators that ask a model about rows of databases; `talk` takes the place of `ask`."""

    needs: ClassVar[tuple[Need, ...]] = ("llm", "database")

    db_id: Column[Text] = Field(default="db_id", description=DB_ID)
    databases: str = Field(default="databases", min_length=1, description=DATABASES)
    sample_values: int = Field(default=3, ge=0, le=20, description=SAMPLE_VALUES)

    @abstractmethod
    def talk(self, row: dict[str, Any], state: Asked) -> Asking[T]:
        """As `ask`, with the databases."""

    def ask(self, row: dict[str, Any]) -> Asking[T]:
        """Not used: without its databases nothing can be asked about a row."""
        raise TypeError(f"{self.name} asks with databases; use talk()")

    def open(self, ctx: Context) -> Asked:
        model = model_of(ctx, self.name)
        schemas = Schemas.of_run(ctx, self.databases, self.sample_values)
        return Asked(model.llm, model.seed, schemas, ctx.embedder)

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        return databases_fingerprint(resources, self.databases)

    def apply(self, batch: Batch, state: Any) -> Outcome:
        told = converse(state.llm, [self.talk(row, state) for row in batch.rows()], state.seed)
        return replace(self.outcome(batch, told), usage=told.usage)


class SqlExpander(LLMExpander, DatabaseAsking[list[dict[str, Any]]]):
    """Makes rows of SQL from each row; what was asked for and is not there is counted in the ledger as `left_out`."""

    def outcome(self, batch: Batch, told: Told[list[dict[str, Any]]]) -> Outcome:
        """Replace each row by its children."""
        outcome = super().outcome(batch, told)
        if outcome.records is None:
            return outcome
        left = [None if made is None else self.fan_out() - len(made) for made in told.values]
        return replace(outcome, records=outcome.records.with_columns(left_out=pl.Series(left, dtype=pl.Int64)))


def ask_for_sql(request: Request, dialect: Dialect, fault: Callable[[str], str | None] | None = None) -> Talk[str]:
    """Ask for a query that may be run; one that is refused goes back with the reason.

    Args:
        fault: what else is wrong with a query, in a sentence that the model can act on, or None.

    Raises:
        RowError: no query was fit (`invalid_reply`).
    """

    def refused(reply: WrittenSql) -> str | None:
        sql = bare(reply.sql)
        return sql_fault(sql, dialect) or (fault(sql) if fault else None)

    reply = yield from ask_until(WrittenSql, request, refused)
    return bare(reply.sql)


def sql_fault(sql: str, dialect: Dialect) -> str | None:
    """Why a query may not be run, or None."""
    try:
        parse_query(sql, dialect)
    except RowError as error:
        return f"sql: {error.detail}"
    return None


def or_none(talk: Talk[T]) -> Talk[T | None]:
    """What a talk gives, or None where no reply to it was fit; a request without an answer still fails the row."""
    try:
        return (yield from talk)
    except RowError as error:
        if error.reason != "invalid_reply":
            raise
        return None


def fit_ones(made: list[T | None], what: str) -> list[T]:
    """Those that are there.

    Raises:
        RowError: none is (`invalid_reply`).
    """
    fit = [one for one in made if one is not None]
    if not fit:
        raise RowError("invalid_reply", f"none of {len(made)} {what} could be used")
    return fit


def bare(sql: str) -> str:
    """A query without the semicolon and the white space around it."""
    return sql.strip().rstrip(";").strip()


def text_or_none(row: dict[str, Any], column: str | None) -> str | None:
    """The text in a column that a row may lack, None where it does, and for white space alone."""
    said = None if column is None else row.get(column)
    return said.strip() if isinstance(said, str) and said.strip() else None
