"""Keep rows whose answer agrees with the reference."""

from collections.abc import Mapping
from typing import Any, Literal

import polars as pl
from pydantic import Field

from ..core import Anything, Batch, Column, Context, DType, Example, OneOf, Outcome, OutputColumn, RowFilter
from ..core.families import NULL_FATES, OnNull
from ..core.operator import Effect
from ..core.schema import ROW
from ..general._values import as_values
from ._algebra import Algebra, open_algebra
from ._equality import exactly_equal, reference_answers

_SHOWN = 60
"""Most characters of an answer that the ledger shows."""


class AnswerMatchFilter(RowFilter):
    r"""Keep rows whose answer says the same as their reference, or as one of several references.

    Drops rows; order is kept. The metric `answer_match` is `match`, `mismatch`, `undecided` or `no_reference`, and the
    reason of a row that goes; the ledger's detail shows both answers. With `output` rows are labelled instead: true,
    false, or null where nothing could be compared; then none is dropped, and only a policy of fail still fails.

    `method` math_verify compares what answers say: as numbers (1/2 = 0.5 = \frac12, 1,000 = 1000, 50% = 0.5 and also
    50), as words without regard to case, and else by algebra, by the library math-verify: sets in any order, intervals
    with their brackets, tuples, matrices, equations. A unit and a name as in x = 5 count only where both have one;
    units that differ are not converted. A decimal of six digits or more equals what it rounds; 0.67 is not 2/3. Which
    of both is the reference makes no difference. Algebra runs in a process of its own; an expression that takes more
    than `seconds` of its time, or 2 GB of memory, is undecided and goes. Beyond 2,000 characters answers are
    compared as they are written. `exact` compares spelling: white space, dollars, groups of thousands and LaTeX
    without effect apart, and 8 = 8.0.

    Answers may be texts or numbers, references also lists of acceptable ones. A row without an answer falls under
    `on_null`, one without a reference under `missing_reference` (null, an empty text, an empty list, no number).

    Source: math-verify, Kydlíček et al. 2025.
    """

    name = "answer_match_filter"
    phrases = (
        "keep only correct answers",
        "drop solutions whose answer differs from the golden answer",
        "compare the extracted answer with the ground truth",
        "check the final answer against the reference with math-verify",
        "rejection sampling by the correct answer",
        "label whether the answer is right",
        "remove wrong answers to math problems",
    )

    column: Column[Anything] = Field(default="final_answer", description="Column that holds the answer to check.")
    reference: Column[Anything] = Field(
        default="golden_answer", description="Column that holds the right answer, or a list of right answers."
    )
    method: Literal["math_verify", "exact"] = Field(
        default="math_verify", description="How answers are compared: by what they say, or by how they are written."
    )
    missing_reference: OnNull = Field(default="keep", description="What happens to rows without a reference.")
    output: OutputColumn | None = Field(
        default=None, description="Column for a label, true or false, instead of dropping rows; null to drop them."
    )
    seconds: float = Field(
        default=5.0, gt=0, le=600, description="Most processor time that one comparison may take, in seconds."
    )

    def row_effect(self) -> Effect:
        return "subset" if self.output is None else "same"

    def writes(self) -> dict[str, DType]:
        return {} if self.output is None else {self.output: "boolean"}

    def open(self, ctx: Context) -> Algebra | None:
        return open_algebra(self.seconds) if self.method == "math_verify" else None

    def keep(self) -> OneOf:
        return OneOf.of({"match", "no_reference"} if self.missing_reference == "keep" else {"match"})

    def metrics(self, batch: Batch, state: Algebra | None) -> dict[str, pl.Series]:
        pairs = zip(as_values(batch, self.column), as_values(batch, self.reference), strict=True)
        return {"answer_match": pl.Series([self._match(*pair, state) for pair in pairs], dtype=pl.String)}

    def apply(self, batch: Batch, state: Algebra | None) -> Outcome:
        """Drop or label the rows."""
        found = self.metrics(batch, state)["answer_match"]
        judged = [self._fate(finding) for finding in found]
        answers, references = batch.values(self.column), batch.values(self.reference)
        details = [
            f"the answer {_shown(answer)} against the reference {_shown(reference)}" if finding in _APART else None
            for finding, answer, reference in zip(found, answers, references, strict=True)
        ]
        records = batch.frame.select(ROW).with_columns(
            pl.Series("fate", [fate for fate, _ in judged], dtype=pl.String),
            pl.Series("reason", [reason for _, reason in judged], dtype=pl.String),
            pl.Series("detail", details, dtype=pl.String),
            found.alias("answer_match"),
        )
        rows = batch
        if self.output is not None:
            rows = batch.with_values(self.output, [_LABELS.get(finding) for finding in found], "boolean")
        return Outcome(rows.filter(records["fate"] == "kept"), records)

    def _match(self, answer: Any, reference: Any, algebra: Algebra | None) -> str | None:
        answers = [] if isinstance(answer, list) else reference_answers(answer)
        if not answers:
            return None
        found = {self._compare(answers[0], wanted, algebra) for wanted in reference_answers(reference)}
        return next((finding for finding in ("match", "undecided", "mismatch") if finding in found), "no_reference")

    def _compare(self, answer: str, reference: str, algebra: Algebra | None) -> str:
        if algebra is None:
            return "match" if exactly_equal(answer, reference) else "mismatch"
        return _FINDINGS[algebra.compare(answer, reference)]

    def _fate(self, finding: str | None) -> tuple[str, str | None]:
        policies: Mapping[str | None, OnNull] = {None: self.on_null, "no_reference": self.missing_reference}
        policy: OnNull = "keep" if finding == "match" else policies.get(finding, "drop")
        if policy == "keep" or (policy == "drop" and self.output is not None):
            return "kept", None
        return NULL_FATES[policy], finding or "no_value"

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"method": "exact"},
            rows=[
                {"final_answer": r"$\frac{1}{2}$", "golden_answer": r"\frac12"},
                {"final_answer": "8.0", "golden_answer": 8},
                {"final_answer": "1", "golden_answer": 2015},
                {"final_answer": "7", "golden_answer": None},
                {"final_answer": "Paris", "golden_answer": ["Paris", "Lutetia"]},
            ],
            kept=[0, 1, 3, 4],
        )


_FINDINGS = {"equal": "match", "different": "mismatch", "undecided": "undecided"}
_LABELS: Mapping[str | None, bool] = {"match": True, "mismatch": False}
_APART = ("mismatch", "undecided")


def _shown(value: Any) -> str:
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
