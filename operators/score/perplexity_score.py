"""Score how hard texts are to predict."""

from collections.abc import Mapping
from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Context, DType, Example, InvalidInput, OutputColumn, Text
from ..core.resources import file_fingerprint
from ._english_prose import PROSE
from ._ngram_model import CharacterModel
from ._reference import reference_texts
from ._transformer import CausalModel, ModelEvaluator, score_texts

_MOST = 8_000_000
"""Characters of a reference that are read."""


class PerplexityScore(ModelEvaluator):
    """Score the perplexity of each text: how many equally likely ways to go on a model saw, on average.

    Writes one number a row, at least 1, to four decimals; lower means more like what the model has read. Very low
    values are often repetition, high ones noise, markup or another language. A text without characters (offline) or
    tokens (transformers) has null and falls under `on_null`, as rows without a text do. Compare only values of one
    backend and one model:

    - `offline`, the default: per character, by a character n-gram model (up to six characters, Kneser-Ney). Without
      `reference` it has read 9 kB of plain English prose that come with the package: ordinary English has about 5 to
      25, HTML 40 to 100, random letters and other languages' words 20 and more, other scripts hundreds. It knows
      spelling, no meaning. With `reference`, a file of texts that you hold for good, it measures likeness to those, in
      any language; 8 million characters of it are read. Case, kind of digit and kind of white space do not count.
    - `transformers`: per token, by the language model in the folder of `model`: exp of the mean loss. Every token
      counts, the first one after the start token. A longer text than `window_tokens` (or than the model takes) is read
      in overlapping windows; nothing is cut off.

    Source: for the use as a filter, Wenzek et al. 2020, "CCNet".
    """

    name = "perplexity_score"
    order_hints = ("reads_words",)
    phrases = (
        "score the perplexity of each text",
        "compute perplexity with a language model",
        "how surprising is each document to a language model",
        "add a perplexity column",
        "measure how likely the text is under GPT-2",
        "rate fluency by perplexity",
        "CCNet style perplexity",
        "perplexity against a reference corpus",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    reference: str | None = Field(
        default=None,
        min_length=1,
        description="For backend offline: name of a resource bound to a file of good texts to learn from (.txt with "
        "one text a line, .jsonl, .csv, .parquet); null for the built-in English.",
    )
    reference_column: str = Field(default="text", min_length=1, description="Column of `reference` with its texts.")
    window_tokens: int = Field(
        default=1024, ge=2, description="For backend transformers: most tokens read at once, the start token included."
    )
    stride_tokens: int | None = Field(
        default=None,
        ge=1,
        description="For backend transformers: tokens by which the window moves on in a longer text; the rest of the "
        "window is context. Null for half a window.",
    )
    output: OutputColumn = Field(
        default="perplexity_score", description="Column to write the perplexity to; lower is more predictable."
    )

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.reference is not None and self.backend != "offline":
            raise ValueError("reference is for backend offline; leave it out, or set backend to offline")
        if self.stride_tokens is not None and self.stride_tokens >= self.window_tokens:
            raise ValueError(
                f"stride_tokens must be below window_tokens ({self.window_tokens}), got {self.stride_tokens}"
            )
        return self

    def writes(self) -> dict[str, DType]:
        return {self.output: "number"}

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        own = super().resource_fingerprints(resources)
        if self.reference is None:
            return own
        return {**own, self.reference: file_fingerprint(self.reference, resources, self._wanted())}

    def open(self, ctx: Context) -> CharacterModel | CausalModel:
        if self.backend == "transformers":
            return self.causal_model(ctx)
        if self.reference is None:
            return CharacterModel([pl.Series(PROSE.split("\n\n"))], _MOST)
        texts = reference_texts(self.reference, ctx.resources, self.reference_column, self._wanted())
        try:
            return CharacterModel(texts, _MOST)
        except ValueError as error:
            raise InvalidInput.of(
                "invalid_resource",
                f"the reference {self.reference!r} cannot be used: {error}; bind it to a file with texts",
                got=self.reference,
            ) from error

    def scores(self, batch: Batch, state: CharacterModel | CausalModel) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        if isinstance(state, CharacterModel):
            return {self.output: state.perplexities(texts).round(4)}
        return {self.output: score_texts([texts], lambda known: self._perplexities(state, known))}

    def _perplexities(self, model: CausalModel, texts: list[str]) -> list[float | None]:
        losses = model.losses([None] * len(texts), texts, self.window_tokens, self.stride_tokens)
        return [loss.perplexity for loss in losses]

    def _wanted(self) -> str:
        return f"reference of {self.name}"

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["The", ""],
            out=[{"text": "The", "perplexity_score": 1.6605}, {"text": "", "perplexity_score": None}],
        )
