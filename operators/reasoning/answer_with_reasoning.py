"""Answer questions step by step."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import Field

from ..core import (
    Asking,
    Batch,
    Column,
    DType,
    Example,
    LLMOperator,
    Outcome,
    OutputColumn,
    RowError,
    Schema,
    Text,
    template,
)
from ..core.conversing import Told
from ..core.schema import DTYPES
from ..sft._prompts import with_wishes
from ..sft._talking import filled_text
from ._prompts import ANSWER, ANSWER_SYSTEM, Domain


class AnswerWithReasoning(LLMOperator):
    """Answer each question step by step, with a language model.

    Every row and every other column stay; the reasoning and the answer are one text in `output`, as the model wrote it,
    without the white space around it. In the domain `math` the final answer stands in \\boxed{}; that it does is
    asked for here and checked by `answer_format_filter`. The reply is taken as text, no JSON, since formulas are full
    of backslashes. An empty reply fails its row (`empty_reply`), one that is cut off too (`reply_cut_off`). A blank
    question fails (`empty_text`) without a request; rows without one fall under `on_null`: by default they fail.

    With `only_missing` a row whose `output` holds something already keeps it and costs nothing; null, absent and blank
    is nothing.
    """

    name = "answer_with_reasoning"
    phrases = (
        "answer each question step by step",
        "solve the problems with chain of thought",
        "write a solution for each math problem",
        "generate reasoning and final answers in boxed form",
        "let a model solve every question and show its work",
        "generate long reasoning answers",
    )

    column: Column[Text] = Field(default="instruction", description="Column that holds the question.")
    domain: Domain = Field(
        default="math", description="math for a final answer in \\boxed{}, general for an answer in words."
    )
    output: OutputColumn = Field(default="generated_cot", description="Column to write the reasoned answer to.")
    only_missing: bool = Field(
        default=False, description="Answer only rows whose output column holds nothing; the others keep what they have."
    )
    instructions: str | None = Field(default=None, description="What is wished of the answer besides, in plain words.")
    language: str | None = Field(default=None, description="Language to write in; that of the question when not given.")
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    def prompts(self) -> dict[str, str]:
        return {"system": with_wishes(ANSWER_SYSTEM[self.domain], self.language, self.instructions), "answer": ANSWER}

    def calls(self, rows: int) -> tuple[int, int]:
        """Rows that have an answer may need none."""
        return 0 if self.only_missing else rows, rows

    def reads(self) -> dict[str, tuple[DType, ...]]:
        """The output column too, where what it holds decides."""
        return {**super().reads(), self.output: DTYPES} if self.only_missing else super().reads()

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """Answers that are no texts stay what they are, so their column may hold several types."""
        mixed = self.only_missing and self.output in schema and schema[self.output].dtype != "text"
        return schema.with_column(self.output, "json" if mixed else "text")

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        there = row.get(self.output) if self.only_missing else None
        if there is not None and not (isinstance(there, str) and not there.strip()):
            return {}
        said = self.prompts()
        prompt = template(said["answer"]).fill({"question": filled_text(row, self.column)})
        reply = yield self.request(prompt, said["system"])
        if not reply.text.strip():
            raise RowError("empty_reply", "the model answered with nothing")
        return {self.output: reply.text.strip()}

    def outcome(self, batch: Batch, told: Told[dict[str, Any]]) -> Outcome:
        """Write the answers; with `only_missing` rows that have one keep it."""
        if not self.only_missing:
            return super().outcome(batch, told)
        records = self.fates(batch, told)
        kept = records["fate"] == "kept"
        answers = [(told.values[number] or {}).get(self.output) for number in kept.arg_true()]
        rows = batch.filter(kept).with_texts(self.output, pl.Series(answers, dtype=pl.String))
        return Outcome(rows, records if told.failed else None)

    @classmethod
    def example(cls) -> Example:
        solution = "Three and two are five. \\boxed{5}"
        return Example(
            rows=[{"instruction": "What is 2 + 3?"}],
            out=[{"instruction": "What is 2 + 3?", "generated_cot": solution}],
            replies=[solution],
        )
