"""An output file that stands at its path only when it is whole."""

import os
import zlib
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from ..errors import InvalidInput, RunStopped
from .compressed import Compression
from .partials import begun

_PIECE_BYTES = 2**20


class Target:
    """A temporary file beside the target, hashed as it is written, and renamed at the end.

    Also a file object for libraries that write by themselves.

    Args:
        path: where the file is to stand; a link is followed.

    Raises:
        InvalidInput: the folder is missing or cannot be written, or the path is a folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._whole = Path(os.path.realpath(path))
        if self._whole.is_dir():
            raise unwritable(path, "it is a folder", "name a file in it")
        if not self._whole.parent.is_dir():
            raise unwritable(path, f"there is no folder {self._whole.parent}", "make the folder first")
        try:
            self.temporary, self._hold = begun(self._whole, lambda path: path.touch(exist_ok=False))
            self._file: BinaryIO = self.temporary.open("wb")
        except OSError as error:
            reason = error.strerror or str(error)
            raise unwritable(path, reason, "choose a folder that you may write to") from error
        self._digest = sha256()

    @property
    def closed(self) -> bool:
        """Whether the temporary file is closed."""
        return self._file.closed

    def write(self, data: bytes) -> int:
        """Append bytes.

        Raises:
            RunStopped: the system refuses, as when the disk is full.
        """
        try:
            self._file.write(data)
        except OSError as error:
            raise self._stopped(error) from error
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing: `finish` flushes."""

    def finish(self) -> str:
        """Close the temporary file, its bytes safe on disk; SHA-256 of them in hexadecimal."""
        if not self._file.closed:
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
            except OSError as error:
                raise self._stopped(error) from error
        return self._digest.hexdigest()

    def commit(self) -> None:
        """Put the finished file in the place of whatever stands at the path."""
        try:
            self.temporary.replace(self._whole)
            sync_folder(self._whole.parent)
        except OSError as error:
            raise self._stopped(error) from error
        self._hold.release()

    def abort(self) -> None:
        """Remove the temporary file; the path keeps what it had."""
        try:
            self._file.close()
        except OSError:  # bytes that no longer fit, of a file that is thrown away
            pass
        finally:
            self.temporary.unlink(missing_ok=True)
            self._hold.release()

    def _stopped(self, error: OSError) -> RunStopped:
        return stopped(self.path, error)


def stopped(place: object, error: Exception) -> RunStopped:
    """The error for a place at which writing was begun and cannot go on."""
    reason = getattr(error, "strerror", None) or type(error).__name__
    return RunStopped(
        f"{place}: writing stopped ({reason}); make room or choose another place, then give the same command again"
    )


def sync_folder(folder: Path) -> None:
    """Make names that were put into a folder safe on disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unwritable(path: object, reason: str, advice: str) -> InvalidInput:
    """The error for a place at which nothing can be written."""
    return InvalidInput.of("unwritable_target", f"{path}: cannot be written, {reason}; {advice}", got=str(path))


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class Packed:
    """Bytes on their way to a target through a compression.

    The compressor gets pieces of one size, so that its output depends on the bytes only and not on how
    they came; the gzip header holds no time and no name.
    """

    def __init__(self, target: Target, compression: Compression) -> None:
        self._target = target
        self._packer: _Packer | None = None
        if compression == "gz":
            self._packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        elif compression == "zst":
            self._packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if self._packer is None:
            self._target.write(data)
            return
        self._waiting += data
        while len(self._waiting) >= _PIECE_BYTES:
            self._target.write(self._packer.compress(bytes(self._waiting[:_PIECE_BYTES])))
            del self._waiting[:_PIECE_BYTES]

    def finish(self) -> None:
        """Write what the compressor holds back."""
        if self._packer is not None:
            self._target.write(self._packer.compress(bytes(self._waiting)) + self._packer.flush())
            self._waiting.clear()
