"""Keep texts that end and breathe as sentences do."""

from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Example, OneOf, Range, Rule
from ..core._segmentation import UNSPACED
from ._words import WordRules

_COLON_END = r"[:：﹕︓︰]\s*$"
_PUNCTUATION = r"[.!?,;–•/|…\r。，、；！？｡､．／｜،؛؟۔।॥።፣፤။၊។]"
# Where words are not set apart by spaces, a space is what punctuation is elsewhere.
_BREAKS = rf"{_PUNCTUATION}|([{UNSPACED}])\s+"


class TerminalPunctuationFilter(WordRules):
    """Keep rows whose text does not end with a colon and has no long run of words without punctuation.

    Drops rows; order is kept; rows without a text fall under `on_null`. Two metrics: `ends_with_colon`, white space at
    the end left out and full-width colons included; and `longest_run`, the most words between two of `.!?,;–•/|…`,
    their full-width, Arabic, Indic and other counterparts, or line ends. In scripts that are written without spaces,
    white space ends a run too, unless words are what stands between spaces. An empty text has a run of 0.
    """

    name = "terminal_punctuation_filter"
    version = 2
    order_hints = ("reads_lines", "reads_words")
    limits = ("max_words_per_run",)
    phrases = (
        "drop texts that end with a colon",
        "remove texts without punctuation",
        "drop run-on texts without commas",
        "filter out unfinished texts ending in a colon",
        "longest run without punctuation",
        "discard keyword lists without any punctuation",
    )

    drop_colon_end: bool = Field(default=True, description="Drop texts that end with a colon.")
    max_words_per_run: int | None = Field(
        default=112, ge=0, description="Most words in a run without punctuation kept, inclusive; null for no limit."
    )

    @model_validator(mode="after")
    def _drops_something(self) -> Self:
        if not self.drop_colon_end and self.max_words_per_run is None:
            raise ValueError("set drop_colon_end or max_words_per_run; without either every row would stay")
        return self

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        runs = batch.derived(self.column, f"longest run of {self.words} words", self._longest_runs)
        return {"ends_with_colon": texts.str.contains(_COLON_END), "longest_run": runs}

    def _longest_runs(self, texts: pl.Series) -> pl.Series:
        if self.words == "unicode":
            pieces = texts.str.replace_all(_BREAKS, "$1\n").str.split("\n")
        else:
            pieces = texts.str.replace_all(_PUNCTUATION, "\n").str.split("\n")
        return pieces.list.eval(pl.element().str.count_matches(self.word_pattern())).list.max().cast(pl.Int64)

    def keep(self) -> dict[str, Rule]:
        rules: dict[str, Rule] = {"longest_run": Range(None, self.max_words_per_run)}
        return {"ends_with_colon": OneOf.of([False]), **rules} if self.drop_colon_end else rules

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"max_words_per_run": 4},
            rows=["One, two, three, four, five.", "one two three four five", "Items:\n"],
            kept=[0],
        )
