"""Keep solutions that give their answer in the form asked for."""

from typing import Self

import polars as pl
from pydantic import Field, field_validator, model_validator

from ..core import Batch, Column, Example, OneOf, RowFilter, Text
from ..text._linear_patterns import linear_pattern
from ._answer_formats import FORMATS, Format


class AnswerFormatFilter(RowFilter):
    r"""Keep rows whose solution gives its answer in a form, such as \boxed{…}.

    Drops rows; order is kept; rows without a text fall under `on_null`. The metric `answer_format` is true or false.
    `format` boxed wants the last \boxed{…} or \fbox{…} closed, brace by brace, and not empty (`\boxed 5` counts);
    answer_tag exactly one `<answer>…</answer>`, not empty; think_answer exactly one `<think>…</think>` followed by one
    `<answer>…</answer>`, both not empty and nothing around them; final_line a last line that says "answer is …",
    "Answer: …" or "#### …"; json a whole text that is a JSON object or list, not empty, also inside a ```json fence.

    A `pattern` of your own is a Rust regular expression, so its time is linear in the text; it is searched anywhere,
    `(?s)\A…\z` for the whole text.
    """

    name = "answer_format_filter"
    phrases = (
        "keep solutions with a boxed answer",
        "drop answers without \\boxed{}",
        "check that the reply follows the think and answer tags",
        "keep replies that are valid JSON",
        "remove solutions in the wrong format",
        "the last line must state the answer",
        "keep answers that match a regular expression",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the solution.")
    format: Format | None = Field(default=None, description="Form of the answer; null if `pattern` says it.")
    pattern: str | None = Field(
        default=None, min_length=1, description="What must occur, as a regular expression without look-around."
    )

    @field_validator("pattern")
    @classmethod
    def _is_linear(cls, pattern: str | None) -> str | None:
        return None if pattern is None else linear_pattern(pattern)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.format is None) == (self.pattern is None):
            raise ValueError(f"set one of format ({', '.join(FORMATS)}) and pattern")
        return self

    def metrics(self, batch: Batch, state: None) -> dict[str, pl.Series]:
        texts = batch.texts(self.column)
        if self.format is None:
            return {self.metric_name(): texts.str.contains(self.pattern or "")}
        fits = FORMATS[self.format]
        return {self.metric_name(): pl.Series([None if t is None else fits(t) for t in texts], dtype=pl.Boolean)}

    def keep(self) -> OneOf:
        return OneOf.of([True])

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"format": "boxed"},
            rows=[r"So it is \boxed{\frac{1}{2}}.", "So it is 1/2.", r"\boxed{\frac{1}{2}", r"\boxed{ }"],
            kept=[0],
        )
