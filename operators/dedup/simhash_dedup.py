"""Drop texts whose fingerprint is nearly that of an earlier one."""

from typing import Literal

import numpy as np
import polars as pl
from pydantic import Field

from ..core import ROW, Batch, Column, Context, DatasetFilter, Example, Fetch, Text, Verdict
from ._groups import first_of_equals
from ._minhash import Meetings, merge_into_kept
from ._shingles import shingled
from ._simhash import BITS, choose_blocks, fingerprints, keys

_BLOCK = 64
"""Texts sketched at once, so that their bits stay in the processor's cache."""


class SimhashDedup(DatasetFilter):
    """Keep the first of texts whose SimHash fingerprints differ in few bits.

    Merges a row into the first row kept before it, in input order, whose 64-bit fingerprint differs from its own in at
    most `max_distance` bits; that row is its target. The metric `similarity` is the share of equal bits, 0 to 1. All
    such pairs are found: the keys under which fingerprints meet leave out none. A fingerprint is the majority of the
    bits of a text's shingles, `shingle_size` neighbouring words (or characters) without regard to case; it costs 8
    bytes a row, and is coarser than `minhash_dedup`: texts of few shingles, and long ones that differ in a passage, may
    fall on either side. A text shorter than a shingle equals only the same words. Rows without a text fall under
    `on_null`: by default they are kept.

    Source: Charikar 2002, "Similarity estimation techniques from rounding algorithms".
    """

    name = "simhash_dedup"
    order_hints = ("reads_words",)
    sketch_bytes = 150
    phrases = (
        "SimHash deduplication",
        "remove near duplicates by fingerprint",
        "drop texts whose simhash differs by at most 3 bits",
        "fingerprint-based dedup with Hamming distance",
        "near-duplicate detection as in web crawling",
        "cheap near duplicate removal with little memory",
        "drop pages with almost the same fingerprint",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_distance: int = Field(
        default=6, ge=0, le=8, description="Most bits, of 64, in which the fingerprint of a duplicate differs."
    )
    shingle: Literal["word", "char"] = Field(default="word", description="What a shingle is made of.")
    shingle_size: int = Field(default=3, ge=1, le=100, description="Words or characters in a shingle.")

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        views = batch.views(self.column)
        texts = [view for view in views if view is not None]
        parts = [
            fingerprints(shingled(texts[start : start + _BLOCK], self.shingle, self.shingle_size))
            for start in range(0, max(len(texts), 1), _BLOCK)
        ]
        found = iter(np.concatenate(parts).tolist())
        values = [None if view is None else next(found) for view in views]
        return batch.frame.select(ROW).with_columns(pl.Series("fingerprint", values, dtype=pl.UInt64))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        has_text = sketches["fingerprint"].is_not_null()
        every = sketches["fingerprint"].fill_null(0).to_numpy()
        first = first_of_equals(every, (~has_text).to_numpy().astype(np.uint64))
        alone = np.flatnonzero((first == np.arange(len(first))) & has_text.to_numpy())
        distinct = every[alone]
        blocks = choose_blocks(self.max_distance, len(distinct))
        meetings = Meetings(keys(distinct, self.max_distance, blocks) if self.max_distance else ())
        met = distinct[meetings.texts].tolist()
        least = 1 - self.max_distance / BITS
        merged = merge_into_kept(meetings, lambda left, right: _equal_bits(met[left], met[right]), least)
        places = alone[meetings.texts]
        target = first.copy()
        for place, (other, _) in merged.items():
            target[places[place]] = places[other]
        target = target[first]
        similarity = 1 - np.bitwise_count(every ^ every[target]) / BITS
        records = self.merge_records(sketches, pl.Series(target), pl.Series(similarity), has_text, "near_duplicate")
        return Verdict(records)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"max_distance": 8, "shingle_size": 1},
            rows=[
                "The library opens at nine and closes at six on every day of the week, and on feast days too.",
                "The library opens at nine and closes at six on every day of the week, and on feast days also.",
                "A museum of ships stands by the harbour.",
            ],
            kept=[0, 2],
        )


def _equal_bits(left: int, right: int) -> float:
    return 1 - (left ^ right).bit_count() / BITS
