"""Keep code that is text."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ._source import names_one_of, where

ASSEMBLY = frozenset({"motorola 68k assembly", "webassembly"})
"""Languages written with more digits than letters."""


class CodeTextRatioFilter(RowFilter):
    """Keep rows in whose code at least some share of the characters are letters.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric `code_text_ratio` is the number of
    letters of any script divided by all characters, white space included, 0 to 1; 0 for an empty text. For what the
    column `language` calls Motorola 68K Assembly or WebAssembly, in whatever case, digits count as letters do.

    Source: the rule of The Stack, Kocetkov et al. 2022, as DataFlow has it.
    """

    name = "code_text_ratio_filter"
    limits = ("min_ratio",)
    phrases = (
        "drop code with few letters",
        "remove binary content from the source files",
        "at least a quarter of the code must be letters",
        "filter source code by the share of alphabetic characters",
        "discard source files of mostly numbers and symbols",
        "keep only readable source code",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the code.")
    language: Column[Text] | None = Field(
        default=None, description="Column that names the language of the code; null to count letters in all."
    )
    min_ratio: float | None = Field(
        default=0.25, ge=0, le=1, description="Smallest share of letters, 0 to 1, inclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        counted = _left(texts, r"[^\p{L}]+")
        assembly = names_one_of(batch, self.language, ASSEMBLY)
        if assembly.any():
            counted = where(assembly, _left(texts, r"[^\p{L}\p{N}]+"), counted)
        return {self.metric_name(): counted / texts.str.len_chars().clip(1)}

    def keep(self) -> Range:
        return Range(self.min_ratio, None)

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["def area(r):\n    return 3.14 * r\n", "1, 2, 3, 4, 5, 6, x = 7, 8, 9\n"], kept=[0])


def _left(texts: pl.Series, pattern: str) -> pl.Series:
    """How many characters of each text are left when the runs of others are gone."""
    return texts.str.replace_all(pattern, "").str.len_chars().cast(pl.Int64)
