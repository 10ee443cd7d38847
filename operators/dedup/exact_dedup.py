"""Drop rows that repeat an earlier one exactly."""

import json
import unicodedata
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

import numpy as np
import polars as pl
from pydantic import Field, field_validator

from ..core import ABSENT, ROW, Batch, Columns, Context, DatasetFilter, Example, Fetch, Verdict
from ._groups import first_of_equals

Shape = Callable[[str], str]
_DIGEST = ("digest_high", "digest_low")


class ExactDedup(DatasetFilter):
    """Keep the first of the rows whose key columns hold the same values.

    Merges each later row into the first one, in input order, which is its target; the metric `similarity` is 1 for
    merged rows. Values are compared with their types: 1, 1.0 and "1" differ, and so do null and an absent column; the
    order of keys in an object does not matter. Rows without any value in `columns` fall under `on_null`: by default
    they are kept, since a row without a key repeats nothing.

    With `normalize`, texts are equal that differ only in case, white space or Unicode form (NFKC). Rows are compared by
    a 128-bit BLAKE2 digest of their values, so memory does not grow with the texts.
    """

    name = "exact_dedup"
    sketch_bytes = 120
    phrases = (
        "remove exact duplicates",
        "drop duplicate rows",
        "deduplicate by question",
        "keep each text only once",
        "no repeated documents",
        "unique by url and title",
        "remove identical texts ignoring case and spacing",
        "drop rows that were seen before",
        "dedupe",
    )

    columns: Columns = Field(default=("text",), description="Columns whose values together make a row a duplicate.")
    normalize: bool = Field(
        default=False, description="Compare texts without regard to case, white space and Unicode form (NFKC)."
    )

    @field_validator("columns")
    @classmethod
    def _some(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        if not columns:
            raise ValueError("name at least one column to compare")
        return tuple(dict.fromkeys(columns))

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        keys = [_encoded_values(batch, column, normalized if self.normalize else str) for column in self.columns]
        digests = [_digest(key) for key in zip(*keys, strict=True)]
        words = np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2)
        present = pl.any_horizontal(pl.col(column).is_not_null() for column in self.columns)
        halves = [pl.Series(name, words[:, place]) for place, name in enumerate(_DIGEST)]
        return (
            batch.frame.select(ROW, present=present)
            .with_columns(halves)
            .select(ROW, *(pl.when("present").then(pl.col(name)).alias(name) for name in _DIGEST))
        )

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        missing = sketches[_DIGEST[0]].is_null()
        first = pl.Series(first_of_equals(*(sketches[name].fill_null(0).to_numpy() for name in _DIGEST)))
        ones = pl.repeat(1.0, sketches.height, eager=True)
        return Verdict(self.merge_records(sketches, first, ones, ~missing, "duplicate"))

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"columns": ["question"], "normalize": True},
            rows=[{"question": "What is it?"}, {"question": "what  is it?"}, {"question": None}, {"question": "Why?"}],
            kept=[0, 2, 3],
        )


def _digest(values: Iterable[bytes]) -> bytes:
    # Lengths go in too, so that the border between two values counts.
    hashed = blake2b(digest_size=16)
    for value in values:
        hashed.update(b"%d:" % len(value))
        hashed.update(value)
    return hashed.digest()


def _encoded_values(batch: Batch, column: str, shape: Shape) -> list[bytes]:
    """One value a row as bytes: equal for equal values of one type, and for no others."""
    series, spec = batch.frame[column], batch.schema[column]
    if spec.dtype == "text":
        encoded = [None if text is None else b"=" + shape(text).encode() for text in series]
    elif spec.encoded:
        encoded = [None if document is None else b"=" + _encoded_json(document, shape) for document in series]
    elif spec.dtype in ("nested", "vector"):
        encoded = [None if value is None else b"=" + _canonical(value, shape) for value in series.to_list()]
    else:
        plain = series.set(series == 0, 0.0) if spec.dtype == "number" else series  # -0.0 is 0.0
        physical = plain if spec.dtype == "bytes" else plain.cast(pl.String).cast(pl.Binary)
        encoded = [None if value is None else b"=" + value for value in physical]
    if None not in encoded:
        return [value for value in encoded if value is not None]
    absent = batch.frame[ABSENT].list.contains(column).fill_null(value=False)
    return [value or (b"absent" if gone else b"null") for value, gone in zip(encoded, absent, strict=True)]


def _encoded_json(document: str, shape: Shape) -> bytes:
    # Numbers keep the digits they were written with; only texts and what holds them are read.
    return _canonical(json.loads(document), shape) if document[0] in '"[{' else document.encode()


def _canonical(value: Any, shape: Shape) -> bytes:
    return json.dumps(_shaped(value, shape), sort_keys=True, ensure_ascii=False, default=repr).encode()


def _shaped(value: Any, shape: Shape) -> Any:
    if isinstance(value, str):
        return shape(value)
    if isinstance(value, list):
        return [_shaped(item, shape) for item in value]
    if isinstance(value, dict):
        return {key: _shaped(item, shape) for key, item in value.items()}
    return value


def normalized(text: str) -> str:
    """The text without differences of case, white space and Unicode form (NFKC)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.lower().split())
