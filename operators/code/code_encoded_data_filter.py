"""Keep code that is not mostly encoded data."""

from collections.abc import Mapping

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Example, Range, RowFilter, Text

# In Rust's syntax, whose time is linear in the text; bytes beside each other are one run, a line end or not.
_BYTE = "(?:0[xX])?[0-9a-fA-F]{2}"
_RUNS: Mapping[str, str] = {
    "base64_ratio": r"[a-zA-Z0-9+/=\r\n]{64,}",
    "hex_ratio": rf"(?:\\x[0-9a-fA-F]{{2}}){{8,}}|(?-u:\b)(?:{_BYTE}[, \t\r\n]+){{7,}}{_BYTE}(?-u:\b)[, \t\r\n]*",
    "unicode_escape_ratio": r"(?:\\u[0-9a-fA-F]{4}){8,}",
}


class CodeEncodedDataFilter(RowFilter):
    """Keep rows in whose code at most some share of the characters are encoded data.

    Drops rows; order is kept; rows without a text fall under `on_null`. Three metrics, each a share of all characters,
    0 to 1, and 0 for an empty text:

    - `base64_ratio`: runs of 64 and more letters, digits, `+`, `/`, `=` and line ends;
    - `hex_ratio`: 8 and more bytes in a row of two hex digits each, as `\\x0f` or divided by commas and white space,
      with or without `0x` before them;
    - `unicode_escape_ratio`: 8 and more escapes in a row such as `\\u00e9`.

    Source: the patterns of The Stack v2, Lozhkov et al. 2024, as DataFlow has them.
    """

    name = "code_encoded_data_filter"
    limits = ("max_base64_ratio", "max_hex_ratio", "max_unicode_escape_ratio")
    phrases = (
        "drop code that is mostly base64",
        "remove files full of encoded data",
        "filter out hex dumps in source code",
        "discard source files with embedded binary data",
        "at most half of the code may be encoded data",
        "no files of unicode escapes",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the code.")
    max_base64_ratio: float | None = Field(
        default=0.5, ge=0, le=1, description="Largest share of base64, 0 to 1, inclusive; null for no limit."
    )
    max_hex_ratio: float | None = Field(
        default=0.5, ge=0, le=1, description="Largest share of hex bytes, 0 to 1, inclusive; null for no limit."
    )
    max_unicode_escape_ratio: float | None = Field(
        default=0.5, ge=0, le=1, description="Largest share of Unicode escapes, 0 to 1, inclusive; null for no limit."
    )

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        size = texts.str.len_chars().cast(pl.Int64)
        left = {name: texts.str.replace_all(run, "").str.len_chars().cast(pl.Int64) for name, run in _RUNS.items()}
        return {name: (size - rest) / size.clip(1) for name, rest in left.items()}

    def keep(self) -> dict[str, Range]:
        limits = (self.max_base64_ratio, self.max_hex_ratio, self.max_unicode_escape_ratio)
        return {name: Range(None, limit) for name, limit in zip(_RUNS, limits, strict=True)}

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["def area(r):\n    return 3.14159 * r * r\n", 'ICON = "' + "iVBORw0KGgoAAAAN" * 6 + '"\n'], kept=[0]
        )
