"""Keep the rows for which a model answers a question as wanted."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, StrictBool, StrictStr

from ..core import Asking, DType, Example, OneOf, Rule, ask_for, asking
from ._material import Material
from ._prompts import FILTER


class Answer(BaseModel):
    """The reply: the reason, then the answer."""

    reason: StrictStr
    answer: StrictBool


class LLMFilter(asking.LLMFilter, Material):
    """Keep the rows for which a model answers a question about them with yes.

    Drops the others; order is kept. The model gives a reason and then true or false; the metrics are `answer` and
    `explanation`. A reply that is nothing of the kind, though it may say "true" somewhere, goes back with the reason,
    twice at most, then the row fails (`invalid_reply`). The row's values are given as delimited data that the model is
    told never to obey. Rows without a value to ask about fall under `on_null`: by default they are dropped.
    """

    name = "llm_filter"
    phrases = (
        "keep rows for which a language model says yes",
        "filter with an LLM question",
        "have an LLM decide which rows to keep",
        "ask a model whether each text is about medicine",
        "filter by a yes or no question to a model",
        "let a model judge which texts to drop",
        "LLM filter",
    )

    question: str = Field(
        min_length=1, description='The question about a row, answered by yes or no, such as "Is this about cooking?".'
    )
    keep_if: Literal["yes", "no"] = Field(default="yes", description="The answer for which a row is kept.")

    def prompts(self) -> dict[str, str]:
        return {**super().prompts(), "system": self._system()}

    def metrics(self) -> Mapping[str, DType]:
        return {"answer": "boolean", "explanation": "text"}

    def keep(self) -> Mapping[str, Rule]:
        return {"answer": OneOf.of([self.keep_if == "yes"])}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        reply = yield from ask_for(Answer, self.request(self.material(row), self._system()))
        return {"answer": reply.answer, "explanation": reply.reason}

    def _system(self) -> str:
        return FILTER.format(question=self.question)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"question": "Is this about an animal?"},
            rows=["The cat sleeps.", "Oil prices fell."],
            kept=[0],
            replies=[
                '{"reason": "A cat is an animal.", "answer": true}',
                '{"reason": "Oil is no animal.", "answer": false}',
            ],
        )
