"""Keep texts with a number of tokens in a range."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Column, Context, Example, Range, RowFilter, Text
from ..core.resources import file_fingerprint
from ._tokens import BYTES_PER_TOKEN, load_tokenizer, token_counts

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["BYTES_PER_TOKEN", "TokenCountFilter"]

_WHAT = "tokenizer of token_count_filter"


class TokenCountFilter(RowFilter):
    """Keep rows whose text has between so many and so many tokens of a language model.

    Drops rows; order is kept; rows without a text fall under `on_null`. Without a `tokenizer` the number is an
    estimate, and its metric is called `token_count_estimate`: a quarter of the text's UTF-8 bytes, rounded up. For
    prose that is mostly within a third of what a tokenizer gives; code and tables have more tokens than that. With a
    `tokenizer` the metric `token_count` is exact, without special tokens at the start and end. An empty text has 0.
    """

    name = "token_count_filter"
    order_hints = ("reads_words",)
    limits = ("min_tokens", "max_tokens")
    phrases = (
        "keep texts with at most 2048 tokens",
        "drop documents with fewer than 50 tokens",
        "keep texts that fit into 4096 tokens",
        "filter by number of tokens",
        "maximum token count",
        "between 100 and 8000 tokens",
        "remove samples over 1024 tokens",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    min_tokens: int | None = Field(default=None, ge=0, description="Fewest tokens kept, inclusive; null for no limit.")
    max_tokens: int | None = Field(default=None, ge=0, description="Most tokens kept, inclusive; null for no limit.")
    tokenizer: str | None = Field(
        default=None,
        min_length=1,
        description="Name of a resource bound to a tokenizer.json of the tokenizers library; null for an estimate.",
    )

    @model_validator(mode="after")
    def _some_count_fits(self) -> Self:
        if self.min_tokens is None and self.max_tokens is None:
            raise ValueError("set min_tokens, max_tokens or both; without a limit every row would stay")
        if self.min_tokens is not None and self.max_tokens is not None and self.min_tokens > self.max_tokens:
            raise ValueError(
                f"no text has at least {self.min_tokens} and at most {self.max_tokens} tokens; swap the limits"
            )
        return self

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        if self.tokenizer is None:
            return {}
        return {self.tokenizer: file_fingerprint(self.tokenizer, resources, _WHAT)}

    def open(self, ctx: Context) -> "Tokenizer | None":
        return None if self.tokenizer is None else load_tokenizer(self.tokenizer, ctx.resources, _WHAT)

    def metrics(self, batch: Batch, state: "Tokenizer | None") -> dict[str, pl.Series]:
        return {self._measured(): token_counts(batch.texts(self.column), state)}

    def keep(self) -> dict[str, Range]:
        return {self._measured(): Range(self.min_tokens, self.max_tokens)}

    def _measured(self) -> str:
        return "token_count_estimate" if self.tokenizer is None else "token_count"

    @classmethod
    def example(cls) -> Example:
        return Example(options={"max_tokens": 4}, rows=["sixteen letters.", "seventeen letters"], kept=[0])
