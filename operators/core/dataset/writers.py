"""Which writer a place gets: its ending tells, and whether it is a file, a folder or a URL."""

import os
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from ..errors import InvalidInput
from ..schema import Schema
from .parquet_writer import ParquetWriter
from .partials import clear_left
from .records import Delimited, JsonArray, JsonLines, Records
from .remote import Store, as_local, is_url
from .shards import ShardWriter
from .sources import Format, format_of, unknown_ending
from .targets import Target, unwritable
from .text_writer import TextWriter
from .uploads import Upload
from .writer import Writer


def open_writer(
    path: str | PathLike[str],
    schema: Schema,
    *,
    shard_rows: int | None = None,
    format: str = "jsonl",  # noqa: A002 - the word that people know it by
    allow_network: bool = False,
) -> Writer:
    """A writer for rows of `schema`; nothing stands at `path` before its `commit`.

    What earlier writers for the same path left, whose processes were killed, is removed.

    JSON keeps each value as it came and leaves absent columns out; native times become ISO 8601 text, bytes
    base64 text. CSV and TSV hold text, and empty fields for null and absent. Parquet keeps native types;
    encoded columns stand there as JSON text.

    Args:
        path: a file, whose ending tells format and compression; a URL of one; with `shard_rows` a folder.
        schema: columns and their order in the file.
        shard_rows: rows of each file of the folder.
        format: of the files of a folder, as an ending tells it: `parquet`, `jsonl.gz`.
        allow_network: a URL may lead out of this machine.

    Raises:
        InvalidInput: the ending is not known, or the path cannot be written.
    """
    path = as_local(path)
    if shard_rows is not None:
        return _shards(path, schema, shard_rows, f".{format}")
    if is_url(path):
        store = Store.at(str(path), allow_network=allow_network)
        return _one_file(store.path, schema, lambda: Upload(store))
    if _is_folder(path):
        raise unwritable(path, "it is a folder", "name a file in it, or give --shard-rows N")
    clear_left(Path(path))
    return _one_file(path, schema, lambda: Target(Path(path)))


def _is_folder(path: str | PathLike[str]) -> bool:
    return str(path).endswith(("/", os.sep)) or os.path.isdir(path)


def _shards(path: str | PathLike[str], schema: Schema, rows: int, ending: str) -> Writer:
    if is_url(path):
        raise unwritable(path, "since shards go to a local folder", "name one, or leave out --shard-rows")
    if rows < 1:
        raise InvalidInput.of("invalid_option", f"--shard-rows wants a number from 1 on, got {rows}", got=rows)
    if format_of(path) and not _is_folder(path):
        raise unwritable(path, "since its ending is that of a file", "with --shard-rows name a folder, such as out/")
    clear_left(Path(path))
    return ShardWriter(Path(path), ending, rows, lambda shard: _one_file(shard, schema, lambda: Target(shard)))


def _one_file(path: str | PathLike[str], schema: Schema, make: Callable[[], Target]) -> Writer:
    kind = format_of(path)
    if kind is None:
        raise InvalidInput([unknown_ending(path)])
    format_, compression = kind
    if format_ in ("csv", "tsv", "parquet") and not schema.columns:
        raise InvalidInput.of(
            "no_columns", f"{path}: there are no columns, and {format_} cannot hold rows without any; write .jsonl"
        )
    if format_ == "parquet":
        _refuse_nul(path, schema)
        return ParquetWriter(make, schema)
    return TextWriter(make(), _records(format_, schema), compression)


def _refuse_nul(path: str | PathLike[str], schema: Schema) -> None:
    bad = [name for name in schema.names if "\0" in name]
    if bad:
        message = f"{path}: column {bad[0]!r} has a NUL in its name, which Parquet cannot hold; rename it"
        raise InvalidInput.of("unsupported_column", message, got=bad[0])


def _records(format_: Format, schema: Schema) -> Records:
    if format_ == "jsonl":
        return JsonLines(schema)
    if format_ == "json":
        return JsonArray(schema)
    return Delimited(schema, "\t" if format_ == "tsv" else ",")
