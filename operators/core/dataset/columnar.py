"""Parquet: native types, read by slices of row groups."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from typing import Any

import polars as pl

from ..errors import Fault, InvalidInput
from ..schema import INTERNAL
from .blocks import Block, Parsed, PartColumn, PartSchema, block_digest, frame_from
from .physical import dtype_of
from .sources import Source
from .values import absent_series, row_series

_READ_BYTES = 2**20


def faults(source: Source) -> list[Fault]:
    """What is wrong with the file before its rows are read: no Parquet, or columns that cannot be held."""
    import pyarrow as pa

    try:
        with _reading(source, source.state()), _file(source) as parquet:
            columns = parquet.schema_arrow
    except InvalidInput as error:
        return list(error.faults)
    found = []
    for name, times in Counter(columns.names).items():
        if name in INTERNAL:
            found.append(_fault("reserved_column", source, name, "is a name kept for the engine; rename it"))
        if times > 1:
            found.append(_fault("duplicate_column", source, name, "stands there twice; rename one of them"))
    for column in columns:
        if any(pa.types.is_decimal256(leaf) for leaf in _leaves(column.type)):
            reason = "holds decimals of more than 38 digits; write them as text or with fewer digits"
            found.append(_fault("unsupported_column", source, column.name, reason))
    return found


def _fault(code: str, source: Source, column: str, reason: str) -> Fault:
    return Fault(code=code, message=f"{source.name}: column {column!r} {reason}", got=column)


def _leaves(kind: Any) -> Iterator[Any]:
    if kind.num_fields == 0:
        yield kind
    for at in range(kind.num_fields):
        yield from _leaves(kind.field(at).type)


def _file(source: Source) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(source.content.for_arrow(), pre_buffer=False, buffer_size=_READ_BYTES)


@contextmanager
def _reading(source: Source, before: object) -> Iterator[None]:
    """While something of the file is read, which must be in the state that it had before.

    Raises:
        InvalidInput: it is in another, or what is read is damaged.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        source.refuse_changed(before)
        raise InvalidInput.of(
            "corrupt_input",
            f"{source.name}: not a whole Parquet file ({error}); fetch or write the file again",
            got=str(source.content),
        ) from error
    source.refuse_changed(before)


def blocks(source: Source, index: int, *, max_rows: int, max_bytes: int) -> Iterator[Block]:
    """The blocks of a file; none crosses a row group, positions count rows from 1.

    The digest covers the whole file, so any change to it makes all its blocks new.

    Args:
        source: the file.
        index: its place in the dataset.
        max_rows: most rows of a block.
        max_bytes: most bytes of a block, estimated from the size of its row group before compression.

    Raises:
        InvalidInput: the file cannot be read, or changes meanwhile.
    """
    before = source.state()
    with source.bytes() as file:
        content = file_digest(file, "sha256").digest()  # type: ignore[arg-type]
    with _reading(source, before), _file(source) as parquet:
        groups = [parquet.metadata.row_group(at) for at in range(parquet.metadata.num_row_groups)]
        sizes = [(group.num_rows, group.total_byte_size) for group in groups]
    rows = _Cursor(source, before)
    first = 1
    for group, start, length in _slices(sizes, max_rows, max_bytes):
        digest = block_digest("parquet", index, first, (content, b"%d" % length))
        yield ParquetBlock(index, first, digest, rows, group, start, length)
        first += length
    if first == 1:
        yield ParquetBlock(index, first, block_digest("parquet", index, first, (content,)), rows, 0, 0, 0)


def _slices(groups: list[tuple[int, int]], max_rows: int, max_bytes: int) -> Iterator[tuple[int, int, int]]:
    """Row group, start in it and length of each block."""
    for group, (rows, size) in enumerate(groups):
        step = min(max_rows, max(1, max_bytes * rows // size)) if size else max_rows
        for start in range(0, rows, step):
            yield group, start, min(step, rows - start)


class _Cursor:
    """Slices of the row groups of one file, as long as it is in the state in which its digest was taken.

    Slices asked for in order decode every row once, and row groups from which nothing is asked are not decoded.
    A copy that was sent to another process opens the file itself.
    """

    def __init__(self, source: Source, before: object) -> None:
        self._source, self._before = source, before
        self._at: tuple[int, int] | None = None
        self._batches: Iterator[Any] = iter(())
        self._rest: Any = None

    def __getstate__(self) -> tuple[Source, object]:
        return self._source, self._before

    def __setstate__(self, state: tuple[Source, object]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def columns(self) -> Any:
        """The file's columns without rows."""
        with _reading(self._source, self._before), _file(self._source) as parquet:
            return parquet.schema_arrow.empty_table()

    def rows(self, group: int, start: int, length: int) -> Any:
        """`length` rows of a row group from `start` on, as an Arrow table."""
        import pyarrow as pa

        with _reading(self._source, self._before):
            if self._at is None or self._at[0] != group or self._at[1] > start:
                self._batches = _file(self._source).iter_batches(batch_size=length, row_groups=[group])
                self._rest, self._at = None, (group, 0)
            self._take(start - self._at[1])
            found = self._take(length)
        self._at = (group, start + length)
        return pa.Table.from_batches(found)

    def _take(self, rows: int) -> list[Any]:
        taken = []
        while rows > 0:
            batch = self._rest if self._rest is not None else next(self._batches)
            taken.append(batch.slice(0, rows))
            self._rest = batch.slice(rows) if batch.num_rows > rows else None
            rows -= taken[-1].num_rows
        return taken


@dataclass(frozen=True)
class ParquetBlock(Block):
    """Neighbouring rows of one row group."""

    cursor: _Cursor
    group: int
    start: int
    length: int

    def parse(self) -> Parsed:
        """Read the block; see `Block.parse`."""
        table = self.cursor.rows(self.group, self.start, self.length) if self.length else self.cursor.columns()
        native = pl.DataFrame(pl.from_arrow(table)).with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
        positions = range(self.first, self.first + self.length)
        system = [row_series(self.source, positions), absent_series([()] * self.length)]
        columns = [_column(name, physical) for name, physical in native.schema.items()]
        return Parsed(frame_from([*system, *native.get_columns()]), PartSchema(columns=tuple(columns)))


def _column(name: str, physical: pl.DataType) -> PartColumn:
    dtype = dtype_of(physical)
    return PartColumn(name=name, dtype=dtype, physical=str(physical), seen=(dtype,) if dtype else ())
