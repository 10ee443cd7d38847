"""Bring white space into one plain form."""

import polars as pl
from pydantic import Field

from ..core import Example, Refiner

_ZERO_WIDTH = "[\u200b\u2060\ufeff]"
_LINE_END = "\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"
# Single blanks, by far the most frequent, are never matched: that makes it twice as fast.
_BLANKS = r" *[\s\x1f--[\n ]][\s\x1f--\n]*| {2,}"
_AROUND_LINE_END = r" \n ?|\n "
_ANY_SPACE = r" *[\s\x1c-\x1f--[ ]][\s\x1c-\x1f]*| {2,}"


class NormalizeWhitespace(Refiner):
    """Collapse runs of white space, and keep lines and paragraphs apart.

    Rewrites the text; rows without one fall under `on_null`. Runs of spaces, tabs, no-break and other Unicode spaces
    become one space; every kind of line end becomes a newline; spaces at the start and end of each line go, so
    indentation too; more than `max_blank_lines` blank lines in a row are cut to that number; the text is trimmed.
    Zero-width space, word joiner and byte order mark go; zero-width joiner and non-joiner stay, since Persian and Indic
    words need them. Doing it twice changes nothing more.
    """

    name = "normalize_whitespace"
    phrases = (
        "normalise white space",
        "remove extra spaces",
        "collapse repeated spaces and blank lines",
        "trim the texts",
        "clean up tabs and line breaks",
        "strip trailing spaces",
        "replace non-breaking spaces",
        "remove zero-width spaces",
        "join all lines into one",
        "tidy spacing",
    )

    keep_newlines: bool = Field(default=True, description="Keep line ends; false joins all lines with a space.")
    max_blank_lines: int = Field(
        default=1, ge=0, le=100, description="Most blank lines in a row that stay, inclusive; used with keep_newlines."
    )

    def refine(self, text: str) -> str:
        return str(self.refine_all(pl.Series([text]))[0])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        texts = texts.str.replace_all(_ZERO_WIDTH, "")
        if not self.keep_newlines:
            return texts.str.replace_all(_ANY_SPACE, " ").str.strip_chars()
        lines = self.max_blank_lines + 1
        return (
            texts.str.replace_all(_LINE_END, "\n")
            .str.replace_all(_BLANKS, " ")
            .str.replace_all(_AROUND_LINE_END, "\n")
            .str.replace_all(f"\n{{{lines + 1},}}", "\n" * lines)
            .str.strip_chars()
        )

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["  two\t\t words \r\n\r\n\r\n\r\nnext\u00a0 line\u200b ", "as it was"],
            out=["two words\n\nnext line", "as it was"],
        )
