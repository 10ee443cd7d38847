"""Keep texts that end and breathe as sentences do."""

import re
from typing import Self

import polars as pl
from pydantic import Field, model_validator

from ..core import Batch, Example, OneOf, Range, Rule, TextView
from ..core.textview import UNSPACED
from ._words import WordRules

_COLONS = (":", "：", "﹕", "︓", "︰")
_WIDE_MARKS = [mark.encode() for mark in "–•…。，、；！？｡､．／｜،؛؟۔।॥።፣፤။၊។"]
_BREAKS = bytes.maketrans(b".!?,;/|\r", b"\n" * 8)
# Where words are not set apart by spaces, a space is what punctuation is elsewhere.
_SPACE_AS_MARK = re.compile(rf"(?<=[{UNSPACED}])\s+")


class TerminalPunctuationFilter(WordRules):
    """Keep rows whose text does not end with a colon and has no long run of words without punctuation.

    Drops rows; order is kept; rows without a text fall under `on_null`. Two metrics: `ends_with_colon`, white space at
    the end left out and full-width colons included; and `longest_run`, the most words between two of `.!?,;–•/|…`,
    their full-width, Arabic, Indic and other counterparts, or line ends. In scripts that are written without spaces,
    white space ends a run too. An empty text has a run of 0.
    """

    name = "terminal_punctuation_filter"
    order_hints = ("reads_lines", "reads_words")
    limits = ("max_words_per_run",)
    phrases = (
        "drop texts that end with a colon",
        "remove texts without punctuation",
        "no run-on text without commas or full stops",
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
        views = batch.views(self.column)
        ends = [None if view is None else view.text.rstrip().endswith(_COLONS) for view in views]
        runs = [None if view is None else self._longest_run(view.text) for view in views]
        return {
            "ends_with_colon": pl.Series(ends, dtype=pl.Boolean),
            "longest_run": pl.Series(runs, dtype=pl.Int64),
        }

    def _longest_run(self, text: str) -> int:
        longest = 0
        for piece in sorted(_pieces(text), key=len, reverse=True):
            # A word and what sets it apart take two bytes or more.
            if (len(piece) + 1) // 2 <= longest:
                break
            longest = max(longest, len(self.words_of(TextView(piece.decode()))))
        return longest

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


def _pieces(text: str) -> list[bytes]:
    """What stands between punctuation and line ends, as UTF-8; bytes are several times quicker to cut than text.

    >>> _pieces("a b, c…d")
    [b'a b', b' c', b'd']
    """
    if text.isascii():
        return text.encode().translate(_BREAKS).split(b"\n")
    encoded = _SPACE_AS_MARK.sub("\n", text).encode()
    for mark in _WIDE_MARKS:
        encoded = encoded.replace(mark, b"\n")
    return encoded.translate(_BREAKS).split(b"\n")
