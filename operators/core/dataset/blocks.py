"""What a reader hands to the engine: blocks of raw input, and the typed rows that a block holds."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import polars as pl
from pydantic import BaseModel, ConfigDict

from ..schema import DType

READER_VERSION = 1
"""Part of every digest: raised whenever the same bytes would be read into other rows."""
RAW_CHARACTERS = 2_000
"""Longest excerpt of a rejected record that is kept."""


class PartColumn(BaseModel):
    """One column of one part.

    `dtype` is None while every value is null. `physical` is the name of the polars type; `seen` are the
    types met, by name, and is longer than one where the column is already flagged as `json`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    dtype: DType | None
    encoded: bool = False
    physical: str
    seen: tuple[str, ...] = ()


class PartSchema(BaseModel):
    """The columns of one part, in order of first appearance; preliminary until all parts are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[PartColumn, ...] = ()


class Reject(BaseModel):
    """A record that could not be read.

    `line` is its position (the line of a JSONL file, the number of the record elsewhere, from 1), `raw`
    its beginning; bytes that are not UTF-8 stand there as escapes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    line: int
    reason: str
    raw: str

    @classmethod
    def of(cls, file: str, line: int, reason: str, record: bytes) -> "Reject":
        """The reject of a record, with a bounded excerpt of its bytes."""
        excerpt = record[: 4 * RAW_CHARACTERS].decode("utf-8", "backslashreplace")
        return cls(file=file, line=line, reason=reason, raw=excerpt.rstrip("\r\n")[:RAW_CHARACTERS])


@dataclass(frozen=True)
class Parsed:
    """The rows of a block.

    `frame` holds `_row`, `_absent` and the columns of `schema` in their preliminary types.
    """

    frame: pl.DataFrame
    schema: PartSchema
    rejects: list[Reject] = field(default_factory=list)


def frame_from(series: Iterable[pl.Series]) -> pl.DataFrame:
    """Columns as a frame under their own names; a list of series would rename the one called ``""``."""
    return pl.DataFrame({column.name: column for column in series})


@dataclass(frozen=True)
class Block(ABC):
    """A run of neighbouring records of one input, not yet read into columns.

    `source` is the index of the input, `first` the position of the first physical record (from 1),
    `digest` a hash of the content, so equal digests mean equal rows, whatever the file is called.
    """

    source: int
    first: int
    digest: str

    @abstractmethod
    def parse(self) -> Parsed:
        """Read the block.

        Returns:
            Its rows, their preliminary schema, and the records that were rejected.

        Raises:
            InvalidInput: a column has a name that is kept for the engine.
        """


def block_digest(reader: str, source: int, first: int, content: Iterable[bytes]) -> str:
    """Hash of a block: reader and its options, place in the dataset, and content.

    Args:
        reader: name of the reader with its options.
        source: index of the input.
        first: position of the first physical record.
        content: the bytes the rows depend on, in pieces that end by themselves.

    Returns:
        SHA-256 in hexadecimal.
    """
    digest = sha256(f"dataset/{READER_VERSION}|{reader}|{source}|{first}|".encode())
    for piece in content:
        digest.update(piece)
    return digest.hexdigest()
