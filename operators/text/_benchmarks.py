"""Reads the texts of a benchmark from the files that a user has of it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from ..core import ROW, Batch, InvalidInput
from ..core.dataset import ENDINGS, Dataset, conform, unify

PLAIN = ".txt"
"""The ending of files that hold one text a line."""
_LINES = 10_000
"""Lines of such a file treated at once."""


def benchmark_texts(files: Mapping[str, Path], columns: Sequence[str]) -> Iterator[tuple[pl.Series, pl.Series]]:
    """The texts of some files in pieces, each text with the name of the row that it stands in.

    Args:
        files: by the name under which to speak of them. Those whose ending is none of `ENDINGS` or `PLAIN` are left
            out, unless there is no other.
        columns: where the texts stand, in files with columns. Each file has at least one of them.

    Yields:
        Names, such as "row 17 of gsm8k", and as many texts, null where a column holds none.

    Raises:
        InvalidInput: a file cannot be read, not even in part, or has none of the columns.
    """
    readable = {name: path for name, path in files.items() if path.name.lower().endswith((PLAIN, *ENDINGS))}
    if not readable:
        raise InvalidInput.of(
            "invalid_resource",
            f"no benchmark texts can be read from {', '.join(files) or 'an empty folder'}; bind the resource to a file "
            f"or folder of files that end in {', '.join((PLAIN, *ENDINGS))}",
            got=[*files],
        )
    for name, path in readable.items():
        yield from _lines(name, path) if path.suffix.lower() == PLAIN else _rows(name, path, columns)


def _lines(name: str, path: Path) -> Iterator[tuple[pl.Series, pl.Series]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InvalidInput.of(
            "invalid_resource", f"{name} is not UTF-8 text, see byte {error.start}; save it as UTF-8", got=str(path)
        ) from error
    for start in range(0, len(lines), _LINES):
        texts = pl.Series(lines[start : start + _LINES], dtype=pl.String)
        numbers = pl.int_range(start + 1, start + 1 + len(texts), eager=True).cast(pl.String)
        yield "line " + numbers + f" of {name}", texts


def _rows(name: str, path: Path, columns: Sequence[str]) -> Iterator[tuple[pl.Series, pl.Series]]:
    seen: set[str] = set()
    for block in Dataset.open([path]).blocks():
        parsed = block.parse()
        if parsed.rejects:
            bad = parsed.rejects[0]
            raise InvalidInput.of(
                "invalid_resource",
                f"row {bad.line} of {name} cannot be read ({bad.reason}), so what it holds would be missed; mend it",
                got=bad.raw,
            )
        schema, _ = unify([parsed.schema])
        batch = Batch(conform(parsed.frame, parsed.schema, schema), schema)
        seen.update(schema.names)
        positions = batch.frame[ROW].str.strip_prefix("0:")
        for column in columns:
            if column in schema:
                yield "row " + positions + f" of {name}", batch.texts(column)
    if not seen.intersection(columns):
        raise InvalidInput.of(
            "invalid_resource",
            f"{name} has no column {' or '.join(map(repr, columns))}; set benchmark_columns to those of its columns "
            f"that hold the texts: {', '.join(sorted(seen))}",
            got=[*columns],
            allowed=[*sorted(seen)],
        )
