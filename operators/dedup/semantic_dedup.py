"""Drop texts that mean nearly the same as an earlier one."""

from hashlib import blake2b

import numpy as np
import polars as pl
from pydantic import Field

from ..core import ROW, Batch, Column, Context, DatasetFilter, Example, Fetch, Text, Verdict
from ..core.embedder import Embedder, embed_column
from ._groups import first_of_equals
from ._nearest import merge_by_cosine
from .exact_dedup import normalized


class SemanticDedup(DatasetFilter):
    """Keep the first of texts whose embeddings point in nearly the same direction.

    Merges a row into the first row kept before it, in input order, whose embedding has a cosine of at least `threshold`
    with its own; that row is its target and `similarity` the metric, 0 to 1. Up to 50,000 different texts each is
    compared with all kept before it; beyond that with those kept in the nearest of so many cells as the square root of
    their number, so a few pairs may be missed, the same ones every time. A text without any word the model knows equals
    only the same text. The built-in model averages word vectors: it knows neither word order nor negation, so texts
    that need them apart want a higher threshold or another model. Rows without a text fall under `on_null`: by default
    they are kept.

    Source: Abbas et al. 2023, "SemDeDup: Data-efficient learning at web-scale through semantic deduplication".
    """

    name = "semantic_dedup"
    needs = ("embedder",)
    sketch_bytes = 1250
    phrases = (
        "semantic deduplication",
        "remove texts with the same meaning",
        "drop paraphrases",
        "deduplicate by embedding similarity",
        "remove questions that ask the same thing in other words",
        "SemDeDup with cosine above 0.95",
        "drop semantically similar instructions",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    threshold: float = Field(default=0.95, gt=0, le=1, description="Least cosine of a duplicate, inclusive, 0 to 1.")

    def open(self, ctx: Context) -> Embedder:
        return ctx.embedder()

    def sketch(self, batch: Batch, state: Embedder) -> pl.DataFrame:
        """The digest and the vector of each text; null for a row without one."""
        texts = batch.texts(self.column)
        digests = pl.Series([None if text is None else _digest(text) for text in texts], dtype=pl.UInt64)
        return batch.frame.select(ROW).with_columns(digests.alias("key"), embed_column(texts, state).alias("vector"))

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        has_text = sketches["key"].is_not_null()
        first = first_of_equals(sketches["key"].fill_null(0).to_numpy(), (~has_text).to_numpy().astype(np.uint64))
        alone = np.flatnonzero((first == np.arange(len(first))) & has_text.to_numpy())
        vectors = np.ascontiguousarray(sketches["vector"].gather(alone).to_numpy(), dtype=np.float32)
        known = np.flatnonzero(np.any(vectors != 0, axis=1)) if len(vectors) else np.empty(0, np.int64)
        target, similarity = first.copy(), np.ones(len(first))
        if len(known):
            compared = vectors if len(known) == len(vectors) else vectors[known]
            into = merge_by_cosine(compared, self.threshold)
            rows = alone[known]
            target[rows] = rows[into]
            cosine = np.einsum("ij,ij->i", compared, compared[into], dtype=np.float64)
            similarity[rows] = np.round(np.minimum(cosine, 1.0), 6)
        targets, alike = pl.Series(target[first]), pl.Series(similarity[first])
        return Verdict(self.merge_records(sketches, targets, alike, has_text, "same_meaning"))

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"threshold": 0.9},
            rows=[
                "How do I reset my password?",
                "How can I reset my password?",
                "Where does the river Rhine begin?",
            ],
            kept=[0, 2],
        )


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(normalized(text).encode("utf-8", "surrogatepass"), digest_size=8).digest())
