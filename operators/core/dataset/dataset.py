"""A dataset: one or several input files, read in order as one stream of blocks."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import Fault, InvalidInput
from . import columnar, delimited, json_array, jsonl
from .blocks import Block
from .sources import Format, Source, find


class _Blocks(Protocol):
    def __call__(self, source: Source, index: int, *, max_rows: int, max_bytes: int) -> Iterator[Block]: ...


_READERS: dict[Format, tuple[Callable[[Source], list[Fault]], _Blocks]] = {
    "jsonl": (jsonl.faults, jsonl.blocks),
    "json": (json_array.faults, json_array.blocks),
    "csv": (delimited.faults, delimited.blocks),
    "tsv": (delimited.faults, delimited.blocks),
    "parquet": (columnar.faults, columnar.blocks),
}


@dataclass(frozen=True)
class Dataset:
    """Input files in the order given; the index of a file is the source part of its row ids."""

    sources: tuple[Source, ...]

    @classmethod
    def open(cls, paths: Sequence[str | os.PathLike[str]]) -> "Dataset":
        """Check the inputs as far as that needs none of their rows.

        Args:
            paths: files; the ending tells the format.

        Raises:
            InvalidInput: all faults of all files.
        """
        if not paths:
            raise InvalidInput.of("no_input", "there is no input; name at least one file")
        sources, faults = list[Source](), list[Fault]()
        for path in paths:
            found = find(path)
            if isinstance(found, Fault):
                faults.append(found)
                continue
            sources.append(found)
            try:
                faults += _READERS[found.format][0](found)
            except InvalidInput as error:
                faults += error.faults
        if faults:
            raise InvalidInput(faults)
        return cls(tuple(sources))

    def blocks(self, *, max_rows: int = 2048, max_bytes: int = 32 * 2**20) -> Iterator[Block]:
        """The records of all files as blocks; each file gives at least one, so that its columns are known.

        Args:
            max_rows: most physical records of a block.
            max_bytes: most bytes of a block; a larger record is a block of its own.

        Raises:
            InvalidInput: a file turns out damaged, or can no longer be read.
        """
        for index, source in enumerate(self.sources):
            yield from _READERS[source.format][1](source, index, max_rows=max_rows, max_bytes=max_bytes)
