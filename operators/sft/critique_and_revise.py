"""Improve answers by a critique."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import polars as pl
from pydantic import BaseModel, Field, model_validator

from ..core import Asking, Batch, Column, DType, Example, Outcome, OutputColumn, Schema, Text, ask_for, template
from ..core.asking import AskingOperator
from ..core.conversing import Told
from ..core.families import OnNull
from ..core.operator import Kind
from ._prompts import CRITIQUE, CRITIQUE_SYSTEM, REVISE, REVISE_SYSTEM, with_wishes
from ._talking import Written, filled_text


class Critique(BaseModel):
    """What is to be mended in an answer."""

    critique: Written


class RevisedAnswer(BaseModel):
    """The better answer."""

    answer: Written


@dataclass(frozen=True)
class Revision:
    """A better answer, and what it was made better by."""

    answer: str
    critique: str


class CritiqueAndRevise(AskingOperator[Revision]):
    """Improve the answer to each instruction: a language model reviews it, then rewrites it by the review.

    Every row stays; the better answer is written in place, or to `output`; the review goes to the column `critique`
    where one is named. Two requests a row. A blank critique or answer goes back with the reason, and after three the
    row fails (`invalid_reply`): the first answer is never lost to an empty one. A blank instruction or answer fails
    (`empty_text`) without a request. Rows that lack an instruction or an answer fall under `on_null`: by default they
    stay as they are.

    Source: the self-reflection refinement of Condor, Cao et al. 2025.
    """

    name = "critique_and_revise"
    kind: ClassVar[Kind] = "refine"
    effect = "same"
    phrases = (
        "critique and revise the answers",
        "let a model review and improve each answer",
        "refine the responses by self-reflection",
        "improve the outputs with a critique first",
        "rewrite weak answers after a critique",
        "Condor refinement of the answers",
    )

    instruction: Column[Text] = Field(default="instruction", description="Column that holds the instruction.")
    answer: Column[Text] = Field(default="output", description="Column that holds the answer.")
    output: OutputColumn | None = Field(
        default=None, description="Column to write the better answer to; that of the answer when not given."
    )
    critique: OutputColumn | None = Field(default=None, description="Column to write the critique to; null for none.")
    instructions: str | None = Field(default=None, description="What answers should be like, in plain words.")
    on_null: OnNull = Field(default="keep", description="What happens to rows without an instruction or an answer.")
    max_tokens: int = Field(default=2048, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        if self.critique in (self.instruction, self.answer, self.output) and self.critique is not None:
            raise ValueError(f"critique would overwrite the column {self.critique!r}; name another one")
        return self

    def prompts(self) -> dict[str, str]:
        return {
            "critique system": with_wishes(CRITIQUE_SYSTEM, None, self.instructions),
            "critique": CRITIQUE,
            "revision system": with_wishes(REVISE_SYSTEM, None, self.instructions),
            "revision": REVISE,
        }

    def calls(self, rows: int) -> tuple[int, int]:
        return 2 * rows, 2 * rows

    def writes(self) -> dict[str, DType]:
        written: dict[str, DType] = {self.output or self.answer: "text"}
        return written if self.critique is None else {**written, self.critique: "text"}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """A column that holds other values than texts keeps those of rows without one, so it holds several types."""
        target = self.output or self.answer
        mixed = target in schema and schema[target].dtype != "text"
        schema = schema.with_column(target, "json" if mixed else "text")
        return schema if self.critique is None else schema.with_column(self.critique, "text")

    def ask(self, row: dict[str, Any]) -> Asking[Revision]:
        said = self.prompts()
        values = {"instruction": filled_text(row, self.instruction), "answer": filled_text(row, self.answer)}
        asked = self.request(template(said["critique"]).fill(values), said["critique system"])
        review = yield from ask_for(Critique, asked)
        values["critique"] = review.critique
        asked = self.request(template(said["revision"]).fill(values), said["revision system"])
        better = yield from ask_for(RevisedAnswer, asked)
        return Revision(better.answer, review.critique)

    def outcome(self, batch: Batch, told: Told[Revision]) -> Outcome:
        """Write the answers and critiques; rows without an answer that stay keep what they have."""
        records = self.fates(batch, told)
        kept = records["fate"] == "kept"
        made = [told.values[number] for number in kept.arg_true()]
        answers = pl.Series([one.answer if one else None for one in made], dtype=pl.String)
        rows = batch.filter(kept).with_texts(self.output or self.answer, answers)
        if self.critique is not None:
            rows = rows.with_values(self.critique, [one.critique if one else None for one in made], "text")
        return Outcome(rows, records if told.failed else None)

    @classmethod
    def example(cls) -> Example:
        asked = "Why is the sky blue?"
        return Example(
            options={"critique": "critique"},
            rows=[{"instruction": asked, "output": "Because."}],
            out=[{"instruction": asked, "output": "Air scatters blue light most.", "critique": "It gives no reason."}],
            replies=['{"critique": "It gives no reason."}', '{"answer": "Air scatters blue light most."}'],
        )
