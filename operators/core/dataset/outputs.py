"""Where a result goes, and what stands there already."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from os import PathLike
from pathlib import Path

from ..errors import InvalidInput
from ..schema import Schema
from .places import would_find
from .remote import Store, as_local, is_url
from .shards import folder_digest
from .writer import Writer
from .writers import open_writer

_COLUMNS = Schema.of(text="text")
"""Stands in for the columns of a result while all that is asked is whether it can be written."""


@dataclass(frozen=True)
class Output:
    """A file, a folder of shards, or a URL."""

    _place: str
    _store: Store | None
    shard_rows: int | None

    @classmethod
    def at(cls, given: str | PathLike[str], *, shard_rows: int | None = None, allow_network: bool = False) -> "Output":
        """The place that is given, once it is known that something can be written there.

        Args:
            given: see `open_writer`; a path is made absolute.
            shard_rows: rows of each file of a folder.
            allow_network: a URL may lead out of this machine.

        Raises:
            InvalidInput: nothing can be written there.
        """
        given = as_local(given)
        open_writer(given, _COLUMNS, shard_rows=shard_rows, allow_network=allow_network).abort()
        if is_url(given):
            return cls(str(given), Store.at(str(given), allow_network=allow_network), shard_rows)
        return cls(str(Path(given).absolute()), None, shard_rows)

    def __str__(self) -> str:
        return str(self._store or self._place)

    @property
    def location(self) -> Path | str:
        """The absolute path, or the URL as people are shown it."""
        return str(self._store) if self._store else Path(self._place)

    def exists(self) -> bool:
        """Whether something stands there; an empty folder for shards is nothing."""
        if self._store:
            with self._store.asking():
                return bool(self._store.files.exists(self._store.path))
        path = Path(self._place)
        return any(path.iterdir()) if path.is_dir() else path.exists()

    def refuse_among(self, inputs: Sequence[str | PathLike[str]]) -> None:
        """Raise when the same inputs would stand for the result too once it is there, so that rows come back.

        Raises:
            InvalidInput: the result lies in a folder that is read, or where a pattern finds it.
        """
        path = Path(self._place)
        written = path if self.shard_rows is None else path / "part-00001.jsonl"
        given = next((given for given in inputs if self._store is None and would_find(given, written)), None)
        if given is not None:
            message = f"{self}: lies where the input {given} is read, so that the next run would read it too"
            raise InvalidInput.of("output_among_inputs", f"{message}; write it elsewhere", got=str(self))

    def digest(self) -> str | None:
        """The hash of what stands there, as the writer that wrote it gave it; None where no writer did."""
        if self._store:
            if not self.exists():
                return None
            with self._store.asking(), self._store.files.open(self._store.path, "rb") as file:
                return file_digest(file, "sha256").hexdigest()
        path = Path(self._place)
        if path.is_dir():
            return folder_digest(path)
        if not path.is_file():
            return None
        with path.open("rb") as local:
            return file_digest(local, "sha256").hexdigest()

    def open(self, schema: Schema) -> Writer:
        """A writer for rows of these columns.

        Raises:
            InvalidInput: the columns cannot be held, or nothing can be written there any more.
        """
        shards = self.shard_rows
        ending = os.sep if shards is not None else ""
        return open_writer(self._place + ending, schema, shard_rows=shards, allow_network=self._store is not None)
