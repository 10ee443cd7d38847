"""The progress of a run: remembered always, told in few plain lines where there is no terminal."""

from itertools import count

import pytest
from dataflow_agent.pipelines.events import Event
from dataflow_agent.ui.progress import QUIET_S, Watch


def part(number: int, *, rows_in: int, done: int, seconds: float, reused: bool = False, **ends: int) -> Event:
    ended = {"dropped": 0, "merged": 0, "failed": 0, **ends}
    event = {"event": "part_done", "stage": 0, "part": number, "of": 2, "rows_in": rows_in, "reused": reused}
    return {**event, **ended, "rows_out": rows_in - sum(ended.values()), "rows_done": done, "seconds": seconds}


def stage(*parts: Event, seconds: float) -> list[Event]:
    steps = ["strip_html", "words"]
    return [
        {"event": "run_started", "run": "r-1", "folder": "x", "rows": 3000},
        {"event": "stage_started", "stage": 0, "steps": steps, "of": 2, "prepares": None, "rows": 3000, "parts": 2},
        *parts,
        {"event": "stage_done", "stage": 0, "seconds": seconds},
    ]


STAGE = stage(
    part(0, rows_in=2000, done=2000, seconds=4.0, dropped=50),
    part(1, rows_in=1000, done=3000, seconds=5.0, dropped=40, merged=7, failed=3),
    seconds=6.25,
)
NAME = "stage 1 of 2, strip_html, words"


def watched(watch: Watch, events: list[Event] = STAGE) -> Watch:
    with watch:
        for event in events:
            watch(event)
    return watch


def test_each_stage_is_one_line_with_the_rows_of_all_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    watched(Watch(clock=lambda: 0.0))
    printed = capsys.readouterr()
    assert printed.out == ""
    told = "3,000 rows in, 2,900 out, 90 dropped, 7 merged, 3 failed, 6.2 s, 600 rows/s"
    assert printed.err.splitlines() == ["3,000 rows read", f"{NAME}: {told}"]


def test_a_slow_stage_tells_where_it_is_how_fast_it_is_and_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    ticks = count(0, int(QUIET_S) + 1)
    watched(Watch(clock=lambda: float(next(ticks))))
    told = "2,000 of 3,000 rows, 500 rows/s, 50 dropped, 0 failed, 0:00:02 left"
    assert f"{NAME}: {told}\n" in capsys.readouterr().err


def test_where_lines_are_plain_a_stage_of_many_parts_tells_them_every_ten_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds = iter(range(10**6))
    parts = [part(n, rows_in=30, done=30 * (n + 1), seconds=n + 1.0) for n in range(100)]
    watched(Watch(clock=lambda: float(next(seconds))), stage(*parts, seconds=100.0))
    lines = [line for line in capsys.readouterr().err.splitlines() if " of 3,000 rows" in line]
    assert 8 <= len(lines) <= 10


def test_rows_that_an_earlier_run_had_done_make_the_pace_no_faster(capsys: pytest.CaptureFixture[str]) -> None:
    parts = (
        part(0, rows_in=2000, done=2000, seconds=0.5, reused=True),
        part(1, rows_in=1000, done=3000, seconds=4.5),
    )
    watched(Watch(clock=lambda: 0.0), stage(*parts, seconds=4.5))
    assert capsys.readouterr().err.endswith(", 4.5 s, 250 rows/s\n")


def test_a_pace_below_one_row_a_second_is_not_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    watched(Watch(clock=lambda: 0.0), stage(part(0, rows_in=20, done=20, seconds=64.0), seconds=64.0))
    assert capsys.readouterr().err.endswith(", 64.0 s, 0.31 rows/s\n")


def test_a_stage_that_an_earlier_run_had_done_is_said_to_be_reused(capsys: pytest.CaptureFixture[str]) -> None:
    parts = (part(0, rows_in=3000, done=3000, seconds=0.5, reused=True),)
    watched(Watch(clock=lambda: 0.0), stage(*parts, seconds=0.5))
    assert capsys.readouterr().err.endswith(", 0.5 s, all of it reused\n")


def asked(stage: int, number: int, *, rows_in: int, done: int, calls: int | None) -> Event:
    spent = {"calls": calls, "tokens": None if calls is None else 10 * calls, "cost": None if calls is None else 0.0}
    return {**part(number, rows_in=rows_in, done=done, seconds=number + 1.0), "stage": stage, **spent}


def test_stages_at_work_at_the_same_time_tell_each_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    begun = {"event": "stage_started", "of": 2, "prepares": None, "parts": 2}
    events: list[Event] = [
        {**begun, "stage": 0, "steps": ["label"], "rows": 20},
        {**begun, "stage": 1, "steps": ["again"], "rows": None},
        asked(0, 0, rows_in=10, done=10, calls=10),
        asked(1, 0, rows_in=8, done=8, calls=7),
        asked(0, 1, rows_in=10, done=20, calls=20),
        {"event": "stage_done", "stage": 0, "seconds": 3.0},
        asked(1, 1, rows_in=9, done=17, calls=16),
        {"event": "stage_done", "stage": 1, "seconds": 4.0},
    ]
    ticks = iter([0.0, 0.0, *(float(n * 6) for n in range(1, 20))])
    watched(Watch(clock=lambda: next(ticks)), events)
    lines = capsys.readouterr().err.splitlines()
    assert "stage 2 of 2, again: 8 rows, 8 rows/s, 0 dropped, 0 failed, 7 calls, 70 tokens, 0:00:01 left" in lines
    assert (
        "stage 1 of 2, label: 20 rows in, 20 out, 0 dropped, 0 failed, 20 calls, 200 tokens, 3.0 s, 10 rows/s" in lines
    )
    ended = "stage 2 of 2, again: 17 rows in, 17 out, 0 dropped, 0 failed, 16 calls, 160 tokens, 4.0 s, 8 rows/s"
    assert lines[-1] == ended


def test_silent_means_silent_and_still_knows_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert watched(Watch(silent=True)).run_id == "r-1"
    assert capsys.readouterr() == ("", "")


def test_events_it_does_not_know_are_passed_over() -> None:
    with Watch(silent=True) as watch:
        watch({"event": "something_new", "node": "draft"})
    assert watch.run_id is None
