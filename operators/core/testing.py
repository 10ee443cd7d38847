"""Test doubles and data makers for our tests and for those of users."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import Field

from .asking import LLMOperator
from .batch import PHYSICAL, Batch, from_rows
from .columns import Column, OutputColumn, Text
from .context import Context
from .conversing import Asking
from .errors import EndpointError, RowError
from .families import Generator, RowExpander, RowFilter, require_text
from .llm import Answer, Heard, Reply, Request
from .operator import DatasetOperator, Example, Operator, RowOperator
from .outcome import Fetch, Outcome, Verdict
from .ranges import OneOf, Rule
from .schema import ROW, ColumnSpec, DType, Schema

_DTYPES: dict[type, DType] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    float: "number",
    bytes: "bytes",
    list: "nested",
    dict: "nested",
}


def batch_of(rows: Sequence[dict[str, Any]]) -> Batch:
    """A batch out of Python rows, with a column for every key and `json` where types are mixed.

    >>> batch_of([{"text": "a"}, {"text": "b", "n": 1}]).schema.names
    ('text', 'n')
    """
    found: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, set()).update([type(value)] if value is not None else [])
    columns = []
    for name, types in found.items():
        dtype = _DTYPES[next(iter(types))] if len(types) == 1 else "json"
        columns.append(ColumnSpec(name=name, dtype=dtype, encoded=dtype in ("nested", "json")))
    return from_rows(rows, Schema(columns=tuple(columns)))


def apply_outcome(operator: Operator, batch: Batch, ctx: Context | None = None) -> Outcome:
    """Run one operator over one batch, without an engine: no retry, no ledger, errors pass."""
    ctx = ctx or Context()
    state = operator.open(ctx)
    if isinstance(operator, RowOperator):
        return operator.apply(batch, state)
    if not isinstance(operator, DatasetOperator):
        raise TypeError(f"{type(operator).__qualname__} is neither a RowOperator nor a DatasetOperator")

    def fetch(ids: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
        return pl.DataFrame({ROW: list(ids)}).join(batch.frame, on=ROW, how="left").select(ROW, *columns)

    verdict = operator.decide(operator.sketch(batch, state), fetch, ctx)
    outcome = operator.rewrite(batch, verdict.records)
    if verdict.order is not None:
        ordered = verdict.order.to_frame(ROW).join(outcome.rows.frame, on=ROW, maintain_order="left")
        outcome = Outcome(Batch(ordered.select(outcome.rows.frame.columns), outcome.rows.schema), verdict.records)
    if verdict.created is not None:
        names = pl.Series(ROW, [f"{operator.name}:{n}" for n in range(1, verdict.created.height + 1)])
        made = verdict.created.drop("parents").insert_column(0, names)
        frame = pl.concat([outcome.rows.frame, made], how="diagonal")
        frame = frame.with_columns(pl.col(name).cast(PHYSICAL[dtype]) for name, dtype in operator.writes().items())
        outcome = Outcome(Batch(frame, outcome.rows.schema), outcome.records)
    return outcome


def apply_rows(operator: Operator, rows: Sequence[dict[str, Any]], ctx: Context | None = None) -> list[dict[str, Any]]:
    """The rows that come out of one operator; see `apply_outcome`.

    >>> apply_rows(WordsToRows(), [{"text": "to be"}])
    [{'text': 'to'}, {'text': 'be'}]
    """
    return apply_outcome(operator, batch_of(rows), ctx).rows.rows()


class WordsToRows(RowExpander):
    """Double: each word of the text becomes a child row; a text without words is dropped."""

    name = "testing_words_to_rows"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    def writes(self) -> dict[str, DType]:
        """The text column."""
        return {self.column: "text"}

    def expand(self, row: dict[str, Any], state: Any) -> list[dict[str, Any]]:
        """One child per word."""
        return [{self.column: word} for word in require_text(row, self.column).split()]

    @classmethod
    def example(cls) -> Example:
        """Two rows, one of them empty."""
        return Example(rows=["a b", ""], out=["a", "b"])


class FailOn(Generator):
    """Double: writes the text's length, and fails on texts that contain a word."""

    name = "testing_fail_on"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    word: str = Field(default="fail", description="Rows whose text contains this fail.")
    output: OutputColumn = Field(default="size", description="Column to write the length to, in characters.")

    def writes(self) -> dict[str, DType]:
        """The length column."""
        return {self.output: "integer"}

    def generate(self, row: dict[str, Any], state: Any) -> dict[str, Any]:
        """The length of the text."""
        text = require_text(row, self.column)
        if self.word in text:
            raise RowError("planted_failure", f"the text contains {self.word!r}")
        return {self.output: len(text)}

    @classmethod
    def example(cls) -> Example:
        """One row of two characters."""
        return Example(rows=["ab"], out=[{"text": "ab", "size": 2}])


