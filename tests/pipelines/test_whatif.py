"""What-if: the answer from stored metrics is what a run with the other limit keeps, and no operator is run for it."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import polars as pl
import pytest
from dataflow_agent.operators.core import (
    Batch,
    Column,
    Example,
    InvalidInput,
    Range,
    RowFilter,
    Rule,
    RunStopped,
    Text,
)
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines._remains import ended_at, reached
from dataflow_agent.pipelines.ledger import Ledger
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.whatif import WhatIf
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field


class TwoMetrics(RowFilter):
    """Double: two metrics of a text, of which the second is null for texts without a blank; raises on `boom`."""

    name = "testing_two_metrics"
    limits = ("max_length", "max_blanks")
    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    max_length: int | None = Field(default=4, description="Most characters kept, inclusive.")
    max_blanks: int | None = Field(default=2, description="Most blanks kept, exclusive.")

    def metrics(self, batch: Batch, state: Any) -> dict[str, pl.Series]:
        """Characters, and blanks where there are any."""
        texts = batch.texts(self.column)
        if "boom" in texts.to_list():
            raise ValueError("planted")
        blanks = texts.str.count_matches(" ")
        return {"length": texts.str.len_chars(), "blanks": pl.select(pl.when(blanks > 0).then(blanks)).to_series()}

    def keep(self) -> Mapping[str, Rule]:
        """Short texts with few blanks."""
        return {"length": Range(None, self.max_length), "blanks": Range(None, self.max_blanks, closed="left")}

    @classmethod
    def example(cls) -> Example:
        """A short text."""
        return Example(rows=["a b"], kept=[0])


def texts(*values: str) -> list[dict[str, str]]:
    return [{"text": value} for value in values]


def words(step: str = "words", where: str | None = None, **options: Any) -> Step:
    return Step(id=step, operator="word_count_filter", options=options, where=where)


def flow(*steps: Step) -> Workflow:
    return Workflow(name="whatif", steps=steps)


class Runs:
    """Runs in one home, each with an output of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def __call__(self, workflow: Workflow, rows: Sequence[Any], **options: Any) -> RunResult:
        self.count += 1
        data = self.folder / "in.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        home = Settings(home=self.folder / "home")
        return run(workflow, data, self.folder / f"{self.count}.jsonl", settings=home, **options)

    def ledger(self, workflow: Workflow, rows: Sequence[Any], part_rows: int) -> Ledger:
        """The ledger of a run, also of one that stopped because all rows of a step failed."""
        with suppress(RunStopped):
            return self(workflow, rows, part_rows=part_rows).ledger
        return Home(self.folder / "home").ledger("last")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def rows_at(ledger: Ledger, step: str) -> tuple[set[str], set[str]]:
    """The rows that reached a step, and those that it kept, as the ledger of a run tells."""
    came, kept = set[str](), set[str]()
    for stage, frame in ledger.frames():
        if step in stage.steps:
            index = stage.steps.index(step)
            here = reached(frame, index)
            came |= set(here["_row"])
            kept |= set(here.filter(~ended_at(index))["_row"])
    return came, kept


def with_options(workflow: Workflow, step: str, changes: Mapping[str, Any]) -> Workflow:
    steps = [
        one.model_copy(update={"options": {**one.options, **changes}}) if one.id == step else one
        for one in workflow.steps
    ]
    return flow(*steps)


def numbers(answer: WhatIf) -> tuple[int, int, int, int, int]:
    return answer.reached, answer.kept_before, answer.kept_after, answer.newly_kept, answer.newly_dropped


def test_it_says_what_another_limit_would_keep_and_drop(runs: Runs) -> None:
    result = runs(flow(words(min_words=2, max_words=3)), texts("a", "a b", "a b c", "a b c d", ""))
    answer = result.ledger.whatif("words", {"min_words": 3, "max_words": 4})
    assert numbers(answer) == (5, 2, 2, 1, 1)
    assert answer.rule_before == {"word_count": "at least 2 and at most 3"}
    assert answer.rule_after == {"word_count": "at least 3 and at most 4"}


