"""The writer of JSONL, JSON, CSV and TSV, compressed or not."""

from pathlib import Path

import polars as pl

from .records import Records
from .sources import Compression
from .targets import Packed
from .writer import Writer


class TextWriter(Writer):
    """Writes the text of rows, through a compression if asked."""

    def __init__(self, path: Path, records: Records, compression: Compression) -> None:
        super().__init__(path)
        self._records = records
        self._out = Packed(self._target, compression)
        self._out.write(records.start())

    def _write(self, frame: pl.DataFrame) -> None:
        self._out.write(self._records.rows(frame))

    def _end(self) -> None:
        self._out.write(self._records.end())
        self._out.finish()
