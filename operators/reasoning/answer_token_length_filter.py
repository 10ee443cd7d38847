"""Keep answers with a number of tokens in a range."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Context, Example, Range, RowFilter, Text
from ..core.resources import file_fingerprint
from ..text._tokens import load_tokenizer, token_counts

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WHAT = "tokenizer of answer_token_length_filter"


class AnswerTokenLengthFilter(RowFilter):
    """Keep rows whose answer has between so many and so many tokens of a language model.

    Drops rows; order is kept; rows without a text fall under `on_null`. Both limits belong to what is kept. Without a
    `tokenizer` the number is an estimate, and its metric is called `answer_tokens_estimate`: a quarter of the answer's
    UTF-8 bytes, rounded up. With a `tokenizer` the metric `answer_tokens` is exact, without special tokens at the start
    and end. An answer of white space alone has 0 tokens and goes too, unless `drop_empty` is off and `min_tokens` is 0.
    """

    name = "answer_token_length_filter"
    limits = ("min_tokens", "max_tokens")
    phrases = (
        "drop solutions longer than 8192 tokens",
        "keep answers with at most 4096 tokens",
        "remove empty answers and overlong reasoning",
        "limit the token length of the chain of thought",
        "maximum answer length in tokens",
        "answers that fit into the training context",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the answer.")
    min_tokens: int = Field(default=0, ge=0, description="Fewest tokens kept, inclusive.")
    max_tokens: int | None = Field(default=8192, ge=1, description="Most tokens kept, inclusive; null for no limit.")
    drop_empty: bool = Field(default=True, description="Whether answers without any visible character go.")
    tokenizer: str | None = Field(
        default=None,
        min_length=1,
        description="Name of a resource bound to a tokenizer.json of the tokenizers library; null for an estimate.",
    )

    @model_validator(mode="after")
    def _some_count_fits(self) -> Self:
        if self.max_tokens is not None and self.min_tokens > self.max_tokens:
            raise ValueError(
                f"no answer has at least {self.min_tokens} and at most {self.max_tokens} tokens; swap the limits"
            )
        return self

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        if self.tokenizer is None:
            return {}
        return {self.tokenizer: file_fingerprint(self.tokenizer, resources, _WHAT)}

    def open(self, ctx: Context) -> "Tokenizer | None":
        return None if self.tokenizer is None else load_tokenizer(self.tokenizer, ctx.resources, _WHAT)

    def metrics(self, batch: Batch, state: "Tokenizer | None") -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        # Rust's \s leaves out characters that Python takes for white space, but none that can be seen.
        seen = texts.str.contains(r"\S")
        counts = token_counts(texts, state)
        return {self._measured(): pl.select(pl.when(seen | seen.is_null()).then(counts).otherwise(0)).to_series()}

    def keep(self) -> dict[str, Range]:
        return {self._measured(): Range(max(self.min_tokens, int(self.drop_empty)), self.max_tokens)}

    def _measured(self) -> str:
        return "answer_tokens_estimate" if self.tokenizer is None else "answer_tokens"

    @classmethod
    def example(cls) -> Example:
        return Example(options={"max_tokens": 4}, rows=["sixteen letters.", "seventeen letters", " "], kept=[0])
