"""Operators that draw by chance, and draw the same again: from a seed and what is drawn for."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from ..core import Batch, Context, DatasetOperator

DRAW = "draw"
"""The column of a sketch that holds the draws."""


class Seeded(DatasetOperator):
    """A dataset operator whose decision hangs on one draw a row.

    A draw is a hash of the seed, the operator and the row's id, so the size of parts, the number of workers and the
    other rows change nothing about it.
    """

    stochastic: ClassVar[bool] = True

    seed: int | None = Field(
        default=None, description="Seed of the draw: the same seed draws the same; null takes the workflow's."
    )

    def open(self, ctx: Context) -> bytes:
        """The key under which draws are hashed."""
        seed = ctx.seed if self.seed is None else self.seed
        return blake2b(f"{type(self).name}:{seed}".encode(), digest_size=32).digest()


def row_draws(batch: Batch, key: bytes) -> pl.Series:
    """One draw a row, by its id."""
    return draws(batch.ids, key)


def draws(values: Iterable[str], key: bytes) -> pl.Series:
    """A number for each value, as if drawn evenly from 64 bits; equal values draw the same under one key.

    Args:
        values: what is drawn for.
        key: 32 bytes, from `Seeded.open`.
    """
    hashed = b"".join(blake2b(value.encode(), digest_size=8, key=key).digest() for value in values)
    return pl.Series(DRAW, np.frombuffer(hashed, dtype="<u8"), dtype=pl.UInt64)
