"""The life of an output: written, finished, put in place or removed."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Protocol, Self

import polars as pl


class Unfinished(Protocol):
    """Something new that stands at its place only when it is whole."""

    def finish(self) -> str:
        """Make it safe; a SHA-256 of its content in hexadecimal."""
        ...

    def commit(self) -> None:
        """Put it in the place of whatever stands there."""
        ...

    def abort(self) -> None:
        """Remove it; the place keeps what it had."""
        ...


class Writer(ABC):
    """Writes rows to something temporary and puts it in place at the end.

    A context manager: what was not committed is removed. The bytes that are written depend on the rows and their
    order, not on the frames they come in.

    Args:
        target: what is to stand at the place.
    """

    def __init__(self, target: Unfinished) -> None:
        self._target = target
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
        """Make what was written safe; SHA-256 of its bytes in hexadecimal. The place itself is untouched."""
        if self._sha256 is None:
            self._end()
            self._sha256 = self._target.finish()
        return self._sha256

    def commit(self) -> str:
        """Finish, and put it in the place of whatever stands there; SHA-256 in hexadecimal."""
        digest = self.finish()
        if not self._committed:
            self._target.commit()
            self._committed = True
        return digest

    def abort(self) -> None:
        """Remove what was written, unless it was committed."""
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
        """Append rows."""

    @abstractmethod
    def _end(self) -> None:
        """Write what stands after the last row."""
