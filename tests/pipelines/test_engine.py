"""The engine: fates, children, created rows, failures, conditions, reuse, and outputs that are whole or absent."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import pytest
from dataflow_agent.operators.core import InvalidInput, RunStopped
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.engine.parts import PartStore
from dataflow_agent.pipelines.run import Home, RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow


def write_rows(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def texts(*values: str) -> list[dict[str, str]]:
    return [{"text": value} for value in values]


def workflow(*steps: Step) -> Workflow:
    return Workflow(name="test", steps=steps)


def step(operator: type, where: str | None = None, step_id: str | None = None, **options: Any) -> Step:
    return Step(id=step_id or operator.name, operator=operator.name, options=options, where=where)


MIN_TWO = Step(id="two_words", operator="word_count_filter", options={"min_words": 2})


class Runs:
    """Runs workflows over rows in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def __call__(self, flow: Workflow, rows: Sequence[Any], **options: Any) -> RunResult:
        self.count += 1
        data = write_rows(self.folder / "in.jsonl", rows)
        return run(flow, data, self.folder / f"out-{self.count}.jsonl", **options)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def test_dropped_rows_are_gone_and_the_ledger_says_why(runs: Runs) -> None:
    result = runs(workflow(MIN_TWO), texts("one two", "one", "a b c"))
    assert read_rows(result.output) == texts("one two", "a b c")
    (event,) = result.ledger.why("2").events
    assert (event.did, event.reason, event.metrics) == ("dropped", "word_count_too_low", {"word_count": 1.0})
    assert event.rule == {"word_count": "at least 2"}


def test_children_take_the_place_of_their_parent_and_carry_its_other_columns(runs: Runs) -> None:
    rows = [{"text": "a b", "n": 1}, {"text": "", "n": 2}, {"text": "c", "n": 3}]
    result = runs(workflow(step(doubles.WordsToRows)), rows)
    assert read_rows(result.output) == [{"text": "a", "n": 1}, {"text": "b", "n": 1}, {"text": "c", "n": 3}]
    report = result.report.steps[0]
    assert (report.expanded, report.dropped, report.children, report.rows_out) == (2, 1, 3, 3)
    story = result.ledger.why("1")
    assert [(event.row, event.did) for event in story.events] == [
        ("0:1", "expanded"),
        ("0:1.1", "born"),
        ("0:1.2", "born"),
    ]


def test_children_meet_the_later_steps_under_their_own_ids(runs: Runs) -> None:
    result = runs(workflow(step(doubles.WordsToRows), step(doubles.FailOn, word="c")), texts("a b", "c"))
    assert [row["text"] for row in read_rows(result.output)] == ["a", "b"]
    assert result.ledger.failed()["_row"].to_list() == ["0:2.1"]


def test_created_rows_come_last_and_meet_the_later_steps(runs: Runs) -> None:
    flow = workflow(step(doubles.AddSummary), step(doubles.FailOn))
    result = runs(flow, [{"text": "a", "n": 1}, {"text": "b", "n": 2}])
    assert read_rows(result.output)[-1] == {"text": "2 rows", "size": 6}
    assert result.report.steps[0].created == 1
    assert result.report.steps[1].rows_in == 3
    born = result.ledger.why("testing_add_summary:1").events[0]
    assert (born.did, born.parents) == ("born", ("0:1",))


def test_a_row_on_which_an_operator_fails_is_kept_apart_as_it_came(runs: Runs, home: Path) -> None:
    rows = [{"text": "good", "n": 1}, {"text": "fail", "n": 2}, {"text": "fine", "n": 3}]
    result = runs(workflow(step(doubles.FailOn)), rows)
    assert [row["n"] for row in read_rows(result.output)] == [1, 3]
    (failed,) = read_rows(Home(home).run_folder(result.id) / "failed.jsonl")
    assert failed["values"] == {"text": "fail", "n": 2}
    assert (failed["row"], failed["reason"], failed["step"]) == ("0:2", "planted_failure", "testing_fail_on")
    assert any("1 row failed" in warning for warning in result.report.warnings)


