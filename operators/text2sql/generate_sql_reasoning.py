"""Write how questions are turned into SQL, step by step."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

from pydantic import Field, model_validator

from ..core import Asking, Column, DType, Example, LLMOperator, OutputColumn, Request, RowError, Text, template
from ..core.conversing import side_by_side
from ..core.database import Dialect, sqlite_file
from ..core.structured import MAX_ERROR_CHARS, TRIES, after_thoughts, asked_again
from ..sft._prompts import with_wishes
from ..sft._talking import Talk, filled_text
from ._extraction import extract_sql
from ._prompts import (
    EVIDENCE,
    LANGUAGES,
    REASONING,
    REASONING_AGAIN,
    REASONING_END,
    REASONING_REFERENCE,
    REASONING_SYSTEM,
    set_in,
)
from ._schemas import Asked, DatabaseAsking, bare, fit_ones, or_none, sql_fault, text_or_none

_FENCE = "```"


class GenerateSqlReasoning(LLMOperator, DatabaseAsking[dict[str, Any]]):
    """Write several ways of reasoning from each question to its SQL query, with a language model.

    Every row and every other column stay; `output` gets a list of texts, each of which ends with a query in a fenced
    block. The model sees the schema, the question, its evidence where there is any, and the query of the row as one
    that may be wrong; with `sql` null it must find the query by itself. Each of the `samples` is drawn anew, and all
    are asked for side by side. Whether their queries are right is for `vote_sql_reasoning` to tell.

    A reply that does not end with a fenced block, or whose query is no single SELECT, goes back with the reason; a
    sample whose three replies were unfit is left out. A row fails where no sample is fit (`invalid_reply`), where a
    request gets no answer, and before a request where its database is not bound (`missing_database`) or its question
    is blank (`empty_text`). Rows without a question fall under `on_null`: by default they fail.

    Source: DataFlow's Text2SQLCoTGenerator.
    """

    name = "generate_sql_reasoning"
    phrases = (
        "write chain-of-thought reasoning for the SQL",
        "generate step by step reasoning from question to SQL",
        "sample several reasonings for each text-to-SQL question",
        "add CoT responses that end in SQL",
        "explain how each question becomes a query",
        "make reasoning traces for text-to-SQL",
    )

    question: Column[Text] = Field(default="question", description="Column that holds the question.")
    evidence: Column[Text] | None = Field(
        default=None, description="Column with what must be known to understand the question; rows may lack it."
    )
    sql: Column[Text] | None = Field(
        default="SQL", description="Column with a query that the model is shown, where a row has one; null for none."
    )
    samples: int = Field(default=3, ge=1, le=100, description="Ways of reasoning for each question.")
    output: OutputColumn = Field(default="cot_responses", description="Column to write the list of them to.")
    instructions: str | None = Field(
        default=None, description="What is wished of the reasoning besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the question when not given.")
    temperature: float = Field(default=0.8, gt=0, le=2, description="How much the samples vary; above 0.")
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if self.output in (self.db_id, self.question, self.evidence, self.sql):
            raise ValueError(f"output would be written over {self.output!r}, which is read; name another column")
        return self

    def prompts(self) -> dict[str, str]:
        parts = [REASONING, *([EVIDENCE] if self.evidence else []), *([REASONING_REFERENCE] if self.sql else [])]
        return {"system": self._system(), "reasoning": "".join([*parts, REASONING_END]), "again": REASONING_AGAIN}

    def calls(self, rows: int) -> tuple[int, int]:
        return rows * self.samples, rows * self.samples

    def writes(self) -> dict[str, DType]:
        return {self.output: "nested"}

    def talk(self, row: dict[str, Any], state: Asked) -> Asking[dict[str, Any]]:
        question = filled_text(row, self.question)
        evidence, reference = text_or_none(row, self.evidence), text_or_none(row, self.sql)
        database = state.schemas.find(row, self.db_id)
        values = {"question": question, "evidence": evidence, "sql": reference, "schema": state.schemas.ddl(database)}
        parts: Sequence[str] = [REASONING, EVIDENCE if evidence else "", REASONING_REFERENCE if reference else ""]
        words = template("".join([*parts, REASONING_END])).fill(values)
        request = self.request(words, set_in(self._system(), dialect=LANGUAGES[database.dialect]))
        samples = [reasoned(replace(request, sample=at), database.dialect) for at in range(self.samples)]
        made = yield from side_by_side([or_none(one) for one in samples])
        return {self.output: fit_ones(made, "samples")}

    def _system(self) -> str:
        return with_wishes(REASONING_SYSTEM, self.language, self.instructions)

    @classmethod
    def example(cls) -> Example:
        row = {"db_id": "shop", "question": "How many books are there?", "SQL": "SELECT COUNT(*) FROM book"}
        said = f"Each row of book is a book, so I count them.\n\n```sql\n{row['SQL']}\n```"
        return Example(
            options={"samples": 1},
            rows=[row],
            out=[{**row, "cot_responses": [said]}],
            replies=[said],
            files={"shop": sqlite_file("CREATE TABLE book (title TEXT, price REAL)")},
        )


def reasoned(request: Request, dialect: Dialect) -> Talk[str]:
    """Ask for reasoning that ends with a query; one that does not goes back with the reason.

    Raises:
        RowError: no reply was fit.
    """
    asked, error = request, ""
    for _ in range(TRIES):
        reply = yield asked
        said = after_thoughts(reply.text)
        sql = ending_query(said, dialect)
        fault = "it does not end with a query in a fenced block" if sql is None else sql_fault(sql, dialect)
        if fault is None:
            return said
        error = fault[:MAX_ERROR_CHARS]
        asked = asked_again(asked, reply, REASONING_AGAIN.format(error=error))
    raise RowError("invalid_reply", f"{TRIES} replies were invalid, the last since {error}")


def ending_query(text: str, dialect: Dialect) -> str | None:
    """The query in the fenced block that a text ends with, None where it ends otherwise.

    >>> ending_query("So:\\n```sql\\nSELECT 1;\\n```", "sqlite")
    'SELECT 1'
    """
    said = text.rstrip()
    sql = extract_sql(said, dialect)
    ends = said.endswith(_FENCE) and sql is not None and bare(said.removesuffix(_FENCE)).endswith(sql)
    return sql if ends else None
