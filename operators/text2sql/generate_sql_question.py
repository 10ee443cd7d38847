"""Write the question that a SQL query answers."""

from collections.abc import Callable
from random import Random
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from ..core import Asking, Column, DType, Example, LLMOperator, OutputColumn, Text, template
from ..core.conversing import side_by_side
from ..core.database import sqlite_file
from ..core.embedder import Embedder
from ..sft._prompts import with_wishes
from ..sft._talking import Talk, Written, ask_until, filled_text
from ._prompts import NEEDS_EVIDENCE, QUESTION, QUESTION_SYSTEM, STYLES, Style, set_in
from ._schemas import Asked, DatabaseAsking, fit_ones, or_none


class SqlQuestion(BaseModel):
    """A question, and what one must know besides to answer it."""

    question: Written
    evidence: str


class GenerateSqlQuestion(LLMOperator, DatabaseAsking[dict[str, Any]]):
    """Write for each SQL query the question that it answers, with a language model.

    Every row and every other column stay. One of the `styles` (formal, colloquial, vague, …) is drawn for a row by the
    workflow's seed and its query, and written to `style`. Of `candidates` questions in that style, each drawn anew and
    asked for side by side, the one is kept that is nearest in meaning to all others: the highest mean cosine of its
    embedding with theirs, the first of equals. Of two one is drawn. `evidence` gets what must be known besides, such as
    the meaning of a vague word; it is empty where nothing is.

    A reply without a question, or a vague or metaphorical question without evidence, goes back with the reason; a
    candidate whose three replies were unfit is none. A row fails where there is no candidate (`invalid_reply`), where a
    request gets no answer, and before a request where its database is not bound (`missing_database`) or its query is
    blank (`empty_text`). Rows without a query fall under `on_null`: by default they fail.

    Source: DataFlow's Text2SQLQuestionGenerator; the choice among candidates is that of Li et al. 2025, "OmniSQL".
    """

    name = "generate_sql_question"
    needs = ("llm", "embedder", "database")
    phrases = (
        "write the question that each SQL query answers",
        "generate natural language questions for SQL",
        "turn the queries into questions",
        "back-translate SQL to questions",
        "make a question in several styles for every query",
        "describe each SQL query as a user's question",
    )

    sql: Column[Text] = Field(default="SQL", description="Column that holds the query.")
    styles: tuple[Style, ...] = Field(
        default=tuple(STYLES),
        min_length=1,
        description="Styles to draw from: formal, colloquial, imperative, interrogative, descriptive, concise, vague, "
        "metaphorical, role.",
    )
    candidates: int = Field(default=5, ge=1, le=50, description="Questions of which one is kept.")
    question: OutputColumn = Field(default="question", description="Column to write the question to.")
    evidence: OutputColumn = Field(
        default="evidence", description="Column to write to what must be known to answer it; empty where nothing is."
    )
    style: OutputColumn = Field(default="question_type", description="Column to write the style to.")
    language: str | None = Field(default=None, description="Language to write in; English when not given.")
    instructions: str | None = Field(
        default=None, description="What is wished of the questions besides, in plain words."
    )
    temperature: float = Field(default=0.8, gt=0, le=2, description="How much the candidates vary; above 0.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if len({self.db_id, self.sql, self.question, self.evidence, self.style}) < 5:
            raise ValueError("db_id, sql, question, evidence and style need a column each")
        if len({*self.styles}) < len(self.styles):
            raise ValueError("styles names one twice")
        return self

    def prompts(self) -> dict[str, str]:
        meanings = "\n".join(f"{one}: {STYLES[one]}" for one in self.styles)
        return {"system": self._system(), "question": QUESTION, "styles": meanings}

    def calls(self, rows: int) -> tuple[int, int]:
        return rows * self.candidates, rows * self.candidates

    def talk(self, row: dict[str, Any], state: Asked) -> Asking[dict[str, Any]]:
        sql = filled_text(row, self.sql)
        database = state.schemas.find(row, self.db_id)
        chance = state.drawn(self.name, database.name, sql)
        style: Style = chance.choice(self.styles)
        words = template(set_in(QUESTION, style=STYLES[style])).fill(
            {"schema": state.schemas.ddl(database), "sql": sql}
        )
        asked = [or_none(self._candidate(words, style, sample)) for sample in range(self.candidates)]
        made = fit_ones((yield from side_by_side(asked)), "questions")
        kept = made[0]
        if len(made) > 1:
            kept = made[central([one.question for one in made], state.embedder, chance)]
        return {self.question: kept.question, self.evidence: kept.evidence.strip(), self.style: style}

    def _candidate(self, words: str, style: Style, sample: int) -> Talk[SqlQuestion]:
        def fault(reply: SqlQuestion) -> str | None:
            unexplained = style in NEEDS_EVIDENCE and not reply.evidence.strip()
            return f"evidence: a {style} question needs it" if unexplained else None

        return (yield from ask_until(SqlQuestion, self.request(words, self._system(), sample=sample), fault))

    def writes(self) -> dict[str, DType]:
        return {self.question: "text", self.evidence: "text", self.style: "text"}

    def _system(self) -> str:
        return with_wishes(QUESTION_SYSTEM, self.language, self.instructions)

    @classmethod
    def example(cls) -> Example:
        row = {"db_id": "shop", "SQL": "SELECT COUNT(*) FROM book WHERE price > 20"}
        asked = "How many books cost more than 20 euros?"
        return Example(
            options={"candidates": 1, "styles": ["interrogative"]},
            rows=[row],
            out=[{**row, "question": asked, "evidence": "", "question_type": "interrogative"}],
            replies=[f'{{"question": "{asked}", "evidence": ""}}'],
            files={"shop": sqlite_file("CREATE TABLE book (title TEXT, price REAL)")},
        )


def central(texts: list[str], embedder: Callable[[], Embedder], chance: Random) -> int:
    """The place of the text that is nearest in meaning to the others; one of two is drawn, since both are as near."""
    if len(texts) < 3:
        return chance.randrange(len(texts))
    vectors = embedder().embed(texts).astype(np.float64)
    # Rounded, so that the order of sums on another machine does not choose among equals.
    nearness = (vectors @ vectors.T).sum(axis=1).round(6)
    return int(nearness.argmax())
