"""Choose, of several ways to an SQL query, one that comes to the right result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from ..core import Anything, Batch, Column, DType, Example, Outcome, OutputColumn, RowError
from ..core.database import Databases, Table, same_result, sqlite_file
from ..core.families import OnNull
from ..core.operator import Effect, Kind
from ._execution import Results, RunsSql, fates_of, in_parallel
from ._extraction import extract_sql

_UNWANTED = frozenset({"no_right_reasoning", "no_valid_reasoning"})


@dataclass(frozen=True)
class Chosen:
    """A reasoning, how many come to its result, and of how many."""

    text: str
    votes: int
    of: int


class VoteSqlReasoning(RunsSql):
    """Choose one of several reasonings about an SQL query: one whose SQL gives the right result.

    Of each reasoning in the list in `reasonings` the SQL is taken: its last block fenced as SQL, else its last
    paragraph that begins with SELECT or WITH. It is run read-only against the row's database. A reasoning is right if
    its result is that of the row's own SQL, the gold SQL: the same rows, in the same order where the gold SQL has an
    ORDER BY, columns compared by place and not by name, duplicates counted. The first right one is written to `output`,
    the number of right ones to `votes`, and their share of all reasonings to `agreement`. With `compare_with_gold` off
    the gold SQL plays no part: right is the result that most reasonings with a valid query come to, of several the one
    that comes first.

    Rows without a right reasoning are dropped (`no_right_reasoning`, or `no_valid_reasoning` where the SQL of none
    runs); order is kept. A row whose gold SQL is refused, fails, takes too long or has more than `max_rows` rows fails
    with `gold_error`; one whose database is not bound with `missing_database`. Rows that lack SQL, `db_id` or
    reasonings fall under `on_null`.
    """

    name = "vote_sql_reasoning"
    kind: ClassVar[Kind] = "generate"
    effect: ClassVar[Effect] = "subset"
    phrases = (
        "vote for the best SQL reasoning by execution result",
        "choose the chain of thought whose SQL is right",
        "keep reasonings whose query gives the gold result",
        "majority vote over sampled SQL reasonings",
        "execute the SQL of each reasoning and compare with the gold SQL",
        "pick one CoT per question by running its SQL",
    )

    reasonings: Column[Anything] = Field(default="cot_responses", description="Column with a list of reasonings.")
    compare_with_gold: bool = Field(default=True, description="Right is what gives the result of the row's own SQL.")
    output: OutputColumn = Field(default="cot_reasoning", description="Column to write the chosen reasoning to.")
    votes: OutputColumn = Field(default="cot_votes", description="Column to write the number of right ones to.")
    agreement: OutputColumn = Field(default="cot_agreement", description="Column to write their share of all to.")
    on_null: OnNull = Field(default="fail", description="What happens to rows that lack what is to be voted on.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        named = [self.sql, self.db_id, self.reasonings, self.output, self.votes, self.agreement]
        if len({*named}) < len(named):
            raise ValueError("sql, db_id, reasonings, output, votes and agreement need a column each")
        return self

    def writes(self) -> dict[str, DType]:
        return {self.output: "text", self.votes: "integer", self.agreement: "number"}

    def apply(self, batch: Batch, state: Any) -> Outcome:
        found = in_parallel(state.workers, lambda row: self._choose(row, state), batch.rows())
        errors = [one if isinstance(one, RowError) else None for one in found]
        records = fates_of(batch, errors, self.on_null, _UNWANTED)
        chosen = [None if isinstance(one, RowError) else one for one in found]
        written: dict[str, list[Any]] = {
            self.output: [one and one.text for one in chosen],
            self.votes: [one and one.votes for one in chosen],
            self.agreement: [one and one.votes / one.of for one in chosen],
        }
        rows = batch
        for column, dtype in self.writes().items():
            rows = rows.with_values(column, written[column], dtype)
        return Outcome(rows.filter(records["fate"] == "kept"), records)

    def _choose(self, row: dict[str, Any], databases: Databases) -> Chosen:
        database, gold = self.named(row, databases)
        reasonings = self._texts(row.get(self.reasonings))
        results = Results(database, self.query_limits)
        wanted = self._gold(results, gold) if self.compare_with_gold else None
        tables = [self._result(results, extract_sql(text, database.dialect)) for text in reasonings]
        valid = [place for place, table in enumerate(tables) if table is not None]
        if not valid:
            raise RowError("no_valid_reasoning", f"none of {len(tables)} reasonings holds SQL that runs")
        right = _like(wanted, tables) if wanted else _largest(tables)
        if not right:
            raise RowError("no_right_reasoning", f"the SQL of {len(valid)} of {len(tables)} runs, to another result")
        return Chosen(reasonings[right[0]], len(right), len(tables))

    def _texts(self, value: Any) -> list[str]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise RowError("no_value", f"column {self.reasonings!r} holds no list of texts")
        return texts

    def _gold(self, results: Results, sql: str) -> Table:
        found = results.of(sql)
        if isinstance(found, RowError):
            raise RowError("gold_error", f"the row's own SQL: {found}")
        return found

    @staticmethod
    def _result(results: Results, sql: str | None) -> Table | None:
        found = None if sql is None else results.of(sql)
        return None if isinstance(found, RowError) else found

    @classmethod
    def example(cls) -> Example:
        row = {
            "db_id": "shop",
            "SQL": "SELECT count(*) FROM customer",
            "cot_responses": [
                "All with a name.\n```sql\nSELECT count(name) FROM customer\n```",
                "All rows count.\n```sql\nSELECT count(1) AS n FROM customer\n```",
            ],
        }
        voted = {"cot_reasoning": row["cot_responses"][1], "cot_votes": 1, "cot_agreement": 0.5}
        made = sqlite_file("CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES ('Ann'), (NULL);")
        return Example(rows=[row], out=[{**row, **voted}], files={"shop": made})


def _like(wanted: Table, tables: Sequence[Table | None]) -> list[int]:
    """The places of the results that are the wanted one."""
    return [place for place, table in enumerate(tables) if table is not None and same_result(wanted, table)]


def _largest(tables: Sequence[Table | None]) -> list[int]:
    """The places of the result that comes most often; of several such results, of the first."""
    groups: list[list[int]] = []
    for place, table in enumerate(tables):
        if table is None:
            continue
        same = next((group for group in groups if same_result(_known(tables[group[0]]), table)), None)
        if same is None:
            groups.append([place])
        else:
            same.append(place)
    return max(groups, key=len)


def _known(table: Table | None) -> Table:
    assert table is not None  # noqa: S101 - only places of tables are in a group
    return table
