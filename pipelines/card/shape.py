"""Rows, columns and rejected records of data, counted block by block."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from ...operators.core import ABSENT, ROW, Batch, InvalidInput, Schema, near_name
from ...operators.core.columns import accepts
from ...operators.core.dataset import Dataset, Parsed, PartSchema, Reject, conform, unify
from .extremes import excerpt
from .measures import TEXT
from .model import ColumnCard, RejectedRecord

BLOCK_ROWS, BLOCK_BYTES = 1024, 8 * 2**20
SHOWN_REJECTS = 5
_TEXT_ONLY = Schema().with_column(TEXT, "text")


@dataclass
class Shape:
    """What is known of the rows so far.

    Args:
        files: names of the sources, each different.
    """

    files: tuple[str, ...]
    rows: int = 0
    rejects: int = 0
    rejected: list[RejectedRecord] = field(default_factory=list)
    _filled: Counter[str] = field(default_factory=Counter)
    _schemas: dict[PartSchema, None] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: Dataset) -> "Shape":
        """The shape of a dataset of which nothing has been read; files of one name go by their paths."""
        names = [source.name for source in dataset.sources]
        unique = [one.name if names.count(one.name) == 1 else str(one.content) for one in dataset.sources]
        return cls(tuple(unique))

    def add(self, source: int, parsed: Parsed) -> None:
        """Count a block of a source."""
        self.rows += parsed.frame.height
        self.rejects += len(parsed.rejects)
        self.rejected += [self._shown(source, one) for one in parsed.rejects[: SHOWN_REJECTS - len(self.rejected)]]
        self._schemas.setdefault(parsed.schema)
        for column in parsed.schema.columns:
            self._filled[column.name] += parsed.frame.height - parsed.frame[column.name].null_count()

    def schema(self) -> tuple[Schema, list[str]]:
        """The columns of all blocks, and warnings about their types."""
        return unify(self._schemas)

    def columns(self) -> tuple[ColumnCard, ...]:
        """The columns of all blocks, with the share of rows that lack a value."""
        nulls = {one.name: self.rows - self._filled[one.name] for one in self.schema()[0].specs()}
        return tuple(
            ColumnCard(
                name=one.name, dtype=one.dtype, nulls=nulls[one.name], null_share=nulls[one.name] / max(self.rows, 1)
            )
            for one in self.schema()[0].specs()
        )

    def place(self, row: str) -> str:
        """`file:position` of a row."""
        source, _, position = row.partition(":")
        return f"{self.files[int(source)]}:{position}"

    def _shown(self, source: int, reject: Reject) -> RejectedRecord:
        place = f"{self.files[source]}:{reject.line}"
        return RejectedRecord(place=place, reason=reject.reason, raw=excerpt(reject.raw))


def blocks_of(dataset: Dataset, sample: int | None, rows: int = BLOCK_ROWS) -> Iterator[tuple[int, Parsed]]:
    """The rows of a dataset, block by block, each with the index of its source.

    Args:
        sample: most rows from the start, None for all; rejected records after the last of them are left out.
        rows: most rows of a block.
    """
    left = sample
    for block in dataset.blocks(max_rows=min(rows, sample or rows), max_bytes=BLOCK_BYTES):
        if left is not None and left <= 0:
            return
        parsed = block.parse()
        yield block.source, parsed if left is None else _cut(parsed, left)
        left = None if left is None else left - parsed.frame.height


def _cut(parsed: Parsed, rows: int) -> Parsed:
    if parsed.frame.height < rows:
        return parsed
    frame = parsed.frame.head(rows)
    last = int(frame[ROW][-1].rpartition(":")[2])
    return Parsed(frame, parsed.schema, [reject for reject in parsed.rejects if reject.line <= last])


def texts_of(parsed: Parsed, column: str) -> Batch:
    """The rows of a block that have a text, with that text alone, as the column `TEXT`."""
    schema, _ = unify([parsed.schema])
    if column not in schema:
        nothing = pl.Series(TEXT, [], dtype=pl.String)
        return Batch(parsed.frame.head(0).select(ROW, ABSENT).with_columns(nothing), _TEXT_ONLY)
    texts = Batch(conform(parsed.frame, parsed.schema, schema), schema).texts(column).rename(TEXT)
    return Batch(parsed.frame.select(ROW, ABSENT).with_columns(texts).filter(texts.is_not_null()), _TEXT_ONLY)


def check_text_column(column: str, schema: Schema, inputs: str) -> None:
    """Refuse a column that is not there, or can hold no text.

    Args:
        inputs: what has these columns, in words.

    Raises:
        InvalidInput: the column cannot be used.
    """
    fitting = [one.name for one in schema.specs() if accepts(("text",), one.dtype)]
    listed = ", ".join(map(repr, fitting)) or "none"
    if column not in schema:
        near = near_name(column, schema.names)
        hint = f"did you mean {near!r}? " if near else ""
        message = f"{inputs}: there is no column {column!r}; {hint}Columns that may hold text: {listed}"
        raise InvalidInput.of("missing_column", message, got=column, allowed=[*schema.names])
    if column not in fitting:
        holds = f"the column {column!r} holds {schema[column].dtype}, where text is needed"
        raise InvalidInput.of(
            "wrong_column_type", f"{inputs}: {holds}; columns that fit: {listed}", got=column, allowed=[*fitting]
        )
