"""Keep SQL that runs."""

from typing import Any, ClassVar, Literal

import polars as pl
from pydantic import Field

from ..core import Batch, Example, Outcome, RowError
from ..core.database import WRONG_SQL, Databases, explain_query, run_query, sqlite_file
from ..core.families import OnNull
from ..core.operator import Effect, Kind
from ._execution import RunsSql, fates_of, in_parallel

_UNWANTED = WRONG_SQL | {"empty_result"}


class SqlExecutableFilter(RunsSql):
    """Keep rows whose SQL is a single SELECT that runs against the row's database.

    Drops rows; order is kept. The reason is `refused_statement` for what is no single SELECT, writes, opens files or
    calls a function that may not be called; `sql_error` for what the database refuses, such as a column that is not
    there; `out_of_time`, `out_of_memory` or `crashed` for what takes too much; `empty_result` with `drop_empty`. With
    `mode` explain a query is only planned: its names are looked up, and it is not run.

    Each query is run read-only, in a process of its own that is killed at the deadline, and up to `max_rows` rows of
    its result; more rows are no fault. The ledger keeps `executable` and `result_rows`, the number of rows that were
    read. A row whose database is not bound fails with `missing_database`; one whose database cannot be opened fails
    too. Rows without SQL or `db_id` fall under `on_null`.
    """

    name = "sql_executable_filter"
    kind: ClassVar[Kind] = "filter"
    effect: ClassVar[Effect] = "subset"
    phrases = (
        "keep only SQL that runs",
        "drop queries that cannot be executed",
        "execute each SQL query and drop those that fail",
        "check that the SQL is valid against its database",
        "remove rows with invalid SQL",
        "filter text-to-SQL pairs by executability",
        "drop SQL with errors or timeouts",
    )

    mode: Literal["run", "explain"] = Field(default="run", description="Run each query, or only have it planned.")
    drop_empty: bool = Field(default=False, description="Drop queries without any row in their result; needs mode run.")
    on_null: OnNull = Field(default="drop", description="What happens to rows without SQL or without a database name.")

    def apply(self, batch: Batch, state: Any) -> Outcome:
        found = in_parallel(state.workers, lambda row: self._rows_of(row, state), batch.rows())
        errors = [one if isinstance(one, RowError) else self._fault(one) for one in found]
        counts = [None if isinstance(one, RowError) else one for one in found]
        executable = [self._executable(one) for one in found]
        records = fates_of(batch, errors, self.on_null, _UNWANTED).with_columns(
            executable=pl.Series(executable, dtype=pl.Boolean), result_rows=pl.Series(counts, dtype=pl.Int64)
        )
        return Outcome(batch.filter(records["fate"] == "kept"), records)

    def _rows_of(self, row: dict[str, Any], databases: Databases) -> int | None:
        """How many rows the query has; None if that was not asked."""
        database, sql = self.named(row, databases)
        if self.mode == "explain":
            explain_query(database, sql, self.query_limits)
            return None
        return len(run_query(database, sql, self.query_limits, keep_rows=False).rows)

    def _fault(self, rows: int | None) -> RowError | None:
        return RowError("empty_result", "its result has no rows") if self.drop_empty and rows == 0 else None

    @staticmethod
    def _executable(found: int | RowError | None) -> bool | None:
        """Whether the SQL runs; nothing where that could not be found out."""
        if not isinstance(found, RowError):
            return True
        return False if found.reason in WRONG_SQL else None

    @classmethod
    def example(cls) -> Example:
        rows = [
            {"db_id": "shop", "SQL": "SELECT name FROM customer"},
            {"db_id": "shop", "SQL": "SELECT nme FROM customer"},
            {"db_id": "shop", "SQL": "DROP TABLE customer"},
        ]
        made = sqlite_file("CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES ('Ann');")
        return Example(rows=[*rows], kept=[0], files={"shop": made})