def test_examples_are_the_rows_nearest_to_the_line_that_moved(runs: Runs) -> None:
    rows = texts(*(" ".join("w" * n) for n in (9, 5, 1, 4, 6, 3, 2)))
    answer = runs(flow(words(min_words=1, max_words=8)), rows, part_rows=2).ledger.whatif("words", {"min_words": 5})
    inside, outside = answer.just_inside, answer.just_outside
    assert [(one.row, one.metrics["word_count"]) for one in inside] == [("0:2", 5), ("0:5", 6)]
    assert [(one.row, one.metrics["word_count"]) for one in outside] == [("0:4", 4), ("0:6", 3), ("0:7", 2)]
    assert [one.was_kept for one in outside] == [True, True, True]
    assert inside[0].values == {"text": "w w w w w"}
    assert inside[0].exact


def test_a_row_that_breaks_another_rule_is_no_example(runs: Runs) -> None:
    step = Step(id="two", operator=TwoMetrics.name)
    rows = texts("a b", "ab cde", "abcd ef", "a  b  c", "a b cd")
    answer = runs(flow(step), rows).ledger.whatif("two", {"max_length": 6})
    assert [one.row for one in answer.just_inside] == ["0:2", "0:1"]
    assert [one.row for one in answer.just_outside] == ["0:3"]


def test_an_example_shows_what_the_step_saw_where_that_is_stored(runs: Runs) -> None:
    space = Step(id="space", operator="normalize_whitespace")
    rows = texts("x   y", "p   q   r", "u   v   w   z")
    ledger = runs(flow(space, words(min_words=3)), rows).ledger
    answer = ledger.whatif("words", {"min_words": 4})
    (kept,), (kept_so_far, dropped) = answer.just_inside, answer.just_outside
    assert (kept.values, kept.exact) == ({"text": "u v w z"}, True)
    assert (kept_so_far.values, kept_so_far.exact) == ({"text": "p q r"}, True)
    assert (dropped.values, dropped.exact) == ({"text": "x   y"}, False)


def test_it_counts_only_rows_that_reached_the_step(runs: Runs) -> None:
    children = [Step(id=name, operator=doubles.WordsToRows.name) for name in ("children", "later")]
    steps = (words("first", min_words=2), children[0], words(min_words=0), children[1])
    answer = runs(flow(*steps), texts("a", "b c", "d e f")).ledger.whatif("words", {"max_words": 0})
    assert numbers(answer) == (5, 5, 0, 0, 5)


def test_rows_outside_the_condition_stay_whatever_the_limit(runs: Runs) -> None:
    rows = [{"text": "a", "n": 1}, {"text": "a", "n": 2}, {"text": "a b", "n": 2}]
    result = runs(flow(words(min_words=2, where="n = 2")), rows)
    assert numbers(result.ledger.whatif("words", {"min_words": 9})) == (3, 2, 1, 0, 1)


def test_rows_on_which_the_operator_failed_stay_failed(runs: Runs) -> None:
    step = Step(id="two", operator=TwoMetrics.name, options={"on_null": "keep"})
    result = runs(flow(step), texts("boom", "a b", "long"))
    assert numbers(result.ledger.whatif("two", {"max_length": 2})) == (3, 2, 1, 0, 1)


@pytest.mark.parametrize("policy", ["drop", "keep", "fail"])
def test_rows_without_a_value_follow_the_null_policy(runs: Runs, policy: str) -> None:
    result = runs(flow(words(min_words=2, on_null=policy)), [{"text": None}, {"text": "a b"}, {"text": "a"}])
    kept = 2 if policy == "keep" else 1
    assert numbers(result.ledger.whatif("words", {"min_words": 1})) == (3, kept, kept + 1, 1, 0)


