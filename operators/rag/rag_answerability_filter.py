"""Keep the questions that need their documents and are answered by them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import (
    Asking,
    Batch,
    Column,
    Columns,
    DType,
    Example,
    LLMFilter,
    OneOf,
    Outcome,
    OutputColumn,
    Request,
    Rule,
    Text,
    template,
)
from ..core.conversing import Told, side_by_side
from ..sft._prompts import with_wishes
from ..sft._talking import dropped_for, filled_text
from ._checks import Marking, as_documents, documents_in
from ._prompts import CLOSED, CLOSED_SYSTEM, JUDGE, JUDGE_SYSTEM, OPEN, OPEN_SYSTEM


class RagAnswerabilityFilter(LLMFilter):
    """Keep the questions that a language model answers with their documents, and not without.

    The model is asked each question without anything (`closed_book`), and with the documents of its row
    (`with_documents`); it may say that it does not know. What it knows by heart trains no agent to search, and what
    the documents do not answer has a wrong reference. Where a row has several documents, `shortcut` asks with each of
    them alone too: a question over several hops must not be answered by one. The checks of a row go side by side.

    An answer whose words are those of the reference is right (token F1 of 1 after SQuAD's normalisation); where words
    do not decide, the model judges, or, with `judge` rules, a token F1 of at least `min_f1` does. The metrics
    `closed_book`, `with_documents` and `shortcut` say whether an answer was right, `document_f1` the token F1 of the
    one with documents, which `document_answer` puts into a column; null for a check that is off. A row is dropped for
    the first check that it does not pass. A judgement or an answer that cannot be read is a failed row
    (`invalid_reply`) and never a hard question. Rows with a blank question or answer, or without a document, are
    dropped by default (`empty_text`, `no_value`).
    """

    name = "rag_answerability_filter"
    phrases = (
        "drop questions that the model can answer without the document",
        "keep questions that are only answerable with the document",
        "closed-book check of questions",
        "verify that each question needs retrieval",
        "drop questions answerable from memory",
        "check that the question can be answered from its document",
        "filter questions a model already knows",
    )

    question: Column[Text] = Field(default="question", description="Column that holds the question.")
    answer: Column[Text] = Field(default="answer", description="Column that holds its reference answer.")
    documents: Columns = Field(
        default=("text",),
        min_length=1,
        description="Columns with the documents: texts, lists of texts, or passages as retrieve_passages writes them.",
    )
    closed_book: bool = Field(default=True, description="Whether questions answered without documents are dropped.")
    with_documents: bool = Field(default=True, description="Whether questions not answered with them are dropped.")
    shortcut: bool = Field(
        default=False, description="Whether questions answered by one of several documents alone are dropped."
    )
    judge: Literal["llm", "rules"] = Field(default="llm", description="What decides where words differ: llm or rules.")
    min_f1: float = Field(
        default=0.8, gt=0, le=1, description="Least token F1 of a right answer, inclusive, with judge rules."
    )
    document_answer: OutputColumn | None = Field(
        default=None, description="Column to write the answer given with the documents to; not written when not given."
    )
    instructions: str | None = Field(default=None, description="What else the judge should heed, in plain words.")

    @model_validator(mode="after")
    def _checks_something(self) -> Self:
        if not (self.closed_book or self.with_documents or self.shortcut):
            raise ValueError("nothing is checked; set closed_book, with_documents or shortcut")
        if self.document_answer and not self.with_documents:
            raise ValueError("document_answer is what is answered with documents; set with_documents")
        return self

    def prompts(self) -> dict[str, str]:
        prompts = {"closed_system": CLOSED_SYSTEM, "closed": CLOSED} if self.closed_book else {}
        if self.with_documents or self.shortcut:
            prompts |= {"open_system": OPEN_SYSTEM, "open": OPEN}
        if self.judge == "llm":
            prompts |= {"judge_system": with_wishes(JUDGE_SYSTEM, None, self.instructions), "judge": JUDGE}
        return prompts

    def calls(self, rows: int) -> tuple[int, int]:
        """An attempt for each check, and a judgement of each where words do not decide; a shortcut has several."""
        checks = self.closed_book + self.with_documents + 2 * self.shortcut
        return rows * (self.closed_book + self.with_documents), rows * checks * (2 if self.judge == "llm" else 1)

    def writes(self) -> dict[str, DType]:
        return {self.document_answer: "text"} if self.document_answer else {}

    def metrics(self) -> Mapping[str, DType]:
        return {
            "closed_book": "boolean",
            "with_documents": "boolean",
            "shortcut": "boolean",
            "document_f1": "number",
            "closed_book_answer": "text",
            "document_answer": "text",
        }

    def keep(self) -> Mapping[str, Rule]:
        wanted = {"closed_book": (self.closed_book, False), "with_documents": (self.with_documents, True)}
        wanted["shortcut"] = (self.shortcut, False)
        return {check: OneOf.of([right]) for check, (is_on, right) in wanted.items() if is_on}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        question, answer = filled_text(row, self.question), filled_text(row, self.answer)
        documents = documents_in(row, self.documents)
        alone = documents if self.shortcut and len(documents) > 1 else []
        asked: list[Request] = [self._closed(question)] if self.closed_book else []
        asked += [self._open(question, documents)] if self.with_documents else []
        asked += [self._open(question, [one]) for one in alone]
        marking = self._marking()
        found = iter((yield from side_by_side([marking.tried(one, question, answer) for one in asked])))
        closed = next(found) if self.closed_book else None
        opened = next(found) if self.with_documents else None
        return {
            "closed_book": closed and closed.correct,
            "with_documents": opened and opened.correct,
            "shortcut": any(one.correct for one in found) if self.shortcut else None,
            "document_f1": opened and opened.f1,
            "closed_book_answer": closed and closed.answer,
            "document_answer": opened and opened.answer,
        }

    def outcome(self, batch: Batch, told: Told[dict[str, Any]]) -> Outcome:
        """Drop the rows that break a rule, and write what was answered with the documents."""
        outcome = super().outcome(batch, told)
        if self.document_answer is None or outcome.records is None:
            return outcome
        answers = outcome.records.filter(fate="kept")["document_answer"]
        return replace(outcome, rows=outcome.rows.with_values(self.document_answer, answers, "text"))

    def _closed(self, question: str) -> Request:
        return self.request(template(CLOSED).fill({"question": question}), CLOSED_SYSTEM)

    def _open(self, question: str, documents: list[str]) -> Request:
        values = {"documents": as_documents(documents), "question": question}
        return self.request(template(OPEN).fill(values), OPEN_SYSTEM)

    def _marking(self) -> Marking:
        system = with_wishes(JUDGE_SYSTEM, None, self.instructions)
        return Marking(self.request("", system) if self.judge == "llm" else None, self.min_f1)

    def fates(self, batch: Batch, told: Told[dict[str, Any]]) -> pl.DataFrame:
        return dropped_for(super().fates(batch, told), "empty_text")

    @classmethod
    def example(cls) -> Example:
        text = "The mill at Erlau was rebuilt in 1847."
        hard = {"question": "When was the mill at Erlau rebuilt?", "answer": "1847", "text": text}
        easy = {"question": "What is the capital of France?", "answer": "Paris", "text": "Paris is France's capital."}
        return Example(
            rows=[hard, easy],
            kept=[0],
            replies=['{"answer": null}', '{"answer": "1847"}', '{"answer": "Paris"}', '{"answer": "Paris"}'],
        )
