"""Cuts rows anew in another order, reading every part once, however far its rows are apart in the end."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import ceil
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import polars as pl
import pyarrow as pa

from ...operators.core import INTERNAL, ROW
from ...operators.core.outcome import complete_records
from .barrier import Decided
from .parts import PartStore, digest_of, storing
from .source import Input

MOST_SPOOLS = 64
"""Files that rows are laid out to at the same time; one is held in memory when its rows are put in order."""


def reordered(
    decided: Decided, inputs: Sequence[Input], store: PartStore, part_rows: int
) -> tuple[Decided, list[Input]]:
    """The verdict and the inputs cut anew, so that rows come in its order; rows that stay behind come last."""
    order = decided.order
    if order is None:
        return decided, list(inputs)
    failed = [complete_records(frame) for frame in decided.failed.values()]
    records = pl.concat([complete_records(decided.part.frame("verdict")), *failed], how="diagonal_relaxed")
    going = order.to_frame(ROW).join(records, on=ROW, how="left", maintain_order="left")
    ordered = pl.concat([going, records.join(going, on=ROW, how="anti", maintain_order="left")])
    recipe = digest_of("order", decided.key.recipe, decided.key.key)[:40]
    spans = [(start, min(part_rows, ordered.height - start)) for start in range(0, ordered.height, part_rows)]
    keys = [digest_of(start, length) for start, length in spans]
    parts = [store.find(recipe, key) for key in keys]
    if not all(parts):
        frames = _in_order(ordered[ROW], inputs, part_rows, store.folder)
        for place, frame in enumerate(frames):
            parts[place] = parts[place] or store.put(recipe, keys[place], {"rows": frame}, {"rows": frame.height})
    made = [Input(part, part.digest("rows"), int(part.meta["rows"]), inputs[0].schema) for part in parts if part]
    told = {name: value for name, value in decided.part.meta.items() if name != "files"}
    verdict = store.put(recipe, "verdict", {"verdict": ordered}, {**told, "rows": ordered.height})
    verdict = replace(verdict, reused=decided.part.reused)
    return replace(decided, part=verdict, spans=tuple(spans), failed={}), made


def _in_order(ids: pl.Series, inputs: Sequence[Input], part_rows: int, folder: Path) -> Iterator[pl.DataFrame]:
    """Frames of `part_rows` rows in the order of `ids`; rows wait in files below `folder` that vanish by themselves."""
    places = _places(ids, inputs)
    span = ceil(ceil(len(ids) / part_rows) / MOST_SPOOLS) * part_rows
    with ExitStack() as stack:
        spools: dict[int, tuple[IO[bytes], pa.RecordBatchStreamWriter]] = {}
        start = 0
        for given in inputs:
            frame = given.load().frame.select(*INTERNAL, *given.schema.names)
            placed = frame.with_columns(places.slice(start, frame.height)).with_columns(spool=pl.col("at") // span)
            start += frame.height
            for (spool,), rows in placed.partition_by("spool", as_dict=True, include_key=False).items():
                table = rows.to_arrow()
                with storing(folder):
                    if spool not in spools:
                        file: IO[bytes] = stack.enter_context(TemporaryFile(dir=folder))
                        spools[spool] = file, pa.ipc.new_stream(file, table.schema)
                    spools[spool][1].write_table(table)
        for _, (file, writer) in sorted(spools.items()):
            with storing(folder):
                writer.close()
            file.seek(0)
            yield from pl.read_ipc_stream(file).sort("at").drop("at").iter_slices(part_rows)


def _places(ids: pl.Series, inputs: Sequence[Input]) -> pl.Series:
    """For each row, as it came in, its place in the order."""
    came = pl.concat([given.ids() for given in inputs])
    order = pl.DataFrame({ROW: ids, "at": pl.int_range(len(ids), eager=True)})
    return came.join(order, on=ROW, how="left", maintain_order="left")["at"]
