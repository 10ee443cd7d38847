"""Keep the questions that can be answered."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import BaseModel, Field, StrictBool, StrictStr

from ..core import Asking, Batch, Column, DType, Example, LLMFilter, OneOf, Rule, Text, ask_for, template
from ..core.conversing import Told
from ..sft._prompts import with_wishes
from ..sft._talking import dropped_for, filled_text
from ._prompts import VALIDITY, VALIDITY_SYSTEM, Check, Domain

METRICS: dict[Check, str] = {
    "is_question": "no_question",
    "complete": "incomplete",
    "solvable": "unsolvable",
    "one_answer": "ambiguous",
}
"""For each check the metric that is true where it is not met, so that reasons say what is wrong."""


class Validity(BaseModel):
    """What was found of a question: the reasons, then each point by itself."""

    reasons: StrictStr
    is_question: StrictBool
    complete: StrictBool
    solvable: StrictBool
    one_answer: StrictBool


class QuestionValidityFilter(LLMFilter):
    """Keep the questions that a language model finds to be complete and solvable.

    Drops the others; order is kept. The model gives its reasons, then decides four points by themselves: whether the
    text is a question at all, is complete, can be solved, and has one answer. `checks` says which of them decide; all
    are asked for and kept in the ledger, as the metrics `no_question`, `incomplete`, `unsolvable`, `ambiguous` and
    `explanation`, so that the choice can be moved later. `domain` says what questions are meant: `math`, or `general`
    for questions and instructions of any field, where one answer means that one thing is asked.

    A reply that does not say true or false for each point, though "true" may stand in it somewhere, goes back with the
    reason, twice at most, then the row fails (`invalid_reply`). Rows with a blank question are dropped without a
    request (`empty_text`); rows without one fall under `on_null`: by default they are dropped (`no_value`).
    """

    name = "question_validity_filter"
    phrases = (
        "drop questions that cannot be solved",
        "keep only valid math questions",
        "remove incomplete or contradictory questions",
        "check with a model that each question is solvable",
        "filter out ill-posed problems",
        "drop rows whose instruction is not a real question",
        "question validity check",
        "keep well-posed questions",
    )

    column: Column[Text] = Field(default="instruction", description="Column that holds the question.")
    domain: Domain = Field(default="math", description="Questions that are meant: math, or general for any field.")
    checks: tuple[Check, ...] = Field(
        default=("is_question", "complete", "solvable", "one_answer"),
        min_length=1,
        description="Points that must be met: is_question, complete, solvable, one_answer.",
    )
    instructions: str | None = Field(default=None, description="What else is asked of a question, in plain words.")

    def prompts(self) -> dict[str, str]:
        return {"system": with_wishes(VALIDITY_SYSTEM[self.domain], None, self.instructions), "question": VALIDITY}

    def metrics(self) -> Mapping[str, DType]:
        return {**dict.fromkeys(METRICS.values(), "boolean"), "explanation": "text"}

    def keep(self) -> Mapping[str, Rule]:
        return {metric: OneOf.of([False]) for check, metric in METRICS.items() if check in self.checks}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said = self.prompts()
        prompt = template(said["question"]).fill({"question": filled_text(row, self.column)})
        reply = yield from ask_for(Validity, self.request(prompt, said["system"]))
        found = {metric: not getattr(reply, check) for check, metric in METRICS.items()}
        return {**found, "explanation": reply.reasons}

    def fates(self, batch: Batch, told: Told[dict[str, Any]]) -> pl.DataFrame:
        return dropped_for(super().fates(batch, told), "empty_text")

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=[{"instruction": "What is 2 + 3?"}, {"instruction": "Tom has some apples. How many?"}],
            kept=[0],
            replies=[
                '{"reasons": "A sum.", "is_question": true, "complete": true, "solvable": true, "one_answer": true}',
                '{"reasons": "No number is given.", "is_question": true, "complete": false, "solvable": false, '
                '"one_answer": false}',
            ],
        )
