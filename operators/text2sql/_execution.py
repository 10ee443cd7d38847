"""What operators share that run SQL: their options, the databases of a run, and the fate of rows whose SQL failed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Context, RowError, Text, require_text
from ..core.asking import MAX_DETAIL
from ..core.database import WRONG_SQL, Database, Databases, QueryLimits, Table, databases_fingerprint, run_query
from ..core.families import NULL_FATES, OnNull
from ..core.operator import Need, RowOperator
from ..core.schema import ROW
from ._schemas import DATABASES, DB_ID

T = TypeVar("T")
R = TypeVar("R")


class RunsSql(RowOperator):
    """Base of the operators that run the SQL of rows, each against the database that the row names."""

    needs: ClassVar[tuple[Need, ...]] = ("database",)

    sql: Column[Text] = Field(default="SQL", description="Column that holds the SQL.")
    db_id: Column[Text] = Field(default="db_id", description=DB_ID)
    databases: str = Field(default="databases", min_length=1, description=DATABASES)
    timeout_s: float = Field(default=10.0, gt=0, le=3600, description="Most seconds that a query may take.")
    max_rows: int = Field(default=10_000, ge=1, le=10_000_000, description="Most rows that are read of a result.")

    @property
    def query_limits(self) -> QueryLimits:
        """What a query may take."""
        return QueryLimits(seconds=self.timeout_s, max_rows=self.max_rows)

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        """What the databases hold decides what a query gives."""
        return databases_fingerprint(resources, self.databases)

    def open(self, ctx: Context) -> Any:
        """The databases of the run."""
        return Databases.of(ctx.resources, self.databases, shared=ctx.processes)

    def named(self, row: dict[str, Any], databases: Databases) -> tuple[Database, str]:
        """The database of a row, and its SQL.

        Raises:
            RowError: the row lacks one (`no_value`), or its database is not there.
        """
        sql = require_text(row, self.sql)
        return databases.find(require_text(row, self.db_id)), sql


@dataclass
class Results:
    """The results of queries to one database, each query run once; what is wrong with one is its result.

    Raises:
        RowError: from `of`, when the database itself cannot be asked.
    """

    database: Database
    limits: QueryLimits

    def __post_init__(self) -> None:
        self._found: dict[str, Table | RowError] = {}

    def of(self, sql: str) -> Table | RowError:
        """What a query gives, or what is wrong with it: also that its result is too large to be compared."""
        if sql not in self._found:
            self._found[sql] = self._run(sql)
        return self._found[sql]

    def _run(self, sql: str) -> Table | RowError:
        try:
            table = run_query(self.database, sql, self.limits)
        except RowError as error:
            if error.reason not in WRONG_SQL:
                raise
            return error
        if table.truncated:
            return RowError("result_too_large", f"it has more than {len(table.rows):,} rows, or too many bytes")
        return table


def in_parallel(workers: int, function: Callable[[T], R], rows: Sequence[T]) -> list[R | RowError]:
    """What a function gives for each row, or the `RowError` that it raised."""

    def one(row: T) -> R | RowError:
        try:
            return function(row)
        except RowError as error:
            return error

    if len(rows) <= 1 or workers == 1:
        return [one(row) for row in rows]
    with ThreadPoolExecutor(workers) as pool:
        return [*pool.map(one, rows)]


def fates_of(
    batch: Batch, errors: Sequence[RowError | None], on_null: OnNull, dropping: Collection[str] = ()
) -> pl.DataFrame:
    """Records: a row without an error is kept, one without its values falls under `on_null`, others fail.

    Args:
        errors: one for each row, None where nothing went wrong.
        dropping: reasons for which a row is dropped: nothing went wrong with the row, it is not wanted.
    """

    def fate(error: RowError | None) -> str:
        if error is None:
            return "kept"
        if error.reason == "no_value":
            return NULL_FATES[on_null]
        return "dropped" if error.reason in dropping else "failed"

    fates = [fate(error) for error in errors]
    told = [None if fate == "kept" else error for fate, error in zip(fates, errors, strict=True)]
    return batch.frame.select(ROW).with_columns(
        fate=pl.Series(fates, dtype=pl.String),
        reason=pl.Series([error and error.reason for error in told], dtype=pl.String),
        detail=pl.Series([error and error.detail[:MAX_DETAIL] for error in told], dtype=pl.String),
    )
