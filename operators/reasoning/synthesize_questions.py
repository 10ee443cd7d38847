"""Make new questions after the pattern of given ones."""

from dataclasses import replace
from hashlib import blake2b
from random import Random
from typing import Any, Self

import polars as pl
from pydantic import BaseModel, Field, model_validator

from ..core import (
    Asking,
    Batch,
    Column,
    Columns,
    DType,
    Example,
    LLMExpander,
    Outcome,
    OutputColumn,
    Text,
    converse,
    template,
)
from ..core.asking import Model
from ..core.conversing import Told
from ..sft._prompts import with_count, with_wishes
from ..sft._talking import Written, ask_until, filled_text, folded
from ._prompts import OF_DOMAIN, SYNTHESIS, SYNTHESIS_SYSTEM, VARIATIONS, Domain, Variation

INPUT, SYNTHETIC = "input", "synthetic"


class NewQuestions(BaseModel):
    """The new questions, in the order in which they were asked for."""

    questions: list[Written]


class SynthesizeQuestions(LLMExpander):
    """Make new questions after the pattern of each question, with a language model, and keep the given ones.

    Each row is followed by `per_question` new rows. The first of them all is the row as it was, with "input" in the
    column `origin`; new ones have "synthetic" there and the question they were made after in `parent_question`. A new
    question has another answer, so all other columns of its row are null, a reference answer too; those named in
    `inherited` are taken over. The ledger knows the parent of every row.

    What is new about each question (`numbers`, `context`, `harder`, ...) is drawn from `variations` by the workflow's
    seed and the question, none twice before all were drawn: the same seed draws the same, whatever the other rows are.
    One request a row. A reply with too few or too many questions, with two equal ones or with the given one
    unchanged (but for case and spacing) goes back with the reason, and after three the row fails (`invalid_reply`).
    A blank question fails (`empty_text`) without a request; rows without one fall under `on_null`.
    """

    name = "synthesize_questions"
    phrases = (
        "make new questions after the pattern of these",
        "synthesize more math questions",
        "generate variations of each question",
        "expand the questions with harder variants",
        "augment the problems with new ones",
        "write three new problems per problem",
        "create synthetic questions from the seed questions",
    )

    column: Column[Text] = Field(default="instruction", description="Column that holds the question.")
    per_question: int = Field(default=3, ge=1, le=20, description="New questions for each question.")
    domain: Domain = Field(default="math", description="Questions that are meant: math, or general for any field.")
    variations: tuple[Variation, ...] | None = Field(
        default=None,
        min_length=1,
        description="What may be new about a question: numbers, context, harder, reversed, condition, general_case, "
        "viewpoint, application; those that suit the domain when not given.",
    )
    inherited: Columns = Field(default=(), description="Columns that a new row takes over from its question's row.")
    origin: OutputColumn = Field(default="origin", description='Column to write "input" or "synthetic" to.')
    parent: OutputColumn = Field(
        default="parent_question", description="Column to write the question to that a new one was made after."
    )
    instructions: str | None = Field(
        default=None, description="What is wished of the new questions besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the question when not given.")
    temperature: float = Field(default=0.7, ge=0, le=2, description="0 for the likeliest reply, more for variety.")
    max_tokens: int = Field(default=2048, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if len({self.column, self.origin, self.parent}) < 3:
            raise ValueError("column, origin and parent need a column each")
        return self

    def prompts(self) -> dict[str, str]:
        count = "one new question" if self.per_question == 1 else f"{self.per_question} new questions"
        kinds = "\n".join(f"{kind}: {VARIATIONS[kind]}" for kind in self._kinds())
        system = with_wishes(SYNTHESIS_SYSTEM, self.language, self.instructions)
        return {"system": system, "questions": with_count(SYNTHESIS, count), "variations": kinds}

    def writes(self) -> dict[str, DType]:
        return {self.column: "text", self.origin: "text", self.parent: "text"}

    def apply(self, batch: Batch, state: Model) -> Outcome:
        told = converse(state.llm, [self._talk(row, state.seed) for row in batch.rows()], state.seed)
        return replace(self.outcome(batch, told), usage=told.usage)

    def fan_out(self) -> int:
        return 1 + self.per_question

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        return (yield from self._talk(row, 0))

    def _talk(self, row: dict[str, Any], seed: int) -> Asking[list[dict[str, Any]]]:
        question = filled_text(row, self.column)
        said = self.prompts()
        wanted = "\n".join(
            f"{number}. {VARIATIONS[kind]}" for number, kind in enumerate(self._drawn(question, seed), 1)
        )
        prompt = template(said["questions"].replace("{{kinds}}", wanted)).fill({"question": question})

        def fault(reply: NewQuestions) -> str | None:
            if len(reply.questions) != self.per_question:
                return f"questions: {self.per_question} are asked for, not {len(reply.questions)}"
            distinct = {folded(one) for one in reply.questions}
            if folded(question) in distinct:
                return "questions: one is the given question itself; each must be another one"
            return "questions: two are the same" if len(distinct) < len(reply.questions) else None

        made = yield from ask_until(NewQuestions, self.request(prompt, said["system"]), fault)
        given = {self.column: question, self.origin: INPUT, self.parent: None}
        return [given, *({self.column: new, self.origin: SYNTHETIC, self.parent: question} for new in made.questions)]

    def _kinds(self) -> tuple[Variation, ...]:
        return self.variations or OF_DOMAIN[self.domain]

    def _drawn(self, question: str, seed: int) -> list[Variation]:
        chance = Random(blake2b(f"{seed}:{question}".encode(), digest_size=8).digest())
        kinds = self._kinds()
        rounds = -(-self.per_question // len(kinds))
        return [kind for _ in range(rounds) for kind in chance.sample(kinds, len(kinds))][: self.per_question]

    def outcome(self, batch: Batch, told: Told[list[dict[str, Any]]]) -> Outcome:
        """Replace each row by itself and its new questions, which know nothing of its other columns."""
        outcome = super().outcome(batch, told)
        own, rows = {*self.writes(), *self.inherited}, outcome.rows
        emptied = [
            pl.when(pl.col(self.origin) == SYNTHETIC).then(None).otherwise(pl.col(name)).alias(name)
            for name in rows.schema.names
            if name not in own
        ]
        return replace(outcome, rows=Batch(rows.frame.with_columns(emptied), rows.schema))

    @classmethod
    def example(cls) -> Example:
        asked = "What is 2 + 3?"
        return Example(
            options={"per_question": 2, "inherited": ["source"]},
            rows=[{"instruction": asked, "golden_answer": "5", "source": "school"}],
            out=[
                {
                    "instruction": asked,
                    "golden_answer": "5",
                    "source": "school",
                    "origin": "input",
                    "parent_question": None,
                },
                {
                    "instruction": "What is 4 + 7?",
                    "golden_answer": None,
                    "source": "school",
                    "origin": "synthetic",
                    "parent_question": asked,
                },
                {
                    "instruction": "2 + x = 5. What is x?",
                    "golden_answer": None,
                    "source": "school",
                    "origin": "synthetic",
                    "parent_question": asked,
                },
            ],
            replies=['{"questions": ["What is 4 + 7?", "2 + x = 5. What is x?"]}'],
        )
