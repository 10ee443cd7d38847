"""A model file is served by a child process that answers to nobody else, and ends with whoever started it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.errors import InvalidInput, RunStopped
from dataflow_agent.operators.core.llm import Reply, Request, complete
from dataflow_agent.operators.core.serving.local import PROGRAM, LocalModel, LocalServer, open_local
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.general.llm_generate import LLMGenerate

SAMPLE = Path(__file__).parents[4] / "pipelines" / "samples" / "demo.jsonl"


@pytest.fixture
def model(smollm2: Path) -> Iterator[LocalModel]:
    with open_local(Settings(llm_backend="local", llm_model=str(smollm2))) as opened:
        yield opened


def is_gone(pid: int, within_s: float = 5.0) -> bool:
    """Whether a process that is not our child ends in time."""
    return _in_time(lambda: not Path(f"/proc/{pid}").exists() or _is_zombie(pid), within_s)


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def _in_time(holds: Callable[[], bool], within_s: float) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


@pytest.mark.gguf
def test_a_small_model_answers_twenty_rows_by_a_schema(model: LocalModel) -> None:
    rows = [json.loads(line) for line in SAMPLE.read_text().splitlines()[:20]]
    texts = [{"text": row["text"][:200]} for row in rows]
    schema = {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["craft", "place", "food", "other"]},
            "is_english": {"type": "boolean"},
        },
        "required": ["kind", "is_english"],
    }
    operator = LLMGenerate(prompt="What is this text about? {text}", reply_schema=schema, max_tokens=200)
    made = apply_rows(operator, texts, Context(llm=model))
    assert [row["text"] for row in made] == [row["text"] for row in texts]
    assert {row["kind"] for row in made} <= {"craft", "place", "food", "other"}
    assert all(isinstance(row["is_english"], bool) for row in made)
    pid = model.server.pid
    assert pid is not None
    model.close()
    assert is_gone(pid)


@pytest.mark.gguf
def test_what_it_answers_does_not_depend_on_what_else_it_is_asked(smollm2: Path) -> None:
    requests = [Request(f"Write a sentence about the number {number}.", max_tokens=16) for number in range(6)]
    said = []
    for order in (requests, requests[::-1]):
        with open_local(Settings(llm_model=str(smollm2))) as opened:
            said.append(dict(zip(order, complete(opened, order), strict=True)))
    assert said[0] == said[1]


@pytest.mark.gguf
def test_a_reply_that_is_cut_off_says_so_and_a_request_that_is_too_long_fails_alone(model: LocalModel) -> None:
    cut, long = complete(model, [Request("Count to a hundred.", max_tokens=3), Request("word " * 6000, max_tokens=3)])
    assert isinstance(cut, Reply)
    assert (cut.finish_reason, cut.usage.completion_tokens) == ("length", 3)
    assert getattr(long, "reason", None) == "too_long"


@pytest.mark.gguf
def test_the_context_is_that_of_the_settings(smollm2: Path) -> None:
    with open_local(Settings(llm_backend="local", llm_model=str(smollm2), llm_context=256)) as small:
        (long,) = complete(small, [Request("word " * 300, max_tokens=3)])
    assert getattr(long, "reason", None) == "too_long"


@pytest.mark.gguf
def test_it_listens_on_loopback_and_answers_nobody_without_the_key(smollm2: Path) -> None:
    with LocalServer(smollm2) as server:
        server.start()
        address = urlsplit(server.base_url)
        assert address.hostname == "127.0.0.1"
        for key, status in (("wrong", 401), ("", 401), (server.key.get_secret_value(), 200)):
            assert _status(address.port or 0, key) == status
        command = Path(f"/proc/{server.pid}/cmdline").read_text()
        assert server.key.get_secret_value() not in command, "every user of the machine can read it there"


def _status(port: int, key: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.gguf
def test_nothing_is_started_before_it_is_asked_and_not_for_kept_replies(smollm2: Path, tmp_path: Path) -> None:
    file, said = tmp_path / "replies.sqlite", []
    for _ in range(2):
        with open_local(Settings(llm_model=str(smollm2)), replies=file) as opened:
            assert opened.server.pid is None
            said += complete(opened, [Request("Say something.", max_tokens=60)])
            started = opened.server.pid is not None
    assert said[0] == said[1]
    assert not started, "the second reply is the first"


@pytest.mark.gguf
def test_the_run_stops_and_no_row_fails_when_the_child_is_killed(model: LocalModel) -> None:
    requests = [Request(f"Write a long story about {number}.", max_tokens=400) for number in range(8)]
    complete(model, [Request("Hello.", max_tokens=1)])
    assert model.server.pid is not None
    threading.Timer(0.3, os.kill, (model.server.pid, signal.SIGKILL)).start()
    with pytest.raises(RunStopped, match=r"killed by signal 9.*the same command continues"):
        complete(model, requests)


@pytest.mark.gguf
def test_a_file_that_cannot_be_loaded_stops_the_run_with_what_was_said(tmp_path: Path) -> None:
    file = tmp_path / "cut.gguf"
    file.write_bytes(b"GGUF" + bytes(60))
    with open_local(Settings(llm_model=str(file))) as opened:
        for _ in range(2):
            with pytest.raises(RunStopped, match=r"cut\.gguf could not be loaded \(it said: .*gguf"):
                complete(opened, [Request("Hello.")])


@pytest.mark.gguf
def test_loading_is_given_up_in_time(smollm2: Path) -> None:
    with LocalServer(smollm2, loading_s=0.01) as server:
        with pytest.raises(RunStopped, match=r"not loaded within 0\.01 s"):
            server.start()
        assert server.pid is not None
        assert is_gone(server.pid)


@pytest.mark.gguf
def test_closing_ends_a_child_that_still_loads(smollm2: Path) -> None:
    server = LocalServer(smollm2)
    stopped: list[RunStopped] = []

    def start() -> None:
        try:
            server.start()
        except RunStopped as error:
            stopped.append(error)

    starting = threading.Thread(target=start)
    starting.start()
    assert _in_time(lambda: server.pid is not None, 5)
    server.close()
    starting.join(5)
    assert not starting.is_alive()
    assert stopped
    assert is_gone(server.pid or 0)


@pytest.mark.gguf
def test_the_child_ends_when_its_parent_is_killed(smollm2: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from dataflow_agent.operators.core.serving.local import LocalServer\n"
        "server = LocalServer(Path(sys.argv[1]))\nserver.start()\nprint(server.pid, flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(smollm2)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not is_gone(pid, 0.2)
        parent.kill()
    assert is_gone(pid)


def test_the_end_of_the_parent_ends_the_child_while_no_python_runs() -> None:
    program = (
        "import runpy, sys, time\n"
        f"names = runpy.run_path({str(PROGRAM)!r})\n"
        "sys.stdin.readline()\nnames['end_with_parent']()\nprint('waiting', flush=True)\ntime.sleep(600)\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as child:
        child.stdin.write("{}\n")
        child.stdin.flush()
        assert child.stdout.readline() == "waiting\n"
        child.stdin.close()
        assert child.wait(10) == -signal.SIGIO


def test_what_cannot_be_served_is_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    for name, said in (("none.gguf", "there is no model file"), ("text.gguf", "not a GGUF"), (".", "no model file")):
        with pytest.raises(InvalidInput, match=said):
            open_local(Settings(llm_model=str(tmp_path / name)))
    with pytest.raises(InvalidInput, match="DATAFLOW_LLM_MODEL"):
        open_local(Settings())
