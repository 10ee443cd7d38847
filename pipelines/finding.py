"""Finds rows by a value that a person wrote, whatever type it has in the data."""

import json
from typing import Any

import polars as pl

from ..operators.core import ROW
from ..operators.core.dataset import PartSchema
from .engine.parts import Part


def column_values(part: Part, column: str) -> tuple[list[str], list[Any]]:
    """Row ids and values of one column of a part as it was read, JSON texts decoded; nothing where it has none."""
    known = {one.name: one for one in PartSchema.model_validate(part.meta["schema"]).columns}
    if column not in known:
        return [], []
    frame = pl.read_parquet(part.path("rows"), columns=[ROW, column], memory_map=False)
    held = frame[column]
    if known[column].encoded:
        return frame[ROW].to_list(), [None if text is None else json.loads(text) for text in held]
    if held.dtype.is_temporal():
        held = held.dt.to_string("iso:strict")
    return frame[ROW].to_list(), held.to_list()


def means(written: str, held: Any) -> bool:
    """Whether what a person wrote stands for a value.

    >>> means("17", 17), means("17", "17"), means("007", 7), means("true", True)
    (True, True, False, True)
    """
    if held is None or isinstance(held, str):
        return held == written
    try:
        read = json.loads(written)
    except ValueError:
        return False
    return isinstance(read, bool) == isinstance(held, bool) and bool(read == held)
