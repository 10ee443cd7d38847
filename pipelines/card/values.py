"""The numbers of all rows, kept on disk, so that memory holds one column of them at a time."""

from pathlib import Path

import polars as pl

from ..engine.parts import storing

HELD_ROWS = 65_536


class Values:
    """Columns of numbers, one value per row.

    Args:
        folder: exists, and is empty.
        schema: the columns.
        held_rows: rows held in memory before they are written.
    """

    def __init__(self, folder: Path, schema: pl.Schema, held_rows: int = HELD_ROWS) -> None:
        self._folder, self._schema, self._held_rows = folder, schema, held_rows
        self._held: list[pl.DataFrame] = []
        self._files: list[Path] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows.

        Raises:
            RunStopped: the system refuses to write.
        """
        self._held.append(frame.select(pl.col(name).cast(dtype) for name, dtype in self._schema.items()))
        if sum(part.height for part in self._held) >= self._held_rows:
            self._write()

    def column(self, name: str) -> pl.Series:
        """All values of a column, in the order in which they came."""
        held = [part[name] for part in self._held]
        written = [pl.read_parquet(path, columns=[name])[name] for path in self._files]
        return pl.concat([pl.Series(name, [], dtype=self._schema[name]), *written, *held])

    def _write(self) -> None:
        path = self._folder / f"values-{len(self._files):05}.parquet"
        with storing(self._folder):
            pl.concat(self._held).write_parquet(path, compression="zstd", compression_level=1)
        self._files.append(path)
        self._held = []
