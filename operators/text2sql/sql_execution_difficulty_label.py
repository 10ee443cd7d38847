"""Label questions with how hard they are for a model: how many of its queries give the right result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from ..core import (
    Asking,
    Batch,
    Column,
    Context,
    DType,
    EndpointError,
    Example,
    Outcome,
    OutputColumn,
    Reply,
    RowError,
    Text,
    converse,
)
from ..core.asking import LLMEvaluator, Model
from ..core.conversing import Told
from ..core.database import Databases, Table, same_result, sqlite_file
from ..core.operator import Need
from ..sft._talking import filled_text
from ._execution import Results, RunsSql, in_parallel
from ._extraction import extract_sql

GOLD_ERROR = "gold_error"
_SYSTEM = "You write SQL. Answer the task with one query, in a block fenced as ```sql."
_NO_USE = frozenset({"reply_cut_off", "reply_no_text"})
"""Why a reply is no answer and yet one that the model gave."""


@dataclass(frozen=True)
class Examining(Model):
    """What is needed: the model, and the databases."""

    databases: Databases


class SqlExecutionDifficultyLabel(LLMEvaluator, RunsSql):
    """Write how hard each question is for a language model: by how many of its queries give the right result.

    All rows stay, in order. The model is asked the prompt of the row `samples` times, side by side and each time drawn
    anew. Of every reply the last block fenced as SQL is taken, or the last paragraph that begins with SELECT or WITH;
    it is run read-only against the row's database, and is right if its result is that of the row's own SQL: the same
    rows, in the same order where that has an ORDER BY, columns compared by place and not by name, duplicates counted.
    What is no single SELECT, fails, takes too long or gives more than `max_rows` rows is wrong, and so is a reply that
    is cut off. `thresholds` are the most right queries for each of `labels` but the last, which has the rest: as they
    stand, up to 2 of 10 is extra, up to 5 hard, up to 9 medium and all 10 easy. The number is written to `right`.

    A row whose own SQL is refused, fails, takes too long or has more than `max_rows` rows is labelled `gold_error`, and
    costs no request. A row fails where a request got no answer, or its database is not bound (`missing_database`).
    Rows that lack SQL, `db_id` or prompt fall under `on_null`.
    """

    name = "sql_execution_difficulty_label"
    needs: ClassVar[tuple[Need, ...]] = ("llm", "database")
    phrases = (
        "label question difficulty by how often a model's SQL is right",
        "sample ten queries per question and grade by execution accuracy",
        "how hard is each text-to-SQL question for the model",
        "execution based difficulty of the questions",
        "label rows by the pass rate of generated SQL",
        "grade text-to-SQL pairs by running sampled queries",
    )

    column: Column[Text] = Field(default="prompt", description="Column that holds the prompt to answer with SQL.")
    samples: int = Field(default=10, ge=1, le=100, description="Queries for each prompt.")
    thresholds: tuple[int, ...] = Field(
        default=(2, 5, 9), min_length=1, description="Most right queries for each label but the last, rising."
    )
    labels: tuple[str, ...] = Field(
        default=("extra", "hard", "medium", "easy"), min_length=2, description="Labels, the hardest first."
    )
    output: OutputColumn = Field(default="sql_execution_difficulty", description="Column to write the label to.")
    right: OutputColumn = Field(default="sql_right_samples", description="Column to write the number of right ones to.")
    temperature: float = Field(default=0.8, gt=0, le=2, description="How much the queries vary; above 0.")

    @model_validator(mode="after")
    def _labels_for_all_numbers(self) -> Self:
        if len(self.labels) != len(self.thresholds) + 1:
            raise ValueError(f"{len(self.thresholds)} thresholds need {len(self.thresholds) + 1} labels")
        if list(self.thresholds) != sorted({*self.thresholds}) or not self.thresholds[0] >= 0:
            raise ValueError("thresholds must rise, from 0 or more")
        if self.thresholds[-1] >= self.samples:
            raise ValueError(
                f"the last threshold must be below samples ({self.samples}), or no row gets the last label"
            )
        if len({self.column, self.sql, self.db_id, self.output, self.right}) < 5:
            raise ValueError("column, sql, db_id, output and right need a column each")
        return self

    def prompts(self) -> dict[str, str]:
        return {"system": _SYSTEM}

    def calls(self, rows: int) -> tuple[int, int]:
        """Rows whose own SQL fails need none."""
        return 0, rows * self.samples

    def writes(self) -> dict[str, DType]:
        return {self.output: "text", self.right: "integer"}

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        return RunsSql.resource_fingerprints(self, resources)

    def open(self, ctx: Context) -> Examining:
        model = LLMEvaluator.open(self, ctx)
        return Examining(model.llm, model.seed, RunsSql.open(self, ctx))

    def apply(self, batch: Batch, state: Any) -> Outcome:
        rows = batch.rows()
        golds = in_parallel(state.databases.workers, lambda row: self._gold(row, state.databases), rows)
        told = converse(state.llm, [self._talk(row, gold) for row, gold in zip(rows, golds, strict=True)], state.seed)
        places = [place for place, said in enumerate(told.values) if said is not None]
        counts = in_parallel(
            state.databases.workers, lambda place: _right(told.values[place] or [], golds[place]), places
        )
        judged: Told[dict[str, Any]] = Told([None] * len(rows), dict(told.failed), told.usage)
        for place, count in zip(places, counts, strict=True):
            if isinstance(count, RowError):
                judged.failed[place] = count
            else:
                judged.values[place] = {self.output: self._label(count), self.right: count}
        return replace(self.outcome(batch, judged), usage=told.usage)

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        """Not used: without its database nothing can be said about a row."""
        raise TypeError(f"{self.name} judges whole batches; use apply()")

    def _gold(self, row: dict[str, Any], databases: Databases) -> "Gold":
        database, sql = self.named(row, databases)
        filled_text(row, self.column)
        results = Results(database, self.query_limits)
        found = results.of(sql)
        return Gold(results, None if isinstance(found, RowError) else found)

    def _talk(self, row: dict[str, Any], gold: "Gold | RowError") -> Asking[list[str]]:
        """What the model says to the prompt of a row; nothing where the row's own SQL fails."""
        if isinstance(gold, RowError):
            raise gold
        if gold.table is None:
            return []
        asked = self.request(filled_text(row, self.column), _SYSTEM)
        answers = yield [replace(asked, sample=number) for number in range(self.samples)]
        return [_said(answer) for answer in answers]

    def _label(self, right: int | None) -> str:
        if right is None:
            return GOLD_ERROR
        return next(
            (label for label, most in zip(self.labels, self.thresholds, strict=False) if right <= most), self.labels[-1]
        )

    @classmethod
    def example(cls) -> Example:
        row = {
            "db_id": "shop",
            "SQL": "SELECT count(*) FROM customer",
            "prompt": "Table customer(name). How many rows?",
        }
        bad = {"db_id": "shop", "SQL": "SELECT nme FROM customer", "prompt": "Table customer(name). Which names?"}
        label, right = "sql_execution_difficulty", "sql_right_samples"
        return Example(
            options={"samples": 3, "thresholds": [1, 2], "labels": ["hard", "medium", "easy"]},
            rows=[row, bad],
            out=[{**row, label: "medium", right: 2}, {**bad, label: "gold_error", right: None}],
            replies=[
                "```sql\nSELECT count(1) FROM customer\n```",
                "```sql\nSELECT count(name) FROM customer\n```",
                "SELECT count(*) AS n FROM customer",
            ],
            files={
                "shop": sqlite_file("CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES ('Ann'), (NULL);")
            },
        )


@dataclass(frozen=True)
class Gold:
    """The queries of a row's database, and the result of the row's own; None where that failed."""

    results: Results
    table: Table | None


def _said(answer: Reply | EndpointError) -> str:
    if isinstance(answer, Reply):
        return answer.text
    if answer.reason in _NO_USE:
        return ""
    raise RowError(answer.reason, f"a sample was not answered: {answer}")


def _right(replies: Sequence[str], gold: Gold | RowError) -> int | None:
    """How many replies come to the result of the row's own SQL; None where that failed."""
    if isinstance(gold, RowError) or gold.table is None:
        return None
    queries = [extract_sql(reply, gold.results.database.dialect) for reply in replies]
    tables = [gold.results.of(sql) for sql in queries if sql is not None]
    return sum(isinstance(table, Table) and same_result(gold.table, table) for table in tables)
