"""What the scores of instruction data read: an instruction with an optional input, and a response."""

import polars as pl
from pydantic import Field

from ..core import Batch, Column, Text
from ..score._transformer import ModelEvaluator


class InstructionEvaluator(ModelEvaluator):
    """Scores rows that hold an instruction."""

    instruction: Column[Text] = Field(default="instruction", description="Column that holds the instruction.")
    input: Column[Text] | None = Field(
        default=None,
        description="Column with further input to the instruction, where there is one; rows without it are fine.",
    )

    def instructions(self, batch: Batch) -> pl.Series:
        """The instruction of each row, with its input on the next line where there is any; null without one."""
        asked = batch.texts(self.instruction)
        if self.input is None:
            return asked
        more = batch.texts(self.input)
        return pl.select(pl.when(more.str.strip_chars() != "").then(asked + "\n" + more).otherwise(asked)).to_series()


class ResponseEvaluator(InstructionEvaluator):
    """Scores rows that hold an instruction and a response to it."""

    response: Column[Text] = Field(default="output", description="Column that holds the response.")
