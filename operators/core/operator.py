"""The contract of an operator: options as fields, rows in, an outcome out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from .batch import Batch
from .columns import Reads, Writes, markers
from .context import Context
from .outcome import Fetch, Outcome, Verdict
from .schema import DType, Schema

Kind = Literal["generate", "evaluate", "filter", "refine"]
Scope = Literal["row", "dataset"]
Effect = Literal["same", "subset", "reorder", "expand", "create"]
OrderHint = Literal["reads_lines", "reads_words", "removes_markup"]
"""What a step's place among others hangs on: a rule about lines, a rule that takes every word for prose, a step after
which no markup is left."""
Need = Literal["llm", "embedder", "index", "network", "sandbox", "database"]

RESERVED_OPTIONS = frozenset(
    {"where", "config", "schema", "copy", "json", "dict", "callbacks", "run_manager", "self", "cls", "id", "step"}
    | {name for name in dir(BaseModel) if not name.startswith("_")}
)


@dataclass(frozen=True)
class Example:
    """What an operator does, as data: it documents, and the contract tests run it.

    Args:
        options: the options it is built with.
        rows: rows in; a plain text stands for `{"text": …}`.
        kept: for filters, the indexes of the rows that go on, unchanged.
        out: for all others, the rows that come out; a plain text stands for `{"text": …}`.
        replies: what a scripted model answers, in order.
        facts: for operators that find something out about the data as a whole, what they find among other things.
        files: the contents of the files that resources are bound to, by the names of the resources.
    """

    rows: list[Any]
    options: dict[str, Any] = field(default_factory=dict)
    kept: list[int] | None = None
    out: list[Any] | None = None
    replies: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def input_rows(self) -> list[dict[str, Any]]:
        """The rows in, each as an object."""
        return [_as_row(row) for row in self.rows]

    def bound_in(self, folder: Path) -> dict[str, str]:
        """The resources of `files`, written to a folder: each name with its path."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return {name: str(folder / name) for name in self.files}

    def expected(self) -> list[dict[str, Any]]:
        """The rows that must come out."""
        if self.kept is not None:
            return [_as_row(self.rows[i]) for i in self.kept]
        return [_as_row(row) for row in self.out or []]


class Operator(BaseModel):
    """Base of all operators: a frozen model whose fields are its options.

    A class that sets `name` is registered under it. Options must not take the names in `RESERVED_OPTIONS`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    registry: ClassVar[dict[str, type["Operator"]]] = {}

    name: ClassVar[str]
    version: ClassVar[int] = 1
    kind: ClassVar[Kind]
    scope: ClassVar[Scope]
    effect: ClassVar[Effect]
    needs: ClassVar[tuple[Need, ...]] = ()
    phrases: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[tuple[str, ...]] = ()
    stochastic: ClassVar[bool] = False
    order_hints: ClassVar[tuple[OrderHint, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        taken = RESERVED_OPTIONS & set(cls.model_fields)
        if taken:
            raise TypeError(f"{cls.__qualname__}: an option may not be called {', '.join(sorted(taken))}")
        if "name" not in cls.__dict__:
            return
        known = Operator.registry.get(cls.name)
        if known and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"an operator named {cls.name!r} exists already, in {known.__module__}")
        Operator.registry[cls.name] = cls

    def row_effect(self) -> Effect:
        """What happens to the number and order of rows; override where options decide."""
        return self.effect

    def reads(self) -> dict[str, tuple[DType, ...]]:
        """The columns that must exist, each with the types it may have; from the options that name columns."""
        wanted: dict[str, tuple[DType, ...]] = {}
        for option in type(self).model_fields:
            for mark in markers(type(self), option):
                if isinstance(mark, Reads):
                    wanted.update(dict.fromkeys(_names(getattr(self, option)), mark.dtypes))
        return wanted

    def writes(self) -> dict[str, DType]:
        """The columns that are written, each with its type; text for the options marked `OutputColumn`."""
        return {
            column: "text"
            for option in type(self).model_fields
            if any(isinstance(mark, Writes) for mark in markers(type(self), option))
            for column in _names(getattr(self, option))
        }

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """The columns after this step; override where columns are removed or renamed."""
        for column, dtype in self.writes().items():
            schema = schema.with_column(column, dtype)
        return schema

    def check_schema(self, schema: Schema) -> list[str]:
        """What is wrong with these columns for the options, one sentence each, beyond what `reads()` says."""
        return []

    def prompts(self) -> dict[str, str]:
        """The prompts sent to a model, by what they are for; shown to people, and part of what decides results."""
        return {}

    def calls(self, rows: int) -> tuple[int, int]:
        """Fewest and most requests to a model for so many rows, those repeated for an invalid reply left out."""
        return 0, 0

    def fan_out(self) -> int:
        """Most rows that go on for one that comes in, as far as the options tell; 1 where the data decides."""
        return 1

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        """Content hashes of the resources this step depends on, so that a changed one is noticed."""
        return {}

    def open(self, ctx: Context) -> Any:
        """Load what a worker needs: a model, a word list. Called once a worker; never kept on self."""
        return None

    @classmethod
    def example(cls) -> Example:
        """Options, rows in and rows out; shown in the catalogue and run by the contract tests."""
        raise TypeError(f"{cls.__qualname__} has no example(); every operator shows one")


class RowOperator(Operator):
    """An operator that looks at one row at a time; batches only save overhead."""

    scope = "row"

    def apply(self, batch: Batch, state: Any) -> Outcome:
        """Treat some rows. The result for a row never depends on the other rows of the batch.

        Raises:
            Exception: the engine halves the batch down to the row, which has failed.
        """
        raise TypeError(f"{type(self).__qualname__} does not implement apply()")


class DatasetOperator(Operator):
    """An operator that decides over all rows at once, in bounded memory: sketch, decide, rewrite."""

    scope = "dataset"
    sketch_bytes: ClassVar[int]
    """About how many bytes of memory one row costs at the barrier; shown by `operators show`."""

    def sketch(self, batch: Batch, state: Any) -> pl.DataFrame:
        """What must be known of each row for the decision (hash, signature, sort key), with `_row`, in order."""
        raise TypeError(f"{type(self).__qualname__} does not implement sketch()")

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        """The fate of every row, from the sketches of all rows in input order; `fetch` reads single rows back."""
        raise TypeError(f"{type(self).__qualname__} does not implement decide()")

    def rewrite(self, batch: Batch, records: pl.DataFrame) -> Outcome:
        """Apply the verdict to some rows; `records` are those of the verdict for just these rows, in their order."""
        return Outcome(batch.filter(records["fate"] == "kept"), records)


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, NoneType):
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _as_row(row: Any) -> dict[str, Any]:
    return {"text": row} if isinstance(row, str) else dict(row)