def test_an_exception_in_a_batch_costs_only_the_row_that_raises(runs: Runs) -> None:
    rows = texts(*(f"row {n}" for n in range(50)), "boom", *(f"more {n}" for n in range(20)))
    result = runs(workflow(step(doubles.RaiseOn)), rows)
    assert read_rows(result.output) == [row for row in rows if row["text"] != "boom"]
    (event,) = result.ledger.why("51").events
    assert (event.did, event.reason, event.detail) == ("failed", "error", "ValueError: planted: boom")


def test_rows_outside_the_condition_pass_untouched_in_their_place(runs: Runs) -> None:
    rows = [{"text": "one", "kind": "a"}, {"text": "one", "kind": "b"}, {"text": "one two", "kind": "a"}]
    flow = workflow(MIN_TWO.model_copy(update={"where": 'kind = "a"'}))
    result = runs(flow, rows)
    assert read_rows(result.output) == rows[1:]
    assert result.report.steps[0].kept == 2


def test_a_new_column_is_absent_for_rows_outside_the_condition(runs: Runs) -> None:
    rows = [{"text": "abc", "kind": "a"}, {"text": "abc", "kind": "b"}]
    result = runs(workflow(step(doubles.FailOn, where='kind = "a"')), rows)
    assert read_rows(result.output) == [{"text": "abc", "kind": "a", "size": 3}, rows[1]]


