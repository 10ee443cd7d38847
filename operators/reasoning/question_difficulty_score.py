"""Score how difficult questions are."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from ..core import Asking, Column, DType, Example, LLMEvaluator, OutputColumn, Text, ask_for, template
from ..sft._prompts import with_wishes
from ..sft._talking import filled_text
from ._prompts import DIFFICULTY, DIFFICULTY_SYSTEM


class Difficulty(BaseModel):
    """Why, and how difficult."""

    reason: str
    difficulty: Annotated[float, Field(ge=1, le=10, multiple_of=0.5)]


class QuestionDifficultyScore(LLMEvaluator):
    """Score the difficulty of each question from 1 to 10, by the judgement of a language model.

    Every row stays. 1 is a step that pupils do in their heads, 5 takes a good first-year student, 7 a national and 9 an
    international contest; half points are used. What counts is what an answer takes, not how long the question is. A
    judgement outside the scale goes back with the reason; one that cannot be read makes a failed row (`invalid_reply`),
    never a score. A blank question fails (`empty_text`) without a request; rows without one fall under `on_null`: by
    default they stay without a score.
    """

    name = "question_difficulty_score"
    phrases = (
        "rate the difficulty of each question",
        "score how hard each problem is",
        "question difficulty from 1 to 10",
        "judge how difficult the math problems are",
        "add a difficulty score to the questions",
        "how hard are these questions",
    )

    column: Column[Text] = Field(default="instruction", description="Column that holds the question.")
    output: OutputColumn = Field(
        default="question_difficulty", description="Column to write the difficulty to, 1 to 10, higher is harder."
    )
    reason: OutputColumn | None = Field(default=None, description="Column to write the reason to; null for none.")
    instructions: str | None = Field(default=None, description="What else the judge should heed, in plain words.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if self.reason == self.output:
            raise ValueError(f"output and reason are both written to {self.output!r}; name two columns")
        return self

    def prompts(self) -> dict[str, str]:
        return {"system": with_wishes(DIFFICULTY_SYSTEM, None, self.instructions), "difficulty": DIFFICULTY}

    def writes(self) -> dict[str, DType]:
        written: dict[str, DType] = {self.output: "number"}
        return written if self.reason is None else {**written, self.reason: "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said = self.prompts()
        prompt = template(said["difficulty"]).fill({"question": filled_text(row, self.column)})
        judged = yield from ask_for(Difficulty, self.request(prompt, said["system"]))
        found = {self.output: judged.difficulty}
        return found if self.reason is None else {**found, self.reason: judged.reason}

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=[{"instruction": "What is 2 + 3?"}],
            out=[{"instruction": "What is 2 + 3?", "question_difficulty": 1.0}],
            replies=['{"reason": "One sum.", "difficulty": 1}'],
        )
