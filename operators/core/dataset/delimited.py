"""CSV and TSV: a header and text throughout; a bad record costs that record."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from ..errors import Fault
from ..schema import INTERNAL
from .blocks import Block, Parsed, PartColumn, PartSchema, Reject, block_digest, frame_from
from .jsonl import BOM
from .sources import Source, empty
from .values import absent_series, row_series

_BYTES = "surrogateescape"
"""Broken UTF-8 passes through the csv module as escapes, and is refused with its record."""
_MAX_FIELD_CHARACTERS = 2**31 - 1


def faults(source: Source) -> list[Fault]:
    """What is wrong with the file before its rows are read: no content, or a header that names no columns."""
    with source.bytes() as stream:
        header = next(_records(source, stream), None)
    if header is None:
        return [empty(source.content)]
    reason = header.reason or _broken(header.raw)
    if reason or not header.fields:
        return [_header_fault(source, reason or "the line is blank", header.raw)]
    names = header.fields
    twice = sorted(name for name, times in Counter(names).items() if times > 1 and name)
    found = [_header_fault(source, f"column {name!r} stands there twice", header.raw) for name in twice]
    if "" in names:
        found.append(_header_fault(source, f"column {names.index('') + 1} has no name", header.raw))
    found += [
        Fault(
            code="reserved_column",
            message=f"{source.name}: a column is called {name!r}, a name kept for the engine; rename it",
            got=name,
        )
        for name in INTERNAL
        if name in names
    ]
    return found


def _header_fault(source: Source, reason: str, raw: bytes) -> Fault:
    return Fault(
        code="header",
        message=f"{source.name}: the first line must name each column once, but {reason}; mend the header",
        got=raw[:200].decode("utf-8", "backslashreplace"),
    )


@dataclass(frozen=True)
class _Record:
    """One record as bytes, and its fields or the reason why it has none."""

    raw: bytes
    fields: list[str]
    reason: str = ""


class _Lines:
    """Lines of a stream as text for the csv module, with the bytes of those it took for the record at hand."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = iter(stream)
        self._taken = list[bytes]()
        self._start = True

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        if self._start:
            line, self._start = line.removeprefix(BOM), False
        self._taken.append(line)
        return line.decode("utf-8", _BYTES)

    def taken(self) -> bytes:
        lines, self._taken = self._taken, []
        return lines[0] if len(lines) == 1 else b"".join(lines)


def _records(source: Source, stream: BinaryIO) -> Iterator[_Record]:
    # The csv module holds this limit for the process; texts longer than its 128 KiB are ordinary here.
    csv.field_size_limit(_MAX_FIELD_CHARACTERS)
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=_delimiter(source), strict=True)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Record(lines.taken(), [], _reason(error))
        else:
            yield _Record(lines.taken(), fields)


def _delimiter(source: Source) -> str:
    return "\t" if source.format == "tsv" else ","


def _reason(error: csv.Error) -> str:
    if str(error) == "unexpected end of data":
        return "a quote is opened and never closed, so the rest of the file belongs to this record"
    if str(error).startswith("new-line character"):
        return "a carriage return stands outside quotes and ends no line"
    return f"not a valid record: {error}"


def _broken(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"broken UTF-8 at byte {error.start + 1}"
    return ""


def blocks(source: Source, index: int, *, max_rows: int, max_bytes: int) -> Iterator[Block]:
    """The blocks of a file; positions count records after the header from 1, blank lines among them.

    Args:
        source: the file.
        index: its place in the dataset.
        max_rows: most records of a block.
        max_bytes: most bytes of a block; a longer record is a block of its own.
    """
    with source.bytes() as stream:
        records = _records(source, stream)
        header = next(records, _Record(b"", []))
        first, size, held = 1, 0, list[_Record]()
        for record in records:
            if held and (len(held) == max_rows or size + len(record.raw) > max_bytes):
                yield _block(source, index, header, first, held)
                first, size, held = first + len(held), 0, []
            held.append(record)
            size += len(record.raw)
        yield _block(source, index, header, first, held)


def _block(source: Source, index: int, header: _Record, first: int, records: list[_Record]) -> Block:
    raw = b"".join(record.raw for record in records)
    digest = block_digest(source.format, index, first, (header.raw, raw))
    return DelimitedBlock(
        index, first, digest, source.name, tuple(header.fields), tuple(records), broken=bool(_broken(raw))
    )


@dataclass(frozen=True)
class DelimitedBlock(Block):
    """Records of a CSV or TSV file; `broken` says that some of its bytes are not UTF-8."""

    file: str
    names: tuple[str, ...]
    records: tuple[_Record, ...]
    broken: bool

    def parse(self) -> Parsed:
        """Read the block; see `Block.parse`."""
        positions, rows, rejects = list[int](), list[list[str]](), list[Reject]()
        for position, record in enumerate(self.records, self.first):
            reason = self._refused(record)
            if reason:
                rejects.append(Reject.of(self.file, position, reason, record.raw))
            elif record.fields:
                positions.append(position)
                rows.append(record.fields)
        schema = PartSchema(
            columns=tuple(PartColumn(name=name, dtype="text", physical="String", seen=("text",)) for name in self.names)
        )
        return Parsed(self._frame(positions, rows), schema, rejects)

    def _refused(self, record: _Record) -> str:
        if record.reason:
            return record.reason
        if self.broken and (reason := _broken(record.raw)):
            return reason
        if len(record.fields) > len(self.names):
            return f"{len(record.fields)} fields, but the header names {len(self.names)} columns"
        return ""

    def _frame(self, positions: list[int], rows: list[list[str]]) -> pl.DataFrame:
        absent = [self.names[len(row) :] for row in rows]
        columns = [
            pl.Series(name, [row[at] if at < len(row) else None for row in rows], dtype=pl.String)
            for at, name in enumerate(self.names)
        ]
        return frame_from([row_series(self.source, positions), absent_series(absent), *columns])
