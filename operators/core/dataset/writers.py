"""Which writer a path gets: its ending tells."""

from pathlib import Path

from ..errors import InvalidInput
from ..schema import Schema
from .parquet_writer import ParquetWriter
from .records import Delimited, JsonArray, JsonLines, Records
from .sources import Format, format_of, unknown_ending
from .text_writer import TextWriter
from .writer import Writer


def open_writer(path: Path, schema: Schema) -> Writer:
    """A writer for rows of `schema`; nothing stands at `path` before its `commit`.

    JSON keeps each value as it came and leaves absent columns out; native times become ISO 8601 text, bytes
    base64 text. CSV and TSV hold text, and empty fields for null and absent. Parquet keeps native types;
    encoded columns stand there as JSON text.

    Args:
        path: the file; its ending tells format and compression.
        schema: columns and their order in the file.

    Raises:
        InvalidInput: the ending is not known, or the path cannot be written.
    """
    kind = format_of(path)
    if kind is None:
        raise InvalidInput([unknown_ending(path)])
    format_, compression = kind
    if not schema.columns and format_ in ("csv", "tsv", "parquet"):
        raise InvalidInput.of(
            "no_columns", f"{path}: there are no columns, and {format_} cannot hold rows without any; write .jsonl"
        )
    if format_ == "parquet":
        return ParquetWriter(path, schema)
    return TextWriter(path, _records(format_, schema), compression)


def _records(format_: Format, schema: Schema) -> Records:
    if format_ == "jsonl":
        return JsonLines(schema)
    if format_ == "json":
        return JsonArray(schema)
    return Delimited(schema, "\t" if format_ == "tsv" else ",")
