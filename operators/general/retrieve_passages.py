"""Write the passages that fit a text best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..core import Batch, Column, Context, DType, Example, InvalidInput, Outcome, OutputColumn, RowOperator, Text
from ..core.embedder import Embedder
from ..core.families import OnNull, judge_missing
from ..core.resources import file_fingerprint, resource_file
from ..core.vectors import LostIndex, VectorStore
from ._tables import read_table

_WHAT = "retrieve_passages"


@dataclass(frozen=True)
class Passages:
    """An index over passages.

    Args:
        texts: the passages, in the order of their file.
        stamp: what the index was made from.
    """

    texts: list[str]
    stamp: str
    index: VectorStore
    embedder: Embedder

    def find(self, vector: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
        """The passages nearest to a vector with their cosines, best first, ties in the order of the file."""
        if self.index.stamp() != self.stamp:
            self._build()
        try:
            found = self.index.nearest(vector, count)
        except LostIndex:
            self._build()
            found = self.index.nearest(vector, count)
        return [(self.texts[int(name)], score) for name, score in found]

    def _build(self) -> None:
        names = [f"{place:010d}" for place in range(len(self.texts))]
        self.index.replace(self.stamp, names, self.embedder.embed(self.texts), self.texts)


class RetrievePassages(RowOperator):
    """Write the passages of a collection whose embeddings are nearest to that of a text.

    Every row is kept and their order stays. The collection is a table that the resource `passages` is bound to; it is
    indexed once, and again when the table or the model changes. The output is a list, best first, of objects with the
    `text` of a passage and its `score`, the cosine from -1 to 1; it is empty where no passage reaches `min_score`. Rows
    without a text fall under `on_null`: by default they fail; kept ones have null.

    Source: Karpukhin et al. 2020, "Dense Passage Retrieval for Open-Domain Question Answering".
    """

    name = "retrieve_passages"
    kind = "generate"
    effect = "same"
    needs = ("embedder", "index")
    phrases = (
        "retrieve the best passages for each question",
        "find supporting documents for every question",
        "add retrieved context from a knowledge base",
        "look up the five nearest passages",
        "dense retrieval over my documents",
        "attach relevant passages for RAG",
        "search a collection for each row",
    )

    passages: str | None = Field(
        default=None, min_length=1, description="Name of the resource that holds the passages, a table."
    )
    texts: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="A few passages given right here, in place of `passages`."
    )
    passage_column: str = Field(default="text", min_length=1, description="Column of that table with the passages.")
    column: Column[Text] = Field(default="text", description="Column that holds the text to find passages for.")
    output: OutputColumn = Field(default="passages", description="Column to write the list of passages to.")
    count: int = Field(default=5, ge=1, le=1000, description="Most passages for a row.")
    min_score: float | None = Field(
        default=None, ge=-1, le=1, description="Least cosine of a passage, inclusive; null for no limit."
    )
    on_null: OnNull = Field(default="fail", description="What happens to rows without a text.")

    @model_validator(mode="after")
    def _one_collection(self) -> Self:
        if (self.passages is None) == (self.texts is None):
            raise ValueError("give either passages, the name of a resource, or texts")
        return self

    def writes(self) -> dict[str, DType]:
        """The list of passages."""
        return {self.output: "nested"}

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        return {} if self.passages is None else {self.passages: file_fingerprint(self.passages, resources, _WHAT)}

    def open(self, ctx: Context) -> Passages:
        embedder = ctx.embedder()
        texts = [text for text in self.texts or self._read(ctx.resources) if text.strip()]
        place, made_of = [self.passages, self.passage_column], [embedder.identity, *texts]
        return Passages(texts, _digest(made_of), ctx.open_index(f"passages-{_digest(place)[:16]}"), embedder)

    def apply(self, batch: Batch, state: Passages) -> Outcome:
        texts = batch.texts(self.column)
        vectors = iter(state.embedder.embed(texts.drop_nulls().to_list()))
        found = [None if text is None else self._told(state.find(next(vectors), self.count)) for text in texts]
        rows = batch.with_values(self.output, found, "nested")
        return judge_missing(rows, texts.is_null(), self.on_null)

    def _told(self, found: list[tuple[str, float]]) -> list[dict[str, Any]]:
        least = -1.0 if self.min_score is None else self.min_score
        return [{"text": text, "score": score} for text, score in found if score >= least]

    def _read(self, resources: Mapping[str, str]) -> pl.Series:
        """The passages of the table.

        Raises:
            InvalidInput: the table is not there, cannot be read, or lacks the column.
        """
        path = resource_file(self.passages or "", resources, _WHAT)
        table = read_table(path, f"the table {self.passages!r}", [self.passage_column])
        if self.passage_column not in table.schema:
            message = f"the table {self.passages!r} has no column {self.passage_column!r}; set passage_column"
            raise InvalidInput.of("invalid_resource", message, got=self.passage_column)
        return table.texts(self.passage_column).drop_nulls()

    @classmethod
    def example(cls) -> Example:
        passage = "cats sleep"
        return Example(
            options={"texts": [passage, "oil prices fell"], "count": 1},
            rows=[passage],
            out=[{"text": passage, "passages": [{"text": passage, "score": 1.0}]}],
        )


def _digest(values: Sequence[str | None]) -> str:
    return sha256(orjson.dumps(values)).hexdigest()
