"""Remove paragraphs that an earlier text, or the same one, holds already."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from itertools import islice
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from ..core import (
    ROW,
    Batch,
    Column,
    Context,
    DatasetOperator,
    DType,
    Example,
    Fetch,
    Outcome,
    OutputColumn,
    Schema,
    Text,
    Verdict,
)
from ..core._segmentation import RUST_WORD
from ..core.families import OnNull, fate_columns
from ._groups import first_of_equals
from .exact_dedup import normalized

_BREAKS = {
    "paragraph": re.compile(r"((?:[^\S\r\n]*(?:\r\n|\r|\n)){2,})"),
    "line": re.compile(r"(\r\n|\r|\n)"),
}
_NOT_COMPARED = 0


class ParagraphDedup(DatasetOperator):
    """Remove from each text the paragraphs (or lines) that stand before it in the data.

    Every row is kept and their order stays; of equal paragraphs the first in input order remains, so a text that
    repeats itself is shortened too. A removed paragraph goes with the line breaks after it. A text of which nothing
    remains becomes empty: let `empty_text_filter` follow. Paragraphs are equal without regard to case, white space and
    Unicode form (NFKC) unless `normalize` is off, and are compared by 64-bit BLAKE2 digests; those below `min_words`
    stay. The metrics are `removed_paragraphs` and `removed_share`, the share of the text's characters. Rows without a
    text fall under `on_null`.

    Source: Wenzek et al. 2019, "CCNet: Extracting High Quality Monolingual Datasets from Web Crawl Data".
    """

    name = "paragraph_dedup"
    kind = "refine"
    effect = "same"
    order_hints = ("reads_lines",)
    sketch_bytes = 320
    phrases = (
        "remove paragraphs that repeat across documents",
        "drop repeated lines across the whole data set",
        "paragraph-level deduplication",
        "strip boilerplate paragraphs that occur in many pages",
        "line level dedup as in CCNet",
        "delete duplicate paragraphs from the texts",
        "remove lines seen before in other documents",
        "cut headers and footers that repeat on every page",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    output: OutputColumn | None = Field(default=None, description="Column to write to; the same column when not given.")
    unit: Literal["paragraph", "line"] = Field(
        default="paragraph", description="What is compared: paragraphs between blank lines, or single lines."
    )
    min_words: int = Field(default=5, ge=1, description="Paragraphs of fewer words always stay.")
    normalize: bool = Field(
        default=True, description="Compare without regard to case, white space and Unicode form (NFKC)."
    )
    on_null: OnNull = Field(default="keep", description="What happens to rows without a text.")

    def writes(self) -> dict[str, DType]:
        """The output column, or the column itself."""
        return {self.output or self.column: "text"}

    def output_schema(self, schema: Schema, resources: Mapping[str, str]) -> Schema:
        """A column that holds other values than texts keeps those of rows without a text."""
        target = self.output or self.column
        mixed = target in schema and schema[target].dtype != "text"
        return schema.with_column(target, "json" if mixed else "text")

    def sketch(self, batch: Batch, state: None) -> pl.DataFrame:
        """One digest per paragraph, 0 for those that always stay; null for a row without a text."""
        pieces = [None if text is None else self._pieces(text)[::2] for text in batch.texts(self.column)]
        flat = pl.Series([piece for one_text in pieces for piece in one_text or ()], dtype=pl.String)
        digests = [
            self._digest(piece) if words >= self.min_words else _NOT_COMPARED
            for piece, words in zip(flat, flat.str.count_matches(RUST_WORD), strict=True)
        ]
        place = iter(digests)
        lists = [None if one_text is None else list(islice(place, len(one_text))) for one_text in pieces]
        return batch.frame.select(ROW).with_columns(pl.Series("paragraphs", lists, dtype=pl.List(pl.UInt64)))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        paragraphs = sketches["paragraphs"]
        counts = paragraphs.list.len().fill_null(0).to_numpy().astype(np.int64)
        digests = paragraphs.drop_nulls().list.explode(empty_as_null=False).to_numpy()
        seen = (first_of_equals(digests) != np.arange(len(digests))) & (digests != _NOT_COMPARED)
        places = _places_by_row(seen, counts).alias("places")
        return Verdict(sketches.select(ROW, *fate_columns(paragraphs.is_null(), self.on_null), places))

    def rewrite(self, batch: Batch, records: pl.DataFrame) -> Outcome:
        texts = batch.texts(self.column)
        pairs = [
            (text, self._without(text, set(places)) if text and len(places) else text)
            for text, places in zip(texts, records["places"].fill_null([]), strict=True)
        ]
        shorter = pl.Series([after for _, after in pairs], dtype=pl.String)
        has_text = texts.is_not_null()
        measured = records.drop("places").with_columns(
            removed_paragraphs=pl.when(has_text).then(records["places"].list.len().cast(pl.UInt32)),
            removed_share=pl.Series([_share_removed(*pair) for pair in pairs], dtype=pl.Float64),
        )
        rows = batch.with_texts(self.output or self.column, shorter)
        return Outcome(rows.filter(records["fate"] == "kept"), measured)

    def _digest(self, paragraph: str) -> int:
        shaped = normalized(paragraph) if self.normalize else paragraph
        return int.from_bytes(blake2b(shaped.encode(), digest_size=8).digest()) or 1

    def _without(self, text: str, places: set[int]) -> str:
        pieces = self._pieces(text)
        paragraphs, breaks = pieces[::2], [*pieces[1::2], ""]
        left = [place for place in range(len(paragraphs)) if place not in places]
        if left and left[-1] != len(paragraphs) - 1:
            breaks[left[-1]] = ""  # nothing comes after it any more
        return "".join(paragraphs[place] + breaks[place] for place in left)

    def _pieces(self, text: str) -> list[str]:
        """Paragraphs at even places, the line breaks between them at odd ones."""
        return _BREAKS[self.unit].split(text)

    @classmethod
    def example(cls) -> Example:
        notice = "All rights are reserved by us."
        return Example(
            rows=[f"First page.\n\n{notice}", f"{notice}\n\nSecond page.", notice.upper()],
            out=[f"First page.\n\n{notice}", "Second page.", ""],
        )


def _places_by_row(seen: NDArray[np.bool_], counts: NDArray[np.int64]) -> pl.Series:
    """For each row the places of its seen paragraphs, out of one flag per paragraph of all rows."""
    rows = np.repeat(np.arange(len(counts)), counts)
    places = np.arange(len(seen)) - np.repeat(np.cumsum(counts) - counts, counts)
    found = pl.DataFrame(
        {"row": rows[seen], "places": places[seen].astype(np.uint32)}, schema_overrides={"row": pl.Int64}
    )
    by_row = found.group_by("row", maintain_order=True).agg("places")
    every = pl.DataFrame({"row": pl.int_range(len(counts), eager=True)})
    joined = every.join(by_row, on="row", how="left", maintain_order="left")
    return joined["places"].fill_null(pl.Series([[]], dtype=pl.List(pl.UInt32)))


def _share_removed(before: str | None, after: str | None) -> float | None:
    if before is None or after is None:
        return None
    return 1 - len(after) / len(before) if before else 0.0
