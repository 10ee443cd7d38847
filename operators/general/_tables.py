"""Tables that operators look rows up in: read whole, and found by key."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from ..core import ABSENT, ROW, Batch, InvalidInput, Schema
from ..core.dataset import Dataset, Parsed, PartSchema, conform, unify
from ..core.dataset.jsonl import parse_documents
from ..core.dataset.values import dumps
from ._values import as_json, as_texts

Key = tuple[str, ...]
_NOTHING = pl.lit(None, dtype=pl.List(pl.String)).alias(ABSENT)


def read_table(path: Path, what: str, columns: Collection[str] | None = None) -> Batch:
    """All rows of a table file; null stands for what a row does not have.

    Args:
        path: a file that a dataset may consist of.
        what: how a message calls the table.
        columns: those that are needed; None for all.

    Raises:
        InvalidInput: it cannot be read, not even in part.
    """
    return _whole((block.parse() for block in Dataset.open([path]).blocks()), what, columns)


def table_of(rows: Sequence[Mapping[str, Any]], what: str) -> Batch:
    """A table out of JSON objects.

    Raises:
        InvalidInput: as `read_table`.
    """
    return _whole([parse_documents(0, 1, what, [dumps(dict(row)).encode() for row in rows])], what, None)


def _whole(pieces: Iterable[Parsed], what: str, columns: Collection[str] | None) -> Batch:
    parts = []
    for parsed in pieces:
        if parsed.rejects:
            bad = parsed.rejects[0]
            message = f"row {bad.line} of {what} cannot be read ({bad.reason}), so its values would be missed; mend it"
            raise InvalidInput.of("invalid_resource", message, got=bad.raw)
        known = [column for column in parsed.schema.columns if columns is None or column.name in columns]
        frame = parsed.frame.select(ROW, _NOTHING, *(column.name for column in known))
        parts.append((frame, PartSchema(columns=tuple(known))))
    schema, _ = unify(part for _, part in parts)
    frames = [conform(frame, part, schema).with_columns(_NOTHING) for frame, part in parts]
    return Batch(pl.concat(frames, how="vertical_relaxed"), schema)


def keys_of(batch: Batch, columns: Sequence[str], *, as_text: bool) -> list[Key | None]:
    """What each row is looked up by; None where one of the columns holds no value.

    Equal are the same texts, the same truth values, the same lists and objects, and numbers that are the same number:
    1 is 1.0, but not "1". With `as_text` equal is what is written in the same way, so 1 is "1", but not 1.0 or "01".
    """
    parts = [as_texts(batch, column) if as_text else _exact(batch, column) for column in columns]
    return [None if None in key else key for key in zip(*parts, strict=True)]


def _exact(batch: Batch, column: str) -> list[str | None]:
    if batch.schema[column].dtype == "text":
        return [None if text is None else f'"{text}' for text in batch.frame[column]]
    return [None if document is None else _same(document) for document in as_json(batch, column)]


def _same(document: str) -> str:
    """One text for all JSON documents of equal values."""
    if document[0] == '"':
        return f'"{orjson.loads(document)}'
    if document[0] not in "-0123456789":
        return document
    if not set(document) & set(".eE"):
        return str(int(document))
    number = float(document)
    return str(int(number)) if number.is_integer() else repr(number)


@dataclass(frozen=True)
class Lookup:
    """The values of a table by key.

    Args:
        places: the row of `values` for each key.
        values: the columns that are looked up, under the names they get.
        schema: these columns.
    """

    places: Mapping[Key, int]
    values: pl.DataFrame
    schema: Schema

    @classmethod
    def of(cls, table: Batch, keys: Sequence[Key | None], columns: Mapping[str, str]) -> "Lookup":
        """The first row of each key.

        Args:
            table: the rows.
            keys: the key of each.
            columns: the names that columns of the table get.
        """
        places: dict[Key, int] = {}
        for place, key in enumerate(keys):
            if key is not None:
                places.setdefault(key, place)
        schema = Schema(
            columns=tuple(table.schema[old].model_copy(update={"name": new}) for old, new in columns.items())
        )
        return cls(places, table.frame.select(pl.col(old).alias(new) for old, new in columns.items()), schema)

    def find(self, keys: Iterable[Key | None]) -> list[int | None]:
        """The row of each key; None where there is none."""
        return [None if key is None else self.places.get(key) for key in keys]

    def beside(self, batch: Batch, found: Sequence[int | None]) -> Batch:
        """The rows with the columns of the table, null where nothing was found."""
        places = pl.Series(found, dtype=pl.UInt32)
        schema = Schema(columns=(*batch.schema.columns, *self.schema.columns))
        return Batch(batch.frame.with_columns(self.values[name].gather(places) for name in self.schema.names), schema)


@dataclass(frozen=True)
class Known:
    """What is known of a table before rows are looked up: its columns, and which rows have the same key, in words."""

    schema: Schema
    repeated: str | None


def known_of(table: Batch, keys: Sequence[str], *, as_text: bool) -> Known:
    """What is known of a table with these key columns, some of which may not be there."""
    there = all(key in table.schema for key in keys)
    return Known(table.schema, _first_repeated(table, keys_of(table, keys, as_text=as_text)) if there else None)


@lru_cache(maxsize=32)
def known_of_file(path: Path, _fingerprint: str, what: str, keys: tuple[str, ...], *, as_text: bool) -> Known:
    """The same of a file; it is read once as long as its fingerprint stays, since plans are checked again and again."""
    return known_of(read_table(path, what), keys, as_text=as_text)


def _first_repeated(table: Batch, keys: Sequence[Key | None]) -> str | None:
    seen: dict[Key, int] = {}
    for place, key in enumerate(keys):
        if key is not None and seen.setdefault(key, place) != place:
            one, other = (table.ids[at].rpartition(":")[2] for at in (seen[key], place))
            return f"rows {one} and {other}"
    return None
