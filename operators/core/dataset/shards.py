"""A result as a folder of files with a fixed number of rows each."""

import re
import shutil
from collections.abc import Callable
from hashlib import file_digest, sha256
from pathlib import Path

import polars as pl

from .partials import EARLIER, Hold, begun, beside
from .sources import format_of
from .targets import stopped, sync_folder, unwritable
from .writer import Writer

_DIGITS = 5
_SHARD = re.compile(rf"part-\d{{{_DIGITS},}}\.")


def folder_digest(folder: Path) -> str | None:
    """What the writer of a folder gave when it finished, or None where the folder holds anything but shards."""
    if _others(folder):
        return None
    digests = []
    for shard in sorted(folder.iterdir()):
        with shard.open("rb") as file:
            digests.append(file_digest(file, "sha256").hexdigest())
    return _digest_of(digests)


def _digest_of(digests: list[str]) -> str:
    return sha256("".join(digests).encode()).hexdigest()


def _others(folder: Path) -> list[str]:
    """What stands in a folder beside shards."""
    found = (path for path in folder.iterdir() if not (_SHARD.match(path.name) and format_of(path) and path.is_file()))
    return sorted(path.name for path in found)


class _Folder:
    """A temporary folder beside the one that is wanted, renamed as a whole at the end.

    A folder that is there is replaced only where it holds nothing but shards, so that no wrong path costs other files.

    Args:
        path: where the folder is to stand; a link is followed.
        ending: of each shard.
        digits: of the number in its name; more where there are more shards.

    Raises:
        InvalidInput: it cannot be written there.
    """

    def __init__(self, path: Path, ending: str, digits: int = _DIGITS) -> None:
        self._path, self._ending, self._digits = path, ending, digits
        self._whole = path.resolve()
        self._refuse_others()
        if not self._whole.parent.is_dir():
            raise unwritable(path, f"there is no folder {self._whole.parent}", "make the folder first")
        try:
            self._temporary, self._hold = begun(self._whole, Path.mkdir)
        except OSError as error:
            reason = error.strerror or str(error)
            raise unwritable(path, reason, "choose a folder that you may write to") from error
        self._digests = list[str]()

    def _refuse_others(self) -> None:
        if self._whole.exists() and not self._whole.is_dir():
            raise unwritable(self._path, "it is a file", "name a folder for the shards")
        others = _others(self._whole) if self._whole.exists() else []
        if others:
            reason = f"it is a folder that holds other things than shards, such as {others[0]}"
            raise unwritable(self._path, reason, "name another folder, which need not be there")

    def next_shard(self) -> Path:
        """Where the next shard is to stand."""
        return self._shard(len(self._digests) + 1, self._digits)

    def _shard(self, number: int, digits: int) -> Path:
        return self._temporary / f"part-{number:0{digits}}{self._ending}"

    def add(self, digest: str) -> None:
        """Take note of a shard that was written."""
        self._digests.append(digest)

    def finish(self) -> str:
        """Name the shards so that their names sort; SHA-256 over the hashes of the shards in order."""
        digits = len(str(len(self._digests)))
        if digits > self._digits:
            for number in range(1, len(self._digests) + 1):
                self._shard(number, self._digits).rename(self._shard(number, digits))
        return _digest_of(self._digests)

    def commit(self) -> None:
        """Put the folder in the place of one that is there; after a kill between the renames the next writer undoes."""
        earlier, held = beside(self._whole, EARLIER), None
        try:
            if self._whole.exists():
                self._refuse_others()
                held = Hold.take(self._whole)
                self._whole.rename(earlier)
            self._temporary.rename(self._whole)
            sync_folder(self._whole.parent)
        except OSError as error:
            if earlier.exists() and not self._whole.exists():
                earlier.rename(self._whole)
            raise stopped(self._path, error) from error
        finally:
            for hold in (self._hold, held):
                if hold:
                    hold.release()
        shutil.rmtree(earlier, ignore_errors=True)

    def abort(self) -> None:
        """Remove the temporary folder; what stands at the path stays."""
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._hold.release()


class ShardWriter(Writer):
    """Writes rows to files `part-00001`, `part-00002`, … of a folder; at least one, so that its columns are known.

    Args:
        path: where the folder is to stand.
        ending: of each file.
        rows: rows of each file but the last.
        open_shard: opens the writer of one file.

    Raises:
        InvalidInput: the folder cannot be written.
    """

    def __init__(self, path: Path, ending: str, rows: int, open_shard: Callable[[Path], Writer]) -> None:
        self._folder = _Folder(path, ending)
        super().__init__(self._folder)
        self._rows, self._open_shard = rows, open_shard
        self._shard: Writer | None = None
        self._left = 0

    def _write(self, frame: pl.DataFrame) -> None:
        while frame.height:
            shard = self._shard if self._shard and self._left else self._next()
            shard.write(frame.head(self._left))
            taken = min(self._left, frame.height)
            self._left -= taken
            frame = frame.slice(taken)

    def _next(self) -> Writer:
        self._close()
        self._shard, self._left = self._open_shard(self._folder.next_shard()), self._rows
        return self._shard

    def _close(self) -> None:
        if self._shard is not None:
            self._folder.add(self._shard.commit())
            self._shard = None

    def _end(self) -> None:
        if self._shard is None:
            self._next()
        self._close()

    def abort(self) -> None:
        """Remove what was written, unless it was committed."""
        if self._shard is not None:
            self._shard.abort()
        super().abort()
