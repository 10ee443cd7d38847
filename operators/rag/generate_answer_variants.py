"""Write the shortest form of answers and other forms that mean the same."""

from typing import Any, Self

from pydantic import BaseModel, Field, model_validator

from ..core import Asking, Column, DType, Example, LLMOperator, OutputColumn, Text, template
from ..sft._prompts import with_count, with_wishes
from ..sft._talking import Written, ask_until, filled_text, folded
from ._prompts import VARIANTS, VARIANTS_SYSTEM


class AnswerForms(BaseModel):
    """The shortest form of an answer, and others."""

    refined: Written
    variants: list[Written]


class GenerateAnswerVariants(LLMOperator):
    """Write the shortest form of each answer, and other forms that mean the same, with a language model.

    Every row and every other column stay. `refined` gets the answer without what is around it, `variants` a list of at
    most `most` other forms: full and short names, spellings, dates and numbers written otherwise. Marking by words
    (`reference_similarity_score` takes such a list as references) then does not punish the form of an answer. A variant
    that equals another one, the refined answer or, but for case and white space, the given one is left out; a refined
    answer with more words than the given one goes back with the reason, and after three the row fails
    (`invalid_reply`). A blank question or answer fails (`empty_text`) without a request; rows without one fall under
    `on_null`.
    """

    name = "generate_answer_variants"
    phrases = (
        "write alternative forms of each answer",
        "generate answer variants that mean the same",
        "refine the answers to their shortest form",
        "add optional answers for marking",
        "list acceptable spellings of every answer",
        "shorten the answers and give aliases",
    )

    question: Column[Text] = Field(default="question", description="Column that holds the question.")
    answer: Column[Text] = Field(default="answer", description="Column that holds the answer.")
    refined: OutputColumn = Field(default="refined_answer", description="Column to write the shortest form to.")
    variants: OutputColumn = Field(default="optional_answers", description="Column to write the list of others to.")
    most: int = Field(default=5, ge=1, le=50, description="Most other forms of an answer.")
    instructions: str | None = Field(default=None, description="What is wished of the forms besides, in plain words.")

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        if self.refined == self.variants:
            raise ValueError(f"refined and variants are both written to {self.refined!r}; name two columns")
        return self

    def prompts(self) -> dict[str, str]:
        count = "one other form" if self.most == 1 else f"at most {self.most} other forms"
        system = with_wishes(VARIANTS_SYSTEM, None, self.instructions)
        return {"system": system, "variants": with_count(VARIANTS, count)}

    def writes(self) -> dict[str, DType]:
        return {self.refined: "text", self.variants: "nested"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        question, answer = filled_text(row, self.question), filled_text(row, self.answer)
        said = self.prompts()
        prompt = template(said["variants"]).fill({"question": question, "answer": answer})

        def fault(reply: AnswerForms) -> str | None:
            longer = len(reply.refined.split()) > len(answer.split()) and len(reply.refined) > len(answer)
            return "refined: it is longer than the answer" if longer else None

        found = yield from ask_until(AnswerForms, self.request(prompt, said["system"]), fault)
        known = {folded(found.refined), folded(answer)}
        others = {folded(one): one for one in reversed(found.variants) if folded(one) not in known}
        return {self.refined: found.refined, self.variants: [*reversed(others.values())][: self.most]}

    @classmethod
    def example(cls) -> Example:
        row = {"question": "When was the mill rebuilt?", "answer": "It was rebuilt on 3 May 1847."}
        return Example(
            rows=[row],
            out=[{**row, "refined_answer": "3 May 1847", "optional_answers": ["May 3, 1847", "1847-05-03"]}],
            replies=['{"refined": "3 May 1847", "variants": ["May 3, 1847", "3 may 1847", "1847-05-03"]}'],
        )
