"""An operator that holds a run up until a test lets it go on; processes of runs import it as they would a user's."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from dataflow_agent.operators.core import Batch, Column, Example, OneOf, RowFilter, Rule, RunStopped, Text
from pydantic import Field

PATIENCE_S = 40.0


class WaitFor(RowFilter):
    """Double: keeps every text; at one that contains "wait" it waits until a file is there."""

    name = "testing_wait_for"
    phrases = ("wait at the gate",)
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    path: str = Field(default="gate", description="The file that is waited for.")

    deaf: bool = Field(default=False, description="Lose the first Ctrl-C, as callbacks inside libraries do.")

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        if any("wait" in text for text in batch.texts(self.column).drop_nulls()):
            self._wait()
        return {"there": batch.texts(self.column).is_not_null()}

    def _wait(self) -> None:
        try:
            until(Path(self.path).exists)
        except KeyboardInterrupt:
            if not self.deaf:
                raise
            until(Path(self.path).exists)
        except AssertionError as error:
            raise RunStopped(str(error)) from None  # other errors are the row's, and the engine would try again

    def keep(self) -> Mapping[str, Rule]:
        return {"there": OneOf.of([True, False])}

    @classmethod
    def example(cls) -> Example:
        return Example(rows=["hurry"], kept=[0])


def until(holds: Any) -> None:
    """Wait for a state."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "what was waited for never came"
        time.sleep(0.01)