class RaiseOn(RowFilter):
    """Double: keeps every text, and raises an ordinary exception for the whole batch when one contains a word."""

    name = "testing_raise_on"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    word: str = Field(default="boom", description="A text that contains this makes the operator raise.")

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """True for every text."""
        for text in batch.texts(self.column):
            if text is not None and self.word in text:
                raise ValueError(f"planted: {self.word}")
        return {"fine": batch.texts(self.column).is_not_null()}

    def keep(self) -> Rule:
        """All."""
        return OneOf.of([True, False])

    @classmethod
    def metric_name(cls) -> str:
        """The metric of the double."""
        return "fine"

    @classmethod
    def example(cls) -> Example:
        """A row that does not raise."""
        return Example(rows=["quiet"], kept=[0])


Scripted = str | Answer


class ScriptedLLM:
    """Double of a model: gives its replies in order, whatever is asked; `asked` holds the requests it got.

    Args:
        replies: texts, whole replies, or errors, in order, after which every further request is an error; or a
            function that makes the reply to a request, for runs, which ask about several rows at once: it may be
            called from several threads. Replies in order are asked for one at a time.
    """

    identity = "scripted"

    def __init__(self, replies: Sequence[Scripted] | Callable[[Request], Scripted] = ()) -> None:
        self._script = None if callable(replies) else list(replies)
        self._function = replies if callable(replies) else None
        self.asked: list[Request] = []
        self.in_flight = 16 if self._function else 1

    def start(self, request: Request, heard: Heard) -> None:
        """Answer at once with the next reply."""
        self.asked.append(request)
        reply = self._function(request) if self._function else self._next()
        heard(Reply(reply) if isinstance(reply, str) else reply)

    def forget(self, requests: Sequence[Request]) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""

    def _next(self) -> Scripted:
        if not self._script:
            return EndpointError("the scripted model has no reply left")
        return self._script.pop(0)


class AskForLabel(LLMOperator):
    """Double: asks a model for a label, and once more when the reply is no single word."""

    name = "testing_ask_for_label"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    output: OutputColumn = Field(default="label", description="Column to write the label to.")

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        """Ask, and ask again."""
        text = require_text(row, self.column)
        reply = yield Request(f"Label this text with one word: {text!r}")
        if len(reply.text.split()) != 1:
            reply = yield Request(f"One word only, for: {text!r}")
        if len(reply.text.split()) != 1:
            raise RowError("no_label", f"the model said {reply.text!r}")
        return {self.output: reply.text}

    @classmethod
    def example(cls) -> Example:
        """Two rows; the second label comes at the second try."""
        out = [{"text": "a", "label": "x"}, {"text": "b", "label": "y"}]
        return Example(rows=["a", "b"], out=out, replies=["x", "two words", "y"])


class DieOn(RowFilter):
    """Double: keeps every text, and ends its whole process when one contains a word, as a crash in native code does."""

    name = "testing_die_on"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    word: str = Field(default="die", description="A text that contains this ends the process.")
    once: str | None = Field(default=None, description="A file; it is made at the first death, and there is no second.")

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """True for every text, if the process lives."""
        if any(self.word in text for text in batch.texts(self.column).drop_nulls()):
            self._die()
        return {"alive": batch.texts(self.column).is_not_null()}

    def keep(self) -> Mapping[str, Rule]:
        """All."""
        return {"alive": OneOf.of([True, False])}

    def _die(self) -> None:
        if self.once is None:
            os._exit(1)
        if not Path(self.once).exists():
            Path(self.once).touch()
            os._exit(1)

    @classmethod
    def example(cls) -> Example:
        """A row that does no harm."""
        return Example(rows=["quiet"], kept=[0])


class AddSummary(DatasetOperator):
    """Double: keeps every row and creates one more at the end, whose text counts them."""

    name = "testing_add_summary"
    kind = "generate"
    effect = "create"
    sketch_bytes = 40
    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    def writes(self) -> dict[str, DType]:
        """The text column."""
        return {self.column: "text"}

    def sketch(self, batch: Batch, state: Any) -> pl.DataFrame:
        """Only the row ids."""
        return batch.frame.select(ROW)

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        """Everything is kept; one row is created."""
        created = pl.DataFrame({self.column: [f"{sketches.height} rows"], "parents": [sketches[ROW].head(1).to_list()]})
        return Verdict(sketches.with_columns(fate=pl.lit("kept")), created=created)

    @classmethod
    def example(cls) -> Example:
        """Two rows and the one created."""
        return Example(rows=["a", "b"], out=["a", "b", "2 rows"])
