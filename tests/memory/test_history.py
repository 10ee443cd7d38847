import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from dataflow_agent.memory.catalog import Past
from dataflow_agent.memory.history import MAX_CHARS, MAX_ENTRIES, History, Remembered
from dataflow_agent.operators.core import InvalidInput

WHEN = "2026-11-22T10:00:00+00:00"
WORKFLOW = {"format": 1, "steps": [{"id": "strip_html", "operator": "strip_html", "options": {"n": 2**70, "é": None}}]}


def test_what_was_remembered_comes_back_as_it_was_also_after_opening_again(tmp_path: Path) -> None:
    number = History(tmp_path).remember("clean it", WORKFLOW, "completed", "good", "run-7", when=WHEN)
    expected = Remembered(number, "clean it", WORKFLOW, "completed", "good", "run-7", WHEN)
    assert History(tmp_path).get(number) == expected
    assert History(tmp_path).recent(5) == [expected]


def test_an_id_that_is_not_there_gives_none(tmp_path: Path) -> None:
    assert History(tmp_path).get(1) is None


def test_recent_gives_the_newest_first_and_no_more_than_asked_for(tmp_path: Path) -> None:
    history = History(tmp_path)
    numbers = [history.remember(f"request {n}", {}, "failed", when=WHEN) for n in range(5)]
    assert [past.id for past in history.recent(3)] == numbers[:1:-1]
    assert history.recent(0) == history.recent(-1) == []


