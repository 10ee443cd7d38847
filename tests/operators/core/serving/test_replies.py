"""Replies are kept before they are told, found again by everything that decides them, and never lost to a bad file."""

import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from dataflow_agent.operators.core import (
    Asking,
    EndpointError,
    Reply,
    Request,
    RowError,
    RunStopped,
    Usage,
    complete,
    converse,
)
from dataflow_agent.operators.core.llm import Turn
from dataflow_agent.operators.core.serving import ModelDoor, ReplyStore
from dataflow_agent.operators.core.serving.replies import key_of
from dataflow_agent.operators.core.testing_endpoint import Behaviour, FakeEndpoint, endpoint_process
from dataflow_agent.operators.core.testing_endpoint import Reply as Said

pytest.importorskip("aiohttp")

MakeDoor = Callable[..., ModelDoor]
SAID = Reply("said", usage=Usage(calls=1, prompt_tokens=3, completion_tokens=4))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "replies.sqlite"


def requests(count: int) -> list[Request]:
    return [Request(f"row {number}") for number in range(count)]


def test_a_reply_is_found_again_with_what_it_took_told_as_saved(file: Path) -> None:
    ReplyStore(file).keep([(b"a", SAID), (b"b", replace(SAID, text="other"))])
    found = ReplyStore(file).find([b"a", b"b", b"c"])
    assert {key: reply.text for key, reply in found.items()} == {b"a": "said", b"b": "other"}
    assert found[b"a"].usage == Usage(cached=1, saved_tokens=7)


@pytest.mark.parametrize("text", ["", "a\0b", "\u2028 \U0001f600", "x" * 2**20])
def test_every_text_comes_back_as_it_was(file: Path, text: str) -> None:
    ReplyStore(file).keep([(b"a", Reply(text))])
    assert ReplyStore(file).find([b"a"])[b"a"].text == text


def test_more_keys_are_found_than_sqlite_takes_at_once(file: Path) -> None:
    store = ReplyStore(file)
    keys = [number.to_bytes(4, "big") for number in range(40_000)]
    store.keep((key, SAID) for key in keys)
    assert len(store.find(keys)) == len(keys)


def test_everything_that_decides_a_reply_is_in_its_key() -> None:
    base = Request("p")
    others = [
        Request("q"),
        replace(base, system="s"),
        replace(base, reply_schema={"type": "object"}),
        replace(base, temperature=0.5),
        replace(base, max_tokens=5),
        replace(base, sample=1),
        replace(base, turns=(Turn("user", "p"),)),
        replace(base, seed=1),
    ]
    keys = [key_of("m", request) for request in (base, *others)] + [key_of("n", base)]
    assert len(set(keys)) == len(keys)
    assert key_of("m", Request("p")) == key_of("m", base)


def test_the_file_is_its_owners_alone(file: Path) -> None:
    ReplyStore(file).keep([(b"a", SAID)])
    assert file.parent.stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o077 for path in file.parent.iterdir()] == [0] * len(list(file.parent.iterdir()))


