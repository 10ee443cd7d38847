"""Keep the answers that a model finds to agree with their references."""

from collections.abc import Mapping
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, Field, StrictBool, StrictStr

from ..core import (
    Anything,
    Asking,
    Batch,
    Column,
    DType,
    Example,
    LLMFilter,
    OneOf,
    RowError,
    Rule,
    Text,
    ask_for,
    template,
)
from ..core.conversing import Told
from ..core.families import NULL_FATES
from ..sft._prompts import with_wishes
from ..sft._talking import dropped_for, filled_text
from ._equality import reference_answers
from ._prompts import JUDGE, JUDGE_SYSTEM

NO_REFERENCE = "no_reference"


class AnswerVerdict(BaseModel):
    """Why, and whether the answer agrees with the reference."""

    reason: StrictStr
    correct: StrictBool


class AnswerJudgeFilter(LLMFilter):
    """Keep the answers that a language model finds to agree with the reference answer.

    Drops the others; order is kept. The model sees question, answer and reference, gives a reason and then true or
    false; the metrics are `correct` and `explanation`. It suits answers in words; for mathematical ones
    `answer_match_filter` needs no model. A reply that is nothing of the kind goes back with the reason, twice at most,
    then the row fails (`invalid_reply`).

    Rows without a reference (null, absent, blank, or an empty list) are not asked about and fall under
    `missing_reference`: by default they are kept. Rows with a blank question or answer are dropped (`empty_text`)
    without a request; rows without one fall under `on_null`: by default they are dropped too (`no_value`).
    """

    name = "answer_judge_filter"
    phrases = (
        "let a model judge the answers against the reference",
        "keep answers that an LLM judge finds correct",
        "drop answers that contradict the reference answer",
        "check with a model that each answer agrees with the golden answer",
        "LLM judge of answer correctness",
        "verify the answers in words against the ground truth",
    )

    question: Column[Text] = Field(default="instruction", description="Column that holds the question.")
    answer: Column[Text] = Field(default="generated_cot", description="Column that holds the answer to judge.")
    reference: Column[Anything] = Field(
        default="golden_answer", description="Column that holds the reference answer: a text, a number or a list."
    )
    missing_reference: Literal["keep", "drop", "fail"] = Field(
        default="keep", description="What happens to rows without a reference."
    )
    instructions: str | None = Field(default=None, description="What else the judge should heed, in plain words.")

    def prompts(self) -> dict[str, str]:
        return {"system": with_wishes(JUDGE_SYSTEM, None, self.instructions), "judge": JUDGE}

    def calls(self, rows: int) -> tuple[int, int]:
        """Rows without a reference need none."""
        return 0, rows

    def metrics(self) -> Mapping[str, DType]:
        return {"correct": "boolean", "explanation": "text"}

    def keep(self) -> Mapping[str, Rule]:
        return {"correct": OneOf.of([True])}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        values = {"question": filled_text(row, self.question), "answer": filled_text(row, self.answer)}
        reference = row.get(self.reference)
        if not reference_answers(reference):
            raise RowError(NO_REFERENCE, f"column {self.reference!r} holds no reference")
        said = self.prompts()
        prompt = template(said["judge"]).fill({**values, "reference": reference})
        verdict = yield from ask_for(AnswerVerdict, self.request(prompt, said["system"]))
        return {"correct": verdict.correct, "explanation": verdict.reason}

    def fates(self, batch: Batch, told: Told[dict[str, Any]]) -> pl.DataFrame:
        fate = NULL_FATES[self.missing_reference]
        records = dropped_for(super().fates(batch, told), "empty_text")
        without = pl.col("reason") == NO_REFERENCE
        kept = without & pl.lit(fate == "kept")
        return records.with_columns(
            fate=pl.when(without).then(pl.lit(fate)).otherwise(pl.col("fate")),
            reason=pl.when(kept).then(None).otherwise(pl.col("reason")),
        )

    @classmethod
    def example(cls) -> Example:
        row = {"instruction": "Who wrote Faust?", "golden_answer": "Goethe"}
        return Example(
            rows=[{**row, "generated_cot": "It was Johann Wolfgang."}, {**row, "generated_cot": "Schiller did."}],
            kept=[0],
            replies=[
                '{"reason": "Those are his first names.", "correct": true}',
                '{"reason": "Another poet.", "correct": false}',
            ],
        )
