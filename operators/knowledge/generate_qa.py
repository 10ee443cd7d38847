"""Make questions with answers and their evidence from texts."""

from typing import Any, Self

from pydantic import Field, model_validator

from ..core import Asking, Example, OutputColumn
from ..sft._talking import Written, filled_text
from ._prompts import QA, QA_SYSTEM
from ._questions import TextQuestions
from ._quotes import Pair, Pairs, QuotableSentences, covered_pairs


class QAPair(Pair):
    """A question, its answer, and the words of the text that say it."""

    answer: Written
    evidence: Written


class GenerateQA(TextQuestions):
    """Make questions with answers from each text, each with the sentences of the text that answer it.

    The pairs of a row take its place, in the model's order, each with all other columns of the row, the text among
    them. One request asks for the `per_text` pairs of a text; fewer are taken, more are left out, and so are questions
    that the row has already. What the model gives as evidence must stand in the text word for word (case, white space
    and the form of quotes and dashes aside); written are the whole sentences in which it stands, as the text has them.
    Where some evidence is not found, the model is told and asked once more; pairs that are fine stay, the others are
    left out, and a row with none left fails (`evidence_not_found`).

    A reply that cannot be read goes back with the reason, and after three the row fails (`invalid_reply`). The model
    may decline a text that holds nothing to ask for: its row is dropped (`declined`), with its words in the ledger. A
    blank text fails (`empty_text`) without a request; rows without a text fall under `on_null`.

    Evidence that stands in the text is no proof that it supports the answer: `grounded_answer_filter` checks that.
    """

    name = "generate_qa"
    phrases = (
        "generate question-answer pairs about each text",
        "write questions and answers from the chunks with evidence",
        "make QA pairs from text",
        "create three grounded questions with answers per passage",
        "text to QA",
        "ask questions about each passage and answer them from it",
        "reading comprehension questions with quoted evidence",
    )

    asks = (QA_SYSTEM, QA)

    evidence: OutputColumn = Field(
        default="evidence", description="Column to write the sentences of the text to that answer it."
    )

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if len({self.column, self.question, self.answer, self.evidence}) < 4:
            raise ValueError("column, question, answer and evidence need a column each")
        return self

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        text = QuotableSentences(filled_text(row, self.column))

        def fault(pair: QAPair) -> str | None:
            return None if text.find(pair.evidence) else f"its evidence does not stand in the text: {pair.evidence!r}"

        pairs = yield from covered_pairs(self.request_about(text.text), Pairs[QAPair], fault, self.per_text)
        return [
            {
                self.question: pair.question,
                self.answer: pair.answer,
                self.evidence: text.whole_sentences(pair.evidence),
            }
            for pair in pairs
        ]

    @classmethod
    def example(cls) -> Example:
        text = "The Erlau mill opened in 1847. It ground rye until 1931."
        pair = {
            "question": "Until when did the Erlau mill grind rye?",
            "answer": "It ground rye until 1931.",
            "evidence": "It ground rye until 1931.",
        }
        reply = (
            f'{{"pairs": [{{"question": "{pair["question"]}", "answer": "{pair["answer"]}", '
            f'"evidence": "ground rye until 1931"}}], "declined": null}}'
        )
        return Example(rows=[{"text": text, "id": 7}], out=[{"text": text, "id": 7, **pair}], replies=[reply])
