"""What rows are sorted by: keys of bounded size, and the rank of those that are longer, told by reading rows back."""

import json
import math
from collections.abc import Callable
from hashlib import blake2b

import polars as pl

from ..core import Batch, DType

HEAD_BYTES = 64
"""How much of a key a sketch holds."""
WINDOW_BYTES = 4096
"""How much of a key is read at a time, of rows whose keys begin alike."""
_EXPONENT_BIAS = 2**31

Read = Callable[[pl.Series, int, int], pl.Series]
"""`read(places, start, length)`: so many bytes of the whole keys at these places."""


def plain_keys(batch: Batch, column: str) -> pl.Series:
    """Values that polars compares by itself, in a type that is the same for all parts; null where there is none."""
    series, dtype = batch.frame[column], batch.schema[column].dtype
    if dtype == "integer":
        return series.cast(pl.Int128)  # some parts may hold unsigned integers, or none
    if dtype == "number":
        return series.cast(pl.Float64).fill_nan(None)
    return series.to_physical().cast(pl.Int64)


def whole_keys(series: pl.Series, dtype: DType) -> pl.Series:
    """The bytes by which texts, or the JSON documents of a `json` column, are compared; null where there is no order.

    UTF-8 keeps the order of code points. In a column of several types false and true come first, then numbers, then
    texts; null, lists and objects have no key.
    """
    if dtype == "text":
        return series.cast(pl.Binary)
    return pl.Series([None if text is None else _mixed_key(json.loads(text)) for text in series], dtype=pl.Binary)


def heads(keys: pl.Series) -> pl.Series:
    """The beginning of each key."""
    return keys.bin.slice(0, HEAD_BYTES)


def digests(keys: pl.Series) -> pl.Series:
    """64 bits of each whole key, by which those that begin alike are known to be equal or not; null for null."""
    hashed = (None if key is None else blake2b(key, digest_size=8).digest() for key in keys)
    return pl.Series([None if key is None else int.from_bytes(key) for key in hashed], dtype=pl.UInt64)


def comparable(heads: pl.Series, whole: pl.Series, read: Read) -> pl.Series:
    """Values in the order of the whole keys, null for null: the heads themselves where these tell all keys apart.

    Args:
        heads: the beginnings of the keys.
        whole: digests of the whole keys.
        read: reads more of some keys; called only for different keys that begin alike.
    """
    alike = _alike(heads, whole)
    if alike.is_empty():
        return heads
    rank, known = heads.rank("min"), HEAD_BYTES
    while not alike.is_empty():
        more = pl.DataFrame({"rank": rank[alike], "window": read(alike, known, WINDOW_BYTES)})
        finer = more.select(pl.col("rank") + pl.col("window").rank("min").over("rank") - 1).to_series()
        rank, known = rank.scatter(alike, finer), known + WINDOW_BYTES
        alike = _alike(rank, whole)
    return rank


def _alike(known: pl.Series, whole: pl.Series) -> pl.Series:
    """The places of keys of which the same is known, though they differ."""
    table = pl.DataFrame({"known": known, "whole": whole}).with_row_index("at")
    least, most = pl.col("whole").min().over("known"), pl.col("whole").max().over("known")
    return table.filter(least != most)["at"]


def _mixed_key(value: object) -> bytes | None:
    if isinstance(value, bool):
        return b"\1" if value else b"\0"
    if isinstance(value, int | float):
        return b"\2" + _number_key(value)
    if isinstance(value, str):
        return b"\3" + value.encode()
    return None


def _number_key(number: float) -> bytes:
    """Bytes that are ordered as the numbers are, exactly, however large and whether whole or not."""
    if number == 0:
        return b"\1"
    size = _magnitude_key(abs(number))
    if number > 0:
        return b"\2" + size
    return b"\0" + bytes(255 - byte for byte in size) + b"\xff"


def _magnitude_key(number: float) -> bytes:
    if number == math.inf:
        return b"\xff" * 4
    numerator, denominator = number.as_integer_ratio()
    exponent = numerator.bit_length() - denominator.bit_length()
    # Without its trailing zeros and begun at a byte's highest bit, a shorter mantissa is the smaller one.
    mantissa = numerator >> ((numerator & -numerator).bit_length() - 1)
    mantissa <<= -mantissa.bit_length() % 8
    return (exponent + _EXPONENT_BIAS).to_bytes(4) + mantissa.to_bytes(mantissa.bit_length() // 8)
