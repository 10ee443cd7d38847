"""An input file: its format, told by its ending, and its bytes, which must not change while they are read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

from ..errors import Fault, InvalidInput, near_name
from .compressed import DAMAGED, Compression, decompressed

Format = Literal["jsonl", "json", "csv", "tsv", "parquet", "documents"]
ReadAs = Literal["documents", "table"]
"""What an input is read as: each file a row, or rows of files."""

FORMATS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
COMPRESSIONS: dict[str, Compression] = {".gz": "gz", ".zst": "zst"}
ENDINGS: tuple[str, ...] = (
    *FORMATS,
    *(ending + packed for ending, kind in FORMATS.items() if kind != "parquet" for packed in COMPRESSIONS),
)
"""Every ending that can be read and written."""


def format_of(path: os.PathLike[str] | str) -> tuple[Format, Compression] | None:
    """Format and compression that the ending of `path` stands for, or None when it is not known.

    >>> format_of(Path("crawl.JSONL.gz"))
    ('jsonl', 'gz')
    """
    name = os.path.basename(os.fspath(path)).lower()
    ending = next((ending for ending in sorted(ENDINGS, key=len, reverse=True) if name.endswith(ending)), None)
    if ending is None:
        return None
    packed = COMPRESSIONS.get(Path(ending).suffix, "")
    return FORMATS[ending.removesuffix(f".{packed}")], packed


class Content(Protocol):
    """Where the bytes of a source lie; the text of it is what people are shown."""

    @property
    def name(self) -> str:
        """The base name."""
        ...

    def open(self) -> BinaryIO:
        """The bytes from the first on."""
        ...

    def state(self) -> object:
        """What differs once the bytes are other ones, as far as that can be told without reading them."""
        ...

    def for_arrow(self) -> Any:
        """What pyarrow reads: a path, or the open file."""
        ...


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine; `label` is its name where its own says nothing."""

    path: Path
    label: str = ""

    def __str__(self) -> str:
        return self.label or str(self.path)

    @property
    def name(self) -> str:
        """The base name."""
        return self.label or self.path.name

    def open(self) -> BinaryIO:
        """The bytes from the first on."""
        return self.path.open("rb", buffering=0)

    def state(self) -> object:
        """Which file it is, its size, and when it was last written."""
        found = self.path.stat()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def for_arrow(self) -> Path:
        """The path: Arrow reads files by itself."""
        return self.path


@dataclass(frozen=True)
class Source:
    """One input file."""

    content: Content
    format: Format
    compression: Compression = ""

    @property
    def name(self) -> str:
        """The base name, as shown to people."""
        return self.content.name

    @contextmanager
    def bytes(self) -> Iterator[BinaryIO]:
        """The decompressed content, as a buffered stream.

        Raises:
            InvalidInput: the file cannot be read, its compressed data is cut off or damaged, or, when all was read,
                it is not the file any more that it was at the start.
        """
        before = self.state()
        try:
            with self.content.open() as file:
                yield decompressed(file, self.compression)
        except DAMAGED as error:
            self.refuse_changed(before)
            raise InvalidInput.of(
                "corrupt_input",
                f"{self.name}: the .{self.compression} data is cut off or damaged ({error}); "
                "fetch or compress the file again",
                got=str(self.content),
            ) from error
        except OSError as error:
            raise InvalidInput([unreadable(self.content, error)]) from error
        self.refuse_changed(before)

    def state(self) -> object:
        """What `refuse_changed` compares.

        Raises:
            InvalidInput: the file is not there any more, or cannot be read.
        """
        try:
            return self.content.state()
        except OSError as error:
            raise InvalidInput([unreadable(self.content, error)]) from error

    def refuse_changed(self, before: object) -> None:
        """Raise when the file is not in the state any more that it had before it was read.

        Raises:
            InvalidInput: it grew, shrank, was written to, replaced or removed.
        """
        try:
            same = self.content.state() == before
        except OSError:
            same = False
        if not same:
            raise InvalidInput.of(
                "changed_input",
                f"{self.content}: the file changed while it was read, so its rows cannot be trusted; "
                "wait until it is written whole, or copy it, then give the same command again",
                got=str(self.content),
            )


def unreadable(place: object, error: OSError) -> Fault:
    """The fault for a file that the system does not let us read."""
    reason = error.strerror or type(error).__name__  # its text may be a URL with a key in it
    message = f"{place}: cannot be read ({reason}); check that it is there and its permissions"
    return Fault(code="unreadable", message=message, got=str(place))


def find(given: str | os.PathLike[str]) -> Source | Fault:
    """The source at a path, or what is wrong with it; its content is not looked at."""
    path = Path(given)
    try:
        mode, size = path.stat().st_mode, path.stat().st_size
    except (FileNotFoundError, NotADirectoryError, ValueError):  # no path at all: it holds a NUL
        return _missing(path)
    except OSError as error:
        return unreadable(path, error)
    if not stat.S_ISREG(mode):
        message = f"{path}: is a pipe or device; write its content to a file, or pipe it in with `-i -`"
        return Fault(code="not_a_file", message=message, got=str(path))
    kind = format_of(path)
    if kind is None:
        return unknown_ending(path)
    return Source(LocalFile(path), *kind) if size else empty(path)


def unknown_ending(path: os.PathLike[str] | str) -> Fault:
    """The fault for a file whose ending stands for no format."""
    return Fault(
        code="unknown_ending",
        message=f"{path}: the ending tells the format, and this one is not known; known are {', '.join(ENDINGS)}",
        got=os.path.basename(os.fspath(path)),
        allowed=list(ENDINGS),
    )


def empty(place: object) -> Fault:
    """The fault for a file without content."""
    return Fault(code="empty_file", message=f"{place}: the file is empty; give one that holds rows", got=str(place))


def _missing(path: Path) -> Fault:
    try:
        near = near_name(path.name, [other.name for other in path.parent.iterdir()])
    except (OSError, ValueError):
        near = None
    hint = f"did you mean {near}?" if near else "check the path"
    return Fault(code="missing_file", message=f"{path}: there is no such file; {hint}", got=str(path))
