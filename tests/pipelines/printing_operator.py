"""An operator that prints, as libraries do that are not ours; processes of runs import it as they would a user's."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import polars as pl
from dataflow_agent.operators.core import Batch, Column, Example, OneOf, RowFilter, Rule, Text
from pydantic import Field

NOISE = ("printed by Python", "written past Python")


class Print(RowFilter):
    """Double: keeps every text, and prints while it looks at them."""

    name = "testing_print"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        sys.stdout.write(f"{NOISE[0]}\n")
        sys.stdout.flush()
        os.write(1, f"{NOISE[1]}\n".encode())
        return {"there": batch.texts(self.column).is_not_null()}

    def keep(self) -> Mapping[str, Rule]:
        return {"there": OneOf.of([True, False])}

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["any"], kept=[0])
