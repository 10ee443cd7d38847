"""Keep files of code of ordinary size."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ._source import MARKUP, lines_of, names_one_of, where


class CodeLengthFilter(RowFilter):
    """Keep rows whose code has neither too many lines nor lines that are too long.

    Drops rows; order is kept; rows without a text fall under `on_null`. Metrics: `lines`; `mean_line_chars` and
    `longest_line_chars`, in characters without line ends, both 0 for markup, which they do not judge;
    `longest_markup_line_chars`, 0 for all else; and `longest_line`, the number of the longest line, from 1, for whoever
    wants to look. Lines end at `\\n`, `\\r\\n` and `\\r`; an empty text has none, and all metrics 0.

    Markup is what the column `language` calls HTML, JSON, Markdown, Roff, Roff Manpage, SMT, TeX, Text or XML, in
    whatever case. Without that option, and in rows without a language, all is taken for code.

    Source: the limits of The Stack, Kocetkov et al. 2022, as DataFlow has them.
    """

    name = "code_length_filter"
    order_hints = ("reads_lines",)
    limits = ("max_lines", "max_mean_chars", "max_line_chars", "max_markup_line_chars")
    phrases = (
        "drop source files with very long lines",
        "remove minified code",
        "code files of at most 100000 lines",
        "filter source code by line length",
        "discard code whose lines are longer than 1000 characters",
        "mean line length of the code at most 100",
        "throw out oversized source files",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the code.")
    language: Column[Text] | None = Field(
        default=None, description="Column that names the language of the code; null to take all for code."
    )
    max_lines: int | None = Field(default=100_000, ge=0, description="Most lines kept, inclusive; null for no limit.")
    max_mean_chars: float | None = Field(
        default=100, ge=0, description="Largest mean length of a line, in characters, inclusive; null for no limit."
    )
    max_line_chars: int | None = Field(
        default=1000, ge=0, description="Longest line, in characters, inclusive; null for no limit."
    )
    max_markup_line_chars: int | None = Field(
        default=100_000, ge=0, description="Longest line of markup, in characters, inclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        sizes = lines_of(batch, self.column).list.eval(pl.element().str.len_chars().cast(pl.Int64))
        markup = names_one_of(batch, self.language, MARKUP)
        empty, nothing = sizes.list.len() == 0, sizes.list.sum() * 0
        mean, longest = (where(empty, nothing, found) for found in (sizes.list.mean(), sizes.list.max()))
        return {
            "lines": sizes.list.len().cast(pl.Int64),
            "mean_line_chars": where(markup, nothing, mean),
            "longest_line_chars": where(markup, nothing, longest),
            "longest_markup_line_chars": where(markup, longest, nothing),
            "longest_line": where(empty, nothing, sizes.list.arg_max().cast(pl.Int64) + 1),
        }

    def keep(self) -> dict[str, Range]:
        return {
            "lines": Range(None, self.max_lines),
            "mean_line_chars": Range(None, self.max_mean_chars),
            "longest_line_chars": Range(None, self.max_line_chars),
            "longest_markup_line_chars": Range(None, self.max_markup_line_chars),
        }

    @classmethod
    def example(cls) -> Example:
        long = "x = 1; " * 20
        return Example(
            options={"language": "language"},
            rows=[
                {"text": "def f(n):\n    return n + 1\n", "language": "Python"},
                {"text": long, "language": "JavaScript"},
                {"text": long, "language": "Markdown"},
            ],
            kept=[0, 2],
        )