def test_a_run_stops_when_every_row_of_a_step_fails(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(
        RunStopped, match="all 2 rows that reached it failed; row 1 since planted_failure: the text contains 'x'"
    ):
        runs(workflow(step(doubles.FailOn, word="x")), texts("x1", "x2"))
    assert not (tmp_path / "out-1.jsonl").exists()


@pytest.mark.parametrize(("rows", "limit"), [(["fail", "fail again"], None), (["a", "fail"], "0")])
def test_the_rows_whose_failures_stopped_a_run_are_kept_apart_too(
    runs: Runs, home: Path, rows: list[str], limit: str | None
) -> None:
    with pytest.raises(RunStopped, match="failed"):
        runs(workflow(step(doubles.FailOn)), texts(*rows), max_failures=limit)
    failed = read_rows(Home(home).run_folder("last") / "failed.jsonl")
    assert [one["values"]["text"] for one in failed] == [text for text in rows if "fail" in text]
    assert any("see failed.jsonl" in warning for warning in Home(home).report("last").warnings)


@pytest.mark.parametrize("limit", ["-1", "1.5", "101%", "nan", "inf", "many"])
def test_a_limit_of_failures_that_would_limit_nothing_is_refused(runs: Runs, limit: str) -> None:
    with pytest.raises(InvalidInput, match="--max-failures wants a count"):
        runs(workflow(step(doubles.FailOn)), texts("a"), max_failures=limit)


@pytest.mark.parametrize(("limit", "stops"), [("0", True), ("1", False), ("20%", True), ("25%", False)])
def test_max_failures_is_a_count_or_a_share(runs: Runs, limit: str, stops: bool) -> None:
    rows = texts("a", "fail", "b", "c")
    if stops:
        with pytest.raises(RunStopped, match="--max-failures"):
            runs(workflow(step(doubles.FailOn)), rows, max_failures=limit)
    else:
        assert runs(workflow(step(doubles.FailOn)), rows, max_failures=limit).report.failed == 1


def test_the_second_run_takes_everything_from_the_first(runs: Runs) -> None:
    flow, rows = workflow(MIN_TWO, step(doubles.AddSummary)), texts("a b", "c", "d e")
    first, second = runs(flow, rows), runs(flow, rows)
    assert [report.reused for report in first.report.steps] == [0, 0]
    assert [report.reused for report in second.report.steps] == [3, 2]
    assert first.output.read_bytes() == second.output.read_bytes()
    assert first.ledger.digest() == second.ledger.digest()


def test_an_edit_after_a_barrier_reuses_what_lies_before_it(runs: Runs) -> None:
    rows = texts("a b", "c", "d e")
    runs(workflow(MIN_TWO, step(doubles.AddSummary)), rows)
    edited = runs(workflow(MIN_TWO, step(doubles.AddSummary), step(doubles.FailOn, word="rows")), rows)
    assert edited.report.steps[0].reused == 3
    assert edited.report.steps[2].reused == 0


def test_a_changed_row_computes_only_its_part_again(runs: Runs) -> None:
    rows = texts(*(f"row {n}" for n in range(40)))
    runs(workflow(MIN_TWO), rows, part_rows=10)
    rows[25] = {"text": "edited row"}
    assert runs(workflow(MIN_TWO), rows, part_rows=10).report.steps[0].reused == 30


def test_a_part_with_failed_rows_is_computed_again(runs: Runs) -> None:
    flow, rows = workflow(step(doubles.FailOn)), texts("a", "fail", *"bcdefgh")
    runs(flow, rows, part_rows=3)
    assert runs(flow, rows, part_rows=3).report.steps[0].reused == 6


def test_another_default_of_an_option_is_another_recipe(runs: Runs) -> None:
    rows = texts("a b c", "d")
    runs(workflow(MIN_TWO), rows)
    stricter = workflow(Step(id="two_words", operator="word_count_filter", options={"min_words": 3}))
    assert runs(stricter, rows).report.steps[0].reused == 0


def test_an_existing_output_is_refused_unless_it_is_this_runs_own(tmp_path: Path) -> None:
    data, out = write_rows(tmp_path / "in.jsonl", texts("a b", "c")), tmp_path / "out.jsonl"
    out.write_text("precious\n")
    with pytest.raises(InvalidInput, match="exists already"):
        run(workflow(MIN_TWO), data, out)
    assert out.read_text() == "precious\n"
    run(workflow(MIN_TWO), data, out, overwrite=True)
    assert run(workflow(MIN_TWO), data, out).report.rows_out == 1
    write_rows(data, texts("a b", "c d"))
    with pytest.raises(InvalidInput, match="exists already"):
        run(workflow(MIN_TWO), data, out)


def test_all_faults_are_named_and_nothing_is_left_behind(tmp_path: Path, home: Path) -> None:
    data = write_rows(tmp_path / "in.jsonl", texts("a b"))
    wrong = workflow(step(doubles.FailOn, column="txt"), Step(id="x", operator="word_cout_filter"))
    with pytest.raises(InvalidInput) as refused:
        run(wrong, data, tmp_path / "out.jsonl")
    assert {fault.step for fault in refused.value.faults} == {"testing_fail_on", "x"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]
    assert not list(Home(home).runs.iterdir())


def test_a_sample_reads_the_first_rows_only(runs: Runs) -> None:
    rows = texts(*(f"row {n}" for n in range(30)))
    assert read_rows(runs(workflow(MIN_TWO), rows, sample=7, part_rows=5).output) == rows[:7]


def test_zero_rows_that_have_columns_are_a_normal_run(tmp_path: Path) -> None:
    data = tmp_path / "in.csv"
    data.write_text("text,n\n")
    result = run(workflow(MIN_TWO, step(doubles.AddSummary, step_id="s")), data, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == "text,n"
    assert result.report.rows_in == 0


def test_the_report_is_rebuilt_from_disk(runs: Runs, home: Path) -> None:
    result = runs(workflow(MIN_TWO, step(doubles.FailOn)), texts("a b", "c", "d fail"))
    assert Home(home).report(result.id) == result.report


def test_events_tell_the_run_in_order(runs: Runs) -> None:
    seen: list[str] = []
    runs(workflow(MIN_TWO), texts("a b"), on_event=lambda event: seen.append(event["event"]))
    assert seen == [
        "run_started",
        "source_read",
        "stage_started",
        "part_done",
        "stage_done",
        "output_written",
        "run_ended",
    ]


def test_a_part_that_was_cut_off_is_not_found(tmp_path: Path) -> None:
    import polars as pl

    store = PartStore(tmp_path)
    part = store.put("recipe", "key", {"rows": pl.DataFrame({"a": [1, 2]})}, {"rows": 2})
    assert store.find("recipe", "key") is not None
    whole = part.path("rows").read_bytes()
    part.path("rows").write_bytes(whole[:-5])
    assert store.find("recipe", "key") is None


def test_settings_name_the_home(tmp_path: Path) -> None:
    data = write_rows(tmp_path / "in.jsonl", texts("a b"))
    result = run(workflow(MIN_TWO), data, tmp_path / "o.jsonl", settings=Settings(home=tmp_path / "elsewhere"))
    assert (tmp_path / "elsewhere" / "runs" / result.id / "manifest.json").exists()
