"""The funnel: its histograms count what the ledger holds, its lines stand where rows begin to go, gaps are told."""

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import dataflow_agent.operators.core.testing as doubles
import polars as pl
import pytest
from dataflow_agent.operators.core import Batch, Example, Range, RowFilter, RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines._remains import ended_at, reached
from dataflow_agent.pipelines.funnel import SCALED_BY
from dataflow_agent.pipelines.funnel_model import Funnel, FunnelStep, MetricHistogram
from dataflow_agent.pipelines.ledger import Ledger
from dataflow_agent.pipelines.run import Home, run
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

Closed = Literal["both", "left", "right", "none"]


class NumberFilter(RowFilter):
    """Double: keeps rows by a number that they hold."""

    name = "testing_number_filter"
    low: float | None = Field(default=None, description="Smallest number kept.")
    high: float | None = Field(default=None, description="Largest number kept.")
    closed: Closed = Field(default="both", description="Which limits are kept themselves.")

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """The number in the column `x`."""
        return {"x": batch.frame["x"].cast(pl.Float64, strict=False)}

    def keep(self) -> dict[str, Range]:
        """The range of the options."""
        return {"x": Range(self.low, self.high, self.closed)}

    @classmethod
    def example(cls) -> Example:
        """One row kept of two."""
        return Example(options={"low": 1}, rows=[{"x": 0}, {"x": 1}], kept=[1])


def step(name: str, operator: str | None = None, where: str | None = None, **options: Any) -> Step:
    return Step(id=name, operator=operator or NumberFilter.name, options=options, where=where)


