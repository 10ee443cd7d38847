"""Rewrite texts as worked conversations of questions and answers."""

from typing import Any

from pydantic import BaseModel, Field

from ..core import Asking, Column, Example, LLMOperator, OutputColumn, Text, ask_for, template
from ._prompts import QA, QA_SYSTEM, with_wishes
from ._talking import Written, filled_text


class Exchange(BaseModel):
    """A question and its answer."""

    question: Written
    answer: Written


class QaConversation(BaseModel):
    """The exchanges of a conversation, in order."""

    exchanges: list[Exchange] = Field(min_length=1)


class RewriteAsQa(LLMOperator):
    """Rewrite each text as a conversation of questions and worked answers, with a language model.

    Every row and every other column stay; the conversation is a text of its own in `output`: a label and the question,
    a label and the answer, with an empty line between them. A reply without an exchange, or with a blank question or
    answer, goes back with the reason, and after three the row fails (`invalid_reply`); a blank text fails
    (`empty_text`) without a request. Rows without a text fall under `on_null`: by default they fail.

    Source: the rewriting of web texts as question-answering data in Phi-4, Abdin et al. 2024.
    """

    name = "rewrite_as_qa"
    phrases = (
        "rewrite each text as questions and answers",
        "turn documents into a question-answer conversation for pretraining",
        "Phi-4 style synthetic data",
        "convert the texts into worked Q&A dialogues",
        "restate the text as a question and answer session",
        "make synthetic textbook conversations from the corpus",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    output: OutputColumn = Field(default="output", description="Column to write the conversation to.")
    instructions: str | None = Field(
        default=None, description="What is wished of the conversation besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the text when not given.")
    question_label: str = Field(default="Question:", description="What stands before each question.")
    answer_label: str = Field(default="Answer:", description="What stands before each answer.")
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    def prompts(self) -> dict[str, str]:
        return {"system": with_wishes(QA_SYSTEM, self.language, self.instructions), "conversation": QA}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said = self.prompts()
        prompt = template(said["conversation"]).fill({"text": filled_text(row, self.column)})
        reply = yield from ask_for(QaConversation, self.request(prompt, said["system"]))
        parts = (
            f"{label} {text}".strip()
            for exchange in reply.exchanges
            for label, text in ((self.question_label, exchange.question), (self.answer_label, exchange.answer))
        )
        return {self.output: "\n\n".join(parts)}

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["Ice floats because it is less dense than water."],
            out=[
                {
                    "text": "Ice floats because it is less dense than water.",
                    "output": "Question: Why does ice float?\n\nAnswer: It is less dense than water.",
                }
            ],
            replies=['{"exchanges": [{"question": "Why does ice float?", "answer": "It is less dense than water."}]}'],
        )
