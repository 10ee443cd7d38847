"""Score how well texts agree with their references."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from pydantic import Field, field_validator

from ..core import Batch, Column, Context, DType, Evaluator, Example, Text
from ..core.columns import ColumnName, Reads
from ..core.embedder import Embedder
from ._matching import Smoothing, bleu, exact_match, rouge_l, token_f1

Measure = Literal["token_f1", "exact_match", "bleu", "bleu1", "rouge_l", "embedding_cosine"]
Texts = Annotated[ColumnName, Reads(("text", "nested"))]
"""A column of texts, or of lists of texts."""


class ReferenceSimilarityScore(Evaluator):
    """Score how well each text agrees with one or several reference texts.

    Writes one number for each of `measures`; higher is nearer, and 1 is the most. `token_f1` and `exact_match`: shared
    tokens, and whether all are the same, after SQuAD's normalisation (lower case, no punctuation, no English
    articles; where nothing else is left, as for "A" or "?", those count). `bleu`: sentence BLEU of up to four words,
    smoothed as `smoothing` says, `bleu1` that of single words; case counts, punctuation are tokens, and orders longer
    than the text are left out. `rouge_l`: F-measure of the longest common subsequence of words in lower case.
    `embedding_cosine`: cosine of the embeddings, -1 to 1; null where the model knows no word of one of both.

    Of several references the nearest gives the number, for BLEU all together as in its definition. A row without a
    text, or whose reference is neither a text nor a list with a text in it, has null for every measure and falls under
    `on_null`; a row with both always has a number, except for `embedding_cosine`.

    Sources: Rajpurkar et al. 2016 (token F1, exact match); Papineni et al. 2002 (BLEU), Chen and Cherry 2014
    (smoothing); Lin 2004 (ROUGE-L).
    """

    name = "reference_similarity_score"
    needs = ("embedder",)
    phrases = (
        "compare each answer with its reference",
        "token F1 against the gold answer",
        "compute token F1",
        "exact match with the reference answer",
        "compute BLEU against the reference",
        "ROUGE-L against the reference answer",
        "does the prediction agree with the ground truth",
        "score similarity to the reference answer",
        "cosine of answer and reference embeddings",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text to judge.")
    reference: Texts = Field(
        default="reference", description="Column that holds the reference: a text, or a list of texts."
    )
    measures: tuple[Measure, ...] = Field(
        default=("token_f1",),
        min_length=1,
        description="Which numbers to write: token_f1, exact_match, bleu, bleu1, rouge_l, embedding_cosine.",
    )
    smoothing: Smoothing = Field(
        default="exp",
        description="What bleu takes for orders without a match: exp (as mteval), add_one, or none, which gives 0.",
    )
    prefix: str = Field(default="", description="Put before the name of each measure to name its column.")

    @field_validator("measures")
    @classmethod
    def _each_once(cls, measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
        return tuple(dict.fromkeys(measures))

    def writes(self) -> dict[str, DType]:
        return {self.prefix + measure: "number" for measure in self.measures}

    def open(self, ctx: Context) -> Embedder | None:
        return ctx.embedder() if "embedding_cosine" in self.measures else None

    def scores(self, batch: Batch, state: Embedder | None) -> dict[str, pl.Series]:
        pairs = [
            (text, references) if text is not None and references else None
            for text, references in zip(
                batch.texts(self.column), map(_texts_in, batch.values(self.reference)), strict=True
            )
        ]
        return {
            self.prefix + measure: pl.Series(
                _cosines(pairs, state) if state and measure == "embedding_cosine" else self._matched(measure, pairs),
                dtype=pl.Float64,
            )
            for measure in self.measures
        }

    def _matched(self, measure: Measure, pairs: "Sequence[_Pair | None]") -> list[float | None]:
        score = self._scorers()[measure]
        return [None if pair is None else score(*pair) for pair in pairs]

    def _scorers(self) -> dict[Measure, Callable[[str, list[str]], float]]:
        return {
            "token_f1": lambda text, references: max(token_f1(text, one) for one in references),
            "exact_match": lambda text, references: max(exact_match(text, one) for one in references),
            "rouge_l": lambda text, references: max(rouge_l(text, one) for one in references),
            "bleu": lambda text, references: bleu(text, references, smoothing=self.smoothing),
            "bleu1": lambda text, references: bleu(text, references, orders=1),
        }

    @classmethod
    def example(cls) -> Example:
        rows: list[dict[str, Any]] = [
            {"text": "The cat sat.", "reference": ["a cat sat down", "dogs bark"]},
            {"text": "No idea", "reference": None},
        ]
        return Example(
            options={"measures": ["token_f1", "exact_match"]},
            rows=rows,
            out=[
                {**rows[0], "token_f1": 0.8, "exact_match": 0.0},
                {**rows[1], "token_f1": None, "exact_match": None},
            ],
        )


_Pair = tuple[str, list[str]]


def _texts_in(value: Any) -> list[str]:
    """The references that a value holds."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def _cosines(pairs: Sequence[_Pair | None], embedder: Embedder) -> list[float | None]:
    """The cosine of each text with its nearest reference."""
    known = [pair for pair in pairs if pair is not None]
    if not known:
        return [None] * len(pairs)
    texts = embedder.embed([text for text, _ in known])
    references = embedder.embed([one for _, several in known for one in several])
    ends = np.cumsum([len(several) for _, several in known], dtype=np.int64)
    found: list[float | None] = []
    for vector, group in zip(texts, np.split(references, ends[:-1]), strict=True):
        comparable = group[group.any(axis=1)] if vector.any() else group[:0]
        cosines = comparable.astype(np.float64) @ vector.astype(np.float64)
        found.append(round(float(np.clip(cosines.max(), -1, 1)), 6) if len(cosines) else None)
    each = iter(found)
    return [None if pair is None else next(each) for pair in pairs]
