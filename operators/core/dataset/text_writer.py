"""The writer of JSONL, JSON, CSV and TSV, compressed or not."""

import polars as pl

from .compressed import Compression
from .records import Records
from .targets import Packed, Target
from .writer import Writer


class TextWriter(Writer):
    """Writes the text of rows, through a compression if asked."""

    def __init__(self, target: Target, records: Records, compression: Compression) -> None:
        super().__init__(target)
        self._records = records
        self._out = Packed(target, compression)
        self._out.write(records.start())

    def _write(self, frame: pl.DataFrame) -> None:
        self._out.write(self._records.rows(frame))

    def _end(self) -> None:
        self._out.write(self._records.end())
        self._out.finish()
