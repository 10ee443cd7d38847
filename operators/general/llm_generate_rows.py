"""Create new rows after the example of those that are there."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import comb
from typing import Annotated, Any, ClassVar, Self

import polars as pl
from pydantic import BaseModel, Field, StringConstraints, create_model, model_validator

from ..core import (
    ROW,
    Asking,
    Batch,
    Context,
    DatasetOperator,
    DType,
    Example,
    Fetch,
    Outcome,
    Request,
    Schema,
    Usage,
    Verdict,
    ask_for,
    converse,
)
from ..core.asking import model_of
from ..core.columns import ColumnName, Reads
from ..core.prompts import DATA_RULE, as_data
from ._prompts import EXAMPLES, INSTRUCTION, NEW_ROW, NEW_ROW_ALONE, NO_EXAMPLES, TOPIC

_USABLE = "usable"
_AGAIN = 3
"""How often a wanted row is drawn again with other examples."""
_AT_ONCE = 512
"""Wanted rows that are asked for side by side, which bounds what is in memory."""

Values = tuple[str, ...]
TextColumns = Annotated[tuple[ColumnName, ...], Field(min_length=1), Reads(("text",))]


class LLMGenerateRows(DatasetOperator):
    """Create new rows, each by a model that is shown a few of the rows that are there.

    All rows are kept, in order, and `count` new ones follow them, with texts in `columns` and nothing else; their
    parents are the rows that the model was shown. For each new row `examples` rows are drawn that have a text in all of
    these columns; the draws follow the workflow's seed, and none is repeated as long as there are others. Examples are
    delimited as data that the model is told never to obey. Without examples the model is only told `topic` and
    `instruction`. Data in which no row can be an example gets no new rows.

    A reply that is not of the wanted form goes back with the reason, twice at most. A new row without a valid reply, or
    equal to another new row or to an example but for white space around it, is drawn again with other examples, 3 times
    at most. How many rows are missing after that is a warning of the report.
    """

    name = "llm_generate_rows"
    kind = "generate"
    effect = "create"
    needs = ("llm",)
    stochastic: ClassVar[bool] = True
    sketch_bytes = 60
    phrases = (
        "generate 100 new rows from examples with an LLM",
        "few-shot generate more rows like these",
        "create new instructions in the style of the data",
        "synthesize more examples with a language model",
        "add 500 synthetic rows",
        "augment the data with new LLM examples",
        "self-instruct from seed instructions",
        "make up new rows about a topic",
    )

    count: int = Field(ge=1, le=1_000_000, description="New rows wanted.")
    columns: TextColumns = Field(
        default=("text",), description="Columns of texts that examples show and that new rows have."
    )
    examples: int = Field(default=3, ge=0, le=50, description="Rows shown for each new row; 0 for none.")
    instruction: str | None = Field(default=None, min_length=1, description="What a new row should be, in plain words.")
    topic: str | None = Field(default=None, min_length=1, description="What new rows are about.")
    temperature: float = Field(default=0.9, ge=0, le=2, description="0 for the likeliest reply, more for variety.")
    max_tokens: int = Field(default=1024, ge=1, description="Most tokens of a reply; a reply that is cut off is none.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.examples == 0 and not (self.instruction or self.topic):
            raise ValueError("without examples nothing says what a row is; set topic or instruction")
        if self.examples == 0 and self.count > 1 and self.temperature == 0:
            raise ValueError("without examples and with temperature 0 all rows would be the same; raise temperature")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns names a column twice")
        return self

    def calls(self, rows: int) -> tuple[int, int]:
        return self.count, self.count * (1 + _AGAIN)

    def prompts(self) -> dict[str, str]:
        return {"system": self._system(), "prompt": EXAMPLES if self.examples else NO_EXAMPLES}

    def reads(self) -> dict[str, tuple[DType, ...]]:
        """The columns of the examples."""
        return super().reads() if self.examples else {}

    def writes(self) -> dict[str, DType]:
        """The columns of the new rows."""
        return dict.fromkeys(self.columns, "text")

    def check_schema(self, schema: Schema) -> list[str]:
        return [
            f"column {name!r} holds {schema[name].dtype} values, but new rows have texts; leave it out of columns"
            for name in self.columns
            if name in schema and schema[name].dtype != "text"
        ]

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        usable = pl.Series(_USABLE, [bool(self.examples)] * len(batch), dtype=pl.Boolean)
        for column in self.columns if self.examples else ():
            usable &= batch.texts(column).str.strip_chars().fill_null("") != ""
        return batch.frame.select(ROW, usable.alias(_USABLE))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        records = sketches.select(ROW, fate=pl.lit("kept"))
        ids = sketches.filter(_USABLE)[ROW].to_list()
        if self.examples and not ids:
            warning = f"no row has a text in {', '.join(self.columns)}, so there is no example for new rows"
            return Verdict(records, created=self._frame([]), warnings=[warning])
        making = _Making(self, ctx, fetch, _Draws(ids, self.examples, ctx.seed))
        made = [row for start in range(0, self.count, _AT_ONCE) for row in making.rows(start, self.count)]
        missing = self.count - len(made)
        warning = f"{missing} of {self.count} new rows are missing, since no reply for them was of use"
        if making.why:
            warning += f"; the last: {making.why}"
        return Verdict(records, created=self._frame(made), warnings=[warning] if missing else [], usage=making.usage)

    def rewrite(self, batch: Batch, records: pl.DataFrame) -> Outcome:
        for column in self.columns:
            if column not in batch.schema:
                batch = batch.with_values(column, [None] * len(batch), "text")
        return super().rewrite(batch, records)

    def request(self, examples: Sequence[Values], sample: int) -> Request:
        """What is asked for a new row.

        Args:
            examples: the values of `columns` in each row that is shown.
            sample: how often the same was asked before.
        """
        shown = "\n\n".join(
            "\n".join(as_data(column, value) for column, value in zip(self.columns, one, strict=True))
            for one in examples
        )
        said = EXAMPLES.format(examples=shown) if examples else NO_EXAMPLES
        return Request(said, f"{self._system()}\n\n{DATA_RULE}", None, self.temperature, self.max_tokens, sample=sample)

    def _system(self) -> str:
        return (NEW_ROW if self.examples else NEW_ROW_ALONE).format(
            topic=TOPIC.format(topic=self.topic) if self.topic else "",
            instruction=INSTRUCTION.format(instruction=self.instruction) if self.instruction else "",
            columns=", ".join(f'"{name}"' for name in self.columns),
        )

    def _frame(self, made: "Sequence[tuple[Values, tuple[str, ...]]]") -> pl.DataFrame:
        columns: dict[str, Any] = {
            name: pl.Series([values[at] for values, _ in made], dtype=pl.String) for at, name in enumerate(self.columns)
        }
        parents = pl.Series([[*ids] for _, ids in made], dtype=pl.List(pl.String))
        return pl.DataFrame({**columns, "parents": parents})

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"count": 1, "examples": 2},
            rows=["Name three rivers.", "Name two lakes."],
            out=["Name three rivers.", "Name two lakes.", "Name four seas."],
            replies=['{"text": "Name four seas."}'],
        )


class _Draws:
    """Sets of row ids, drawn from a seed; none is drawn twice as long as there are others."""

    def __init__(self, ids: Sequence[str], size: int, seed: int) -> None:
        self._ids, self._size = ids, min(size, len(ids))
        self._possible = comb(len(ids), self._size)
        self._chance = random.Random(f"llm_generate_rows:{seed}")
        self._drawn: dict[frozenset[int], int] = {}

    def next(self) -> tuple[tuple[str, ...], int]:
        """The ids of a set, and how often it was drawn before."""
        found = self._chance.sample(range(len(self._ids)), self._size)
        while len(self._drawn) < self._possible and frozenset(found) in self._drawn:
            found = self._chance.sample(range(len(self._ids)), self._size)
        times = self._drawn.get(frozenset(found), 0)
        self._drawn[frozenset(found)] = times + 1
        return tuple(self._ids[at] for at in found), times


@dataclass
class _Making:
    """Makes new rows in rounds, since the order in which replies come must not decide which of two equals stays."""

    operator: LLMGenerateRows
    ctx: Context
    fetch: Fetch
    draws: _Draws
    usage: Usage = field(default_factory=Usage)
    why: str = ""
    _known: set[Values] = field(default_factory=set)

    def rows(self, start: int, stop: int) -> Iterator[tuple[Values, tuple[str, ...]]]:
        """The values and the parents of some of the new rows; those that no reply could be had for are left out."""
        wanted = [*range(start, min(start + _AT_ONCE, stop))]
        made: dict[int, tuple[Values, tuple[str, ...]]] = {}
        for _ in range(1 + _AGAIN):
            drawn = {number: self.draws.next() for number in wanted}
            for number, values in zip(wanted, self._told([*drawn.values()]), strict=True):
                if values is not None and self._is_new(values):
                    made[number] = values, drawn[number][0]
            wanted = [number for number in wanted if number not in made]
            if not wanted:
                break
        yield from (made[number] for number in sorted(made))

    def _told(self, drawn: Sequence[tuple[tuple[str, ...], int]]) -> list[Values | None]:
        shown = self._examples([row for ids, _ in drawn for row in ids])
        self._known |= {_stripped(values) for values in shown.values()}
        talks = [self._talk([shown[row] for row in ids], times) for ids, times in drawn]
        told = converse(model_of(self.ctx, self.operator.name).llm, talks, self.ctx.seed)
        self.usage += told.usage
        if told.failed:
            self.why = str(told.failed[max(told.failed)])
        return told.values

    def _talk(self, examples: Sequence[Values], times: int) -> Asking[Values]:
        columns = self.operator.columns
        reply = yield from ask_for(_reply_model(columns), self.operator.request(examples, times))
        return tuple(getattr(reply, _field(at)) for at in range(len(columns)))

    def _is_new(self, values: Values) -> bool:
        if _stripped(values) in self._known:
            self.why = "a row that was there already"
            return False
        self._known.add(_stripped(values))
        return True

    def _examples(self, ids: Sequence[str]) -> Mapping[str, Values]:
        unique = [*dict.fromkeys(ids)]
        if not unique:
            return {}
        found = self.fetch(unique, self.operator.columns)
        return {row: tuple(values) for row, *values in found.select(ROW, *self.operator.columns).iter_rows()}


@lru_cache(maxsize=64)
def _reply_model(columns: tuple[str, ...]) -> type[BaseModel]:
    text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
    fields: dict[str, Any] = {_field(at): (text, Field(alias=name)) for at, name in enumerate(columns)}
    return create_model("NewRow", **fields)


def _field(at: int) -> str:
    """A name that no attribute of a model has, whatever a column is called."""
    return f"column_{at}"


def _stripped(values: Values) -> Values:
    return tuple(value.strip() for value in values)
