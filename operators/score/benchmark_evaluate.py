"""Mark the answers to a benchmark, and sum up."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import polars as pl
from pydantic import Field, JsonValue

from ..core import (
    ROW,
    Anything,
    Batch,
    Column,
    Context,
    DatasetEvaluator,
    DType,
    Example,
    Fetch,
    Number,
    Verdict,
)
from ..general._values import as_values
from ..reasoning._algebra import open_algebra
from ._benchmark_tasks import Item, Mark, Marking, Method, Task, mark

_READS: Mapping[Task, tuple[str, ...]] = {
    "qa": ("column", "reference"),
    "multi_answer": ("column", "reference"),
    "choice": ("column", "reference", "choices"),
    "choices": ("column", "reference", "choices"),
    "pairwise": ("score", "rejected_score"),
    "text_score": ("score",),
}
_COLUMNS: Mapping[str, tuple[DType, Any]] = {
    "valid": ("boolean", pl.Boolean),
    "correct": ("boolean", pl.Boolean),
    "score": ("number", pl.Float64),
    "prediction": ("text", pl.String),
    "error": ("text", pl.String),
}


class BenchmarkEvaluate(DatasetEvaluator):
    """Mark answers to a benchmark against their references, row by row and as a whole; every row goes on.

    Answers come from an earlier step, such as `llm_generate`; no model is asked. Writes, behind `prefix`: `valid`,
    `correct`, `score` (0 to 1), `prediction` (what was taken for the answer) and `error`. A row that cannot be marked
    is not valid, has no score, and its error says why: `no_prediction`, `no_reference`, `no_options`, `options_repeat`,
    `set_first_index`, `no_option_in_prediction` and the like; it counts apart and never as wrong.

    By `task`: qa, a free answer, and multi_answer, one of several right ones: the final answer is taken as by
    `extract_final_answer` and compared by `method` math_verify as in `answer_match_filter`, exact (spelling, without
    case), or token_f1 (SQuAD's overlap of tokens, correct at 1). None looks for one text inside another: 1 is not 2015.
    choice, one of the options in `choices`: reference and answer name it by its text, by letter, or by number, counted
    from `first_index`; without that a number is no label. choices, several of them: the score is the F1 of both sets,
    correct is the same set. pairwise: `score` above `rejected_score`; a tie scores 0.5 and is not correct. text_score:
    the number in `score`, which is only summed up.

    Facts of the step in the run's report: `rows`, `valid`, `invalid`, `errors`, `accuracy` (correct of the valid rows)
    and `accuracy_of_all_rows`, each with its counts; `mean_score` over the valid rows, for choices and token_f1 named
    `macro_f1`, the mean of the rows' F1; for pairwise `ties`.
    """

    name = "benchmark_evaluate"
    sketch_bytes = 300
    phrases = (
        "evaluate model answers on a benchmark",
        "compute the accuracy of the generated answers",
        "grade multiple-choice answers",
        "mark predictions against gold labels",
        "how many benchmark questions are answered correctly",
        "evaluate pairwise preference, chosen versus rejected",
        "report accuracy and macro F1 over the test set",
    )

    task: Task = Field(default="qa", description="Kind of item: how answer and reference are read and compared.")
    method: Method = Field(
        default="math_verify", description="How free answers are compared: math_verify, exact or token_f1."
    )
    column: Column[Anything] = Field(default="answer", description="Column that holds the model's answer.")
    reference: Column[Anything] = Field(
        default="golden_answer", description="Column that holds the right answer or label, or a list of them."
    )
    choices: Column[Anything] = Field(default="choices", description="Column that holds the list of options.")
    first_index: Literal[0, 1] | None = Field(
        default=None, description="Number of the first option where labels are numbers: 0 or 1; null refuses numbers."
    )
    score: Column[Number] = Field(default="score", description="Column of the score, for pairwise of the chosen text.")
    rejected_score: Column[Number] = Field(default="rejected_score", description="Column of the rejected text's score.")
    prefix: str = Field(default="eval_", min_length=1, description="Put before the names of the columns written.")
    seconds: float = Field(
        default=5.0, gt=0, le=600, description="Most processor time that one comparison may take, in seconds."
    )

    def reads(self) -> dict[str, tuple[DType, ...]]:
        """The columns that the task needs."""
        wanted = {getattr(self, option) for option in _READS[self.task]}
        return {column: dtypes for column, dtypes in super().reads().items() if column in wanted}

    def writes(self) -> dict[str, DType]:
        return {self.prefix + name: dtype for name, (dtype, _) in _COLUMNS.items()}

    def open(self, ctx: Context) -> Marking:
        by_algebra = self.task in ("qa", "multi_answer") and self.method == "math_verify"
        return Marking(self.method, open_algebra(self.seconds) if by_algebra else None, self.first_index)

    def sketch(self, batch: Batch, state: Marking) -> pl.DataFrame:
        marks = [mark(self.task, item, state) for item in self._items(batch)]
        told: dict[str, list[Any]] = {
            "valid": [one.error is None for one in marks],
            **{name: [getattr(one, name) for one in marks] for name in ("correct", "score", "prediction", "error")},
        }
        return batch.frame.select(ROW).with_columns(
            pl.Series(self.prefix + name, told[name], dtype=physical) for name, (_, physical) in _COLUMNS.items()
        )

    def _items(self, batch: Batch) -> list[Item]:
        if self.task in ("pairwise", "text_score"):
            chosen = batch.numbers(self.score).fill_nan(None).to_list()
            rejected = batch.numbers(self.rejected_score).fill_nan(None) if self.task == "pairwise" else chosen
            return [Item(chosen=one, rejected=other) for one, other in zip(chosen, rejected, strict=True)]
        options = as_values(batch, self.choices) if "choices" in _READS[self.task] else [None] * len(batch)
        read = (as_values(batch, self.column), as_values(batch, self.reference), options)
        return [Item(*values) for values in zip(*read, strict=True)]

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        return Verdict(sketches.with_columns(fate=pl.lit("kept")), facts=self._facts(sketches))

    def _facts(self, sketches: pl.DataFrame) -> dict[str, JsonValue]:
        marked = {name: sketches[self.prefix + name] for name in _COLUMNS}
        valid, rows = int(marked["valid"].sum()), sketches.height
        errors = Counter(sorted(marked["error"].drop_nulls()))
        facts: dict[str, JsonValue] = {
            "task": self.task,
            "rows": rows,
            "valid": valid,
            "invalid": rows - valid,
            "errors": dict(errors.most_common()),
        }
        if self.task != "text_score":
            correct = int(marked["correct"].sum())
            facts["accuracy"] = _share(correct, valid)
            facts["accuracy_of_all_rows"] = _share(correct, rows)
        if self.task == "pairwise":
            facts["ties"] = int((marked["prediction"] == "tie").sum())
        free = self.task in ("qa", "multi_answer")
        mean = "macro_f1" if self.task == "choices" or (free and self.method == "token_f1") else "mean_score"
        facts[mean] = {"mean": _rounded(marked["score"].mean()), "of": valid}
        return facts

    @classmethod
    def example(cls) -> Example:
        rows: list[dict[str, Any]] = [
            {"answer": "The answer is (B).", "golden_answer": "B", "choices": ["red", "blue"]},
            {"answer": "red", "golden_answer": "blue", "choices": ["red", "blue"]},
            {"answer": "I cannot tell.", "golden_answer": "A", "choices": ["red", "blue"]},
        ]
        marks = [
            Mark(1.0, True, "B"),
            Mark(0.0, False, "A"),
            Mark(None, None, "I cannot tell.", "no_option_in_prediction"),
        ]
        return Example(
            options={"task": "choice"},
            rows=rows,
            out=[
                {
                    **row,
                    "eval_valid": one.error is None,
                    "eval_correct": one.correct,
                    "eval_score": one.score,
                    "eval_prediction": one.prediction,
                    "eval_error": one.error,
                }
                for row, one in zip(rows, marks, strict=True)
            ],
            facts={
                "rows": 3,
                "valid": 2,
                "invalid": 1,
                "accuracy": {"correct": 1, "of": 2, "share": 0.5},
                "accuracy_of_all_rows": {"correct": 1, "of": 3, "share": 0.333333},
            },
        )


def _share(part: int, whole: int) -> JsonValue:
    return {"correct": part, "of": whole, "share": _rounded(part / whole) if whole else None}


def _rounded(value: Any) -> JsonValue:
    return None if value is None else float(f"{float(value):.6g}")
