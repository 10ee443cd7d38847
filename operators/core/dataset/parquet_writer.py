"""The writer of Parquet: row groups of a size that depends on the rows only."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..schema import Schema
from .physical import default_type, wider
from .targets import Target
from .writer import Writer

GROUP_ROWS = 16_384
"""Most rows of a row group."""
GROUP_BYTES = 32 * 2**20
"""Most bytes of texts in a row group of more than one row."""

_Types = dict[str, pl.DataType]


class ParquetWriter(Writer):
    """Writes native columns as they are, encoded ones as JSON text, with zstd.

    The file has one type per column, the widest among its frames. Where a later frame needs a wider one
    than the row groups on disk have, those are written again.

    Args:
        make: makes a target, each time for the same place.
        schema: the columns, in order.
    """

    def __init__(self, make: Callable[[], Target], schema: Schema) -> None:
        self._file = make()
        super().__init__(self._file)
        self._make = make
        self._schema = schema
        self._found: _Types = {}
        self._declared: _Types = {}
        self._group = _Group()
        self._open: tuple[Any, _Types] | None = None

    def _write(self, frame: pl.DataFrame) -> None:
        frame = frame.select(self._schema.names)
        self._learn(frame)
        while frame.height:
            taken = self._group.add(frame)
            frame = frame.slice(taken)
            if frame.height:
                self._flush()

    def _learn(self, frame: pl.DataFrame) -> None:
        """Types of columns with values count; those of columns of nulls only where nothing else is known."""
        for series in frame.get_columns():
            name, physical = series.name, series.dtype
            if series.null_count() < len(series):
                self._found[name] = wider(self._found.get(name, physical), physical)
            elif physical != pl.Null():
                self._declared.setdefault(name, physical)

    def _types(self) -> _Types:
        return {
            spec.name: self._found.get(spec.name) or self._declared.get(spec.name) or default_type(spec)
            for spec in self._schema.columns
        }

    def _flush(self) -> None:
        types = self._types()
        parquet = self._ready(types)
        if self._group.frames:
            parquet.write_table(_table(self._group.frames, types), row_group_size=GROUP_ROWS)
            self._group = _Group()

    def _ready(self, types: _Types) -> Any:
        """The open Parquet file for these types; made, or made again, when it is not there."""
        import pyarrow.parquet as pq

        if self._open is not None and self._open[1] == types:
            return self._open[0]
        earlier = None
        if self._open is not None:
            self._open[0].close()
            self._file.finish()
            earlier, self._file = self._file, self._make()
            self._target = self._file
        parquet = pq.ParquetWriter(self._file, _table([], types).schema, compression="zstd")
        self._open = (parquet, types)
        if earlier is not None:
            _copy(earlier, parquet, types)
        return parquet

    def _end(self) -> None:
        self._flush()
        if self._open is not None:
            self._open[0].close()


class _Group:
    """Rows of the row group at hand."""

    def __init__(self) -> None:
        self.frames = list[pl.DataFrame]()
        self._rows = 0
        self._bytes = 0

    def add(self, frame: pl.DataFrame) -> int:
        """Take rows from the head of a frame until the group is full; how many were taken."""
        sizes = np.cumsum(_text_bytes(frame))
        fit = int(np.searchsorted(sizes, GROUP_BYTES - self._bytes, side="right"))
        taken = min(max(fit, 0 if self.frames else 1), GROUP_ROWS - self._rows, frame.height)
        if taken:
            self.frames.append(frame.head(taken))
            self._rows += taken
            self._bytes += int(sizes[taken - 1])
        return taken


def _text_bytes(frame: pl.DataFrame) -> NDArray[np.int64]:
    """Bytes of texts in each row."""
    sizes = [pl.col(pl.String).str.len_bytes().cast(pl.Int64), pl.col(pl.Binary).bin.size().cast(pl.Int64)]
    if frame.select(pl.col(pl.String, pl.Binary)).width == 0:
        return np.zeros(frame.height, dtype=np.int64)
    return frame.select(pl.sum_horizontal(*sizes)).to_series().to_numpy()


def _table(frames: list[pl.DataFrame], types: _Types) -> Any:
    """One Arrow table in one piece: page borders follow the pieces, and bytes must not depend on them."""
    schema = pl.Schema(types)
    wide = [schema.to_frame(), *(frame.cast(schema) for frame in frames)]
    return pl.concat(wide, rechunk=True).to_arrow()


def _copy(earlier: Target, parquet: Any, types: _Types) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(earlier.temporary) as written:
        for at in range(written.num_row_groups):
            frame = pl.DataFrame(pl.from_arrow(written.read_row_group(at)))
            parquet.write_table(_table([frame], types), row_group_size=GROUP_ROWS)
    earlier.abort()
