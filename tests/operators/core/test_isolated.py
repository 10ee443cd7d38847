"""What a child does wrong costs its own order and nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from dataflow_agent.operators.core import Context, RowError
from dataflow_agent.operators.core.isolated import Isolated, SharedProcesses

MEBIBYTE = 2**20


@pytest.fixture(scope="module", autouse=True)
def tasks():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        yield


@pytest.fixture(scope="module")
def act(tasks):
    with closing(Isolated("isolated_tasks:act", seconds=30, memory_bytes=256 * MEBIBYTE)) as isolated:
        yield isolated


def test_an_order_and_its_payload_come_through_as_they_are(act):
    assert act({"echo": {"ä": [1, 2.5, None, "\n"]}}, b"\x00\n\xff") == [{"ä": [1, 2.5, None, "\n"]}, "000aff"]


def test_a_rows_error_crosses_over_with_reason_and_detail(act):
    with pytest.raises(RowError) as error:
        act({"fail": "it is cut off"})
    assert (error.value.reason, error.value.detail) == ("damaged", "it is cut off")


def test_another_error_is_a_bug_that_names_itself(act):
    with pytest.raises(RuntimeError, match="ValueError: seven"):
        act({"raise": "seven"})


@pytest.mark.parametrize(
    ("order", "reason"),
    [({"spin": 0}, "out_of_time"), ({"eat": 2**40}, "out_of_memory"), ({"kill": 0}, "crashed")],
)
def test_an_order_that_ends_its_child_fails_alone_and_the_next_one_is_served(act, order, reason):
    with pytest.raises(RowError) as error:
        act(order, seconds=0.5)
    assert error.value.reason == reason
    assert act({"echo": 1}) == [1, ""]


def test_memory_below_the_limit_is_given(act):
    assert act({"eat": 100 * MEBIBYTE}) == 100 * MEBIBYTE
    with pytest.raises(RowError, match="out_of_memory"):
        act({"eat": 300 * MEBIBYTE})


def test_what_a_task_prints_is_no_reply_and_it_has_nothing_to_read(act):
    assert act({"print": "anything"}) == ""
    assert act({"echo": 2}) == [2, ""]


def test_no_key_of_the_environment_reaches_a_child(monkeypatch):
    monkeypatch.setenv("DATAFLOW_LLM_API_KEY", "sk-secret")
    with closing(Isolated("isolated_tasks:act", seconds=30, memory_bytes=256 * MEBIBYTE)) as isolated:
        assert "sk-secret" not in isolated({"variables": 0}).values()


def test_a_class_is_made_once_in_a_child_that_serves_many_orders_and_again_after_its_end():
    with closing(Isolated("isolated_tasks:Counting", seconds=30, memory_bytes=256 * MEBIBYTE)) as isolated:
        first, second = isolated({}), isolated({})
        isolated.close()
        third = isolated({})
    assert (first["count"], second["count"], third["count"]) == (1, 2, 1)
    assert first["process"] == second["process"] != third["process"]


def test_several_orders_run_side_by_side_each_in_its_own_child():
    with (
        closing(Isolated("isolated_tasks:act", seconds=30, memory_bytes=256 * MEBIBYTE, workers=3)) as isolated,
        ThreadPoolExecutor(3) as threads,
    ):
        assert len(set(threads.map(isolated, [{"sleep": 0.3}] * 3))) == 3


def test_no_child_starts_while_another_is_free():
    with closing(Isolated("isolated_tasks:Counting", seconds=30, memory_bytes=256 * MEBIBYTE, workers=3)) as isolated:
        assert [isolated({})["count"] for _ in range(3)] == [1, 2, 3]


def test_steps_of_a_run_share_a_process_which_ends_with_the_run():
    ctx = Context(seed=1)
    bounds = {"seconds": 30, "memory_bytes": 256 * MEBIBYTE}
    one = ctx.processes.of("isolated_tasks:Counting", **bounds)({})
    other = replace(ctx, seed=2).processes.of("isolated_tasks:Counting", **bounds)({})
    assert (one["process"], other["count"]) == (other["process"], 2)
    ctx.close()
    assert not _is_running(one["process"])


def test_other_bounds_and_other_runs_get_processes_of_their_own():
    shared = SharedProcesses()
    pool = shared.of("isolated_tasks:act", seconds=30, memory_bytes=MEBIBYTE)
    assert shared.of("isolated_tasks:act", seconds=31, memory_bytes=MEBIBYTE) is not pool
    assert shared.of("isolated_tasks:act", seconds=30, memory_bytes=MEBIBYTE, workers=2) is not pool
    assert Context().processes is not Context().processes


def test_two_threads_may_close_at_once_while_orders_are_carried_out():
    pool = Isolated("isolated_tasks:act", seconds=30, memory_bytes=256 * MEBIBYTE, workers=3)
    with ThreadPoolExecutor(2) as asking:
        [*asking.map(pool, [{"sleep": 0.1}] * 2)]  # both children are there
        orders = [asking.submit(pool, {"sleep": 0.5}) for _ in range(2)]
        closing_it = [threading.Thread(target=pool.close, daemon=True) for _ in range(2)]
        for thread in closing_it:
            thread.start()
        assert all(order.result() for order in orders)
        for thread in closing_it:
            thread.join(5)
        assert not any(thread.is_alive() for thread in closing_it)


def test_processor_time_is_bounded_where_a_clock_would_allow_more():
    bounded = Isolated("isolated_tasks:act", seconds=60, memory_bytes=256 * MEBIBYTE, processor_seconds=0.2)
    with closing(bounded) as isolated:
        assert isolated({"sleep": 0.4})
        with pytest.raises(RowError, match="out_of_time"):
            isolated({"spin": 0})


def test_a_task_that_cannot_be_made_says_why():
    with pytest.raises(RuntimeError, match="no such engine"):
        Isolated("isolated_tasks:Broken", seconds=5, memory_bytes=MEBIBYTE)({})


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    told = tmp_path / "child"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from dataflow_agent.operators.core.isolated import Isolated\n"
            "import pathlib, sys, time\n"
            "isolated = Isolated('isolated_tasks:act', seconds=30, memory_bytes=2**28)\n"
            f"pathlib.Path({str(told)!r}).write_text(str(isolated({{'sleep': 0}})))\n"
            "time.sleep(60)\n",
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        _wait_until(lambda: told.exists() and told.read_text())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        _wait_until(lambda: not _is_running(int(told.read_text())))
    finally:
        parent.kill()
        parent.wait()


def _is_running(process: int) -> bool:
    """A process that has ended stays listed until somebody asks how, so its state is looked at."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_until(holds) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
