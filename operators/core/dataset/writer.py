"""The life of an output file: written, finished, put in place or removed."""

from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from .targets import Target


class Writer(ABC):
    """Writes rows to a temporary file beside the target and puts it in place at the end.

    A context manager: what was not committed is removed. The bytes of the file depend on the rows and their
    order, not on the frames they come in.

    Args:
        path: where the file is to stand.

    Raises:
        InvalidInput: the path cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._target = Target(path)
        self._sha256: str | None = None
        self._committed = False

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows.

        Args:
            frame: the columns of the schema, in any order; `_absent` is heeded where it is there, other
                columns are left out.

        Raises:
            InvalidInput: a value cannot be held by the format.
            RunStopped: the system refuses to write.
        """
        if self._sha256 is not None:
            raise ValueError("the writer is finished; rows come before finish()")
        self._write(frame)

    def finish(self) -> str:
        """Close the temporary file, safe on disk; SHA-256 of its bytes in hexadecimal. The target is untouched."""
        if self._sha256 is None:
            self._end()
            self._sha256 = self._target.finish()
        return self._sha256

    def commit(self) -> str:
        """Finish, and put the file in the place of whatever stands at the target; SHA-256 in hexadecimal."""
        digest = self.finish()
        if not self._committed:
            self._target.commit()
            self._committed = True
        return digest

    def abort(self) -> None:
        """Remove the temporary file, unless it was committed."""
        if not self._committed:
            self._target.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    @abstractmethod
    def _write(self, frame: pl.DataFrame) -> None:
        """Append rows to the temporary file."""

    @abstractmethod
    def _end(self) -> None:
        """Write what stands after the last row."""
