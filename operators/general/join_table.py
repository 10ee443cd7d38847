"""Add columns of a second table, found by key."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import Field, JsonValue, model_validator

from ..core import Batch, Context, DType, Example, Fault, InvalidInput, Outcome, RowOperator, Schema
from ..core.columns import ColumnName, Reads
from ..core.operator import Effect
from ..core.resources import file_fingerprint, resource_file
from ._fates import KEPT, Ending, records_of
from ._tables import Known, Lookup, keys_of, known_of, known_of_file, read_table, table_of

_WHAT = "table of join_table"
_KINDS: dict[DType, str] = {"text": "text", "integer": "numbers", "number": "numbers", "boolean": "true and false"}
_Keys = Annotated[tuple[ColumnName, ...], Reads((*_KINDS,))]


_SHOWN = 80
"""Most characters of a key that a message shows."""


class JoinTable(RowOperator):
    """Add columns of a second table to each row, from the row of the table that has the same key.

    The table is a resource, a file of JSON lines, JSON, CSV, TSV or Parquet, or given right here in `rows`. Its columns
    `table_keys` are compared with the columns `keys` here. Texts are the same when every character is, numbers when
    they are the same number (1 is 1.0), and a text is never a number: "007" is neither 7 nor "7". Where one side holds
    texts and the other numbers nothing could match, which is a fault before the run; with `compare: text` both are
    compared as they are written ("7" is 7 then, "007" and 7.0 are not), which is what the text of a CSV file wants.

    No row is added or doubled and order is kept. Rows without a partner, or without a value in one of the `keys`, fall
    under `unmatched`: they stay, with null in the new columns, go (`no_match`, `no_key`) or fail; the metric `matched`
    tells. What the table's row does not have is null. Two rows of the table with one key are a fault before the run,
    unless `duplicates` takes the first; rows of it without a key are never found. A new column that is here already is
    a fault: give a `prefix`, or name the `columns` to add.

    Each worker holds the table's keys and the columns added in memory, about 200 bytes a row beside the values added.
    """

    name = "join_table"
    kind = "generate"
    effect = "same"
    phrases = (
        "join with a second table by id",
        "add columns from another table",
        "look up the category in a table",
        "merge metadata by key from a csv",
        "left join on the key",
        "enrich rows with a lookup table",
        "attach the label of each id from a second dataset",
        "inner join with the table",
    )

    table: str | None = Field(
        default=None, min_length=1, description="Name of a resource bound to the table: .jsonl, .json, .csv, .parquet …"
    )
    rows: tuple[dict[str, JsonValue], ...] | None = Field(
        default=None, min_length=1, description="A small table given right here, in place of `table`."
    )
    keys: _Keys = Field(min_length=1, description="Key columns of the rows; all of them must be the same.")
    table_keys: tuple[ColumnName, ...] | None = Field(
        default=None, description="Key columns of the table, in the order of `keys`; the same names when not given."
    )
    columns: tuple[ColumnName, ...] | None = Field(
        default=None, min_length=1, description="Columns of the table to add; by default all but its keys."
    )
    prefix: str = Field(default="", description="What the names of the added columns begin with here.")
    unmatched: Literal["keep", "drop", "fail"] = Field(
        default="keep", description="What happens to rows without a partner: they stay with nulls, go, or fail."
    )
    duplicates: Literal["fail", "first"] = Field(
        default="fail", description="When rows of the table have one key: a fault, or take the first."
    )
    compare: Literal["value", "text"] = Field(
        default="value", description="Compare keys as values with their types, or as they are written."
    )

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        if (self.table is None) == (self.rows is None):
            raise ValueError("give either table, the name of a resource, or rows")
        if self.table_keys is not None and len(self.table_keys) != len(self.keys):
            raise ValueError(
                f"table_keys has {len(self.table_keys)} columns and keys {len(self.keys)}; give one for each"
            )
        return self

    def row_effect(self) -> Effect:
        return "subset" if self.unmatched == "drop" else "same"

    def writes(self) -> dict[str, DType]:
        """The added columns as far as they are known without the resource; those of one as `json`, any type."""
        if self.rows is not None:
            table = table_of(self.rows, _WHAT).schema
            return {new: table[old].dtype for old, new in self._added(table).items() if old in table}
        return {f"{self.prefix}{column}": "json" for column in self.columns or ()}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """The columns with those of the table, which is read for this.

        Raises:
            InvalidInput: the table is not there, cannot be read, or does not fit.
        """
        known = self._known(resources)
        faults = self._faults(schema, known)
        if faults:
            raise InvalidInput(faults)
        for old, new in self._added(known.schema).items():
            schema = schema.with_column(new, known.schema[old].dtype, encoded=known.schema[old].encoded)
        return schema

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        return {} if self.table is None else {self.table: file_fingerprint(self.table, resources, _WHAT)}

    def open(self, ctx: Context) -> Lookup:
        table = self._read(ctx.resources)
        keys = keys_of(table, self._table_keys, as_text=self.compare == "text")
        return Lookup.of(table, keys, self._added(table.schema))

    def apply(self, batch: Batch, state: Lookup) -> Outcome:
        keys = keys_of(batch, self.keys, as_text=self.compare == "text")
        found = state.find(keys)
        rows = state.beside(batch, found)
        endings = [KEPT if place is not None else self._alone(key) for place, key in zip(found, keys, strict=True)]
        matched = pl.Series("matched", [place is not None for place in found], dtype=pl.Boolean)
        records = records_of(batch, endings).with_columns(matched)
        return Outcome(rows.filter(records["fate"] == "kept"), records)

    @property
    def _table_keys(self) -> tuple[str, ...]:
        return self.table_keys or self.keys

    def _added(self, table: Schema) -> dict[str, str]:
        """The names of the added columns, here by those in the table."""
        names = self.columns or [name for name in table.names if name not in self._table_keys]
        return {name: f"{self.prefix}{name}" for name in names}

    def _alone(self, key: tuple[str, ...] | None) -> Ending:
        """The fate of a row without a partner."""
        if self.unmatched == "keep":
            return KEPT
        fate: Literal["dropped", "failed"] = "dropped" if self.unmatched == "drop" else "failed"
        if key is None:
            return Ending(fate, "no_key", f"no value in {' or '.join(self.keys)}")
        shown = ", ".join(repr(part.removeprefix('"')) if part.startswith('"') else part for part in key)
        return Ending(fate, "no_match", f"no row of the table has the key {shown[:_SHOWN]}")

    def _read(self, resources: Mapping[str, str]) -> Batch:
        if self.table is None:
            return table_of(self.rows or (), _WHAT)
        needed = None if self.columns is None else {*self._table_keys, *self.columns}
        return read_table(resource_file(self.table, resources, _WHAT), f"the table {self.table!r}", needed)

    def _known(self, resources: Mapping[str, str]) -> Known:
        as_text = self.compare == "text"
        if self.table is None:
            return known_of(self._read(resources), self._table_keys, as_text=as_text)
        path = resource_file(self.table, resources, _WHAT)
        fingerprint = file_fingerprint(self.table, resources, _WHAT)
        return known_of_file(path, fingerprint, f"the table {self.table!r}", self._table_keys, as_text=as_text)

    def _faults(self, schema: Schema, known: Known) -> list[Fault]:
        """What keeps the table from being joined to these columns."""
        faults = [
            _fault("missing_column", f"the table has no column {name!r}", name, known.schema.names)
            for name in dict.fromkeys([*self._table_keys, *(self.columns or ())])
            if name not in known.schema
        ]
        faults += [
            _fault("column_exists", f"there is a column {new!r} already; give a prefix or other columns", new, ())
            for new in self._added(known.schema).values()
            if new in schema
        ]
        for here, there in zip(self.keys, self._table_keys, strict=True):
            if there in known.schema and self._never_equal(schema[here].dtype, known.schema[there].dtype):
                faults.append(_unlike_keys(here, schema[here].dtype, there, known.schema[there].dtype))
        if known.repeated and self.duplicates == "fail":
            faults.append(self._repeats(known.repeated))
        return faults

    def _never_equal(self, here: DType, there: DType) -> bool:
        if "json" in (here, there):
            return False
        return there not in _KINDS or (self.compare == "value" and _KINDS[here] != _KINDS[there])

    def _repeats(self, rows: str) -> Fault:
        message = (
            f"{rows} of the table have the same key ({', '.join(self._table_keys)}), so which one is meant is open; "
            "make the keys unique, add a column to keys and table_keys, or set duplicates to first"
        )
        return _fault("duplicate_keys", message, rows, ())

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"keys": ["lang"], "rows": [{"lang": "en", "name": "English"}], "columns": ["name"]},
            rows=[{"lang": "en"}, {"lang": "xx"}],
            out=[{"lang": "en", "name": "English"}, {"lang": "xx", "name": None}],
        )


def _fault(code: str, message: str, got: str, columns: Sequence[str]) -> Fault:
    there = f"; its columns: {', '.join(columns)}" if columns else ""
    return Fault(code=code, message=message + there, got=got, allowed=[*columns] or None)


def _unlike_keys(here: str, held: DType, there: str, other: DType) -> Fault:
    if other not in _KINDS:
        message = f"the key {there!r} of the table holds {other}; a key holds {', '.join(_KINDS)}"
    else:
        message = (
            f"the key {here!r} holds {_KINDS[held]}, {there!r} in the table {_KINDS[other]}, so no row could match; "
            "set compare to text, or write one of them with the other's type"
        )
    return _fault("unlike_keys", message, other, ())
