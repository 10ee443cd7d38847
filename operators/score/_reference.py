"""Reads the texts of a reference that a user binds as a resource."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from ..core import Batch, InvalidInput
from ..core.dataset import Dataset, conform, unify
from ..core.resources import resource_file

PLAIN = ".txt"
"""The ending of a file that holds one text a line."""


def reference_texts(name: str, resources: Mapping[str, str], column: str, what: str) -> Iterator[pl.Series]:
    """The texts of a reference file in pieces: the lines of a .txt file, or a column of JSON lines, CSV or Parquet.

    Args:
        name: the resource as the option gives it.
        resources: names bound to paths.
        column: where the texts stand, in a file with columns.
        what: who needs the reference, for messages.

    Raises:
        InvalidInput: there is no such file, it cannot be read, or it has no such column.
    """
    path = resource_file(name, resources, what)
    yield from _lines(name, path) if path.suffix.lower() == PLAIN else _values(name, path, column)


def _lines(name: str, path: Path) -> Iterator[pl.Series]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield pl.Series([line.decode("utf-8-sig")], dtype=pl.String)
            except UnicodeDecodeError as error:
                raise _unfit(name, path, f"line {number} is not UTF-8 text; save the file as UTF-8") from error


def _values(name: str, path: Path, column: str) -> Iterator[pl.Series]:
    for block in Dataset.open([path]).blocks():
        parsed = block.parse()
        if parsed.rejects:
            bad = parsed.rejects[0]
            raise _unfit(name, path, f"row {bad.line} cannot be read ({bad.reason}); mend it")
        schema, _ = unify([parsed.schema])
        if column not in schema:
            there = ", ".join(sorted(schema.names))
            raise _unfit(name, path, f"it has no column {column!r}; set reference_column to one of: {there}")
        yield Batch(conform(parsed.frame, parsed.schema, schema), schema).texts(column)


def _unfit(name: str, path: Path, why: str) -> InvalidInput:
    return InvalidInput.of("invalid_resource", f"the reference {name!r} cannot be used: {why}", got=str(path))
