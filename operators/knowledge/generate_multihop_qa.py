"""Make questions from texts whose answers join several of their facts."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ..core import Asking, DType, Example, OutputColumn, RowError
from ..sft._talking import Written, filled_text
from ._prompts import MULTIHOP, MULTIHOP_SYSTEM
from ._questions import TextQuestions
from ._quotes import TOO_SHORT, Pair, Pairs, QuotableSentences, covered_pairs


class MultihopPair(Pair):
    """A question that needs several facts, how they lead to its answer, and the words of the text that state them."""

    type: Literal["bridge", "comparison", "causal", "temporal", "composition"]
    reasoning_steps: Annotated[list[Written], Field(min_length=2)]
    answer: Written
    supporting_facts: Annotated[list[Written], Field(min_length=2)]


class GenerateMultihopQA(TextQuestions):
    """Make questions from each text whose answers need two or more of its facts, with the steps and the facts.

    The pairs of a row take its place, in the model's order, each with all other columns of the row, the text among
    them. One request asks for the `per_text` pairs of a text, and all texts are asked about side by side; fewer are
    taken, more are left out, and so are questions that the row has already. Every supporting fact must stand in the
    text word for word (case, white space and the form of quotes and dashes aside), and they must be of at least two
    sentences; written are the words of the text. Where that is not so, the model is told and asked once more; pairs
    that are fine stay, the others are left out, and a row with none left fails (`evidence_not_found`).

    A reply that cannot be read, with fewer than two steps or facts in a pair, goes back with the reason, and after
    three the row fails (`invalid_reply`). The model may decline a text whose facts do not join: its row is dropped
    (`declined`), with its words in the ledger. A text of one sentence is dropped without a request
    (`fewer_than_two_sentences`), a blank one fails (`empty_text`), and rows without one fall under `on_null`.

    Facts that stand in the text are no proof that they support the answer: `grounded_answer_filter` checks that.
    """

    name = "generate_multihop_qa"
    phrases = (
        "generate multi-hop questions from each chunk",
        "make multi-hop QA pairs with reasoning steps from the text",
        "questions that need two or more facts of the text",
        "write questions that combine several sentences of each chunk",
        "multi-hop question answering data from documents",
        "bridge and comparison questions from the chunks",
        "knowledge base multi-hop QA",
    )

    asks = (MULTIHOP_SYSTEM, MULTIHOP)

    per_text: int = Field(default=5, ge=1, le=50, description="Most pairs for a text.")
    steps: OutputColumn = Field(
        default="reasoning_steps", description="Column to write the list of steps to that lead to the answer."
    )
    facts: OutputColumn = Field(
        default="supporting_facts", description="Column to write the list of words of the text to that it rests on."
    )
    question_type: OutputColumn = Field(
        default="question_type",
        description="Column to write to how facts join: bridge, comparison, causal, temporal or composition.",
    )

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if len({self.column, self.question, self.answer, self.steps, self.facts, self.question_type}) < 6:
            raise ValueError("column, question, answer, steps, facts and question_type need a column each")
        return self

    def writes(self) -> dict[str, DType]:
        return {
            self.question: "text",
            self.answer: "text",
            self.steps: "nested",
            self.facts: "nested",
            self.question_type: "text",
        }

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        text = QuotableSentences(filled_text(row, self.column))
        if len(text.sentences) < 2:
            raise RowError(TOO_SHORT, f"column {self.column!r} holds a text of one sentence")
        request = self.request_about(text.text)
        pairs = yield from covered_pairs(request, Pairs[MultihopPair], lambda pair: _fault(pair, text), self.per_text)
        return [
            {
                self.question: pair.question,
                self.answer: pair.answer,
                self.steps: pair.reasoning_steps,
                self.facts: [text.own_words(fact) for fact in pair.supporting_facts],
                self.question_type: pair.type,
            }
            for pair in pairs
        ]

    @classmethod
    def example(cls) -> Example:
        text = "The Erlau mill was built by Ada Kern. Ada Kern was born in Brask."
        pair = {
            "question": "Where was the builder of the Erlau mill born?",
            "answer": "In Brask.",
            "reasoning_steps": ["Ada Kern built the Erlau mill.", "She was born in Brask."],
            "supporting_facts": ["The Erlau mill was built by Ada Kern.", "Ada Kern was born in Brask."],
        }
        made = MultihopPair(type="bridge", **pair)
        return Example(
            options={"per_text": 1},
            rows=[{"text": text, "id": 7}],
            out=[{"text": text, "id": 7, **pair, "question_type": "bridge"}],
            replies=[Pairs[MultihopPair](pairs=[made]).model_dump_json()],
        )


def _fault(pair: MultihopPair, text: QuotableSentences) -> str | None:
    """What is wrong with the facts of a pair."""
    places = [text.find(fact) for fact in pair.supporting_facts]
    missing = [fact for fact, place in zip(pair.supporting_facts, places, strict=True) if place is None]
    if missing:
        return f"this supporting fact does not stand in the text: {missing[0]!r}"
    numbers = [text.around(place) for place in places if place is not None]
    if len({number for first, last in numbers for number in range(first, last + 1)}) < 2:
        return "its supporting facts are of one sentence; a question must need two"
    return None
