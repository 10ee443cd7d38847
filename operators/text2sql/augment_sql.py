"""Make variations of SQL queries, which stay."""

from dataclasses import replace
from typing import Any, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Asking, Batch, Column, Columns, DType, Example, Outcome, OutputColumn, Text, template
from ..core.conversing import Told, side_by_side
from ..core.database import Database, sqlite_file
from ..sft._prompts import with_wishes
from ..sft._talking import Talk, filled_text, folded
from ._prompts import DIRECTIONS, LANGUAGES, VARIATION, VARIATION_SYSTEM, Direction, set_in
from ._schemas import Asked, SqlExpander, ask_for_sql, bare, fit_ones, or_none


class AugmentSql(SqlExpander):
    """Make variations of each SQL query with a language model, and keep the queries that were given.

    Each row is followed by at most `per_query` new ones. The first is the row as it was, with null in `variation` and
    `parent`; a new row has its query in `sql`, in `variation` what is new about it, and in `parent` the query that
    it varies. It knows nothing of the row's other columns, which are null, but for its database and those named in
    `inherited`: a question fits one query only. Without `keep_original` the new rows take the row's place. The ledger
    knows the parent of every row.

    What is new (other values, another structure, other business logic, more complexity, advanced features, performance)
    is drawn from `directions` by the workflow's seed and the query, none twice before all were drawn. One request a
    variation, side by side. A reply that is no single SELECT, or the query itself, goes back with the reason. What is
    unfit after three, or equal to another variation, is left out, and the ledger counts it (`left_out`). A row fails
    where none is fit (`invalid_reply`), where a request gets no answer, and before a request where its database is not
    bound (`missing_database`) or its query is blank (`empty_text`). Rows without a query fall under `on_null`.

    Source: DataFlow's SQLVariationGenerator, which drops the queries that were given.
    """

    name = "augment_sql"
    phrases = (
        "make variations of each SQL query",
        "augment the SQL queries",
        "write three variants of every query",
        "vary the SQL and keep the originals",
        "expand a text-to-SQL set with new queries",
        "rewrite SQL queries into harder ones",
    )

    sql: Column[Text] = Field(default="SQL", description="Column that holds the query.")
    per_query: int = Field(default=10, ge=1, le=100, description="Variations of each query.")
    directions: tuple[Direction, ...] = Field(
        default=tuple(DIRECTIONS),
        min_length=1,
        description="What may be new about a query: data values, structure, business logic, complexity, advanced "
        "features, performance.",
    )
    keep_original: bool = Field(default=True, description="Whether the row itself goes on before its variations.")
    inherited: Columns = Field(
        default=(), description="Further columns that a new row takes over from its query's row."
    )
    variation: OutputColumn = Field(
        default="sql_variation_type", description="Column to write to what is new about a query; null for given ones."
    )
    parent: OutputColumn = Field(
        default="parent_sql", description="Column to write the query to that a new one varies; null for given ones."
    )
    instructions: str | None = Field(
        default=None, description="What is wished of the variations besides, in plain words."
    )
    temperature: float = Field(default=0.8, gt=0, le=2, description="How much the variations vary; above 0.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if len({self.db_id, self.sql, self.variation, self.parent}) < 4:
            raise ValueError("db_id, sql, variation and parent need a column each")
        if len({*self.directions}) < len(self.directions):
            raise ValueError("directions names one twice")
        return self

    def prompts(self) -> dict[str, str]:
        meanings = "\n".join(f"{one}: {DIRECTIONS[one]}" for one in self.directions)
        system = with_wishes(VARIATION_SYSTEM, None, self.instructions)
        return {"system": system, "variation": VARIATION, "directions": meanings}

    def calls(self, rows: int) -> tuple[int, int]:
        return rows * self.per_query, rows * self.per_query

    def fan_out(self) -> int:
        return self.per_query + self.keep_original

    def writes(self) -> dict[str, DType]:
        return {self.sql: "text", self.variation: "text", self.parent: "text"}

    def talk(self, row: dict[str, Any], state: Asked) -> Asking[list[dict[str, Any]]]:
        sql = filled_text(row, self.sql)
        database = state.schemas.find(row, self.db_id)
        schema = state.schemas.ddl(database)
        wanted = self._drawn(sql, database, state)
        queries = [or_none(self._variation(sql, database, schema, *one)) for one in enumerate(wanted)]
        made = yield from side_by_side(queries)
        pairs = [None if new is None else (new, one) for new, one in zip(made, wanted, strict=True)]
        distinct: dict[str, dict[str, Any]] = {}
        for new, one in fit_ones(pairs, "variations"):
            distinct.setdefault(folded(new), {self.sql: new, self.variation: one, self.parent: sql})
        given = {self.sql: sql, self.variation: None, self.parent: None}
        return [*([given] if self.keep_original else []), *distinct.values()]

    def _variation(self, sql: str, database: Database, schema: str, at: int, direction: Direction) -> Talk[str]:
        system = set_in(with_wishes(VARIATION_SYSTEM, None, self.instructions), dialect=LANGUAGES[database.dialect])
        words = set_in(VARIATION, direction=DIRECTIONS[direction])
        request = self.request(template(words).fill({"schema": schema, "sql": sql}), system, sample=at)

        def same(new: str) -> str | None:
            return "sql: it is the given query itself" if folded(new) == folded(bare(sql)) else None

        return (yield from ask_for_sql(request, database.dialect, same))

    def _drawn(self, sql: str, database: Database, state: Asked) -> list[Direction]:
        chance = state.drawn(self.name, database.name, sql)
        rounds = -(-self.per_query // len(self.directions))
        drawn = [one for _ in range(rounds) for one in chance.sample(self.directions, len(self.directions))]
        return drawn[: self.per_query]

    def outcome(self, batch: Batch, told: Told[list[dict[str, Any]]]) -> Outcome:
        """Replace each row by itself and its variations, which know nothing of its other columns."""
        outcome = super().outcome(batch, told)
        own, rows = {*self.writes(), self.db_id, *self.inherited}, outcome.rows
        emptied = [
            pl.when(pl.col(self.parent).is_null()).then(pl.col(name)).alias(name)
            for name in rows.schema.names
            if name not in own
        ]
        return replace(outcome, rows=Batch(rows.frame.with_columns(emptied), rows.schema))

    @classmethod
    def example(cls) -> Example:
        given, new = "SELECT title FROM book", "SELECT title FROM book WHERE price > 20"
        row = {"db_id": "shop", "SQL": given, "question": "Which books are there?"}
        child = {"db_id": "shop", "SQL": new, "question": None}
        return Example(
            options={"per_query": 1, "directions": ["data values"]},
            rows=[row],
            out=[
                {**row, "sql_variation_type": None, "parent_sql": None},
                {**child, "sql_variation_type": "data values", "parent_sql": given},
            ],
            replies=[f'{{"sql": "{new}"}}'],
            files={"shop": sqlite_file("CREATE TABLE book (title TEXT, writer TEXT, price REAL)")},
        )
