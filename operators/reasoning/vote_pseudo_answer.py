"""Vote for reference answers where there are none."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import (
    Anything,
    Asking,
    Batch,
    Column,
    Context,
    DType,
    Example,
    Outcome,
    OutputColumn,
    Reply,
    RowError,
    Schema,
    Text,
    converse,
    template,
)
from ..core.asking import AskingOperator, Model
from ..core.conversing import Told
from ..core.operator import Kind
from ..sft._prompts import with_wishes
from ..sft._talking import filled_text
from ._algebra import Algebra, open_algebra
from ._equality import exactly_equal, plainly_equal, reference_answers
from ._prompts import ANSWER, ANSWER_SYSTEM
from ._voting import Vote, vote

ALGEBRA_S = 5.0
"""Processor time that the comparison of two expressions may take."""


@dataclass(frozen=True)
class Voting(Model):
    """What a vote needs: the model, and what compares answers as expressions, where that is installed."""

    algebra: Algebra | None = None

    def same(self, left: str, right: str) -> bool:
        """Whether two answers are equal."""
        if self.algebra is None:
            return bool(plainly_equal(left, right)) or exactly_equal(left, right)
        return self.algebra.compare(left, right) == "equal"


class VotePseudoAnswer(AskingOperator[Vote]):
    """Give questions a reference answer on which most of several solutions agree, by a language model.

    Every row and every other column stay. Each question is solved `samples` times, side by side and each time drawn
    anew. Of every solution the answer that it states is taken, as `extract_final_answer` does it with `fallback` none,
    and answers that say the same count as one, as in `answer_match_filter` (without math-verify installed as far as
    that needs no algebra). What has at least `min_share` of all samples, and more than any other, is written to
    `answer`, its share to `share`, and the first solution that comes to it to `solution`. A call that failed and a
    solution without an answer are no votes, and still count among the samples. Where nothing is agreed on the three
    columns are null; the metric `vote` in the ledger says why: `tie`, `no_majority` or `no_answer`.

    With `reference` only rows that lack a reference are voted on, and the answer is written to that column too; rows
    that have one keep it, cost nothing, and get nulls besides. A row fails where no sample was answered. A blank
    question fails (`empty_text`) without a request; rows without one fall under `on_null`: by default they fail.

    Source: the majority vote of Wang et al. 2022, "Self-Consistency".
    """

    name = "vote_pseudo_answer"
    kind: ClassVar[Kind] = "generate"
    effect = "same"
    phrases = (
        "vote for a reference answer by majority",
        "give the synthetic questions a pseudo answer",
        "self-consistency voting over several solutions",
        "make reference answers where there are none",
        "majority vote of sampled solutions",
        "fill missing golden answers by a vote",
    )

    column: Column[Text] = Field(default="instruction", description="Column that holds the question.")
    samples: int = Field(default=5, ge=2, le=100, description="Solutions for each question.")
    min_share: float = Field(
        default=0.5, gt=0, le=1, description="Least share of the samples that must agree, inclusive."
    )
    reference: Column[Anything] | None = Field(
        default=None, description="Column of references: only rows that lack one are voted on, and it is filled there."
    )
    answer: OutputColumn = Field(default="pseudo_answer", description="Column to write the voted answer to.")
    share: OutputColumn = Field(default="pseudo_share", description="Column to write its share of the samples to.")
    solution: OutputColumn = Field(default="pseudo_solution", description="Column to write a solution with it to.")
    instructions: str | None = Field(
        default=None, description="What is wished of the solutions besides, in plain words."
    )
    temperature: float = Field(default=0.7, gt=0, le=2, description="How much the solutions vary; above 0.")
    max_tokens: int = Field(default=4096, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @model_validator(mode="after")
    def _columns_of_their_own(self) -> Self:
        named = [self.column, self.answer, self.share, self.solution, *([self.reference] if self.reference else [])]
        if len({*named}) < len(named):
            raise ValueError("column, reference, answer, share and solution need a column each")
        return self

    def prompts(self) -> dict[str, str]:
        return {"system": with_wishes(ANSWER_SYSTEM["math"], None, self.instructions), "answer": ANSWER}

    def calls(self, rows: int) -> tuple[int, int]:
        """Rows that have a reference need none."""
        return 0 if self.reference else rows * self.samples, rows * self.samples

    def writes(self) -> dict[str, DType]:
        written: dict[str, DType] = {self.answer: "text", self.share: "number", self.solution: "text"}
        return written if self.reference is None else {**written, self.reference: "text"}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """References that are no texts stay what they are, so their column may hold several types."""
        types = self.writes()
        if self.reference is not None and self.reference in schema and schema[self.reference].dtype != "text":
            types[self.reference] = "json"
        for column, dtype in types.items():
            schema = schema.with_column(column, dtype)
        return schema

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        """Votes that were counted without algebra are not reused with it."""
        return {"math-verify": str(_has_algebra())}

    def open(self, ctx: Context) -> Voting:
        model = super().open(ctx)
        return Voting(model.llm, model.seed, open_algebra(ALGEBRA_S) if _has_algebra() else None)

    def apply(self, batch: Batch, state: Any) -> Outcome:
        told = converse(state.llm, [self._talk(row, state.same) for row in batch.rows()], state.seed)
        return replace(self.outcome(batch, told), usage=told.usage)

    def ask(self, row: dict[str, Any]) -> Asking[Vote]:
        return (yield from self._talk(row, exactly_equal))

    def _talk(self, row: dict[str, Any], same: Callable[[str, str], bool]) -> Asking[Vote]:
        question = filled_text(row, self.column)
        if self.reference is not None and reference_answers(row.get(self.reference)):
            return Vote("has_reference")
        said = self.prompts()
        asked = self.request(template(said["answer"]).fill({"question": question}), said["system"])
        replies = yield [replace(asked, sample=number) for number in range(self.samples)]
        solutions = [reply.text.strip() for reply in replies if isinstance(reply, Reply)]
        if not solutions:
            raise RowError(replies[0].reason, f"no sample was answered, the first since {replies[0]}")
        return vote(solutions, self.samples, self.min_share, same)

    def outcome(self, batch: Batch, told: Told[Vote]) -> Outcome:
        """Write what was agreed on; the ledger gets the verdict of every row."""
        records = self.fates(batch, told).with_columns(
            vote=pl.Series([one and one.verdict for one in told.values], dtype=pl.String),
            pseudo_share=pl.Series([one and one.share for one in told.values], dtype=pl.Float64),
        )
        kept = records["fate"] == "kept"
        made = [told.values[number] or Vote("no_answer") for number in kept.arg_true()]
        answers = pl.Series([one.answer for one in made], dtype=pl.String)
        rows = batch.filter(kept).with_values(self.answer, answers, "text")
        shares = [one.share if one.verdict == "agreed" else None for one in made]
        rows = rows.with_values(self.share, shares, "number")
        rows = rows.with_values(self.solution, [one.solution for one in made], "text")
        return Outcome(rows if self.reference is None else rows.with_texts(self.reference, answers), records)

    @classmethod
    def example(cls) -> Example:
        asked = "What is 2 + 3?"
        voted = {"pseudo_answer": "5", "pseudo_share": 2 / 3, "pseudo_solution": "It is \\boxed{5}."}
        return Example(
            options={"samples": 3},
            rows=[{"instruction": asked}],
            out=[{"instruction": asked, **voted}],
            replies=["It is \\boxed{5}.", "It is \\boxed{6}.", "So \\boxed{5.0}."],
        )


def _has_algebra() -> bool:
    return importlib.util.find_spec("math_verify") is not None
