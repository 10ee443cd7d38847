"""Drop texts that are nearly the same as an earlier one."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import lru_cache
from tempfile import TemporaryFile
from typing import IO, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from ..core import ROW, Batch, Column, Context, DatasetFilter, DType, Example, Fetch, Schema, Text, TextView, Verdict
from ._groups import first_of_equals
from ._minhash import Meetings, band_hashes, choose_bands, merge_into_kept, signatures
from ._shingles import jaccard, shingled

_BLOCK = 64
"""Texts sketched at once, so that their hashes stay in the processor's cache."""
_FETCHED = 1024
"""Rows read back at once."""
_REMEMBERED = 256
"""Texts whose shingles are held while others are compared with them."""


class MinhashDedup(DatasetFilter):
    """Keep the first of texts that share most of their shingles.

    Merges a row into the first row kept before it, in input order, whose similarity is at least `threshold`; that row
    is its target and `similarity` the metric. Similarity is the Jaccard measure: shingles in both texts divided by
    shingles in either. A shingle is `shingle_size` neighbouring words (or characters), without regard to case; words
    are Unicode words, so punctuation does not count. A text shorter than a shingle is compared as a whole. Rows without
    a text fall under `on_null`: by default they are kept.

    MinHash signatures in bands find the pairs to compare: 98 of 100 pairs right at the threshold, and more of those
    above. With `verify` each pair is compared by its real shingles, so nothing is merged that is less similar; without,
    by the signatures, whose error is about 0.5 / sqrt(permutations).

    Source: Broder 1997, "On the resemblance and containment of documents".
    """

    name = "minhash_dedup"
    version = 2
    order_hints = ("reads_words",)
    sketch_bytes = 300
    phrases = (
        "remove near duplicates",
        "drop texts that are almost the same",
        "fuzzy deduplication",
        "deduplicate similar documents",
        "MinHash LSH",
        "remove near-duplicate pages with similarity above 0.8",
        "keep one of each group of similar texts",
        "drop documents that overlap by 90 percent",
        "get rid of slightly changed copies",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    threshold: float = Field(
        default=0.8, gt=0, le=1, description="Least Jaccard similarity of a duplicate, 0 to 1, inclusive."
    )
    shingle: Literal["word", "char"] = Field(default="word", description="What a shingle is made of.")
    shingle_size: int = Field(default=5, ge=1, le=100, description="Words or characters in a shingle.")
    permutations: int = Field(
        default=128, ge=16, le=1024, description="Length of a signature: more find more pairs and cost more time."
    )
    verify: bool = Field(default=True, description="Compare real shingles before merging, not only signatures.")

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        views = batch.views(self.column)
        texts = [view for view in views if view is not None]
        blocks = [self._sketched(texts[start : start + _BLOCK]) for start in range(0, max(len(texts), 1), _BLOCK)]
        keys, table = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        if self.verify:
            table = band_hashes(table, *self._bands())
        present = pl.Series([view is not None for view in views], dtype=pl.Boolean)
        dtypes = pl.Schema({"key": pl.UInt64(), "signature": pl.Array(pl.UInt32, table.shape[1])})
        found = pl.DataFrame({"key": keys, "signature": table}, schema=dtypes)
        places = pl.select(pl.when(present).then(present.cum_sum().cast(pl.Int64) - 1)).to_series()
        encoded = pl.lit(self.column in batch.schema and batch.schema[self.column].encoded)
        return batch.frame.select(ROW, encoded=encoded).hstack(found.select(pl.all().gather(places)))

    def _sketched(self, texts: list[TextView]) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        shingles = shingled(texts, self.shingle, self.shingle_size)
        return shingles.keys(), signatures(shingles, self.permutations)

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        has_text = sketches["key"].is_not_null()
        first = first_of_equals(sketches["key"].fill_null(0).to_numpy(), (~has_text).to_numpy().astype(np.uint64))
        alone = np.flatnonzero((first == np.arange(len(first))) & has_text.to_numpy())
        table = sketches["signature"].gather(alone).to_numpy() if len(alone) else np.empty((0, 1), np.uint32)
        meetings = Meetings((table if self.verify else band_hashes(table, *self._bands())).T)
        met = alone[meetings.texts]
        with ExitStack() as stack:
            if self.verify:
                spool = stack.enter_context(TemporaryFile(dir=ctx.workspace))
                alike = self._verified(sketches[met], fetch, spool)
            else:
                alike = _estimated(table[meetings.texts])
            merged = merge_into_kept(meetings, alike, self.threshold)
        target, measured = first.copy(), np.ones(len(first))
        for place, (other, found) in merged.items():
            target[met[place]], measured[met[place]] = met[other], found
        similarity, targets = pl.Series(measured[first]), pl.Series(target[first])
        return Verdict(self.merge_records(sketches, targets, similarity, has_text, "near_duplicate"))

    def _bands(self) -> tuple[int, int]:
        return choose_bands(self.threshold, self.permutations)

    def _verified(self, rows: pl.DataFrame, fetch: Fetch, spool: IO[bytes]) -> Callable[[int, int], float]:
        """The real similarity of two rows; their shingles are read back once, in order, and kept on disk."""
        sizes = [0]
        for start in range(0, rows.height, _FETCHED):
            some = rows.slice(start, _FETCHED)
            dtype: DType = "json" if some["encoded"][0] else "text"
            schema = Schema.of(**{self.column: dtype})
            texts = Batch(fetch(some[ROW].to_list(), [self.column]), schema).texts(self.column)
            for shingles in shingled([TextView(text) for text in texts], self.shingle, self.shingle_size).sets():
                spool.write(shingles.tobytes())
                sizes.append(len(shingles))
        spool.flush()
        ends = np.cumsum(sizes)

        @lru_cache(maxsize=_REMEMBERED)
        def stored(place: int) -> NDArray[np.uint64]:
            start, end = int(ends[place]), int(ends[place + 1])
            return np.frombuffer(os.pread(spool.fileno(), 8 * (end - start), 8 * start), dtype=np.uint64)

        return lambda left, right: jaccard(stored(left), stored(right))

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"threshold": 0.6, "shingle_size": 2},
            rows=[
                "The library opens at nine and closes at six on every day of the week.",
                "The library opens at nine and closes at seven on every day of the week!",
                "On every day of the week the museum is closed.",
            ],
            kept=[0, 2],
        )


def _estimated(table: NDArray[np.uint32]) -> Callable[[int, int], float]:
    return lambda left, right: float((table[left] == table[right]).mean())
