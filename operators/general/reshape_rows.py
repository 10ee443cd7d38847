"""Change which columns rows have, and the shape of what they hold."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self, get_args

import polars as pl
from pydantic import Field, field_validator, model_validator

from ..core import (
    ABSENT,
    INTERNAL,
    Batch,
    DType,
    Example,
    Outcome,
    OutputColumn,
    RowError,
    RowOperator,
    Schema,
)
from ..core.columns import ColumnName
from ..core.families import OnNull
from ..core.operator import Effect
from ..core.schema import DTYPES
from ..core.templates import Template, TemplateText
from ._fates import EXPANDED, KEPT, Ending, failure, records_of, succeeded, without_value
from ._values import as_json, as_texts, as_values, encoded, nested_json

Action = Literal["select", "drop", "rename", "parse", "explode", "template"]
ACTIONS: tuple[Action, ...] = get_args(Action)
_WITH_OUTPUT = ("parse", "explode", "template")


class ReshapeRows(RowOperator):
    """Select, drop, rename, parse, explode or join columns.

    A step does one of these, whichever option is given; several are several steps. So the order is that of the
    workflow, no rule has to be known about which comes first and whether a name is the old or the new one, and each
    step says of its own what it lacks. Steps side by side are one pass over the data all the same. A column that is
    named and not there is a fault before the run.

    - `select` keeps only these columns, in this order; `drop` removes these.
    - `rename` gives new names to columns in their places, all at once, so two can swap theirs. A new name that another
      column has is a fault.
    - `parse` reads JSON text into lists and objects. A text that is no JSON, or neither list nor object, fails its row
      (`invalid_json`); the text `null` is null. What is parsed already stays.
    - `explode` makes a row of each element of a list, as children in its place with all other columns; an element that
      is null makes one too. A row with an empty list has no child, and is treated as a row without a value.
    - `template` writes a text made of other columns: `{name}` stands for a value, `{{` and `}}` for braces. Texts are
      put in as they are, everything else as JSON; braces in a value mean nothing.

    Order is kept. Rows without a value (null, absent, of another type, for `explode` an empty list, for `template` any
    of its columns unless `null_text` is given) fall under `on_null`; by default they stay, with what they hold, an
    empty list as null.
    """

    name = "reshape_rows"
    kind = "refine"
    effect = "same"
    phrases = (
        "select columns",
        "drop the column url",
        "remove unneeded columns",
        "rename the column content to text",
        "parse the JSON column",
        "explode the list column into one row per element",
        "one row for each item of the list",
        "join title and body into one column",
        "combine columns into one text with a template",
        "unnest a list column",
        "the field content must be called text",
        "call the column body description",
        "each element of the list in a row of its own",
    )

    select: tuple[ColumnName, ...] | None = Field(
        default=None, min_length=1, description="Columns to keep, in this order."
    )
    drop: tuple[ColumnName, ...] | None = Field(default=None, min_length=1, description="Columns to remove.")
    rename: dict[ColumnName, ColumnName] | None = Field(
        default=None, min_length=1, description="New names by the old ones, such as {body: text}."
    )
    parse: ColumnName | None = Field(default=None, description="Column of JSON texts to read into lists and objects.")
    explode: ColumnName | None = Field(default=None, description="Column of lists to make one row per element of.")
    template: TemplateText | None = Field(
        default=None, min_length=1, description='Text to write, such as "{title}\\n{body}"; {{ and }} are braces.'
    )
    output: OutputColumn | None = Field(
        default=None,
        description="Column that parse, explode and template write to; by default the column itself, `text` for a "
        "template.",
    )
    null_text: str | None = Field(
        default=None, description="What a template shows for a value that is null or absent; null: see `on_null`."
    )
    on_null: OnNull = Field(
        default="keep", description="What happens to rows without a value to parse, explode or put into a template."
    )

    @field_validator("rename")
    @classmethod
    def _one_each(cls, rename: dict[str, str] | None) -> dict[str, str] | None:
        news = list((rename or {}).values())
        twice = sorted({new for new in news if news.count(new) > 1})
        if twice:
            raise ValueError(f"several columns cannot all be called {', '.join(map(repr, twice))}")
        return rename

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [action for action in ACTIONS if getattr(self, action) is not None]
        if len(given) != 1:
            got = " and ".join(given) or "none"
            raise ValueError(f"give exactly one of {', '.join(ACTIONS)}, got {got}; several are several steps")
        if self.output is not None and given[0] not in _WITH_OUTPUT:
            raise ValueError(f"output goes with {', '.join(_WITH_OUTPUT)}, not with {given[0]}")
        if self.null_text is not None and given[0] != "template":
            raise ValueError(f"null_text goes with template, not with {given[0]}")
        return self

    def row_effect(self) -> Effect:
        return "expand" if self.explode is not None else "same"

    def reads(self) -> dict[str, tuple[DType, ...]]:
        """The columns of the one action; the options are not marked as columns, so that none is bound by itself."""
        if self.parse is not None:
            return {self.parse: ("text",)}
        if self.explode is not None:
            return {self.explode: ("nested",)}
        named = self.select or self.drop or self.rename or Template.parse(self.template or "").columns
        return dict.fromkeys(named, DTYPES)

    def writes(self) -> dict[str, DType]:
        """For `rename` the new names, as `json`: their types are those of the old ones, see `output_schema`."""
        if self.rename is not None:
            return dict.fromkeys(self.rename.values(), "json")
        if self.parse is not None:
            return {self.output or self.parse: "nested"}
        if self.explode is not None:
            return {self.output or self.explode: "json"}
        return {} if self.template is None else {self._template_column: "text"}

    def check_schema(self, schema: Schema) -> list[str]:
        taken = [new for old, new in (self.rename or {}).items() if new in schema and new not in (self.rename or {})]
        faults = [
            f"{old!r} cannot be renamed to {new!r}, since there is a column of that name; rename or drop it first"
            for old, new in (self.rename or {}).items()
            if new in taken
        ]
        if self.drop is not None and not schema.without(self.drop).names:
            faults.append("no column would be left; drop fewer")
        return faults

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        if self.select is not None:
            return Schema(columns=tuple(schema[name] for name in dict.fromkeys(self.select)))
        if self.drop is not None:
            return schema.without(self.drop)
        if self.rename is not None:
            return schema.renamed(self.rename)
        if self.parse is not None:
            # A column of several types keeps what is no text, so it still holds several.
            mixed = self._in_place(self.parse) and schema[self.parse].dtype != "text"
            return schema.with_column(self.output or self.parse, "json" if mixed else "nested", encoded=True)
        if self.explode is not None:
            return schema.with_column(self.output or self.explode, "json")
        target = self._template_column
        mixed = target in schema and schema[target].dtype != "text"
        return schema.with_column(target, "json" if mixed else "text")

    def apply(self, batch: Batch, state: None) -> Outcome:
        if self.parse is not None:
            return self._parsed(batch, self.parse)
        if self.explode is not None:
            return self._exploded(batch, self.explode)
        if self.template is not None:
            return self._joined(batch, Template.parse(self.template))
        return Outcome(self._relabelled(batch))

    @property
    def _template_column(self) -> str:
        return self.output or "text"

    def _in_place(self, column: str) -> bool:
        return self.output in (None, column)

    def _relabelled(self, batch: Batch) -> Batch:
        after = self.output_schema(batch.schema, {})
        new_names = {name: (self.rename or {}).get(name, name) for name in batch.schema.names}
        old_names = {new: old for old, new in new_names.items()}
        there = {old_names[name]: name for name in after.names}
        columns = [batch.frame[old].alias(new) for old, new in there.items()]
        absent = _absent_under(batch.frame[ABSENT], there)
        frame = batch.frame.select(INTERNAL).with_columns(absent, *columns)
        return Batch(frame.select(*INTERNAL, *after.names), after)

    def _parsed(self, batch: Batch, column: str) -> Outcome:
        texts = batch.texts(column)
        others = [None] * len(batch) if batch.schema[column].dtype == "text" else as_json(batch, column)
        found: list[str | None] = []
        endings = []
        for text, other in zip(texts, others, strict=True):
            value, ending = (other if self._in_place(column) else None), KEPT
            if text is not None:
                try:
                    value = nested_json(text)
                except RowError as error:
                    ending = failure(error)
            elif other is not None and other[0] in "[{":
                value = other
            else:
                ending = without_value(self.on_null)
            found.append(value)
            endings.append(ending)
        written = pl.Series(found, dtype=pl.String)
        after = self.output_schema(batch.schema, {})
        return _settled(batch, batch.with_values(self.output or column, written, "json").with_schema(after), endings)

    def _joined(self, batch: Batch, template: Template) -> Outcome:
        columns = [as_texts(batch, column) for column in template.columns]
        texts: list[str | None] = []
        for row in zip(*columns, strict=True) if columns else [()] * len(batch):
            values = [self.null_text if value is None else value for value in row]
            known = [value for value in values if value is not None]
            texts.append(template.fill(known) if len(known) == len(values) else None)
        missing = without_value(self.on_null)
        endings = [missing if text is None else KEPT for text in texts]
        rows = batch.with_texts(self._template_column, pl.Series(texts, dtype=pl.String))
        return _settled(batch, rows, endings)

    def _exploded(self, batch: Batch, column: str) -> Outcome:
        elements = [_elements(value) for value in as_values(batch, column)]
        endings = [EXPANDED if made else without_value(self.on_null, why) for made, why in elements]
        next_rows = succeeded(batch, endings, [len(made) for made, _ in elements])
        values: list[str | None] = []
        kept = as_json(batch, column) if self._in_place(column) else [None] * len(batch)
        for at, (ending, (made, _)) in enumerate(zip(endings, elements, strict=True)):
            if ending is EXPANDED:
                values += encoded(made).to_list()
            elif ending is KEPT:
                values.append(None if kept[at] == "[]" else kept[at])
        rows = next_rows.rows.with_values(self.output or column, pl.Series(values, dtype=pl.String), "json")
        return Outcome(rows, records_of(batch, endings), next_rows.births)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"template": "{title}\n{body}", "output": "text"},
            rows=[{"title": "A title", "body": "Its {body}."}, {"title": None, "body": "Only this."}],
            out=[
                {"title": "A title", "body": "Its {body}.", "text": "A title\nIts {body}."},
                {"title": None, "body": "Only this.", "text": None},
            ],
        )


def _settled(batch: Batch, rows: Batch, endings: list[Ending]) -> Outcome:
    if all(ending is KEPT for ending in endings):
        return Outcome(rows)
    records = records_of(batch, endings)
    return Outcome(rows.filter(records["fate"] == "kept"), records)


def _elements(value: Any) -> tuple[list[Any], str]:
    """The elements of a list, or why there is none."""
    if isinstance(value, list):
        return value, "empty_list"
    return [], "no_value" if value is None else "not_a_list"


def _absent_under(absent: pl.Series, names: Mapping[str, str]) -> pl.Series:
    """What rows lack, by the new names; columns that are gone are lacked by none."""
    if absent.null_count() == len(absent):
        return absent
    return pl.Series(ABSENT, [_renamed(lacks or (), names) or None for lacks in absent.to_list()], dtype=absent.dtype)


def _renamed(lacks: Iterable[str], names: Mapping[str, str]) -> list[str]:
    return [names[name] for name in lacks if name in names]
