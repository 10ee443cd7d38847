"""Make questions about single facts from texts."""

from collections.abc import Generator
from typing import Any, Self

import polars as pl
from pydantic import BaseModel, Field, model_validator

from ..core import Asking, Batch, Column, Example, LLMExpander, OutputColumn, Reply, Request, RowError, Text, template
from ..core.conversing import Told, side_by_side
from ..core.quoting import Quotable
from ..sft._prompts import with_count, with_wishes
from ..sft._talking import Talk, Written, ask_until, dropped_for, filled_text, folded
from ._checks import standing_alone
from ._prompts import FACTS, FACTS_SYSTEM, QUESTION, QUESTION_SYSTEM

DECLINED = "declined"


class Fact(BaseModel):
    """Something that a text states, with its words."""

    statement: Written
    evidence: Written


class Facts(BaseModel):
    """What a text is about and states, or why there is nothing to ask for."""

    identifier: str
    facts: list[Fact] = []
    declined: str | None = None

    @model_validator(mode="after")
    def _facts_or_a_reason(self) -> Self:
        if not self.facts and not (self.declined or "").strip():
            raise ValueError("there is no fact and declined gives no reason")
        if self.facts and not self.identifier.strip():
            raise ValueError("identifier: it is empty")
        return self


class AtomicQuestion(BaseModel):
    """A question with its one short answer."""

    question: Written
    answer: Written


class GenerateAtomicQA(LLMExpander):
    """Make questions with one short answer each from each text, for agents that search, with a language model.

    The questions of a row take its place, each with all other columns of the row, the text among them. A first request
    finds what the text is about (`identifier`) and at most `per_text` facts that it states; a fact whose `evidence` is
    no quotation of the text (but for case, white space and the form of quotes) is left out. A second request for each
    fact, all side by side, asks for a question about it that stands alone, and its answer; a question that contains its
    answer or speaks of "the text" goes back with the reason, and is left out after three. So are questions that the row
    has already.

    The model may decline a text that states nothing to ask for: its row is dropped (`declined`), with the reason in the
    ledger. A row fails where no fact is quoted or no question is fit (`invalid_reply`), and where a request gets no
    answer. A blank text fails (`empty_text`) without a request; rows without one fall under `on_null`.

    Whether a question can be answered without searching is for `rag_answerability_filter` to tell.
    """

    name = "generate_atomic_qa"
    phrases = (
        "make atomic questions for agentic RAG from each document",
        "generate single-hop search questions with short answers",
        "write factual questions about single facts of each document",
        "create atomic question-answer pairs for a search agent",
        "build questions for training retrieval agents",
        "generate atomic tasks from documents",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    per_text: int = Field(default=10, ge=1, le=50, description="Most questions for a text.")
    question: OutputColumn = Field(default="question", description="Column to write the question to.")
    answer: OutputColumn = Field(default="answer", description="Column to write its answer to.")
    identifier: OutputColumn = Field(default="identifier", description="Column to write to what the question is about.")
    evidence: OutputColumn = Field(
        default="evidence", description="Column to write the words of the text to that answer it."
    )
    instructions: str | None = Field(
        default=None, description="What is wished of the questions besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the text when not given.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if len({self.column, self.question, self.answer, self.identifier, self.evidence}) < 5:
            raise ValueError("column, question, answer, identifier and evidence need a column each")
        return self

    def prompts(self) -> dict[str, str]:
        count = "one fact" if self.per_text == 1 else f"at most {self.per_text} facts"
        return {
            "facts_system": with_wishes(FACTS_SYSTEM, self.language, None),
            "facts": with_count(FACTS, count),
            "question_system": with_wishes(QUESTION_SYSTEM, self.language, self.instructions),
            "question": QUESTION,
        }

    def calls(self, rows: int) -> tuple[int, int]:
        """One for the facts, one for each question."""
        return rows, rows * (1 + self.per_text)

    def fan_out(self) -> int:
        return self.per_text

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        text = filled_text(row, self.column)
        said, quotable = self.prompts(), Quotable(text)

        def fault(reply: Facts) -> str | None:
            quoted = any(quotable.find(fact.evidence) for fact in reply.facts)
            return None if quoted or not reply.facts else "facts: no evidence stands in the text; copy it exactly"

        asked = self.request(template(said["facts"]).fill({"text": text}), said["facts_system"])
        found = yield from ask_until(Facts, asked, fault)
        if not found.facts:
            raise RowError(DECLINED, str(found.declined).strip())
        facts = [fact for fact in found.facts if quotable.find(fact.evidence)][: self.per_text]
        made = yield from side_by_side([self._question(fact, found.identifier) for fact in facts])
        pairs = {folded(one.question): (one, fact) for one, fact in zip(made, facts, strict=True) if one is not None}
        if not pairs:
            raise RowError("invalid_reply", f"none of {len(facts)} questions stands alone without its answer")
        return [
            {
                self.question: one.question,
                self.answer: one.answer,
                self.identifier: found.identifier.strip(),
                self.evidence: fact.evidence,
            }
            for one, fact in pairs.values()
        ]

    def _question(self, fact: Fact, identifier: str) -> Generator[Request, Reply, AtomicQuestion | None]:
        said = self.prompts()
        values = {"identifier": identifier, "statement": fact.statement, "evidence": fact.evidence}
        asked = self.request(template(said["question"]).fill(values), said["question_system"])
        return (yield from fit_or_none(AtomicQuestion, asked))

    def fates(self, batch: Batch, told: Told[list[dict[str, Any]]]) -> pl.DataFrame:
        return dropped_for(super().fates(batch, told), DECLINED)

    @classmethod
    def example(cls) -> Example:
        text = "Mount Etna is a volcano on Sicily. Its summit was 3,403 metres high in 2024."
        evidence = "Its summit was 3,403 metres high in 2024."
        fact = f'{{"statement": "Mount Etna was 3,403 metres high in 2024.", "evidence": "{evidence}"}}'
        asked = "How many metres high was the summit of Mount Etna in 2024?"
        row = {"question": asked, "answer": "3,403", "identifier": "Mount Etna", "evidence": evidence}
        return Example(
            rows=[{"text": text}],
            out=[{"text": text, **row}],
            replies=[
                f'{{"identifier": "Mount Etna", "facts": [{fact}], "declined": null}}',
                f'{{"question": "{asked}", "answer": "3,403"}}',
            ],
        )


def fit_or_none(model: type[AtomicQuestion], asked: Request) -> Talk[AtomicQuestion | None]:
    """A question that stands alone, or None where three replies were none."""
    try:
        return (yield from ask_until(model, asked, lambda reply: standing_alone(reply.question, reply.answer)))
    except RowError as error:
        if error.reason != "invalid_reply":
            raise
        return None
