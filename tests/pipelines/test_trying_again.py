"""Rows that failed are tried again by the next run, and what an earlier run said of them stays said."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import (
    ROW,
    Batch,
    Column,
    Context,
    DatasetOperator,
    DType,
    Example,
    Fetch,
    Generator,
    Outcome,
    RowError,
    Text,
    Verdict,
)
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow
from pydantic import Field


class FailWhileDown(Generator):
    """Double: writes the length of a text, and fails on one until a file is there, like an endpoint that is down."""

    name = "testing_fail_while_down"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    up: str = Field(description="A file; while it is not there, rows with the text `flaky` fail.")

    def writes(self) -> dict[str, DType]:
        """The length."""
        return {"size": "integer"}

    def generate(self, row: dict[str, Any], state: Any) -> dict[str, Any]:
        """The length of the text."""
        if row[self.column] == "flaky" and not Path(self.up).exists():
            raise RowError("down", "nobody answers")
        return {"size": len(row[self.column])}

    @classmethod
    def example(cls) -> Example:
        """A row that does not fail."""
        return Example(options={"up": "/"}, rows=["ab"], out=[{"text": "ab", "size": 2}])


class CountWhileDown(DatasetOperator):
    """Double: writes how many rows there are in all, and cannot sketch one text until a file is there."""

    name = "testing_count_while_down"
    kind = "evaluate"
    effect = "same"
    sketch_bytes = 20
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    up: str = Field(description="A file; while it is not there, rows with the text `flaky` fail.")

    def writes(self) -> dict[str, DType]:
        """The count."""
        return {"count": "integer"}

    def sketch(self, batch: Batch, state: Any) -> pl.DataFrame:
        """Only the row ids."""
        if "flaky" in batch.texts(self.column).to_list() and not Path(self.up).exists():
            raise RowError("down", "nobody answers")
        return batch.frame.select(ROW)

    def decide(self, sketches: pl.DataFrame, fetch: Fetch, ctx: Context) -> Verdict:
        """All are kept, and each knows the number of all."""
        return Verdict(sketches.with_columns(fate=pl.lit("kept"), count=pl.lit(sketches.height, dtype=pl.Int64)))

    def rewrite(self, batch: Batch, records: pl.DataFrame) -> Outcome:
        """Write the count of rows that were not set apart."""
        rows = batch.with_values("count", records["count"], "integer")
        return Outcome(rows.filter(records["fate"] == "kept"), records)

    @classmethod
    def example(cls) -> Example:
        """Two rows."""
        return Example(options={"up": "/"}, rows=["a", "b"], out=[{"text": "a", "count": 2}, {"text": "b", "count": 2}])


class Place:
    """Runs one operator over one file, while what it needs is down and when it is up."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.up = folder, folder / "up"
        (folder / "in.jsonl").write_text("".join(f'{{"text": "{text}"}}\n' for text in ("a", "flaky", "b", "c")))

    def run(self, operator: str) -> RunResult:
        steps = (Step(id="flaky", operator=operator, options={"up": str(self.up)}),)
        flow = Workflow(steps=(*steps, Step(id="space", operator="normalize_whitespace")))
        home = Settings(home=self.folder / "home")
        return run(
            flow, self.folder / "in.jsonl", self.folder / "out.jsonl", part_rows=2, overwrite=True, settings=home
        )

    def rows(self) -> list[Any]:
        return [json.loads(line) for line in (self.folder / "out.jsonl").read_text().splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_row_that_failed_is_tried_again_and_parts_without_failures_are_not(place: Place) -> None:
    assert place.run(FailWhileDown.name).report.failed == 1
    place.up.touch()
    again = place.run(FailWhileDown.name)
    assert again.report.failed == 0
    assert [row["text"] for row in place.rows()] == ["a", "flaky", "b", "c"]
    assert again.report.steps[0].reused == 2


@pytest.mark.parametrize("operator", [FailWhileDown.name, CountWhileDown.name])
def test_the_ledger_of_the_run_in_which_it_failed_stays_what_it_was(place: Place, operator: str) -> None:
    first = place.run(operator)
    said = first.ledger.digest(), first.ledger.why("2"), first.report
    place.up.touch()
    second = place.run(operator)
    home = Home(place.folder / "home")
    ledger = home.ledger(first.id)
    assert (ledger.digest(), ledger.why("2"), home.report(first.id)) == said
    assert (ledger.why("2").fate, second.ledger.why("2").fate) == ("failed", "kept")


def test_a_verdict_without_the_rows_that_failed_is_not_taken_for_the_whole(place: Place) -> None:
    place.run(CountWhileDown.name)
    assert place.rows() == [{"text": text, "count": 3} for text in ("a", "b", "c")]
    place.up.touch()
    place.run(CountWhileDown.name)
    assert place.rows() == [{"text": text, "count": 4} for text in ("a", "flaky", "b", "c")]


def test_rows_that_fail_in_the_same_way_give_the_same_parts(place: Place) -> None:
    first, second = place.run(FailWhileDown.name), place.run(FailWhileDown.name)
    assert first.ledger.digest() == second.ledger.digest()
    commits = list((place.folder / "home" / "cache").glob("*/*.json"))
    assert len(commits) == 2 + 2  # two parts as they were read, and what became of each