def test_it_asks_the_limits_of_the_operator_and_nothing_else(runs: Runs) -> None:
    ledger = runs(flow(words(min_words=1), Step(id="space", operator="normalize_whitespace")), texts("a")).ledger
    with pytest.raises(InvalidInput, match=r"cannot move 'min_word' .* did you mean 'min_words'") as one:
        ledger.whatif("words", {"min_word": 1, "words": "whitespace"})
    assert [fault.got for fault in one.value.faults] == ["min_word", "words"]
    with pytest.raises(InvalidInput, match="min_words"):
        ledger.whatif("words", {"min_words": -1})
    with pytest.raises(InvalidInput, match="'space' is normalize_whitespace, which judges no row"):
        ledger.whatif("space", {})
    with pytest.raises(InvalidInput, match="no step 'word'; did you mean 'words'"):
        ledger.whatif("word", {})


def test_it_says_when_what_the_step_saw_is_gone(runs: Runs, tmp_path: Path) -> None:
    ledger = runs(flow(words(min_words=1)), texts("a")).ledger
    shutil.rmtree(tmp_path / "home" / "cache")
    with pytest.raises(InvalidInput, match="was cleaned from the cache"):
        ledger.whatif("words", {"min_words": 2})


LIMITS = st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.integers(3, 6)))


def _filters() -> Iterator[st.SearchStrategy[Step]]:
    policies = st.sampled_from(["drop", "keep", "fail"])
    where = st.sampled_from([None, "n > 0", "length(text) > 3"])
    yield st.builds(
        lambda limits, policy, where: words("asked", where, min_words=limits[0], max_words=limits[1], on_null=policy),
        LIMITS, policies, where,
    )  # fmt: skip
    yield st.builds(
        lambda limits, policy, where: Step(
            id="asked",
            operator=TwoMetrics.name,
            options={"max_length": limits[0], "max_blanks": limits[1], "on_null": policy},
            where=where,
        ),
        LIMITS, policies, where,
    )  # fmt: skip


BEFORE = st.sampled_from(
    [
        (),
        (Step(id="space", operator="normalize_whitespace"),),
        (Step(id="children", operator=doubles.WordsToRows.name),),
        (Step(id="dedup", operator="exact_dedup"), words("some", min_words=0, max_words=4)),
        (Step(id="summary", operator=doubles.AddSummary.name),),
    ]
)
AFTER = st.sampled_from(
    [
        (),
        (Step(id="late", operator=doubles.FailOn.name),),
        (words("late", min_words=2),),
        (Step(id="late", operator=doubles.WordsToRows.name),),
    ]
)
VALUES = st.sampled_from(["", "a", "a b", "a  b", "a b c", "abcdef", "ab cd ef gh", "fail", "boom", "x\ty", None, 7])
ROWS = st.lists(st.fixed_dictionaries({"text": VALUES}, optional={"n": st.integers(0, 2)}), min_size=1, max_size=12)


WORKFLOWS = st.builds(lambda before, asked, after: flow(*before, asked, *after), BEFORE, st.one_of(*_filters()), AFTER)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORKFLOWS, ROWS, LIMITS, st.integers(1, 6))
def test_the_answer_is_what_a_run_with_the_other_limits_keeps(
    tmp_path_factory: pytest.TempPathFactory,
    workflow: Workflow,
    rows: list[Any],
    moved: tuple[int | None, int | None],
    part_rows: int,
) -> None:
    runs = Runs(tmp_path_factory.mktemp("whatif"))
    asked = workflow.step("asked")
    limits = ("min_words", "max_words") if asked.operator == "word_count_filter" else TwoMetrics.limits
    changes = dict(zip(limits, moved, strict=True))
    rows = [{"text": "a b c", "n": 1}, *rows]  # so that both columns are there
    ledger = runs.ledger(workflow, rows, part_rows)
    then = runs.ledger(with_options(workflow, "asked", changes), rows, part_rows)
    (came, kept), (came_then, kept_then) = rows_at(ledger, "asked"), rows_at(then, "asked")
    answer = ledger.whatif("asked", changes, examples=100)
    assert came == came_then
    assert numbers(answer) == (len(came), len(kept), len(kept_then), len(kept_then - kept), len(kept - kept_then))
    for example in answer.just_inside + answer.just_outside:
        assert (example.was_kept, example.kept) == (example.row in kept, example.row in kept_then)
