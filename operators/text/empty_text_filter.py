"""Keep texts that show something."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ..core.textcolumn import count_characters

# White space, control and format characters, fillers, and the blank braille pattern.
_INVISIBLE = r"[[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u{2800}]--[\x00-\x7f]]"
_INVISIBLE_ASCII = "".join(map(chr, [*range(0x21), 0x7F]))


class EmptyTextFilter(RowFilter):
    """Keep rows whose text has at least one visible character.

    Drops rows; order is kept; rows without a text fall under `on_null`, so they are dropped too. The metric
    `visible_characters` counts all characters but white space, control characters and those that Unicode shows as
    nothing (zero-width space and joiner, byte order mark, soft hyphen, variation selector, blank filler).
    """

    name = "empty_text_filter"
    phrases = (
        "drop empty texts",
        "remove rows without text",
        "remove blank documents",
        "drop rows that are null or only white space",
        "no empty rows",
        "filter out missing content",
        "keep rows that have a text",
        "discard rows with nothing in them",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    @classmethod
    def metric_name(cls) -> str:
        return "visible_characters"

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        visible = texts.str.len_chars().cast(pl.Int64) - count_characters(texts, _INVISIBLE_ASCII)
        beyond = (texts.str.len_bytes() > texts.str.len_chars()).arg_true()
        hidden = texts.gather(beyond).str.count_matches(_INVISIBLE).cast(pl.Int64)
        return {self.metric_name(): visible.scatter(beyond, visible.gather(beyond) - hidden)}

    def keep(self) -> Range:
        return Range(1, None)

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["a word", "", " \n\t", "\u200b\ufeff", {"text": None}], kept=[0])
