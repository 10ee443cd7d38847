"""Keep texts in which few lines look a certain way."""

from dataclasses import dataclass
from typing import Literal, Self

import polars as pl
from pydantic import Field, field_validator, model_validator

from ..core import Batch, Column, Example, Range, RowFilter, Text
from ._linear_patterns import linear_pattern


@dataclass(frozen=True)
class _Lines:
    """Lines that are counted.

    Args:
        pattern: what such a line matches, anywhere in it.
        max_ratio: share of lines that is allowed.
        inclusive: whether a text with just that share is kept.
        spared: texts with at most so many lines are not judged.
    """

    pattern: str
    max_ratio: float | None = None
    inclusive: bool = True
    spared: int = 0


_PRESETS = {
    "ellipsis_end": _Lines(r"(?:\.\.\.|…)\s*$", 0.3, inclusive=False),
    "bullet_start": _Lines(r"^\s*(?:[•‣▶◀◦■□▪▫–]|[-*+]\s)", 0.9),
    "javascript": _Lines("(?i)javascript", 0.5, inclusive=False, spared=3),
}


class LinePatternFilter(RowFilter):
    """Keep rows in whose text at most some share of the lines match a pattern, such as bullets or ellipses.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric `line_share` is the share of lines
    that match, 0 to 1, among those that are not blank; 0 for a text without such lines. `lines` is a preset:

    - `ellipsis_end`: lines that end with "..." or "…"; less than 0.3 of them are kept.
    - `bullet_start`: lines that begin with a bullet, a dash, or `-`, `*`, `+` and a space; up to 0.9.
    - `javascript`: lines that mention JavaScript; less than 0.5. A text of up to three lines has 0 here, whatever it
      says, so that a remark about JavaScript in a short text drops nothing.

    A `pattern` of your own is a Rust regular expression, so its time is linear in the text; it is tried on each line.
    """

    name = "line_pattern_filter"
    order_hints = ("reads_lines",)
    limits = ("max_ratio",)
    phrases = (
        "drop texts where most lines end with an ellipsis",
        "remove documents whose lines start with bullet points",
        "drop pages that are mostly bulleted lists",
        "filter out texts with many javascript lines",
        "remove pages with too many lines ending in an ellipsis",
        "discard documents in which most lines match a pattern",
        "at most 30 % of the lines may start with a bullet",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    lines: Literal["ellipsis_end", "bullet_start", "javascript"] | None = Field(
        default=None, description="Which lines count, as a preset; null if `pattern` says it."
    )
    pattern: str | None = Field(
        default=None, min_length=1, description="Which lines count, as a regular expression without look-around."
    )
    max_ratio: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Largest share of lines, 0 to 1, inclusive (exclusive for ellipsis_end and javascript); null for "
        "that of the preset.",
    )

    @field_validator("pattern")
    @classmethod
    def _is_linear(cls, pattern: str | None) -> str | None:
        return None if pattern is None else linear_pattern(pattern)

    @model_validator(mode="after")
    def _one_pattern(self) -> Self:
        if (self.lines is None) == (self.pattern is None):
            raise ValueError(f"set one of lines ({', '.join(_PRESETS)}) and pattern")
        if self.pattern is not None and self.max_ratio is None:
            raise ValueError("with a pattern of your own, set max_ratio too: the share of lines that may match")
        return self

    @classmethod
    def metric_name(cls) -> str:
        return "line_share"

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        counted = self._counted()
        # Line ends are those of TextView.lines.
        split = texts.str.replace_all("\r\n?", "\n").str.split("\n")
        lines = (
            pl.DataFrame({"line": split})
            .with_row_index("at")
            .explode("line")
            .filter(pl.col("line").str.contains(r"\S"))
        )
        share = pl.col("line").str.contains(counted.pattern).mean()
        shares = lines.group_by("at").agg(share=pl.when(pl.len() > counted.spared).then(share).otherwise(0.0))
        joined = (
            pl.DataFrame({"text": texts}).with_row_index("at").join(shares, on="at", how="left", maintain_order="left")
        )
        measured = pl.when(pl.col("text").is_not_null()).then(pl.col("share").fill_null(0.0))
        return {self.metric_name(): joined.select(measured).to_series()}

    def keep(self) -> Range:
        counted = self._counted()
        limit = counted.max_ratio if self.max_ratio is None else self.max_ratio
        return Range(None, limit, closed="both" if counted.inclusive else "left")

    def _counted(self) -> _Lines:
        return _PRESETS[self.lines] if self.lines else _Lines(self.pattern or "")

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"lines": "bullet_start", "max_ratio": 0.5},
            rows=["What to bring:\n- a map\nand good shoes", "Shopping\n• milk\n\n* bread"],
            kept=[0],
        )
