"""An input file: its format, told by its ending, and its bytes, whatever the compression."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import zstandard

from ..errors import Fault, InvalidInput, near_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Format = Literal["jsonl", "json", "csv", "tsv", "parquet"]
Compression = Literal["", "gz", "zst"]

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

_BUFFER_BYTES = 2**20
_OTHER = ("not_a_file", "a pipe or device; write its content to a file")
_ZSTD_STEP_BYTES = 2**11
"""Small, since what a step expands to is held at once."""


def format_of(path: Path) -> tuple[Format, Compression] | None:
    """Format and compression that the ending of `path` stands for, or None when it is not known.

    >>> format_of(Path("crawl.JSONL.gz"))
    ('jsonl', 'gz')
    """
    name = path.name.lower()
    ending = next((ending for ending in sorted(ENDINGS, key=len, reverse=True) if name.endswith(ending)), None)
    if ending is None:
        return None
    packed = COMPRESSIONS.get(Path(ending).suffix, "")
    return FORMATS[ending.removesuffix(f".{packed}")], packed


@dataclass(frozen=True)
class Source:
    """One input file."""

    path: Path
    format: Format
    compression: Compression = ""

    @property
    def name(self) -> str:
        """The base name, as shown to people."""
        return self.path.name

    @contextmanager
    def bytes(self) -> Iterator[BinaryIO]:
        """The decompressed content, as a buffered stream.

        Raises:
            InvalidInput: the file cannot be read, or its compressed data is cut off or damaged.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                yield _decompressed(file, self.compression)
        except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
            raise InvalidInput.of(
                "corrupt_input",
                f"{self.name}: the .{self.compression} data is cut off or damaged ({error}); "
                "fetch or compress the file again",
                got=str(self.path),
            ) from error
        except OSError as error:
            raise InvalidInput([unreadable(self.path, error)]) from error


def unreadable(path: Path, error: OSError) -> Fault:
    """The fault for a file that the system does not let us read."""
    reason = error.strerror or str(error)
    return Fault(code="unreadable", message=f"{path}: cannot be read ({reason}); check its permissions", got=str(path))


def find(given: str | os.PathLike[str]) -> Source | Fault:
    """The source at a path, or what is wrong with it; its content is not looked at."""
    path = Path(given)
    try:
        mode, size = path.stat().st_mode, path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return _missing(path)
    except OSError as error:
        return unreadable(path, error)
    if not stat.S_ISREG(mode):
        code, what = ("folder", "a folder; name the files in it") if stat.S_ISDIR(mode) else _OTHER
        return Fault(code=code, message=f"{path}: is {what}", got=str(path))
    kind = format_of(path)
    if kind is None:
        return unknown_ending(path)
    return Source(path, *kind) if size else empty(path)


def unknown_ending(path: Path) -> Fault:
    """The fault for a file whose ending stands for no format."""
    return Fault(
        code="unknown_ending",
        message=f"{path}: the ending tells the format, and this one is not known; known are {', '.join(ENDINGS)}",
        got=path.name,
        allowed=list(ENDINGS),
    )


def empty(path: Path) -> Fault:
    """The fault for a file without content."""
    return Fault(code="empty_file", message=f"{path}: the file is empty; give one that holds rows", got=str(path))


def _missing(path: Path) -> Fault:
    try:
        near = near_name(path.name, [other.name for other in path.parent.iterdir()])
    except OSError:
        near = None
    hint = f"did you mean {near}?" if near else "check the path"
    return Fault(code="missing_file", message=f"{path}: there is no such file; {hint}", got=str(path))


def _decompressed(file: io.FileIO, compression: Compression) -> BinaryIO:
    if compression == "gz":
        return io.BufferedReader(gzip.GzipFile(fileobj=file, mode="rb"), _BUFFER_BYTES)
    if compression == "zst":
        return io.BufferedReader(_ZstdStream(file), _BUFFER_BYTES)
    return io.BufferedReader(file, _BUFFER_BYTES)


class _ZstdStream(io.RawIOBase):
    """Decompressed bytes of one or more zstd frames.

    The reader of the `zstandard` package ends silently where a file is cut off; this one raises.
    """

    def __init__(self, file: io.FileIO) -> None:
        self._file = io.BufferedReader(file, _BUFFER_BYTES)
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._packed = b""
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._plain:
            if not self._advance():
                return 0
        target = memoryview(buffer).cast("B")
        taken = min(len(target), len(self._plain))
        target[:taken] = self._plain[:taken]
        self._plain = self._plain[taken:]
        return taken

    def _advance(self) -> bool:
        packed = self._packed or self._file.read(_ZSTD_STEP_BYTES)
        self._packed = b""
        if not packed:
            if self._frame is not None:
                raise EOFError("the file ends inside a zstd frame")
            return False
        frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
        self._plain = memoryview(frame.decompress(packed))
        self._packed = frame.unused_data
        self._frame = None if frame.eof else frame
        return True
