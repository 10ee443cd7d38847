"""Families of operators that ask a model about each row: to write columns, score, rewrite, filter or make children."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Literal, TypeVar

import polars as pl
from pydantic import Field

from .batch import Batch
from .columns import Column, OutputColumn, Text
from .context import Context
from .conversing import Asking, Told, converse
from .errors import DataFlowError, RowError
from .families import NULL_FATES, OnNull, judge, with_children
from .llm import LLM, Request
from .needs import StochasticIfAsking
from .operator import Kind, Need, RowOperator
from .outcome import Outcome
from .prompts import DATA_RULE, prompted_options, template
from .ranges import Rule
from .schema import DTYPES, ROW, DType, Schema

T = TypeVar("T")
MAX_DETAIL = 500
"""Characters of the words about a failed row that go to the ledger, since they may quote a reply."""
NAME_A_MODEL = (
    "set DATAFLOW_LLM_BASE_URL and DATAFLOW_LLM_MODEL, or DATAFLOW_LLM_BACKEND=local and the path of a GGUF in "
    "DATAFLOW_LLM_MODEL"
)
NO_MODEL = "{name} needs a language model: " + NAME_A_MODEL


@dataclass(frozen=True)
class Model:
    """What an operator asks: the door, and the seed that its calls draw from."""

    llm: LLM
    seed: int


def model_of(ctx: Context, name: str) -> Model:
    """The model of a run.

    Raises:
        DataFlowError: no model is configured; validation says so before a run.
    """
    if ctx.llm is None:
        raise DataFlowError(NO_MODEL.format(name=name))
    return Model(ctx.llm, ctx.seed)


class AskingOperator(RowOperator, Generic[T]):
    """Base of the families: a conversation per row, all rows of a part at once, and a fate for each.

    A row whose call gives no answer, is cut off, or raises `RowError` fails with that reason; the others go on. A row
    that lacks the value it is asked about (`no_value`) falls under `on_null`.
    """

    needs: ClassVar[tuple[Need, ...]] = ("llm",)
    stochastic = StochasticIfAsking()

    on_null: OnNull = Field(default="fail", description="What happens to rows without a value to ask about.")
    temperature: float = Field(default=0.0, ge=0, le=2, description="0 for the likeliest reply, more for variety.")
    max_tokens: int = Field(default=1024, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    @abstractmethod
    def ask(self, row: dict[str, Any]) -> Asking[T]:
        """Yield requests for one row, receive the reply to each, and return what came of it; see `Asking`.

        Raises:
            RowError: the row cannot be treated, or the model's reply is of no use.
        """

    def prompts(self) -> dict[str, str]:
        """The prompts by what they are for, as they are with these options: shown, and part of what decides results."""
        options = prompted_options(type(self))
        return {option: getattr(self, option) for option in options if getattr(self, option)}

    def calls(self, rows: int) -> tuple[int, int]:
        """One for each row; override where a row takes more."""
        return rows, rows

    def reads(self) -> dict[str, tuple[DType, ...]]:
        """The columns that options name, and those that the templates among the options name."""
        texts = (getattr(self, option) for option in prompted_options(type(self)))
        named = (name for text in texts if text for name in template(text).names)
        return {**dict.fromkeys(named, DTYPES), **super().reads()}

    def request(self, prompt: str, system: str | None = None, **more: Any) -> Request:
        """A request with the options of this operator; `system` is told that values of rows are data."""
        said = f"{system}\n\n{DATA_RULE}" if system else DATA_RULE
        limits: dict[str, Any] = {"temperature": self.temperature, "max_tokens": self.max_tokens, **more}
        return Request(prompt, system=said, **limits)

    def open(self, ctx: Context) -> Model:
        """The door to the model.

        Raises:
            DataFlowError: no model is configured; validation says so before a run.
        """
        return model_of(ctx, self.name)

    def apply(self, batch: Batch, state: Model) -> Outcome:
        """Ask about every row, all rows side by side."""
        told = converse(state.llm, [self.ask(row) for row in batch.rows()], state.seed)
        return replace(self.outcome(batch, told), usage=told.usage)

    @abstractmethod
    def outcome(self, batch: Batch, told: Told[T]) -> Outcome:
        """The rows that go on and the record of each, from what was told."""

    def fates(self, batch: Batch, told: Told[T]) -> pl.DataFrame:
        """Records that say which rows failed, or lack their value, and why; the others are kept."""
        failed = [told.failed.get(number) for number in range(len(batch))]
        return batch.frame.select(ROW).with_columns(
            fate=pl.Series([self._fate(error) for error in failed], dtype=pl.String),
            reason=pl.Series([self._reason(error) for error in failed], dtype=pl.String),
            detail=pl.Series([error.detail[:MAX_DETAIL] if error else None for error in failed], dtype=pl.String),
        )

    def _fate(self, error: RowError | None) -> str:
        if error is None:
            return "kept"
        return NULL_FATES[self.on_null] if error.reason == "no_value" else "failed"

    def _reason(self, error: RowError | None) -> str | None:
        kept = error is None or self._fate(error) == "kept"
        return None if kept or error is None else error.reason


class LLMOperator(AskingOperator[dict[str, Any]]):
    """Asks a model about each row and writes columns from its replies; the number of rows stays.

    `ask` returns the written columns.
    """

    kind: ClassVar[Kind] = "generate"
    effect = "same"

    def outcome(self, batch: Batch, told: Told[dict[str, Any]]) -> Outcome:
        """Write the columns; rows without a value to ask about that stay get nulls."""
        records = self.fates(batch, told)
        kept = records["fate"] == "kept"
        rows = batch.filter(kept)
        made = [told.values[number] or {} for number in kept.arg_true()]
        for column, dtype in self.writes().items():
            rows = rows.with_values(column, [values.get(column) for values in made], dtype)
        return Outcome(rows, records if told.failed else None)


class LLMEvaluator(LLMOperator):
    """Asks a model to judge each row and writes scores or labels; a judgement that cannot be read is a failed row."""

    kind = "evaluate"

    on_null: OnNull = Field(default="keep", description="What happens to rows without a value to judge.")

    def outcome(self, batch: Batch, told: Told[dict[str, Any]]) -> Outcome:
        """Write the scores, and note numbers in the ledger."""
        outcome = super().outcome(batch, told)
        records = self.fates(batch, told) if outcome.records is None else outcome.records
        made = [values or {} for values in told.values]
        numbers = {
            column: pl.Series([values.get(column) for values in made], dtype=_METRICS[dtype])
            for column, dtype in self.writes().items()
            if dtype in ("number", "integer")
        }
        return Outcome(outcome.rows, records.with_columns(**numbers))


class LLMRefiner(AskingOperator[str]):
    """Asks a model for a better text, written in place or into another column; `ask` returns the text."""

    kind = "refine"
    effect = "same"

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    output: OutputColumn | None = Field(default=None, description="Column to write to; the same column when not given.")
    on_null: OnNull = Field(default="keep", description="What happens to rows without a text.")

    def writes(self) -> dict[str, DType]:
        """The output column, or the column itself."""
        return {self.output or self.column: "text"}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """A column that holds other values than texts keeps those of rows without a text, so it holds several types."""
        target = self.output or self.column
        mixed = target in schema and schema[target].dtype != "text"
        return schema.with_column(target, "json" if mixed else "text")

    def outcome(self, batch: Batch, told: Told[str]) -> Outcome:
        """Write the texts; rows without one that stay keep what they have."""
        records = self.fates(batch, told)
        kept = records["fate"] == "kept"
        rows = batch.filter(kept)
        texts = pl.Series([told.values[number] for number in kept.arg_true()], dtype=pl.String)
        return Outcome(rows.with_texts(self.output or self.column, texts), records if told.failed else None)


class LLMFilter(AskingOperator[dict[str, Any]]):
    """Asks a model about each row and keeps those whose metrics obey `keep()`; `ask` returns the metrics.

    The metrics go to the ledger, so that limits can be moved without asking again.
    """

    kind = "filter"
    effect = "subset"

    on_null: OnNull = Field(default="drop", description="What happens to rows without a value to judge.")

    @abstractmethod
    def metrics(self) -> Mapping[str, DType]:
        """The metrics that `ask` returns, with their types: number, integer, boolean or text."""

    @abstractmethod
    def keep(self) -> Mapping[str, Rule]:
        """The rule for each metric that decides."""

    def rules(self) -> dict[str, Rule]:
        """The rule for each metric that decides; depends on the options only."""
        return dict(self.keep())

    def outcome(self, batch: Batch, told: Told[dict[str, Any]]) -> Outcome:
        """Drop the rows that break a rule."""
        values = [made or {} for made in told.values]
        metrics = pl.DataFrame(
            {
                name: pl.Series([one.get(name) for one in values], dtype=_METRICS[kind])
                for name, kind in self.metrics().items()
            }
        )
        judged = judge(metrics, self.rules(), "fail")
        fates = self.fates(batch, told)
        fine = pl.Series([number not in told.failed for number in range(len(batch))], dtype=pl.Boolean)
        records = fates.with_columns(
            fate=pl.when(fine).then(judged["fate"]).otherwise(fates["fate"]),
            reason=pl.when(fine).then(judged["reason"]).otherwise(fates["reason"]),
        ).hstack(metrics)
        return Outcome(batch.filter(records["fate"] == "kept"), records)


class LLMExpander(AskingOperator[list[dict[str, Any]]]):
    """Asks a model for children of each row, which go on in its place; `ask` returns their written columns.

    Every other column of a child is the parent's. A row without children is dropped with the reason `no_children`.
    """

    kind = "generate"
    effect = "expand"

    on_null: Literal["drop", "fail"] = Field(
        default="fail", description="What happens to rows without a value to ask about."
    )

    def outcome(self, batch: Batch, told: Told[list[dict[str, Any]]]) -> Outcome:
        """Replace each row by its children."""
        outcome = with_children(batch, [made or [] for made in told.values], self.writes())
        if not told.failed or outcome.records is None:
            return outcome
        ended = self.fates(batch, told)
        went = pl.Series([number in told.failed for number in range(len(batch))], dtype=pl.Boolean)
        named = ("fate", "reason", "detail")
        told_of = outcome.records.with_columns(detail=pl.lit(None, dtype=pl.String))
        records = told_of.with_columns(
            pl.when(went).then(ended[name]).otherwise(told_of[name]).alias(name) for name in named
        )
        return Outcome(outcome.rows, records, outcome.births)


_METRICS: dict[DType, Any] = {"number": pl.Float64, "integer": pl.Int64, "boolean": pl.Boolean, "text": pl.String}