def test_only_workflows_that_completed_and_were_not_rejected_become_entries(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.remember("it failed", {}, "failed", when=WHEN)
    history.remember("it was no good", {}, "completed", "rejected", when=WHEN)
    history.remember("  ", {}, "completed", when=WHEN)
    liked = history.remember("it was liked", {}, "completed", "good", when=WHEN)
    plain = history.remember("it went well", {}, "completed", when=WHEN)
    entries = history.workflow_entries()
    assert [(entry.name, entry.text) for entry in entries] == [
        (f"history-{plain}", "it went well"),
        (f"history-{liked}", "it was liked"),
    ]
    assert {entry.kind for entry in entries} == {"workflow"}


def test_a_request_made_twice_is_one_entry_the_newer(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.remember("Drop copies", {"n": 1}, "completed", when=WHEN)
    newer = history.remember("drop copies ", {"n": 2}, "completed", when=WHEN)
    history.remember("drop copies", {"n": 3}, "failed", when=WHEN)
    assert [entry.name for entry in history.workflow_entries()] == [f"history-{newer}"]


def test_no_more_entries_than_the_limit(tmp_path: Path) -> None:
    History(tmp_path)
    with sqlite3.connect(tmp_path / "history.sqlite3") as database:
        rows = [(f"request {n}", "{}", "completed", WHEN) for n in range(MAX_ENTRIES + 5)]
        database.executemany("INSERT INTO requests (request, workflow, outcome, at) VALUES (?, ?, ?, ?)", rows)
    database.close()
    entries = History(tmp_path).workflow_entries()
    assert len(entries) == MAX_ENTRIES
    assert entries[0].text == f"request {MAX_ENTRIES + 4}"


def test_requests_are_data_cut_and_never_run_as_sql(tmp_path: Path) -> None:
    history = History(tmp_path)
    attack = "'); DROP TABLE requests; --"
    number = history.remember(attack, {}, attack, attack, attack, when=WHEN)
    long = history.remember("é" * (MAX_CHARS + 1), {}, "completed", when=WHEN)
    half = history.remember("half a pair \ud800, nul \0", {}, "completed", when=WHEN)
    assert [past.id for past in history.recent(9)] == [half, long, number]
    kept = history.get(long)
    assert kept
    assert kept.request == "é" * MAX_CHARS


@pytest.mark.parametrize(
    "workflow", [{"a": object()}, {"a": float("nan")}, {"a": "x" * 1_000_001}], ids=["no JSON", "NaN", "too large"]
)
def test_a_workflow_that_is_no_json_or_too_large_is_a_fault(tmp_path: Path, workflow: dict[str, object]) -> None:
    history = History(tmp_path)
    with pytest.raises(InvalidInput, match="workflow"):
        history.remember("r", workflow, "completed", when=WHEN)
    assert history.recent(1) == []


WRITE = """
import sys
from pathlib import Path
from dataflow_agent.memory.catalog import Past
from dataflow_agent.memory.history import History
print("ready", flush=True); sys.stdin.readline()
history = History(Path(sys.argv[1]))
for n in range(60):
    history.remember(f"{sys.argv[2]} {n}", {"n": n}, "completed", when="2026-11-22")
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WRITE, str(tmp_path / "home"), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c")
    ]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # all at once, also at making the file
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    errors = [writer.communicate(timeout=120)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], errors
    past = History(tmp_path / "home").recent(999)
    assert sorted(one.request for one in past) == sorted(f"{name} {n}" for name in "abc" for n in range(60))
    assert len({one.id for one in past}) == 180


def test_threads_share_one_history(tmp_path: Path) -> None:
    history = History(tmp_path)
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for n in range(20):
                history.remember(f"{name}{n}", {}, "completed", when=WHEN)
                history.recent(3)
        except InvalidInput as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(history.recent(999)) == 80


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    history = History(tmp_path)
    number = history.remember("before", {}, "completed", when=WHEN)
    writer = sqlite3.connect(tmp_path / "history.sqlite3", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE requests SET request = 'in between'")
    try:
        past = history.get(number)
        assert past
        assert past.request == "before"
    finally:
        writer.close()


def test_only_the_owner_can_read(tmp_path: Path) -> None:
    home = tmp_path / "user" / "home"
    history = History(home)
    history.remember("secret", {}, "completed", when=WHEN)
    reader = sqlite3.connect(home / "history.sqlite3")
    try:
        reader.execute("SELECT * FROM requests").fetchall()
        history.remember("secret too", {}, "completed", when=WHEN)
        assert home.stat().st_mode & 0o777 == 0o700
        assert {file.name: oct(file.stat().st_mode & 0o777) for file in home.iterdir()} == dict.fromkeys(
            ("history.sqlite3", "history.sqlite3-wal", "history.sqlite3-shm"), "0o600"
        )
    finally:
        reader.close()


def test_a_history_of_a_newer_release_is_left_alone_and_named(tmp_path: Path) -> None:
    History(tmp_path).remember("r", {}, "completed", when=WHEN)
    with sqlite3.connect(tmp_path / "history.sqlite3") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(InvalidInput, match="version 99") as raised:
        History(tmp_path)
    assert raised.value.faults[0].code == "history_too_new"


def test_a_file_that_is_no_history_is_a_fault_that_names_it_and_it_stays(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite3").write_bytes(b"these are my notes, not a database" * 99)
    with pytest.raises(InvalidInput, match=r"history\.sqlite3") as raised:
        History(tmp_path)
    assert raised.value.faults[0].code == "history_unusable"
    assert (tmp_path / "history.sqlite3").read_bytes().startswith(b"these are my notes")


def test_a_home_that_cannot_be_made_is_a_fault_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="DATAFLOW_HOME"):
        History(tmp_path / "file" / "home")


def test_a_history_of_the_release_before_is_read_and_written_on(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "history.sqlite3") as database:
        database.execute(
            "CREATE TABLE requests (id INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT NOT NULL,"
            " workflow TEXT NOT NULL, outcome TEXT NOT NULL, verdict TEXT, run_id TEXT, at TEXT NOT NULL)"
        )
        database.execute(
            "INSERT INTO requests (request, workflow, outcome, at) VALUES ('old', '{}', 'completed', ?)", (WHEN,)
        )
        database.execute("PRAGMA user_version = 1")
    database.close()
    history = History(tmp_path)
    history.remember("new", {}, "completed", when=WHEN, wishes=["make it 80 words"])
    assert [(past.request, past.wishes) for past in history.recent()] == [("new", ("make it 80 words",)), ("old", ())]


def test_an_entry_tells_what_was_said_of_the_plan_and_for_which_words_it_was_made_first(tmp_path: Path) -> None:
    history = History(tmp_path)
    said = {"answers": ["yes"], "wishes": ["more"], "inputs": ["poems.jsonl"]}
    number = history.remember("as before", {"n": 1}, "completed", when=WHEN, first_request="drop copies", **said)
    (entry,) = history.workflow_entries()
    assert entry.past == Past(number, WHEN, {"n": 1}, "drop copies", ("yes",), ("more",), ("poems.jsonl",))
    assert (entry.text, entry.details) == ("as before", "poems.jsonl drop copies")
