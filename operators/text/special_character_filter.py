"""Keep texts without the marks that broken conversions leave behind."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text

# Replacement characters, a division sign as reference, an icon font's tag, and code points of emoji spelled out.
_REMAINS = (
    r"[\u{FFFD}□]|&#247;|\{/U\}"
    r"|U\+(?:26[0-9A-F][0-9A-D]|273[34]|1F[3-6][0-4][0-9A-F]|1F6[89A-F][0-9A-F])"
)
_MARK = "\u200e"
_RIGHT_TO_LEFT = r"[\u{0590}-\u{08FF}\u{FB1D}-\u{FDFF}\u{FE70}-\u{FEFC}]"


class SpecialCharacterFilter(RowFilter):
    """Keep rows whose text has no, or only some, special characters that broken conversions leave behind.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric is the number of: replacement
    characters (U+FFFD) and white squares for missing glyphs; left-to-right marks (U+200E) in a text without any
    right-to-left script, where they belong; `&#247;`, `{/U}`; and emoji spelled out as code points, such as "U+1F600".
    An empty text has 0.
    """

    name = "special_character_filter"
    limits = ("max_occurrences",)
    phrases = (
        "drop texts with broken special characters",
        "remove rows with replacement characters",
        "no garbled unicode characters",
        "filter out texts with encoding errors",
        "discard mojibake",
        "drop texts with invisible direction marks",
        "remove documents with undecodable characters",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_occurrences: int | None = Field(
        default=0, ge=0, description="Most special characters kept, inclusive; null for no limit."
    )

    @classmethod
    def metric_name(cls) -> str:
        return "special_characters"

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        remains, marks = texts.str.count_matches(_REMAINS), texts.str.count_matches(_MARK)
        marked = pl.select(pl.when(marks > 0).then(texts)).to_series()
        stray = pl.when(marked.str.contains(_RIGHT_TO_LEFT)).then(0).otherwise(marks)
        return {self.metric_name(): pl.select(remains.cast(pl.Int64) + stray).to_series()}

    def keep(self) -> Range:
        return Range(None, self.max_occurrences)

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["naïve café, why? : yes", "na\ufffdve caf\ufffd", "smile U+1F600"], kept=[0])
