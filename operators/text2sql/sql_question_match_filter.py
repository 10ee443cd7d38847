"""Keep the rows whose SQL query answers their question."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, StrictBool, StrictStr

from ..core import Asking, Column, DType, Example, LLMFilter, OneOf, Rule, Text, ask_for, template
from ..core.database import sqlite_file
from ..sft._prompts import with_wishes
from ..sft._talking import filled_text
from ._prompts import EVIDENCE, MATCH, MATCH_SQL, MATCH_SYSTEM
from ._schemas import Asked, DatabaseAsking, text_or_none


class SqlMatch(BaseModel):
    """What question and query are about, and whether they fit."""

    reason: StrictStr
    matches: StrictBool


class SqlQuestionMatchFilter(LLMFilter, DatabaseAsking[dict[str, Any]]):
    """Keep the rows whose SQL query answers exactly their question, as a language model judges it.

    Drops the others; order is kept. The model sees the schema, the question, its evidence where there is any, and the
    query, gives a reason and then true or false; the metrics are `matches` and `explanation`. A reply that is nothing
    of the kind goes back with the reason, twice at most, then the row fails (`invalid_reply`): what could not be judged
    is no verdict. A row fails before a request where its database is not bound (`missing_database`) or its query or
    question is blank (`empty_text`). Rows without either fall under `on_null`: by default they are dropped.

    Source: DataFlow's Text2SQLCorrespondenceFilter.
    """

    name = "sql_question_match_filter"
    phrases = (
        "keep rows whose SQL answers the question",
        "check that question and SQL fit each other",
        "drop questions that the query does not answer",
        "filter text-to-SQL pairs that do not correspond",
        "judge whether the SQL matches its question",
        "remove pairs where the query answers something else",
    )

    sql: Column[Text] = Field(default="SQL", description="Column that holds the query.")
    question: Column[Text] = Field(default="question", description="Column that holds the question.")
    evidence: Column[Text] | None = Field(
        default=None, description="Column with what must be known to understand the question; rows may lack it."
    )
    instructions: str | None = Field(default=None, description="What else the judge should heed, in plain words.")

    def prompts(self) -> dict[str, str]:
        return {"system": self._system(), "match": MATCH + (EVIDENCE if self.evidence else "") + MATCH_SQL}

    def metrics(self) -> Mapping[str, DType]:
        return {"matches": "boolean", "explanation": "text"}

    def keep(self) -> Mapping[str, Rule]:
        return {"matches": OneOf.of([True])}

    def talk(self, row: dict[str, Any], state: Asked) -> Asking[dict[str, Any]]:
        values = {"sql": filled_text(row, self.sql), "question": filled_text(row, self.question)}
        evidence = text_or_none(row, self.evidence)
        values["schema"] = state.schemas.ddl(state.schemas.find(row, self.db_id))
        prompt = template(MATCH + (EVIDENCE if evidence else "") + MATCH_SQL).fill({**values, "evidence": evidence})
        judged = yield from ask_for(SqlMatch, self.request(prompt, self._system()))
        return {"matches": judged.matches, "explanation": judged.reason}

    def _system(self) -> str:
        return with_wishes(MATCH_SYSTEM, None, self.instructions)

    @classmethod
    def example(cls) -> Example:
        row = {"db_id": "shop", "question": "How many books are there?"}
        return Example(
            rows=[{**row, "SQL": "SELECT COUNT(*) FROM book"}, {**row, "SQL": "SELECT title FROM book"}],
            kept=[0],
            replies=[
                '{"reason": "Both count the books.", "matches": true}',
                '{"reason": "It lists titles.", "matches": false}',
            ],
            files={"shop": sqlite_file("CREATE TABLE book (title TEXT, price REAL)")},
        )
