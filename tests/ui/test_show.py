"""What people see: it fits, it is safe for the terminal, and it says what happened."""

import errno
import io
import re
from collections.abc import Sequence

import pytest
from dataflow_agent.operators.core import InvalidInput, RunStopped
from dataflow_agent.pipelines.ledger import Event, Story
from dataflow_agent.pipelines.report import Report, StepReport
from dataflow_agent.ui.delivery import answer_to, answer_to_bug, printable
from dataflow_agent.ui.show import report_view, row_argument, steps_report, story_view
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

MILLIONS = 9_999_999


def seen(*parts: RenderableType, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    for part in parts:
        console.print(part, crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def report(*steps: StepReport, warnings: Sequence[str] = (), output: str = "/data/out.jsonl") -> Report:
    return Report(
        id="20260101-120000-abcd",
        status="completed",
        workflow="workflow",
        inputs=("a.jsonl",),
        rows_in=MILLIONS,
        rows_out=MILLIONS,
        rejects=0,
        steps=steps,
        output=output,
        output_sha256="00",
        warnings=tuple(warnings),
    )


def step(name: str, **counts: int) -> StepReport:
    return StepReport.model_validate({"id": name, "operator": name, **counts})


def test_a_table_of_millions_of_rows_fits_into_80_columns_with_every_number_whole() -> None:
    counts = dict.fromkeys(("rows_in", "rows_out", "kept", "dropped", "merged", "failed", "changed"), MILLIONS)
    lines = seen(steps_report(report(step("unique_word_ratio_filter", **counts)))).splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(lines).count(" 9999999") == 7


def test_numbers_that_fit_are_written_with_separators() -> None:
    assert " 12,345 " in seen(steps_report(report(step("a", rows_in=12_345, kept=12_345, rows_out=12_345))))


def test_rare_columns_are_shown_only_where_something_is_in_them() -> None:
    plain = seen(steps_report(report(step("a", rows_in=1, kept=1, rows_out=1))))
    assert plain.splitlines()[0].split() == "step in kept dropped merged failed changed out seconds".split()
    rich = seen(steps_report(report(step("a", rows_in=1, expanded=1, children=3, rows_out=3), step("b", created=2))))
    assert {"split", "children", "created"} <= set(rich.splitlines()[0].split())


def test_what_was_asked_of_a_model_is_shown_by_step_and_in_all_and_fits_into_80_columns() -> None:
    usage = {"calls": 5 * MILLIONS, "cached": 2, "retries": 3, "failures": 1, "prompt_tokens": 10**9, "cost": 12345.678}
    first = StepReport.model_validate({"id": "label_them", "operator": "a", "usage": usage})
    second = StepReport.model_validate({"id": "again", "operator": "a", "usage": {"calls": 1, "completion_tokens": 7}})
    told = seen(report_view(report(first, step("plain"), second)))
    lines = told.partition("Asked of the model by this run\n")[2].splitlines()
    assert lines[0].split() == "step calls cached tokens in tokens out retries unanswered cost".split()
    assert lines[1].split() == ["label_them", "49999995", "2", "1000000000", "0", "3", "1", "12,345.68"]
    assert lines[2].split() == ["again", "1", "0", "0", "7", "0", "0", "0.00"]
    assert lines[3].split() == ["all", "steps", "49999996", "2", "1000000000", "7", "3", "1", "12,345.68"]
    assert max(map(len, lines[:4])) <= 80


def test_a_run_that_reused_replies_and_parts_says_that_they_were_not_paid_again() -> None:
    usage = {
        "usage": {"cached": 1, "saved_tokens": 40},
        "usage_saved": {"calls": 500, "prompt_tokens": 6000, "cost": 2},
    }
    told = seen(report_view(report(StepReport.model_validate({"id": "label", "operator": "a", **usage}))))
    assert ["label", "0", "1", "0", "0"] in [line.split() for line in told.splitlines()]
    words = " ".join(told.split())
    assert "1 reply came from the cache, which saved 40 tokens." in words
    assert "What was reused had taken 500 calls and 6,000 tokens for 2.00 in earlier runs" in words


def test_a_report_without_a_model_says_nothing_of_one() -> None:
    assert "model" not in seen(report_view(report(step("a"))))


def test_facts_that_a_step_found_are_shown_and_long_ones_are_cut() -> None:
    facts = {"languages": {"de": 3}, "long": "x" * 5000}
    told = seen(report_view(report(StepReport.model_validate({"id": "judge", "operator": "a", "facts": facts}))))
    assert 'judge: languages = {"de": 3}' in told
    assert told.count("x") < 400


def test_a_report_names_the_reasons_warnings_and_what_to_type_next() -> None:
    dropped = StepReport(
        id="words", operator="w", rows_in=9, dropped=9, reasons={f"reason_{n}": n for n in range(1, 8)}
    )
    told = seen(report_view(report(dropped, warnings=["two rows failed"]), rows={"dropped": "17"}, name="last"))
    assert "words: reason_7 7, reason_6 6, reason_5 5, reason_4 4, reason_3 3 and 2 more" in told
    assert "two rows failed" in told
    assert "    dataflow-agent runs why last 17\n" in told


def test_a_long_path_is_never_broken() -> None:
    path = "/data/" + "long-folder-name/" * 10 + "out.jsonl"
    assert path in seen(report_view(report(step("a")), said=f"written to {path}"))


@given(st.text())
def test_no_control_character_of_the_data_reaches_the_terminal(text: str) -> None:
    assert all(c.isprintable() for c in printable(text) if c != "\n")


def test_printable_text_stays_as_it_is() -> None:
    assert (
        printable("Füße, 犬 and [bold]brackets[/bold]\nsecond line")
        == "Füße, 犬 and [bold]brackets[/bold]\nsecond line"
    )


def event(row: str, did: str, **more: object) -> Event:
    return Event(**{"row": row, "step": "split", "operator": "split_text", "did": did, **more})  # type: ignore[arg-type]


RULE = {"words": "at least 50"}
STORIES = [
    ((), "Row 17 went through every step and is in the result."),
    ((event("0:17", "failed", reason="error", detail="Oops: \x1b[2J"),), r"failed: error; Oops: \x1b[2J"),
    ((event("0:17", "dropped", metrics={"words": 12.0}, rule=RULE),), "words = 12, kept is at least 50"),
    ((event("0:17", "merged", target="0:5", metrics={"near": 0.91234}),), "merged into row 5: near = 0.9123"),
    ((event("0:17", "dropped", reason="no_value"),), "dropped: no_value"),
]


@pytest.mark.parametrize(("events", "said"), STORIES)
def test_a_story_says_what_happened_in_a_sentence(events: tuple[Event, ...], said: str) -> None:
    assert said in seen(story_view(Story("0:17", events), ["a.jsonl"], "r-1"), width=200)


def test_the_story_of_a_row_that_was_split_goes_on_with_its_children() -> None:
    events = (
        event("0:17", "expanded"),
        event("0:17.1", "born", parents=("0:17",)),
        event("0:17.1", "dropped", step="words", operator="word_count_filter", reason="too_short"),
    )
    told = seen(story_view(Story("0:17", events), ["a.jsonl"], "r-1"))
    assert "Row 17 was replaced by its children at split." in told
    assert "Its child 0:17.1" in told
    assert re.search(r"split +made from row 17 *\n *words +dropped: too_short", told)


@given(st.lists(st.sampled_from(["a.jsonl", "b.jsonl", "c.jsonl"]), min_size=1, max_size=4), st.integers(1, 10**9))
def test_a_row_is_named_so_that_the_ledger_finds_it_again(inputs: list[str], position: int) -> None:
    for source in range(len(inputs)):
        row = f"{source}:{position}"
        said = row_argument(row, inputs)
        name, _, number = said.rpartition(":")
        back = f"0:{said}" if said.isdigit() else f"{inputs.index(name)}:{number}" if name in inputs else said
        assert back == row


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InvalidInput.of("bad", "no such column"), 2, "no such column"),
        (RunStopped("too many rows failed"), 1, "too many rows failed"),
        (KeyboardInterrupt(), 130, "interrupted; the same command continues"),
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), 1, "the disk is full (/data/x)"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/x"), 1, "/data/x cannot be used: Permission denied"),
    ],
)
def test_what_a_user_can_act_on_has_an_answer(error: BaseException, code: int, said: str) -> None:
    answer = answer_to(error)
    assert answer is not None
    assert answer.document.exit_code == code
    assert said in answer.document.message


@pytest.mark.parametrize("bug", [ValueError("odd"), KeyError("x"), FileNotFoundError(errno.ENOENT, "gone", "x")])
def test_a_bug_is_not_dressed_up_as_an_answer(bug: Exception) -> None:
    assert answer_to(bug) is None


def test_a_bug_shows_its_trace_and_still_has_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    answer = answer_to_bug(ValueError("odd"))
    assert answer.document.exit_code == 1
    assert "ValueError: odd" in answer.document.message
    assert "ValueError: odd" in capsys.readouterr().err
