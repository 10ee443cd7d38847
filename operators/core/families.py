"""Families of row operators: each turns one small method into an outcome."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
from pydantic import Field

from .batch import Batch
from .columns import Column, OutputColumn, Text
from .errors import RowError
from .operator import RowOperator
from .outcome import BIRTH_COLUMNS, Fate, Outcome
from .ranges import Rule
from .schema import ROW, DType, Schema
from .textview import TextView

OnNull = Literal["drop", "keep", "fail"]
NULL_FATES: dict[OnNull, Fate] = {"drop": "dropped", "keep": "kept", "fail": "failed"}


def fate_columns(missing: pl.Expr | pl.Series, on_null: OnNull, reason: pl.Expr | None = None) -> list[pl.Expr]:
    """The columns `fate` and `reason` of records: a row is kept where nothing speaks against it.

    Args:
        missing: whether a row lacks the value that it is judged by; such rows fall under `on_null`.
        on_null: the fate of those rows.
        reason: why another row is dropped, null where it is kept; no other row is dropped if not given.
    """
    reason = pl.lit(None, dtype=pl.String) if reason is None else reason
    null_reason = pl.lit(None if on_null == "keep" else "no_value", dtype=pl.String)
    judged = pl.when(reason.is_null()).then(pl.lit("kept")).otherwise(pl.lit("dropped"))
    return [
        pl.when(missing).then(pl.lit(NULL_FATES[on_null])).otherwise(judged).alias("fate"),
        pl.when(missing).then(null_reason).otherwise(reason).alias("reason"),
    ]


def judge_missing(rows: Batch, missing: pl.Series, on_null: OnNull) -> Outcome:
    """All rows go on but those that lack their value, which fall under `on_null`.

    Args:
        rows: as they go on, those that lack their value among them.
        missing: for each whether it lacks its value, without nulls.
    """
    if on_null == "keep" or not missing.any():
        return Outcome(rows)
    return Outcome(rows.filter(~missing), rows.frame.select(ROW, *fate_columns(missing, on_null)))


def judge(metrics: pl.DataFrame, rules: Mapping[str, Rule], on_null: OnNull) -> pl.DataFrame:
    """Fate and reason of each row from its metrics; the first rule that is broken gives the reason.

    Args:
        metrics: one column per metric, null where the row has no value.
        rules: for each metric that decides, what is kept.
        on_null: the fate of a row that lacks a metric.

    Returns:
        Columns `fate` and `reason`, one row per row of `metrics`.
    """
    broken = [rule.reasons(metric) for metric, rule in rules.items()]
    missing = pl.any_horizontal(pl.col(metric).is_null() for metric in rules)
    # In two steps, so that the rules are computed once.
    found = metrics.select(reason=pl.coalesce(broken), missing=missing)
    return found.select(fate_columns(pl.col("missing"), on_null, pl.col("reason")))


class RowFilter(RowOperator):
    """Keeps the rows whose metrics obey the rules of `keep()`.

    `metrics` measures, `keep` rules; the ledger stores the metrics, so that limits can be moved later.
    """

    kind = "filter"
    effect = "subset"

    on_null: OnNull = Field(default="drop", description="What happens to rows without a value to measure.")

    @abstractmethod
    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """One series per metric, one value per row; null where there is nothing to measure."""

    @abstractmethod
    def keep(self) -> Mapping[str, Rule] | Rule:
        """The rule for each metric that decides, or the rule of the one metric."""

    def rules(self) -> dict[str, Rule]:
        """The rule for each metric that decides; depends on the options only."""
        kept = self.keep()
        return dict(kept) if isinstance(kept, Mapping) else {self.metric_name(): kept}

    @classmethod
    def metric_name(cls) -> str:
        """The name of the one metric: `word_count` for `word_count_filter`."""
        return cls.name.removesuffix("_filter")

    def apply(self, batch: Batch, state: Any) -> Outcome:
        """Drop the rows that break a rule."""
        metrics = pl.DataFrame(self.metrics(batch, state)).with_columns(pl.selectors.float().fill_nan(None))
        records = judge(metrics, self.rules(), self.on_null).hstack(metrics).insert_column(0, batch.ids)
        return Outcome(batch.filter(records["fate"] == "kept"), records)


class TextFilter(RowFilter):
    """Keeps the rows whose one metric of a text lies in a range."""

    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    @abstractmethod
    def metric(self, text: TextView) -> float:
        """The number that decides."""

    @abstractmethod
    def keep(self) -> Rule:
        """The range of the metric that is kept."""

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """The metric of each text."""
        values = [None if view is None else self.metric(view) for view in batch.views(self.column)]
        return {self.metric_name(): pl.Series(values, dtype=pl.Float64, strict=False)}


class Refiner(RowOperator):
    """Rewrites one text column, in place or into another column; the number of rows stays."""

    kind = "refine"
    effect = "same"

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    output: OutputColumn | None = Field(default=None, description="Column to write to; the same column when not given.")
    on_null: Literal["keep", "drop", "fail"] = Field(default="keep", description="What happens to rows without a text.")

    @abstractmethod
    def refine(self, text: str) -> str:
        """The better text."""

    def refine_all(self, texts: pl.Series) -> pl.Series:
        """The better texts of a whole column, nulls kept; override where polars does it faster."""
        return pl.Series([None if text is None else self.refine(text) for text in texts], dtype=pl.String)

    def writes(self) -> dict[str, DType]:
        """The output column, or the column itself."""
        return {self.output or self.column: "text"}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """A column that holds other values than texts keeps those of rows without a text, so it holds several types."""
        target = self.output or self.column
        mixed = target in schema and schema[target].dtype != "text"
        return schema.with_column(target, "json" if mixed else "text")

    def apply(self, batch: Batch, state: Any) -> Outcome:
        """Rewrite each text; rows without one fall under `on_null`."""
        texts = batch.texts(self.column)
        rows = batch.with_texts(self.output or self.column, self.refine_all(texts))
        return judge_missing(rows, texts.is_null(), self.on_null)


class Evaluator(RowOperator):
    """Writes scores or labels of a row into new columns; the number of rows stays."""

    kind = "evaluate"
    effect = "same"

    on_null: OnNull = Field(default="keep", description="What happens to rows without a value to measure.")

    @abstractmethod
    def writes(self) -> dict[str, DType]:
        """The columns written, with their types."""

    @abstractmethod
    def scores(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """One series per written column, one value per row; null where there is nothing to measure."""

    def apply(self, batch: Batch, state: Any) -> Outcome:
        """Write the scores; rows without any fall under `on_null`."""
        scores = self.scores(batch, state)
        rows = batch
        for column, dtype in self.writes().items():
            rows = rows.with_values(column, scores[column], dtype)
        table = pl.DataFrame(scores)
        measured = table.select(batch.ids, pl.selectors.numeric())
        missing = table.select(pl.all_horizontal(pl.all().is_null())).to_series()
        records = measured.with_columns(fate_columns(missing, self.on_null))
        return Outcome(rows.filter(records["fate"] == "kept"), records)


class Generator(RowOperator):
    """Writes new columns of a row from its other columns; the number of rows stays."""

    kind = "generate"
    effect = "same"

    @abstractmethod
    def writes(self) -> dict[str, DType]:
        """The columns written, with their types."""

    @abstractmethod
    def generate(self, row: dict[str, Any], state: Any) -> dict[str, Any]:
        """The written columns of one row.

        Raises:
            RowError: the row cannot be treated; it fails with that reason.
        """

    def apply(self, batch: Batch, state: Any) -> Outcome:
        """Write the columns of each row."""
        made = [self.generate(row, state) for row in batch.rows()]
        rows = batch
        for column, dtype in self.writes().items():
            rows = rows.with_values(column, [values[column] for values in made], dtype)
        return Outcome(rows)


class RowExpander(RowOperator):
    """Turns a row into children that go on in its place; a row without children is dropped with the reason."""

    kind = "generate"
    effect = "expand"

    @abstractmethod
    def writes(self) -> dict[str, DType]:
        """The columns in which a child differs from its parent, with their types."""

    @abstractmethod
    def expand(self, row: dict[str, Any], state: Any) -> list[dict[str, Any]]:
        """The written columns of each child, in order; every other column is the parent's.

        Raises:
            RowError: the row cannot be treated; it fails with that reason.
        """

    def apply(self, batch: Batch, state: Any) -> Outcome:
        """Replace each row by its children."""
        return with_children(batch, [self.expand(row, state) for row in batch.rows()], self.writes())


def with_children(batch: Batch, children: Sequence[Sequence[dict[str, Any]]], writes: Mapping[str, DType]) -> Outcome:
    """Each row replaced by its children; one without any is dropped with the reason `no_children`.

    Args:
        children: for each row the written columns of its children, in order; every other column is the row's.
        writes: the written columns, with their types.
    """
    counts = pl.Series([len(made) for made in children], dtype=pl.UInt32)
    parent_of = [i for i, made in enumerate(children) for _ in made]
    ids = batch.ids.to_list()
    names = [f"{ids[i]}.{n}" for i, made in enumerate(children) for n in range(1, len(made) + 1)]
    rows = Batch(batch.frame[parent_of].with_columns(pl.Series(ROW, names, dtype=pl.String)), batch.schema)
    for column, dtype in writes.items():
        rows = rows.with_values(column, [child[column] for made in children for child in made], dtype)
    births = pl.DataFrame({ROW: names, "parents": [[ids[i]] for i in parent_of]}, schema=BIRTH_COLUMNS)
    records = batch.frame.select(ROW).with_columns(
        fate=pl.when(counts > 0).then(pl.lit("expanded")).otherwise(pl.lit("dropped")),
        reason=pl.when(counts == 0).then(pl.lit("no_children")),
    )
    return Outcome(rows, records, births)


def require_text(row: dict[str, Any], column: str) -> str:
    """The text in a column of a row.

    Raises:
        RowError: there is none.
    """
    value = row.get(column)
    if not isinstance(value, str):
        raise RowError("no_value", f"column {column!r} holds no text")
    return value


__all__ = [
    "Evaluator",
    "Generator",
    "OnNull",
    "Refiner",
    "RowExpander",
    "RowFilter",
    "TextFilter",
    "fate_columns",
    "judge",
    "judge_missing",
    "require_text",
    "with_children",
]
