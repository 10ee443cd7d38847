"""Stage 0: reads the inputs once into parts, each found again by its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ...operators.core import ROW, Batch, Schema
from ...operators.core.dataset import Block, Dataset, PartSchema, conform, unify
from .manifest import PartKey
from .parts import Part, PartStore, digest_of

PART_ROWS = 2048
PART_BYTES = 32 * 2**20
RECIPE = "source-2"
"""Folder of parts as they were read; the number counts changes of what is kept of them.

A block's digest covers bytes, position, input, format and the reader's version.
"""


@dataclass(frozen=True)
class Input:
    """Rows that a stage takes in: a part on disk, and the columns it is read with.

    `digest` names the content: the same digest, the same rows. `part_schema` is set for rows as a source gave them,
    which are brought to the columns of the whole dataset when they are loaded. `first` is the place in the part of the
    first row that is taken in; None for the whole part.
    """

    part: Part
    digest: str
    rows: int
    schema: Schema
    part_schema: PartSchema | None = None
    first: int | None = None

    def load(self) -> Batch:
        """Read the rows."""
        frame = self.part.frame("rows") if self.first is None else self._scan(self.first).collect()
        if self.part_schema is not None:
            frame = conform(frame, self.part_schema, self.schema)
        return Batch(frame, self.schema)

    def ids(self) -> pl.DataFrame:
        """Only the `_row` of each row."""
        if self.first is None:
            return pl.read_parquet(self.part.path("rows"), columns=[ROW], memory_map=False)
        return self._scan(self.first).select(ROW).collect()

    def slice(self, start: int, length: int) -> "Input":
        """Neighbouring rows of these."""
        digest = digest_of(self.digest, "slice", start, length)
        return replace(self, digest=digest, rows=length, first=(self.first or 0) + start)

    def _scan(self, first: int) -> pl.LazyFrame:
        return pl.scan_parquet(self.part.path("rows")).slice(first, self.rows)


@dataclass(frozen=True)
class Source:
    """What stage 0 found: the inputs of the first stage, the columns, rejected records, and the whole's digest."""

    inputs: list[Input]
    keys: list[PartKey]
    schema: Schema
    rejects: list[dict[str, Any]]
    warnings: list[str]
    digest: str

    @property
    def is_blank(self) -> bool:
        """Whether there are neither rows nor columns, as in an empty JSONL file."""
        return not self.schema.columns and not any(given.rows for given in self.inputs)

    def with_columns(self, schema: Schema) -> "Source":
        """A blank source under columns that are taken to be there, since no row says otherwise."""
        described = schema.model_dump(mode="json")
        inputs = [replace(one, schema=schema, digest=digest_of(one.digest, described)) for one in self.inputs]
        return replace(self, schema=schema, inputs=inputs)


def read_source(dataset: Dataset, store: PartStore, *, sample: int | None, part_rows: int = PART_ROWS) -> Source:
    """Read a dataset into parts; blocks whose bytes were read before are not parsed again.

    Args:
        sample: most rows to read from the start, or None for all.
        part_rows: most rows of a part.

    Raises:
        InvalidInput: the data cannot be read.
    """
    parts: list[Part] = []
    keys: list[PartKey] = []
    rejects: list[dict[str, Any]] = []
    for name, part, key in _parts(dataset, store, sample, part_rows):
        parts.append(part)
        keys.append(key)
        # The part may have been read under another file name, which its digest leaves out.
        rejects.extend({**reject, "file": name} for reject in part.meta["rejects"])
    schemas = [PartSchema.model_validate(part.meta["schema"]) for part in parts]
    schema, warnings = unify(schemas)
    inputs = [
        Input(part, digest_of(key.key, schema.model_dump(mode="json")), key.rows, schema, part_schema)
        for part, key, part_schema in zip(parts, keys, schemas, strict=True)
    ]
    return Source(inputs, keys, schema, rejects, [*dataset.warnings, *warnings], digest_of([key.key for key in keys]))


def _parts(
    dataset: Dataset, store: PartStore, sample: int | None, part_rows: int
) -> Iterator[tuple[str, Part, PartKey]]:
    left = sample
    for block in dataset.blocks(max_rows=part_rows, max_bytes=PART_BYTES):
        if left is not None and left <= 0:
            return
        part = _part_of(block, store, left)
        rows = int(part.meta["rows"])
        if left is not None:
            left -= rows
        name = dataset.sources[block.source].name
        yield name, part, PartKey(recipe=RECIPE, key=part.key, rows=rows, reused=part.reused)


def _part_of(block: Block, store: PartStore, most: int | None) -> Part:
    found = store.find(RECIPE, block.digest)
    if found and (most is None or found.meta["rows"] <= most):
        return found
    parsed = block.parse()
    frame, key, rejects = parsed.frame, block.digest, parsed.rejects
    if most is not None and frame.height > most:
        frame, key = frame.head(most), digest_of(block.digest, most)
        last = _position(frame)
        rejects = [reject for reject in rejects if reject.line <= last]
    meta = {
        "rows": frame.height,
        "source": block.source,
        "schema": parsed.schema.model_dump(mode="json"),
        "rejects": [reject.model_dump(mode="json") for reject in rejects],
    }
    return store.put(RECIPE, key, {"rows": frame}, meta)


def _position(frame: pl.DataFrame) -> int:
    return int(frame[ROW][-1].rpartition(":")[2])
