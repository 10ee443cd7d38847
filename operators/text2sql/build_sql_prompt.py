"""Write the prompt that asks for SQL: schema, question and evidence."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ..core import Column, Context, DType, Example, Generator, OutputColumn, Text
from ..core.database import databases_fingerprint, sqlite_file
from ..sft._talking import filled_text
from ._prompts import LANGUAGES, TASK
from ._schemas import DATABASES, DB_ID, SAMPLE_VALUES, Schemas, text_or_none


class BuildSqlPrompt(Generator):
    """Write a prompt that asks a model for the SQL query to each question; no model is asked.

    Every row and every other column stay. The prompt names the dialect of the row's database, shows its tables with
    keys, comments and a few values of each column, then the question, its evidence where there is any, and what form
    the answer has: one SELECT in a fenced block marked sql. It is what a model is trained on, so values stand in it as
    they are. A row fails where its database is not bound (`missing_database`) or cannot be read, and where it lacks a
    question (`no_value`, `empty_text`).

    Source: DataFlow's Text2SQLPromptGenerator.
    """

    name = "build_sql_prompt"
    needs = ("database",)
    phrases = (
        "build a prompt from schema and question",
        "write text-to-SQL prompts",
        "put the database schema and the question into a prompt",
        "make the input prompt for SQL training",
        "add the schema to each question as a prompt",
        "assemble prompts that ask for SQL",
    )

    db_id: Column[Text] = Field(default="db_id", description=DB_ID)
    question: Column[Text] = Field(default="question", description="Column that holds the question.")
    evidence: Column[Text] | None = Field(
        default=None, description="Column with what must be known to understand the question; rows may lack it."
    )
    databases: str = Field(default="databases", min_length=1, description=DATABASES)
    sample_values: int = Field(default=3, ge=0, le=20, description=SAMPLE_VALUES)
    instructions: str | None = Field(default=None, description="What the prompt asks for besides, in plain words.")
    output: OutputColumn = Field(default="prompt", description="Column to write the prompt to.")

    def writes(self) -> dict[str, DType]:
        return {self.output: "text"}

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        return databases_fingerprint(resources, self.databases)

    def open(self, ctx: Context) -> Schemas:
        return Schemas.of_run(ctx, self.databases, self.sample_values)

    def generate(self, row: dict[str, Any], state: Schemas) -> dict[str, Any]:
        question = filled_text(row, self.question).strip()
        database = state.find(row, self.db_id)
        evidence = text_or_none(row, self.evidence)
        prompt = TASK.format(
            dialect=LANGUAGES[database.dialect],
            schema=state.ddl(database),
            question=question,
            evidence=f"What must be known:\n\n{evidence}\n\n" if evidence else "",
            instructions=f"{self.instructions.strip()}\n\n" if self.instructions else "",
        )
        return {self.output: prompt}

    @classmethod
    def example(cls) -> Example:
        row = {"db_id": "shop", "question": "How many books are there?"}
        prompt = TASK.format(
            dialect="SQLite",
            schema='CREATE TABLE "book" (\n  "title" TEXT,\n  "price" REAL -- euros\n);',
            question=row["question"],
            evidence="",
            instructions="",
        )
        return Example(
            rows=[row],
            out=[{**row, "prompt": prompt}],
            files={"shop": sqlite_file("CREATE TABLE book (\n  title TEXT,\n  price REAL -- euros\n)")},
        )