def test_a_damaged_file_is_set_aside_with_a_warning(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.parent.mkdir()
    file.write_bytes(b"this is no database " * 500)
    with caplog.at_level(logging.WARNING):
        store = ReplyStore(file)
    assert "damaged" in caplog.text
    store.keep([(b"a", SAID)])
    assert store.find([b"a"])
    assert len(list(file.parent.glob("replies.aside-*"))) == 1


def test_a_file_that_is_damaged_while_it_is_used_is_set_aside_too(file: Path) -> None:
    with sqlite3.connect(file.parent.mkdir() or file) as db:
        db.execute("PRAGMA journal_mode=DELETE")
    store = ReplyStore(file)
    store.keep((number.to_bytes(4, "big"), replace(SAID, text="x" * 500)) for number in range(500))
    store.close()
    pages = bytearray(file.read_bytes())
    pages[8192:] = random.Random(0).randbytes(len(pages) - 8192)
    file.write_bytes(pages)
    store = ReplyStore(file)
    store.find([number.to_bytes(4, "big") for number in range(500)])
    store.keep([(b"a", SAID)])
    assert store.find([b"a"])[b"a"].text == "said"


def test_a_file_of_another_version_is_set_aside(file: Path) -> None:
    ReplyStore(file).close()
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    assert ReplyStore(file).find([b"a"]) == {}
    assert len(list(file.parent.glob("replies.aside-*.sqlite"))) == 1


def test_old_replies_can_be_removed_and_the_file_shrinks(file: Path) -> None:
    store = ReplyStore(file)
    store.keep((number.to_bytes(4, "big"), replace(SAID, text="x" * 1000)) for number in range(2000))
    store.close()
    store = ReplyStore(file)
    count, size = store.size()
    assert count == 2000
    assert store.clear(older_than_s=3600) == 0
    assert store.clear() == 2000
    store.close()
    assert file.stat().st_size < size / 4


def test_two_processes_keep_replies_in_one_file(file: Path) -> None:
    code = """
import sys
from pathlib import Path
from dataflow_agent.operators.core import Reply
from dataflow_agent.operators.core.serving import ReplyStore
store = ReplyStore(Path(sys.argv[1]))
for number in range(300):
    store.keep([(f"{sys.argv[2]} {number}".encode(), Reply("said"))])
"""
    both = [subprocess.Popen([sys.executable, "-c", code, str(file), name]) for name in "ab"]
    assert [process.wait(60) for process in both] == [0, 0]
    assert ReplyStore(file).size()[0] == 600


def test_what_was_answered_once_is_not_asked_again_by_another_run(door_to: MakeDoor, file: Path) -> None:
    with FakeEndpoint() as fake:
        before = complete(door_to(fake.base_url, replies=file), requests(30))
        after = complete(door_to(fake.base_url, replies=file), requests(30))
        assert fake.calls.total() == 30
    assert after == before
    assert all(reply.usage.calls == 0 and reply.usage.cached == 1 and reply.usage.saved_tokens > 0 for reply in after)


def test_what_a_row_failed_on_is_asked_again_by_the_next_run_and_nothing_else(door_to: MakeDoor, file: Path) -> None:
    def talk(name: str) -> Asking[str]:
        reply = yield Request(name)
        if name == "bad":
            raise RowError("invalid_reply", reply.text)
        return reply.text

    with FakeEndpoint() as endpoint:
        for _ in range(2):
            with door_to(endpoint.base_url, replies=file) as door:
                told = converse(door, [talk("good"), talk("bad"), talk("fine")])
                assert set(told.failed) == {1}
        prompts = [received.body["messages"][-1]["content"] for received in endpoint.received]
    assert sorted(prompts) == ["bad", "bad", "fine", "good"]


def test_without_reading_all_is_asked_again_and_the_first_replies_stay(door_to: MakeDoor, file: Path) -> None:
    with FakeEndpoint(["first", "second"]) as fake:
        door = door_to(fake.base_url, replies=file)
        complete(door, requests(1))
        (reply,) = complete(door_to(fake.base_url, replies=file, read_replies=False), requests(1))
        assert reply.text == "second"  # type: ignore[union-attr]


def test_failures_and_replies_that_were_cut_off_are_not_kept(door_to: MakeDoor, file: Path) -> None:
    script = [Said("no", status=400), Said("half", finish_reason="length"), Said("whole")]
    with FakeEndpoint(script) as fake:
        door = door_to(fake.base_url, replies=file)
        answers = [complete(door, requests(1))[0] for _ in range(4)]
        assert fake.calls.total() == 3
    assert isinstance(answers[0], EndpointError)
    assert [reply.text for reply in answers[1:]] == ["half", "whole", "whole"]  # type: ignore[union-attr]


def test_a_reply_is_on_disk_when_it_is_told(door_to: MakeDoor, file: Path) -> None:
    found: list[int] = []
    with FakeEndpoint() as fake:
        door = door_to(fake.base_url, replies=file)
        for request in requests(20):
            key = key_of("fake", request)

            def heard(answer: object, key: bytes = key) -> None:
                with sqlite3.connect(file) as db:
                    found.extend(db.execute("SELECT count(*) FROM replies WHERE key = ?", [key]).fetchone())
                db.close()

            door.start(request, heard)
        while len(found) < 20:
            time.sleep(0.005)
    assert found == [1] * 20


def test_replies_that_cannot_be_kept_end_the_run_and_say_so(door_to: MakeDoor, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    with FakeEndpoint() as fake, pytest.raises(RunStopped, match="DATAFLOW_HOME"):
        complete(door_to(fake.base_url, replies=tmp_path / "cache" / "replies.sqlite"), requests(3))


def test_after_a_kill_at_most_the_calls_in_flight_are_repeated(door_to: MakeDoor, file: Path) -> None:
    code = """
import sys
from pathlib import Path
from dataflow_agent.operators.core import Request, complete
from dataflow_agent.operators.core.serving import Endpoint, ModelDoor
door = ModelDoor(Endpoint(sys.argv[1], "fake", in_flight=8), replies=Path(sys.argv[2]))
complete(door, [Request(f"row {number}") for number in range(400)])
"""
    with FakeEndpoint(behaviour=Behaviour(delay_s=0.01)) as fake:
        with subprocess.Popen([sys.executable, "-c", code, fake.base_url, str(file)]) as process:
            while fake.calls.total() < 100:
                time.sleep(0.005)
            os.kill(process.pid, signal.SIGKILL)
        before = len(fake.received)
        assert before < 400
        complete(door_to(fake.base_url, replies=file), requests(400))
        assert 400 <= len(fake.received) <= 400 + 8


def test_many_that_open_a_new_file_at_once_make_one(file: Path) -> None:
    for attempt in range(10):
        path = file.with_name(f"{attempt}.sqlite")
        ready = threading.Barrier(8)

        def open_it(number: int, path: Path = path, ready: threading.Barrier = ready) -> None:
            ready.wait()
            ReplyStore(path).keep([(bytes([number]), SAID)])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(open_it, range(8)))
        assert ReplyStore(path).size()[0] == 8
    assert not list(file.parent.glob("*aside*"))


def test_two_processes_with_one_home_both_get_their_replies(file: Path) -> None:
    code = """
import sys
from pathlib import Path
from dataflow_agent.operators.core import Request, complete
from dataflow_agent.operators.core.serving import Endpoint, ModelDoor
with ModelDoor(Endpoint(sys.argv[1], "fake"), replies=Path(sys.argv[2])) as door:
    print(sum(reply.finish_reason == "stop" for reply in complete(door, [Request(f"row {n}") for n in range(200)])))
"""
    with endpoint_process("--delay-ms", "2") as url:
        command = [sys.executable, "-c", code, url, str(file)]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        assert [process.communicate(timeout=60)[0].strip() for process in both] == ["200", "200"]
    assert ReplyStore(file).size()[0] == 200
