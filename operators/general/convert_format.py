"""Bring questions and answers into the formats that trainers read."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import (
    Batch,
    Column,
    DType,
    Example,
    Outcome,
    OutputColumn,
    RowError,
    RowOperator,
    Schema,
    Text,
    require_text,
)
from ..core.columns import ColumnName, Reads
from ..core.families import OnNull
from ..core.operator import Effect
from ._conversations import WRITERS, Conversation, of_messages, of_question, of_sharegpt
from ._fates import EXPANDED, KEPT, NO_VALUE, Ending, failure, records_of, succeeded, without_value
from ._values import as_values, encoded

_Nested = Annotated[ColumnName, Reads(("nested",))]
Source = Literal["columns", "alpaca", "sharegpt", "messages", "pairs"]
Target = Literal["messages", "sharegpt", "alpaca", "pretrain"]

_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "columns": {"question": "question", "answer": "answer"},
    "alpaca": {"question": "instruction", "context": "input", "answer": "output"},
    "sharegpt": {"column": "conversations"},
    "messages": {"column": "messages"},
    "pairs": {"column": "QA_pairs"},
}
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "columns": ("question", "context", "answer", "system", "history"),
    "alpaca": ("question", "context", "answer", "system", "history"),
    "sharegpt": ("column", "system"),
    "messages": ("column", "system"),
    "pairs": ("column", "context", "system"),
}
_ONE_COLUMN = {"messages": "messages", "sharegpt": "conversations", "pretrain": "text"}


class ConvertFormat(RowOperator):
    """Write questions and answers, or conversations, in a format for training.

    `target` says which: `messages` (a list of `{role, content}`), `sharegpt` (`conversations`, a list of
    `{from, value}`), `alpaca` (`instruction`, `input`, `output`) or `pretrain` (one `text`). `source` says what the
    rows hold now: `columns` with a question and an answer, one of the formats, or `pairs`, a list of
    `{question, answer}` a row, each of which becomes a child row in its place.

    The context goes to `input` in alpaca and behind the question elsewhere, with `separator` between them; `pretrain`
    joins all that was said with it and leaves roles out. Alpaca also gets `system` and `history` where the source can
    have them; from conversations it takes pairs of user and assistant, the last one as instruction and output.
    Between messages and sharegpt every entry keeps its other keys, such as `tool_calls`, and there and back is the
    same. In sharegpt human and user, gpt and assistant, tool and observation mean the same.

    Rows keep their order and their other columns, the converted ones too, unless `keep_columns` is off; only a column
    of pairs goes, since every child would repeat it. Rows without what is needed (null, absent, of another type) fall
    under `on_null`; by default they fail. An empty list of pairs drops its row (`no_children`). A conversation that is
    broken fails its row (`malformed_conversation`): an entry without a known role or without a text, or no entry at
    all; so does one without pairs that is to be alpaca (`not_in_pairs`), and a pair without its two texts
    (`malformed_pairs`). Empty texts are texts; an empty context, system or history is none.
    """

    name = "convert_format"
    kind = "generate"
    effect = "same"
    phrases = (
        "convert to alpaca format",
        "convert to sharegpt conversations",
        "export as chat messages with roles",
        "turn question and answer into a training format",
        "make instruction, input and output columns",
        "convert sharegpt to messages",
        "convert to pretraining text",
        "extract the QA pairs, one row per pair",
        "openai chat format",
    )

    target: Target = Field(description="Format to write.")
    source: Source = Field(default="columns", description="What the rows hold now.")
    question: Column[Text] | None = Field(
        default=None, description="Column of the question; by default `question`, in alpaca `instruction`."
    )
    context: Column[Text] | None = Field(
        default=None, description="Column of what belongs to the question; by default none, in alpaca `input`."
    )
    answer: Column[Text] | None = Field(
        default=None, description="Column of the answer; by default `answer`, in alpaca `output`."
    )
    system: Column[Text] | None = Field(default=None, description="Column of the system prompt; by default none.")
    history: Column[_Nested] | None = Field(
        default=None, description="Column of earlier [question, answer] pairs; by default none."
    )
    column: Column[_Nested] | None = Field(
        default=None,
        description="Column of the conversation or the pairs; by default `conversations`, `messages` or `QA_pairs`.",
    )
    output: OutputColumn | None = Field(
        default=None, description="Column to write to; by default `messages`, `conversations` or `text`; not in alpaca."
    )
    separator: str = Field(
        default="\n", description="Text between a question and its context, and all parts of `pretrain`."
    )
    keep_columns: bool = Field(default=True, description="Keep all other columns; otherwise only the format's stay.")
    on_null: OnNull = Field(default="fail", description="What happens to rows without a question, answer or list.")

    @model_validator(mode="before")
    @classmethod
    def _usual_columns(cls, options: Any) -> Any:
        """Fill in the columns that the source usually has, so that they are checked and bound as if given."""
        if not isinstance(options, dict):
            return options
        return {**_DEFAULTS.get(str(options.get("source", "columns")), {}), **options}

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.source == self.target:
            raise ValueError(f"source and target are both {self.source}, so there is nothing to convert")
        every = ("question", "context", "answer", "system", "history", "column")
        allowed = _ALLOWED[self.source]
        strange = [option for option in every if getattr(self, option) is not None and option not in allowed]
        if strange:
            raise ValueError(
                f"{', '.join(strange)} cannot be given for the source {self.source}; it takes {', '.join(allowed)}"
            )
        needed = [option for option in _DEFAULTS[self.source] if option != "context" and getattr(self, option) is None]
        if needed:
            raise ValueError(f"{', '.join(needed)} must name a column for the source {self.source}")
        if self.output is not None and self.target == "alpaca":
            raise ValueError("alpaca has several columns with names of their own; leave output out")
        return self

    def row_effect(self) -> Effect:
        return "expand" if self.source == "pairs" else "same"

    def writes(self) -> dict[str, DType]:
        if self.target == "alpaca":
            several = self.source in ("sharegpt", "messages")
            columns: dict[str, DType] = dict.fromkeys(("instruction", "input", "output"), "text")
            if several or self.system is not None:
                columns["system"] = "text"
            if several or self.history is not None:
                columns["history"] = "nested"
            return columns
        return {self.output or _ONE_COLUMN[self.target]: "text" if self.target == "pretrain" else "nested"}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        if not self.keep_columns:
            schema = Schema()
        elif self.source == "pairs":
            schema = schema.without([self.column or ""])
        for column, dtype in self.writes().items():
            schema = schema.with_column(column, dtype, encoded=dtype == "nested")
        return schema

    def apply(self, batch: Batch, state: None) -> Outcome:
        made = [self._converted(row) for row in self._rows(batch)]
        endings = [ending for _, ending in made]
        next_rows = succeeded(batch, endings, [len(written) for written, _ in made])
        # A row that stays though nothing could be made of it gets nulls.
        filled = [one for written, ending in made for one in (written or [{}] * (ending is KEPT))]
        rows = next_rows.rows
        for (column, dtype), name in zip(self.writes().items(), self._names(), strict=True):
            values = [one.get(name) for one in filled]
            rows = rows.with_values(
                column, encoded(values) if dtype == "nested" else pl.Series(values, dtype=pl.String), dtype
            )
        births = next_rows.births if self.source == "pairs" else None
        after = self.output_schema(batch.schema, {})
        return Outcome(rows.with_schema(after), records_of(batch, endings), births)

    def _names(self) -> list[str]:
        """The names that the format itself has for the columns written."""
        return list(self.writes()) if self.target == "alpaca" else [_ONE_COLUMN[self.target]]

    def _rows(self, batch: Batch) -> list[dict[str, Any]]:
        """What is read of each row, by column."""
        names = list(self.reads())
        return [dict(zip(names, row, strict=True)) for row in zip(*(as_values(batch, n) for n in names), strict=True)]

    def _converted(self, row: Mapping[str, Any]) -> tuple[list[dict[str, Any]], Ending]:
        write = WRITERS[self.target]
        try:
            written = [write(conversation, self.separator) for conversation in self._conversations(row)]
        except RowError as error:
            return [], without_value(self.on_null) if error.reason == NO_VALUE else failure(error)
        if self.source != "pairs":
            return written, KEPT
        return written, EXPANDED if written else Ending("dropped", "no_children")

    def _conversations(self, row: Mapping[str, Any]) -> Iterator[Conversation]:
        system = _text(row, self.system)
        if self.column is None:
            question, answer = (_needed(row, column) for column in (self.question, self.answer))
            history = [] if self.history is None or row[self.history] is None else _list(row, self.history)
            made = of_question(question, answer, context=_text(row, self.context), history=history)
            yield made.with_system(system)
        elif self.source == "pairs":
            context = _text(row, self.context)
            for number, pair in enumerate(_list(row, self.column), 1):
                yield of_question(*_pair(number, pair), context=context, history=[]).with_system(system)
        else:
            read = of_messages if self.source == "messages" else of_sharegpt
            yield read(_list(row, self.column)).with_system(system)

    @classmethod
    def example(cls) -> Example:
        question = {"question": "2 + 2?", "answer": "4"}
        said = [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]
        return Example(options={"target": "messages"}, rows=[question], out=[{**question, "messages": said}])


def _needed(row: Mapping[str, Any], column: str | None) -> str:
    return require_text(dict(row), column or "")


def _text(row: Mapping[str, Any], column: str | None) -> str:
    """A text that may be missing; empty then."""
    return "" if column is None or row[column] is None else _needed(row, column)


def _list(row: Mapping[str, Any], column: str) -> list[Any]:
    value = row[column]
    if not isinstance(value, list):
        raise RowError(NO_VALUE, f"column {column!r} holds no list")
    return value


def _pair(number: int, pair: Any) -> tuple[str, str]:
    question, answer = (pair.get("question"), pair.get("answer")) if isinstance(pair, dict) else (None, None)
    if not isinstance(question, str) or not isinstance(answer, str):
        raise RowError("malformed_pairs", f"entry {number} is no object with the texts 'question' and 'answer'")
    return question, answer
