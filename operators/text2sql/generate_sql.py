"""Make SQL queries to databases."""

from typing import Any, Self

from pydantic import Field, model_validator

from ..core import Asking, DType, Example, OutputColumn, template
from ..core.conversing import side_by_side
from ..core.database import Database, DatabaseSchema, Dialect, parse_query, sqlite_file
from ..core.database.describing import quoted
from ..sft._prompts import with_wishes
from ..sft._talking import Talk
from ._prompts import COMPLEXITIES, FUNCTIONS, LANGUAGES, SQL, SQL_COLUMNS, SQL_SYSTEM, Complexity, set_in
from ._schemas import Asked, SqlExpander, ask_for_sql, fit_ones, or_none

ALL: tuple[Complexity, ...] = ("simple", "moderate", "complex", "highly complex")
_FUNCTIONS_SHOWN = 6


class GenerateSql(SqlExpander):
    """Make SQL queries to each database, from simple to highly complex, with a language model.

    Each row names a database in `db_id`; `per_database` rows take its place, each with all its other columns, one query
    in `output` and its wanted complexity in `complexity`. The complexities are spread evenly, the simplest first. The
    model sees the tables with their keys, comments and a few values of each column, as data that it is told never to
    obey, and functions of the database's own dialect, drawn by the workflow's seed; with `focus_columns` each query
    must use so many columns of one table, drawn so too.

    One request a query, side by side, each with a draw of its own. A reply that is no single SELECT goes back with the
    reason; a query whose three replies were unfit is left out, and the ledger counts it (`left_out`). A row fails where
    none is fit (`invalid_reply`), where a request gets no answer, and before a request where its database is not bound
    (`missing_database`) or cannot be read. Whether a query runs is for `sql_executable_filter` to tell; the same query
    may come twice, which `exact_dedup` mends. Rows without a name fall under `on_null`.

    Source: DataFlow's SQLGenerator and SQLByColumnGenerator.
    """

    name = "generate_sql"
    phrases = (
        "generate SQL queries for my database",
        "make SQL from the schema of a database",
        "synthesize SQL queries of several complexities",
        "write 50 queries for each database",
        "create text-to-SQL training queries from a database",
        "generate SQL that uses certain columns",
        "invent queries over these tables",
    )

    per_database: int = Field(default=300, ge=1, le=10_000, description="Queries for each row, which is a database.")
    complexities: tuple[Complexity, ...] = Field(
        default=ALL, min_length=1, description="Complexities to spread: simple, moderate, complex, highly complex."
    )
    focus_columns: int = Field(
        default=0, ge=0, le=10, description="Drawn columns of one table that each query must use; 0 for none."
    )
    output: OutputColumn = Field(default="SQL", description="Column to write the query to.")
    complexity: OutputColumn = Field(
        default="sql_complexity_type", description="Column to write the complexity to that was asked for."
    )
    instructions: str | None = Field(default=None, description="What is wished of the queries besides, in plain words.")
    temperature: float = Field(default=0.8, gt=0, le=2, description="How much the queries vary; above 0.")

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        if len({self.db_id, self.output, self.complexity}) < 3:
            raise ValueError("db_id, output and complexity need a column each")
        if len({*self.complexities}) < len(self.complexities):
            raise ValueError("complexities names one twice")
        return self

    def prompts(self) -> dict[str, str]:
        meanings = "\n".join(f"{one}: {COMPLEXITIES[one]}" for one in self._ordered())
        functions = "\n".join(f"{LANGUAGES[one]}: {', '.join(names)}" for one, names in FUNCTIONS.items())
        columns = {"columns": SQL_COLUMNS} if self.focus_columns else {}
        system = with_wishes(SQL_SYSTEM, None, self.instructions)
        return {"system": system, "query": SQL, **columns, "complexities": meanings, "functions": functions}

    def calls(self, rows: int) -> tuple[int, int]:
        return rows * self.per_database, rows * self.per_database

    def fan_out(self) -> int:
        return self.per_database

    def writes(self) -> dict[str, DType]:
        return {self.output: "text", self.complexity: "text"}

    def talk(self, row: dict[str, Any], state: Asked) -> Asking[list[dict[str, Any]]]:
        database = state.schemas.find(row, self.db_id)
        schema = state.schemas.of(database)
        wanted = [self._ordered()[at * len(self.complexities) // self.per_database] for at in range(self.per_database)]
        queries = [or_none(self._query(database, schema, one, at, state)) for at, one in enumerate(wanted)]
        made = yield from side_by_side(queries)
        pairs = [None if sql is None else (sql, one) for sql, one in zip(made, wanted, strict=True)]
        return [{self.output: sql, self.complexity: one} for sql, one in fit_ones(pairs, "queries")]

    def _query(
        self, database: Database, schema: DatabaseSchema, complexity: Complexity, at: int, state: Asked
    ) -> Talk[str]:
        chance = state.drawn(self.name, database.name, at)
        dialect = database.dialect
        functions = ", ".join(chance.sample(FUNCTIONS[dialect], _FUNCTIONS_SHOWN))
        words = set_in(SQL, complexity=complexity, meaning=COMPLEXITIES[complexity], functions=functions)
        values: dict[str, Any] = {"schema": schema.ddl()}
        table = chance.choice(schema.tables) if self.focus_columns and schema.tables else None
        focus: list[str] = []
        if table is not None:
            focus = chance.sample([one.name for one in table.columns], min(self.focus_columns, len(table.columns)))
            values["columns"] = "\n".join(f"{table.quoted}.{quoted(name)}" for name in focus)
            words += SQL_COLUMNS
        system = set_in(with_wishes(SQL_SYSTEM, None, self.instructions), dialect=LANGUAGES[dialect])
        request = self.request(template(words).fill(values), system, sample=at)

        def without_focus(sql: str) -> str | None:
            missing = [name for name in focus if name.casefold() not in _columns_of(sql, dialect)]
            return f"sql: it does not use the column {missing[0]!r}" if missing else None

        return (yield from ask_for_sql(request, dialect, without_focus))

    def _ordered(self) -> tuple[Complexity, ...]:
        return tuple(one for one in ALL if one in self.complexities)

    @classmethod
    def example(cls) -> Example:
        few, many = "SELECT COUNT(*) FROM book", "SELECT writer, AVG(price) FROM book GROUP BY writer"
        return Example(
            options={"per_database": 2, "complexities": ["simple", "moderate"]},
            rows=[{"db_id": "shop"}],
            out=[
                {"db_id": "shop", "SQL": few, "sql_complexity_type": "simple"},
                {"db_id": "shop", "SQL": many, "sql_complexity_type": "moderate"},
            ],
            replies=[f'{{"sql": "{few};"}}', f'{{"sql": "{many}"}}'],
            files={"shop": sqlite_file("CREATE TABLE book (title TEXT, writer TEXT, price REAL)")},
        )


def _columns_of(sql: str, dialect: Dialect) -> set[str]:
    from sqlglot import exp

    return {column.name.casefold() for column in parse_query(sql, dialect).tree.find_all(exp.Column)}
