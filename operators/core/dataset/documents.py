"""Documents: files of many kinds that are rows as they are, one a file, to be read by an operator."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

import polars as pl

from ..errors import Fault, InvalidInput
from .blocks import Block, Parsed, PartColumn, PartSchema, Reject, block_digest, frame_from
from .sources import Source
from .values import absent_series, row_series

PATH, MEDIA_TYPE, BYTES = "path", "media_type", "bytes"
MOST_BYTES: Final = 256 * 2**20
"""Longest file that becomes a row; a longer one is rejected without being read."""
PER_BLOCK: Final = 32
"""Most files of a block: what is done to a document may take seconds, and a block is what a killed run repeats."""

MEDIA_TYPES: Final[dict[str, str]] = {
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".rst": "text/x-rst",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".epub": "application/epub+zip",
    ".doc": "application/msword",
    ".ppt": "application/vnd.ms-powerpoint",
    ".xls": "application/vnd.ms-excel",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".rtf": "application/rtf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
"""What the ending of a document's name stands for; of some kinds their row only tells that they cannot be read."""


def media_type_of(path: os.PathLike[str] | str) -> str | None:
    """The media type that an ending stands for, None where it is no document's.

    >>> media_type_of("Report.PDF")
    'application/pdf'
    """
    return MEDIA_TYPES.get(os.path.splitext(os.fspath(path))[1].lower())


@dataclass(frozen=True)
class Documents:
    """Files that are documents, in order.

    Args:
        root: the folder that their paths are told from.
        files: where they lie.
        label: what is given as the input, as shown to people.
    """

    root: Path
    files: tuple[Path, ...]
    label: str

    def __str__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """The base name of the folder or file."""
        return os.path.basename(self.label.rstrip(os.sep)) or self.label

    def open(self) -> BinaryIO:
        """Nothing: each document is opened by itself."""
        return BytesIO()

    def state(self) -> object:
        """Which files there are, their sizes, and when they were last written."""
        return tuple(_state(path) for path in self.files)

    def for_arrow(self) -> Any:
        """Documents are no table."""
        raise TypeError("documents are not read by Arrow")

    def path_of(self, file: Path) -> str:
        """The path of a document as its row tells it: from the folder that was given."""
        return Path(os.path.relpath(file, self.root)).as_posix()


@dataclass(frozen=True)
class Document:
    """A file as it was read: its path from the folder that was given, and its content or why there is none."""

    path: str
    content: bytes | None
    refused: str = ""


@dataclass(frozen=True)
class DocumentBlock(Block):
    """Neighbouring documents."""

    documents: tuple[Document, ...]

    def parse(self) -> Parsed:
        """Read the block; see `Block.parse`."""
        numbered = [*enumerate(self.documents, self.first)]
        there = [(position, one) for position, one in numbered if one.content is not None]
        columns = {
            PATH: pl.Series([one.path for _, one in there], dtype=pl.String),
            MEDIA_TYPE: pl.Series([media_type_of(one.path) for _, one in there], dtype=pl.String),
            BYTES: pl.Series([one.content for _, one in there], dtype=pl.Binary),
        }
        system = [row_series(self.source, [position for position, _ in there]), absent_series([()] * len(there))]
        frame = frame_from([*system, *(series.alias(name) for name, series in columns.items())])
        rejects = [Reject.of(one.path, at, one.refused, b"") for at, one in numbered if one.content is None]
        return Parsed(frame, _SCHEMA, rejects)


def faults(source: Source) -> list[Fault]:  # noqa: ARG001 - as the other readers have it
    """Nothing is wrong with documents before they are read: each may fail by itself."""
    return []


def blocks(source: Source, index: int, *, max_rows: int, max_bytes: int) -> Iterator[Block]:
    """The blocks of some documents; the position of a row is that of its file among them, from 1.

    Args:
        source: the documents.
        index: its place in the dataset.
        max_rows: most documents of a block; there are at most 32.
        max_bytes: most bytes of a block; a longer document is a block of its own.

    Raises:
        InvalidInput: a document changes while it is read.
    """
    documents = source.content
    assert isinstance(documents, Documents)  # noqa: S101 - the format says so
    first, size, waiting = 1, 0, list[Document]()
    for file in documents.files:
        read = _read(documents.path_of(file), file)
        length = len(read.content or b"")
        if waiting and (len(waiting) == min(max_rows, PER_BLOCK) or size + length > max_bytes):
            yield _block(index, first, waiting)
            first, size, waiting = first + len(waiting), 0, []
        waiting.append(read)
        size += length
    yield _block(index, first, waiting)


_SCHEMA: Final = PartSchema(
    columns=(
        PartColumn(name=PATH, dtype="text", physical="String", seen=("text",)),
        PartColumn(name=MEDIA_TYPE, dtype="text", physical="String", seen=("text",)),
        PartColumn(name=BYTES, dtype="bytes", physical="Binary", seen=("bytes",)),
    )
)


def _block(index: int, first: int, documents: list[Document]) -> Block:
    content = (piece for one in documents for piece in (f"{one.path}|{one.refused}|".encode(), _sized(one.content)))
    return DocumentBlock(index, first, block_digest("documents", index, first, content), tuple(documents))


def _sized(content: bytes | None) -> bytes:
    return b"" if content is None else b"%d|" % len(content) + content


def _read(name: str, file: Path) -> Document:
    """A document; one that cannot be read is refused by itself, and the others are not."""
    try:
        before = _state(file)
        if file.stat().st_size > MOST_BYTES:
            return Document(name, None, f"the file is larger than {MOST_BYTES // 2**20} MB")
        content = file.read_bytes()
        after = _state(file)
    except OSError as error:
        return Document(name, None, f"the file cannot be read ({error.strerror or type(error).__name__})")
    if before != after:
        message = f"{name}: the file changed while it was read; wait until it is written whole, then try again"
        raise InvalidInput.of("changed_input", message, got=name)
    return Document(name, content)


def _state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
