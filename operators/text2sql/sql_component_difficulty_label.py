"""Label SQL with how hard it is by its parts."""

from typing import Any, Literal

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Context, DType, Evaluator, Example, Outcome, OutputColumn, RowError, Text
from ..core.database import parse_query
from ..core.database.binding import require_sql
from ._execution import fates_of
from ._hardness import Components, components_of


class SqlComponentDifficultyLabel(Evaluator):
    """Write how hard the SQL of each row is by the parts of the query: easy, medium, hard or extra.

    All rows stay, in order. The query is parsed, and of its outermost SELECT are counted:

    - clauses: WHERE, GROUP BY, ORDER BY, LIMIT, each joined table, each OR and each LIKE in conditions,
    - nested queries, anywhere in it: subqueries, common table expressions, further parts of a UNION and the like,
    - others, of four: several aggregates, several selected columns, several conditions in WHERE, several GROUP BY
      columns.

    Easy is at most 1 clause and nothing else; medium, without nested queries, at most 1 clause and 2 others, or 2
    clauses and 1 other; hard, without nested queries, at most 2 clauses and all of 3 or 4 others, or 3 clauses and at
    most 2 others; also hard is one nested query with at most 1 clause and no other; all else is extra. The ledger keeps
    the three counts. SQL that is no single SELECT fails with `refused_statement`; no database is asked. Rows without
    SQL fall under `on_null`.

    Source: the hardness of Yu et al. 2018, "Spider", which does not count nested queries in FROM.
    """

    name = "sql_component_difficulty_label"
    phrases = (
        "label the difficulty of each SQL query by its structure",
        "classify SQL into easy, medium, hard and extra",
        "Spider hardness of the queries",
        "how complex is the SQL by its clauses",
        "tag SQL with its component difficulty",
        "count joins, subqueries and aggregates to grade the SQL",
    )

    column: Column[Text] = Field(default="SQL", description="Column that holds the SQL.")
    dialect: Literal["sqlite", "duckdb", "postgres"] = Field(
        default="sqlite", description="Language of the engine that the SQL is meant for."
    )
    output: OutputColumn = Field(default="sql_component_difficulty", description="Column to write the label to.")

    def writes(self) -> dict[str, DType]:
        return {self.output: "text"}

    def open(self, ctx: Context) -> None:
        require_sql()

    def apply(self, batch: Batch, state: Any) -> Outcome:
        found = [self._components(sql) for sql in batch.texts(self.column)]
        errors = [one if isinstance(one, RowError) else None for one in found]
        counted = [None if isinstance(one, RowError) else one for one in found]
        records = fates_of(batch, errors, self.on_null).with_columns(
            sql_clauses=pl.Series([one and one.clauses for one in counted], dtype=pl.Int64),
            sql_nested=pl.Series([one and one.nested for one in counted], dtype=pl.Int64),
            sql_others=pl.Series([one and one.others for one in counted], dtype=pl.Int64),
        )
        labels = pl.Series([one and one.hardness for one in counted], dtype=pl.String)
        rows = batch.with_values(self.output, labels, "text")
        return Outcome(rows.filter(records["fate"] == "kept"), records)

    def scores(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        found = (self._components(sql) for sql in batch.texts(self.column))
        labels = [None if isinstance(one, RowError) else one.hardness for one in found]
        return {self.output: pl.Series(labels, dtype=pl.String)}

    def _components(self, sql: str | None) -> Components | RowError:
        if sql is None:
            return RowError("no_value", f"column {self.column!r} holds no text")
        try:
            return components_of(parse_query(sql, self.dialect).tree)
        except RowError as error:
            return error

    @classmethod
    def example(cls) -> Example:
        easy = {"SQL": "SELECT name FROM singer WHERE age > 30"}
        hard = {"SQL": "SELECT name FROM singer WHERE age > (SELECT avg(age) FROM singer)"}
        label = "sql_component_difficulty"
        return Example(rows=[easy, hard], out=[{**easy, label: "easy"}, {**hard, label: "hard"}])
