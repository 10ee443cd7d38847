"""A dataset: one or several input files, read in order as one stream of blocks."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import Fault, InvalidInput
from . import columnar, delimited, documents, json_array, jsonl
from .blocks import Block
from .places import find_all
from .sources import Format, LocalFile, ReadAs, Source
from .standard_input import STANDARD_INPUT


class _Blocks(Protocol):
    def __call__(self, source: Source, index: int, *, max_rows: int, max_bytes: int) -> Iterator[Block]: ...


_READERS: dict[Format, tuple[Callable[[Source], list[Fault]], _Blocks]] = {
    "jsonl": (jsonl.faults, jsonl.blocks),
    "json": (json_array.faults, json_array.blocks),
    "csv": (delimited.faults, delimited.blocks),
    "tsv": (delimited.faults, delimited.blocks),
    "parquet": (columnar.faults, columnar.blocks),
    "documents": (documents.faults, documents.blocks),
}


@dataclass(frozen=True)
class Dataset:
    """Input files in the order given; the index of a file is the source part of its row ids.

    `warnings` tell which files of folders are left out.
    """

    sources: tuple[Source, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def open(
        cls,
        paths: Sequence[str | os.PathLike[str]],
        *,
        spool: Path | None = None,
        allow_network: bool = False,
        read_as: ReadAs | None = None,
    ) -> "Dataset":
        """Check the inputs as far as that needs none of their rows.

        Args:
            paths: files; the ending tells the format. A folder or a pattern (`data/**/*.jsonl`) stands for the data
                files in it, sorted, hidden ones left out; `-` for JSON lines from standard input; a URL for what
                fsspec finds there. Each document (`documents.MEDIA_TYPES`) is a row with its path, its media type and
                its bytes.
            spool: a folder in which standard input is kept while the dataset is used.
            allow_network: URLs may lead out of this machine.
            read_as: which files of a folder with both documents and tables are meant; the others are left out.

        Raises:
            InvalidInput: all faults of all files; there are both documents and tables, and `read_as` chooses none.
        """
        if not paths:
            raise InvalidInput.of("no_input", "there is no input; name at least one file")
        if list(paths).count(STANDARD_INPUT) > 1:
            message = "- stands there twice, but standard input can be read only once; name it once"
            raise InvalidInput.of("standard_input", message, got=STANDARD_INPUT)
        sources, faults, warnings = list[Source](), list[Fault](), list[str]()
        for path in paths:
            found = find_all(path, spool=spool, allow_network=allow_network, read_as=read_as)
            faults += found.faults
            warnings += found.warnings
            for source in found.sources:
                try:
                    faults += _READERS[source.format][0](source)
                except InvalidInput as error:
                    faults += error.faults
            sources += found.sources
        faults = faults or _mixed(sources)
        if faults:
            raise InvalidInput(faults)
        return cls(tuple(sources), tuple(warnings))

    @property
    def folders(self) -> tuple[Path | None, ...]:
        """For each input the folder it lies in, from which paths in its rows are told; None for one without."""
        return tuple(_folder(source) for source in self.sources)

    def blocks(self, *, max_rows: int = 2048, max_bytes: int = 32 * 2**20) -> Iterator[Block]:
        """The records of all files as blocks; each file gives at least one, so that its columns are known.

        Args:
            max_rows: most physical records of a block.
            max_bytes: most bytes of a block; a larger record is a block of its own.

        Raises:
            InvalidInput: a file turns out damaged, can no longer be read, or changes while it is read.
        """
        for index, source in enumerate(self.sources):
            yield from _READERS[source.format][1](source, index, max_rows=max_rows, max_bytes=max_bytes)


def _folder(source: Source) -> Path | None:
    content = source.content
    if isinstance(content, documents.Documents):
        return content.root.resolve()
    return content.path.parent.resolve() if isinstance(content, LocalFile) and not content.label else None


def _mixed(sources: Sequence[Source]) -> list[Fault]:
    """What is wrong where some inputs are documents and others tables, which have no column in common."""
    documents = [source.name for source in sources if source.format == "documents"]
    tables = [source.name for source in sources if source.format != "documents"]
    if not (documents and tables):
        return []
    message = f"{documents[0]} holds documents and {tables[0]} rows; give them one after the other, in a run each"
    return [Fault(code="mixed_inputs", message=message, got=[documents[0], tables[0]])]
