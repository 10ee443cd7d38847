"""The plain bytes of a file, whatever its compression."""

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

import zstandard

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Compression = Literal["", "gz", "zst"]

DAMAGED: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)
"""What reading raises where compressed data is cut off or damaged."""

_BUFFER_BYTES = 2**20
_ZSTD_STEP_BYTES = 2**11
"""Small, since what a step expands to is held at once."""


def decompressed(file: BinaryIO, compression: Compression) -> BinaryIO:
    """What the bytes of `file` stand for, as a buffered stream; raises one of `DAMAGED` where they are bad."""
    if compression == "gz":
        return io.BufferedReader(gzip.GzipFile(fileobj=file, mode="rb"), _BUFFER_BYTES)
    if compression == "zst":
        return io.BufferedReader(_ZstdStream(file), _BUFFER_BYTES)
    return io.BufferedReader(cast(io.RawIOBase, file), _BUFFER_BYTES)


class _ZstdStream(io.RawIOBase):
    """Decompressed bytes of one or more zstd frames.

    The reader of the `zstandard` package ends silently where a file is cut off; this one raises.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = io.BufferedReader(cast(io.RawIOBase, file), _BUFFER_BYTES)
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