class Runs:
    """Runs in one home."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, Home(folder / "home")

    def ledger(self, steps: Sequence[Step], rows: Sequence[Any], part_rows: int = 3) -> Ledger:
        """The ledger of a run, also of one that was stopped."""
        data = self.folder / "in.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        flow = Workflow(name="funnel", steps=tuple(steps))
        home = Settings(home=self.home.path)
        with suppress(RunStopped):
            run(flow, data, self.folder / "out.jsonl", settings=home, part_rows=part_rows, overwrite=True)
        return self.home.ledger("last")

    def funnel(self, steps: Sequence[Step], rows: Sequence[Any], part_rows: int = 3) -> Funnel:
        return self.ledger(steps, rows, part_rows).funnel()

    def forget(self, stage: int, parts: int) -> None:
        """Remove the first parts of a stage of the newest run from the cache."""
        found = json.loads((self.home.run_folder("last") / "manifest.json").read_text())
        for key in found["stages"][stage]["parts"][:parts]:
            (self.home.path / "cache" / key["recipe"] / f"{key['key']}.json").unlink(missing_ok=True)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def numbers(*values: float | None) -> list[dict[str, Any]]:
    return [{"n": n, "x": value} for n, value in enumerate(values)]


def texts(*values: str) -> list[dict[str, str]]:
    return [{"text": value} for value in values]


def only(step_: FunnelStep) -> MetricHistogram:
    (found,) = step_.metrics
    return found


def stored(ledger: Ledger, name: str, metric: str) -> list[float | None]:
    """A metric of all rows that reached a step, read from the ledger row by row."""
    found: list[float | None] = []
    for stage, frame in ledger.frames():
        if name in stage.steps:
            index = stage.steps.index(name)
            column = f"{index}.{metric}"
            rows = reached(frame, index)
            found += rows[column].to_list() if column in rows.columns else [None] * rows.height
    return found


def test_the_funnel_says_what_each_step_left_why_and_what_share_of_all_that_is(runs: Runs) -> None:
    rows = [{"x": n % 8, "text": "same" if n > 5 else f"text {n}"} for n in range(8)]
    steps = [step("small", high=6), step("big", low=1), step("dedup", "exact_dedup")]
    found = runs.funnel(steps, rows)
    assert found.rows_in == 8
    assert [(one.id, one.rows_in, one.rows_out, one.share, one.reasons) for one in found.steps] == [
        ("small", 8, 7, 0.875, {"x_too_high": 1}),
        ("big", 7, 6, 0.75, {"x_too_low": 1}),
        ("dedup", 6, 6, 0.75, {}),
    ]
    assert not any(one.unknown for one in found.steps)


WORKFLOWS = {
    "a condition, nulls, and a barrier": [
        step("range", where="n >= 3", low=10, high=40),
        step("dedup", "exact_dedup"),
        step("again", low=12.5, closed="none"),
    ],
    "failed rows, and rows changed before": [
        step("tidy", "normalize_whitespace"),
        step("words", "word_count_filter", min_words=2),
        step("fail", doubles.FailOn.name, word="seven"),
        step("range", low=3),
    ],
    "children born on the way": [
        step("words", "word_count_filter", min_words=1),
        step("chunks", "chunk_text", size=2, overlap=0),
        step("chars", "char_count_filter", min_chars=7),
    ],
}


@pytest.mark.parametrize("steps", WORKFLOWS.values(), ids=WORKFLOWS)
@pytest.mark.parametrize("part_rows", [1, 7, 1000])
def test_a_histogram_counts_each_row_that_reached_the_step_once(
    runs: Runs, steps: Sequence[Step], part_rows: int
) -> None:
    rows = [
        {"n": n, "x": None if n % 11 == 0 else (n * n) % 97, "text": f"  one two {'seven' if n % 7 == 0 else n} " * 2}
        for n in range(60)
    ]
    ledger = runs.ledger(steps, rows, part_rows)
    judged = 0
    for one in ledger.funnel().steps:
        for metric in one.metrics:
            judged += 1
            values = stored(ledger, one.id, metric.metric)
            held = [value for value in values if value is not None]
            edges = metric.histogram.edges
            expected = [0] * (len(edges) - 1)
            for value in held:
                inside = sum(edge <= value for edge in edges) - 1
                expected[min(max(inside, 0), len(expected) - 1)] += 1
            assert metric.histogram.counts == tuple(expected)
            assert (len(values), metric.histogram.missing) == (one.rows_in, len(values) - len(held))
            assert (metric.smallest, metric.largest) == (min(held), max(held))
    assert judged == 2


@given(
    st.lists(st.one_of(st.none(), st.integers(-30, 30), st.floats(-3, 3)), min_size=1, max_size=30),
    st.one_of(st.none(), st.integers(-20, 20), st.floats(-2, 2)),
    st.integers(0, 20),
    st.sampled_from(["both", "left", "right", "none"]),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_outside_is_what_the_filter_dropped_for_its_limits(
    tmp_path_factory: pytest.TempPathFactory, values: list[float | None], low: float | None, width: int, closed: Closed
) -> None:
    runs = Runs(tmp_path_factory.mktemp("outside"))
    high = None if low is None else low + width
    found = runs.funnel([step("limits", low=low, high=high, closed=closed)], numbers(*values)).steps[0]
    if not found.metrics:
        assert low is None or all(value is None for value in values)
        return
    metric = only(found)
    dropped = {reason: count for reason, count in found.reasons.items() if reason != "no_value"}
    assert metric.outside == sum(metric.outside_counts) == sum(dropped.values())
    assert all(out <= count for out, count in zip(metric.outside_counts, metric.histogram.counts, strict=True))


@pytest.mark.parametrize(("side", "limit"), [("low", 3), ("high", 3), ("low", 2.5), ("high", 2.5)])
@pytest.mark.parametrize("closed", ["both", "none"])
def test_among_whole_numbers_no_bin_is_cut_by_the_line_of_a_limit(
    runs: Runs, side: Literal["low", "high"], limit: float, closed: Closed
) -> None:
    found = only(runs.funnel([step("limits", closed=closed, **{side: limit})], numbers(*range(7))).steps[0])
    (line,) = found.limits
    assert (line.side, line.value) == (side, limit)
    before = [edge < line.at for edge in found.histogram.edges[:-1]]
    out = [count > 0 for count in found.outside_counts]
    assert out == (before if side == "low" else [not one for one in before])


def test_the_line_of_a_limit_among_fractions_stands_at_the_limit(runs: Runs) -> None:
    found = only(runs.funnel([step("limits", low=0.25, high=0.5)], numbers(0.1, 0.3, 0.7)).steps[0])
    assert [(line.side, line.at) for line in found.limits] == [("low", 0.25), ("high", 0.5)]


def test_a_near_limit_is_brought_into_view_and_a_far_one_does_not_squeeze_the_rows(runs: Runs) -> None:
    found = only(runs.funnel([step("limits", low=60, high=100_000)], numbers(*range(100, 200))).steps[0])
    assert found.histogram.edges[0] <= 60
    assert found.histogram.edges[-1] < 1000
    assert (found.smallest, found.largest) == (100, 199)


@pytest.mark.parametrize("rows", [1, 5, 2 * SCALED_BY + 1])
def test_the_size_of_parts_changes_no_number(runs: Runs, rows: int) -> None:
    steps = [step("limits", low=2, high=90), step("later", high=50)]
    values = numbers(*(n % 100 for n in range(rows)))
    one = runs.funnel(steps, values, part_rows=1)
    assert one.steps[0].metrics[0].histogram.total == rows
    whole = runs.funnel(steps, values, part_rows=10_000)
    if rows <= SCALED_BY:
        assert one == whole
    for left, right in zip(one.steps, whole.steps, strict=True):
        assert left.model_copy(update={"metrics": ()}) == right.model_copy(update={"metrics": ()})
        assert [metric.outside for metric in left.metrics] == [metric.outside for metric in right.metrics]


def test_values_that_no_sample_saw_are_counted_all_the_same(runs: Runs) -> None:
    values: list[float] = [5] * (2 * SCALED_BY)
    values[1] = 10**12
    found = only(runs.funnel([step("limits", high=7)], numbers(*values), part_rows=1).steps[0])
    assert found.histogram.total == len(values)
    assert (found.largest, found.outside, found.outside_counts[-1]) == (10**12, 1, 1)


def test_filters_without_a_limit_and_steps_that_measure_nothing_have_no_histogram(runs: Runs) -> None:
    rows = [{"x": 1, "text": "a b"}]
    steps = [step("any"), step("space", "normalize_whitespace"), step("holds", "expression_filter", expression="x > 0")]
    assert [one.metrics for one in runs.funnel(steps, rows).steps] == [(), (), ()]


def test_a_filter_that_failed_on_all_rows_has_no_histogram(runs: Runs) -> None:
    found = runs.funnel([step("boom", doubles.RaiseOn.name), step("limits", low=1)], [{"text": "boom", "x": 1}] * 4)
    assert [(one.rows_in, one.rows_out, one.metrics) for one in found.steps] == [(4, 0, ()), (0, 0, ())]


def test_a_step_that_no_row_reached_has_an_empty_place_in_the_funnel(runs: Runs) -> None:
    found = runs.funnel([step("all", low=10), step("none", low=1)], numbers(1, 2, 3)).steps
    assert [(one.rows_in, one.rows_out, one.share, one.unknown) for one in found] == [(3, 0, 0, 0), (0, 0, 0, 0)]
    assert [len(one.metrics) for one in found] == [1, 0]


def test_what_was_cleaned_away_is_told_and_the_rest_still_counted(runs: Runs) -> None:
    rows = [{"x": n, "text": f"text {n}"} for n in range(9)]
    ledger = runs.ledger([step("first", low=1), step("dedup", "exact_dedup"), step("last", high=7)], rows)
    whole = ledger.funnel()
    runs.forget(stage=0, parts=2)
    first, dedup, last = ledger.funnel().steps
    assert (first.unknown, first.rows_in, first.share) == (6, 3, None)
    assert (only(first).histogram.total, only(first).smallest) == (3, 6)
    assert (dedup.unknown, dedup.rows_in) == (0, 8)
    assert (last.rows_out, last.share) == (whole.steps[2].rows_out, None)
    runs.forget(stage=0, parts=3)
    assert (ledger.funnel().steps[0].unknown, ledger.funnel().steps[0].metrics) == (9, ())


def test_a_run_that_was_stopped_has_a_funnel_as_far_as_it_came(runs: Runs) -> None:
    rows = [{"x": n, "text": "fail"} for n in range(6)]
    steps = [step("first", low=2), step("dedup", "exact_dedup", columns=["x"]), step("fail", doubles.FailOn.name)]
    found = runs.funnel([*steps, step("dedup-2", "exact_dedup", columns=["x"]), step("never", low=1)], rows)
    assert [one.id for one in found.steps] == ["first", "dedup", "fail"]
    assert (found.steps[-1].rows_in, found.steps[-1].rows_out) == (4, 0)


def test_the_funnel_survives_json(runs: Runs) -> None:
    found = runs.funnel([step("limits", low=0.1)], numbers(0.05, 0.5, None, math.pi))
    assert Funnel.model_validate_json(found.model_dump_json()) == found


def test_a_step_gives_rows_that_did_not_go_on_one_of_each_reason_first(runs: Runs) -> None:
    ledger = runs.ledger([step("limits", low=2, high=5)], numbers(0, 1, 1, 3, 9, 4, 8), part_rows=100)
    assert [(one.row, one.reason) for one in ledger.lost("limits", 2)] == [("0:1", "x_too_low"), ("0:5", "x_too_high")]
    assert [one.row for one in ledger.lost("limits", 3)] == ["0:1", "0:2", "0:5"]
    assert len(ledger.lost("limits", 100)) == 5


def test_a_lost_row_says_what_it_was_measured_at_and_what_it_held(runs: Runs) -> None:
    rows = [
        {"text": "one  two"},
        {"text": "one two"},
        {"text": "many words  are here"},
        {"text": "many words are here"},
    ]
    steps = [step("space", "normalize_whitespace"), step("words", "word_count_filter", min_words=3)]
    ledger = runs.ledger([*steps, step("dedup", "exact_dedup")], rows)
    changed, plain = ledger.lost("words")
    assert (plain.fate, plain.metrics, plain.values, plain.exact) == ("dropped", {"word_count": 2}, rows[1], True)
    assert (changed.values, changed.exact) == (rows[0], False)
    (merged,) = ledger.lost("dedup")
    assert (merged.row, merged.fate, merged.target, merged.values) == ("0:4", "merged", "0:3", rows[3])
    assert ledger.lost("space") == []


def test_rows_that_became_children_or_were_kept_are_not_lost(runs: Runs) -> None:
    ledger = runs.ledger([step("chunks", "chunk_text", size=1, overlap=0)], [{"text": "one two three"}])
    assert ledger.lost("chunks") == []
    frame = next(frame for _, frame in ledger.frames())
    assert frame.filter(ended_at(0)).height == 1


def test_lost_rows_of_parts_that_were_cleaned_away_are_left_out(runs: Runs) -> None:
    ledger = runs.ledger([step("limits", low=5)], numbers(*range(9)))
    runs.forget(stage=0, parts=1)
    assert [one.row for one in ledger.lost("limits", 5)] == ["0:4", "0:5"]
