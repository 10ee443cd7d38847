"""Rows out to a file: JSONL, JSON, CSV, TSV, Parquet."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from ..errors import InvalidInput
from ..schema import Schema
from .columnar_writer import RowGroups
from .records import CsvRecords, JsonArrayRecords, JsonRecords, Records
from .sources import ENDINGS, Compression, Format, format_of
from .targets import Packed, Target


class Writer(ABC):
    """Writes rows to a temporary file beside the target and puts it in place at the end.

    A context manager: what was not committed is removed. The bytes depend on the rows and their order, not
    on the frames they come in.
    """

    def __init__(self) -> None:
        self._sha256: str | None = None
        self._committed = False

    @abstractmethod
    def _write(self, frame: pl.DataFrame) -> None: ...

    @abstractmethod
    def _finish(self) -> Target: ...
