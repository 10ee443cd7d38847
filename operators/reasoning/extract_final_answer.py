"""Take the final answer out of worked solutions."""

from typing import Literal

import polars as pl
from pydantic import Field

from ..core import Batch, Column, DType, Example, Outcome, OutputColumn, RowOperator, Text
from ..core.families import NULL_FATES, OnNull, fate_columns
from ..core.schema import ROW
from ._final_answer import Fallback, find_answer
from ._units import split_unit


class ExtractFinalAnswer(RowOperator):
    r"""Take the final answer out of each worked solution, as it is written there.

    Writes it to `output`; nothing else changes. What stands before `</think>` is left out of account; the first of
    these that a solution has holds its answer: the last `<answer>…</answer>`; "final answer is $…$. I hope"; the last
    \boxed{…} or \fbox{…} that is closed and not empty, also `\boxed 5`; the line after the last `####`; the last
    "answer is …" or "Answer: …", of a list its last line, and of a sentence its last formula or number; the solution
    itself where it is a single expression without words. `fallback` number then takes the last number, with its sign,
    fraction and percent, or the right-hand side of the formula in LaTeX that it stands in.

    Only what dresses an answer is taken away: outer $…$, \text{…}, emphasis, spacing, a leading =, a full stop.
    Variables, intervals, sets, tuples, fractions, percent and words stay, and `units` kept keeps units; stripped takes
    away \text{…} and words behind a number, signs of currency and degrees, but never percent. An answer is at most
    20,000 characters long.

    A solution without an answer gets null, never an empty text, and falls under `missing` (reason `no_answer`); rows
    without a text fall under `on_null`. The ledger says in `answer_source` by what an answer was found.
    """

    name = "extract_final_answer"
    kind = "generate"
    effect = "same"
    phrases = (
        "extract the final answer from each solution",
        "take the answer out of \\boxed{}",
        "get the boxed answer",
        "pull out the last number of the reasoning as the answer",
        "parse the GSM8K answer after ####",
        "read what stands in the answer tags",
        "write the final answer of the chain of thought to a column",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the worked solution.")
    output: OutputColumn = Field(default="final_answer", description="Column to write the answer to, as text.")
    fallback: Fallback = Field(
        default="number", description="What a solution that states no answer gives: its last number, or none."
    )
    units: Literal["kept", "stripped"] = Field(
        default="kept", description="Whether units stay in the answer; percent always stays."
    )
    missing: OnNull = Field(default="keep", description="What happens to rows whose solution has no answer.")
    on_null: OnNull = Field(default="keep", description="What happens to rows without a text.")

    def writes(self) -> dict[str, DType]:
        return {self.output: "text"}

    def apply(self, batch: Batch, state: None) -> Outcome:
        texts = batch.texts(self.column)
        found = [None if text is None else find_answer(text, self.fallback) for text in texts]
        answers = [None if answer is None else self._unit_treated(answer.text) for answer in found]
        sources = pl.Series([answer and answer.source for answer in found], dtype=pl.String)
        rows = batch.with_values(self.output, answers, "text")
        without_answer = texts.is_not_null() & sources.is_null()
        judged = batch.frame.select(ROW, *fate_columns(texts.is_null(), self.on_null))
        reason = None if self.missing == "keep" else "no_answer"
        records = judged.with_columns(
            pl.when(without_answer).then(pl.lit(NULL_FATES[self.missing])).otherwise("fate").alias("fate"),
            pl.when(without_answer).then(pl.lit(reason, dtype=pl.String)).otherwise("reason").alias("reason"),
            sources.alias("answer_source"),
        )
        return Outcome(rows.filter(records["fate"] == "kept"), records)

    def _unit_treated(self, answer: str) -> str:
        return split_unit(answer)[0] if self.units == "stripped" else answer

    @classmethod
    def example(cls) -> Example:
        solutions = [
            r"So $x^2 = \frac{1}{4}$ and the area is \boxed{\frac{1}{2} \text{ cm}^2}.",
            "Half of 48 is 24.\n#### 24",
            "I do not know.",
        ]
        answers = [r"\frac{1}{2} \text{ cm}^2", "24", None]
        return Example(
            rows=list(solutions),
            out=[{"text": text, "final_answer": answer} for text, answer in zip(solutions, answers, strict=True)],
        )
