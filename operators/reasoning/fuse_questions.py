"""Fuse questions with partners into new ones."""

from typing import Any

from pydantic import BaseModel, Field

from ..core import Anything, Asking, Column, Example, LLMOperator, OutputColumn, RowError, Text, template
from ..sft._prompts import with_wishes
from ..sft._talking import Written, ask_until, filled_text, folded
from ._prompts import FUSION, FUSION_SYSTEM, FUSIONS, Fusion


class FusedQuestion(BaseModel):
    """The new question."""

    question: Written


class FuseQuestions(LLMOperator):
    """Fuse each question with a partner question into a new one, with a language model.

    Every row and every other column stay; the new question is written to `output`. `fusion` says how the two are
    joined: `sequential`, the result of the first is a given of the second; `parallel`, both results are combined in a
    last step; `conditional`, the result of the first decides how the second applies. The partner stands in the
    column `partner`: a text, or a list of texts or passages as `retrieve_passages` writes it, of which the first is
    taken that is not the question itself. Answers in other columns belong to the given question, not to the new one.

    A reply that is blank, or one of the two questions unchanged, goes back with the reason, and after three the row
    fails (`invalid_reply`). A blank question fails (`empty_text`) without a request. Rows without a question or a
    partner fall under `on_null`: by default they fail.

    Source: Pei et al. 2025, "MathFusion".
    """

    name = "fuse_questions"
    phrases = (
        "fuse two questions into one",
        "combine each problem with a similar one",
        "MathFusion",
        "merge pairs of questions into a harder question",
        "chain two problems so that one needs the result of the other",
        "sequential or parallel fusion of math problems",
    )

    column: Column[Text] = Field(default="instruction", description="Column that holds the first question.")
    partner: Column[Anything] = Field(
        default="partner_question", description="Column that holds the second question, or a list of candidates."
    )
    fusion: Fusion = Field(
        default="sequential", description="How the two are joined: sequential, parallel or conditional."
    )
    output: OutputColumn = Field(default="fused_question", description="Column to write the new question to.")
    instructions: str | None = Field(
        default=None, description="What is wished of the new question besides, in plain words."
    )
    language: str | None = Field(default=None, description="Language to write in; that of the question when not given.")

    def prompts(self) -> dict[str, str]:
        system = with_wishes(FUSION_SYSTEM, self.language, self.instructions)
        return {"system": system, "fusion": FUSION.replace("{{how}}", FUSIONS[self.fusion])}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        question = filled_text(row, self.column)
        partner = self._partner(row.get(self.partner), question)
        given = {folded(question), folded(partner)}
        said = self.prompts()
        prompt = template(said["fusion"]).fill({"question": question, "partner": partner})

        def fault(reply: FusedQuestion) -> str | None:
            return "question: it is one of the two unchanged" if folded(reply.question) in given else None

        made = yield from ask_until(FusedQuestion, self.request(prompt, said["system"]), fault)
        return {self.output: made.question}

    def _partner(self, found: Any, question: str) -> str:
        """The first candidate that is another question.

        Raises:
            RowError: there is none.
        """
        candidates = found if isinstance(found, list) else [found]
        texts = [one.get("text") if isinstance(one, dict) else one for one in candidates]
        for text in texts:
            if isinstance(text, str) and text.strip() and folded(text) != folded(question):
                return text
        raise RowError("no_value", f"column {self.partner!r} holds no other question")

    @classmethod
    def example(cls) -> Example:
        row = {
            "instruction": "Ann buys 3 pens at 2 euros. What does she pay?",
            "partner_question": "Bob has 20 euros and spends some. What is left?",
        }
        fused = "Ann buys 3 pens at 2 euros from Bob's 20 euros. What is left?"
        return Example(rows=[row], out=[{**row, "fused_question": fused}], replies=[f'{{"question": "{fused}"}}'])
