"""Score how well code answers its instruction."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StrictFloat, StrictInt, model_validator

from ..core import Asking, Column, DType, Example, LLMEvaluator, OutputColumn, Text, ask_for, require_text, template
from ..sft._prompts import with_wishes
from ..sft._talking import Written, filled_text
from ._prompts import QUALITY, QUALITY_SYSTEM

Grade = Annotated[StrictInt | StrictFloat, Field(ge=0, le=10)]


class CodeReview(BaseModel):
    """What speaks for and against code, and its grade."""

    feedback: Written
    score: Grade


class CodeQualityScore(LLMEvaluator):
    """Score from 0 to 10 how well code answers its instruction, by the review of a language model.

    Every row that could be scored stays. The score, the worst 0 and the best 10, goes to `output` and to the ledger,
    the review to `feedback`. DataFlow keeps scores of 7 to 10: put a `score_filter` behind it.

    A score outside the scale, one that is no number, or a reply that cannot be read goes back to the model with the
    reason, twice at most; then the row fails (`invalid_reply`) and has no score: a failure is never a 0. Rows that lack
    the instruction or the code fall under `on_null`: by default they stay with nulls, which `score_filter` drops. A
    blank instruction fails (`empty_text`); blank code is judged as it is.
    """

    name = "code_quality_score"
    phrases = (
        "score the quality of the generated code",
        "rate how well the code answers its instruction",
        "review each code sample with an LLM",
        "grade the code from 0 to 10",
        "judge code quality with a language model",
        "let a model review the code",
    )

    instruction: Column[Text] = Field(default="instruction", description="Column that holds the instruction.")
    code: Column[Text] = Field(default="code", description="Column that holds the code.")
    output: OutputColumn = Field(default="quality_score", description="Column to write the score to, 0 to 10.")
    feedback: OutputColumn | None = Field(
        default="quality_feedback", description="Column to write the review to; null to leave it out."
    )
    instructions: str | None = Field(default=None, description="What else the review should heed, in plain words.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if self.feedback == self.output:
            raise ValueError(f"output and feedback are both written to {self.output!r}; name two columns")
        return self

    def prompts(self) -> dict[str, str]:
        return {"system": with_wishes(QUALITY_SYSTEM, None, self.instructions), "review": QUALITY}

    def writes(self) -> dict[str, DType]:
        written: dict[str, DType] = {self.output: "number"}
        return written if self.feedback is None else {**written, self.feedback: "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said = self.prompts()
        given = {"instruction": filled_text(row, self.instruction), "code": require_text(row, self.code)}
        asked = self.request(template(said["review"]).fill(given), said["system"])
        review = yield from ask_for(CodeReview, asked)
        score = {self.output: float(review.score)}
        return score if self.feedback is None else {**score, self.feedback: review.feedback}

    @classmethod
    def example(cls) -> Example:
        row = {"instruction": "Write double(n) in Python.", "code": "def double(n):\n    return 2 * n"}
        return Example(
            rows=[row],
            out=[{**row, "quality_score": 9.0, "quality_feedback": "Correct and short; no docstring."}],
            replies=['{"feedback": "Correct and short; no docstring.", "score": 9}'],
        )
