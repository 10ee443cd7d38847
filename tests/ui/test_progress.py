"""The progress of a run: remembered always, told in few plain lines where there is no terminal."""

from itertools import count

import pytest
from dataflow_agent.pipelines.events import Event
from dataflow_agent.ui.progress import QUIET_S, Watch

STAGE: list[Event] = [
    {"event": "run_started", "run": "r-1", "folder": "x", "rows": 3000},
    {"event": "stage_started", "stage": 0, "steps": ["strip_html", "words"], "of": 2},
    {"event": "part_done", "stage": 0, "part": 0, "of": 2, "rows_in": 2048, "rows_out": 2000},
    {"event": "part_done", "stage": 0, "part": 1, "of": 2, "rows_in": 952, "rows_out": 900},
    {"event": "stage_done", "stage": 0, "seconds": 1.25},
]


def watched(watch: Watch) -> Watch:
    with watch:
        for event in STAGE:
            watch(event)
    return watch


def test_each_stage_is_one_line_with_the_rows_of_all_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    watched(Watch(clock=lambda: 0.0))
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert lines == ["3,000 rows read", "stage 1 of 2, strip_html, words: 3,000 rows in, 2,900 out, 1.2 s"]


def test_a_slow_stage_tells_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    ticks = count(0, int(QUIET_S) + 1)
    watched(Watch(clock=lambda: float(next(ticks))))
    assert "stage 1 of 2, strip_html, words: part 1 of 2" in capsys.readouterr().err


def test_silent_means_silent_and_still_knows_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert watched(Watch(silent=True)).run_id == "r-1"
    assert capsys.readouterr() == ("", "")


def test_events_it_does_not_know_are_passed_over() -> None:
    with Watch(silent=True) as watch:
        watch({"event": "something_new", "node": "draft"})
    assert watch.run_id is None
