"""One pass over data for its quality card; memory follows the block, since the numbers of all rows lie on disk."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ...operators.core import ROW, Batch
from ...operators.core.dataset import Dataset
from .counts import Languages, PersonalDataCounts
from .duplicates import NearDuplicates, digests
from .extremes import End
from .measures import TEXT, Measures
from .model import Duplicates, Extreme
from .shape import BLOCK_ROWS, Shape, blocks_of, check_text_column, texts_of
from .values import Values

DIGEST = "digest"


class TextPass:
    """Everything that is measured of texts.

    Args:
        folder: exists, and is empty.
    """

    def __init__(self, measures: Measures, folder: Path) -> None:
        self.measures, self.count = measures, 0
        self.languages, self.personal_data = Languages(), PersonalDataCounts()
        columns = {measure.name: pl.Float64() for measure in measures.all}
        self._values = Values(folder, pl.Schema({**columns, DIGEST: pl.UInt64()}))
        self._ends = {name: (End(1), End(-1)) for name in columns}
        self._near = NearDuplicates(folder)

    def add(self, batch: Batch, place: Callable[[str], str]) -> None:
        """Measure more rows, each of which has a text.

        Args:
            place: `file:position` of a row.
        """
        if not len(batch):
            return
        texts, hashes = batch.texts(TEXT), digests(batch)
        table = self.measures.of(batch)
        self.count += len(batch)
        self.languages.add(texts)
        self.personal_data.add(texts)
        self._values.add(table.with_columns(hashes.alias(DIGEST)))
        self._near.add(batch, hashes)
        numbers = table.select(pl.all().cast(pl.Float64).fill_null(math.nan)).to_numpy()
        for values, ends in zip(numbers.T, self._ends.values(), strict=True):
            for end in ends:
                end.offer(values, texts, batch.frame[ROW], place)

    def values(self, name: str) -> pl.Series:
        """A metric of all texts, null where one has no value."""
        return self._values.column(name)

    def ends(self, name: str) -> tuple[tuple[Extreme, ...], tuple[Extreme, ...]]:
        """The lowest and the highest rows of a metric."""
        low, high = self._ends[name]
        return low.rows(), high.rows()

    def duplicates(self) -> Duplicates:
        """The share of duplicates."""
        return self._near.found(self.count, self._values.column(DIGEST).n_unique())


@dataclass(frozen=True)
class Measured:
    """Data that was read to its end; `texts` is None where no column holds any."""

    dataset: Dataset
    column: str | None
    shape: Shape
    texts: TextPass | None


def measure(
    dataset: Dataset,
    column: str | None,
    measures: Measures,
    folder: Path,
    *,
    sample: int | None = None,
    block_rows: int = BLOCK_ROWS,
    on_rows: Callable[[int], None] | None = None,
) -> Measured:
    """Read data once.

    Args:
        column: holds the texts; None for a look at the shape alone.
        folder: for the numbers of all rows and some of the texts; exists, and is empty.
        sample: most rows from the start, None for all.
        block_rows: most rows held at once.
        on_rows: told how many rows were read, after each block.

    Raises:
        InvalidInput: the data cannot be read, or the column is not there or can hold no text.
        RunStopped: the system refuses to write.
    """
    shape = Shape.of(dataset)
    texts = None if column is None else TextPass(measures, folder)
    for source, parsed in blocks_of(dataset, sample, block_rows):
        shape.add(source, parsed)
        if texts is not None and column is not None:
            texts.add(texts_of(parsed, column), shape.place)
        if on_rows is not None:
            on_rows(shape.rows)
    if column is not None:
        check_text_column(column, shape.schema()[0], ", ".join(shape.files))
    return Measured(dataset, column, shape, texts)
