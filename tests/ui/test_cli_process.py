"""What only a process of its own can prove: signals, streams, exit codes, and what a start loads."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from dataflow_agent.ui.document import shipped_schema

COMMAND = [sys.executable, "-m", "dataflow_agent"]
HEAVY = {"torch", "vllm", "ray", "chromadb", "gradio", "langgraph", "langchain_core", "openai", "pandas"}
SLOW_ROWS, PART_ROWS = 9_000, 2048


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "DATAFLOW_HOME": str(home), "DATAFLOW_CONFIG": str(home / "none.toml")}


def document(stdout: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stdout)
    jsonschema.Draft202012Validator(json.loads(shipped_schema())).validate(found)
    return found


@pytest.fixture
def slow(tmp_path: Path) -> list[str]:
    """A command that takes some seconds and several parts."""
    words = "the committee met in the morning and agreed on a plan that nobody had expected from them "
    with (tmp_path / "many.jsonl").open("w") as file:
        file.writelines(json.dumps({"text": f"{words * 6}{n}"}) + "\n" for n in range(SLOW_ROWS))
    (tmp_path / "slow.yaml").write_text(
        "steps: [{id: language, operator: language_filter, options: {languages: [en]}}]"
    )
    return ["apply", "slow.yaml", "-i", "many.jsonl", "-o", "out.jsonl", "--json"]


def wait_for_a_part(home: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if any('"part_done"' in log.read_text() for log in home.glob("runs/*/events.jsonl")):
            return
        time.sleep(0.02)
    raise AssertionError("the run ended, or never got to its first part")


def test_ctrl_c_ends_with_130_and_the_same_command_continues(tmp_path: Path, slow: list[str]) -> None:
    home = tmp_path / "home"
    process = subprocess.Popen(
        [*COMMAND, *slow],
        cwd=tmp_path,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for_a_part(home, process)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted; the same command continues" in stderr
    assert b"Traceback" not in stderr
    assert document(stdout)["status"] == "interrupted"
    assert not (tmp_path / "out.jsonl").exists()

    again = subprocess.run([*COMMAND, *slow], cwd=tmp_path, env=environment(home), capture_output=True, check=False)
    assert again.returncode == 0
    (step,) = document(again.stdout)["run"]["steps"]
    assert step["rows_in"] == SLOW_ROWS
    assert PART_ROWS <= step["reused"] < SLOW_ROWS


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("typed", "code", "written"), [("approve\n", 0, True), ("\x04", 3, False), ("\x03", 130, False)]
)
def test_on_a_terminal_the_plan_is_shown_and_the_person_decides(
    tmp_path: Path, typed: str, code: int, written: bool
) -> None:
    import pty

    (tmp_path / "rows.jsonl").write_text('{"text": "two words"}\n{"text": "one"}\n')
    request = ["run", "keep texts of at least 2 words", "-i", "rows.jsonl", "-o", "out.jsonl", "--planner", "offline"]
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *request],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: _own_terminal(slave),  # noqa: PLW1509 - nothing else runs in this process
    ) as process:
        os.close(slave)
        seen = _read_until(master, b"\n> ")
        time.sleep(
            0.5
        )  # as a person would take: an interrupt just before the prompt waits for input is only heard there
        os.write(master, typed.encode())
        seen += _read_until(master, None)
        assert process.wait(timeout=60) == code
    os.close(master)
    assert b"word_count_filter" in seen
    assert b"Run this plan?" in seen
    assert b"Traceback" not in seen
    assert (tmp_path / "out.jsonl").exists() == written


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal_a_run_shows_its_pace_and_the_time_left(tmp_path: Path, slow: list[str]) -> None:
    import pty

    master, slave = pty.openpty()
    command = [word for word in slow if word != "--json"]
    with subprocess.Popen(
        [*COMMAND, *command], cwd=tmp_path, env=environment(tmp_path / "home"), stdout=subprocess.DEVNULL, stderr=slave
    ) as process:
        os.close(slave)
        seen = _read_until(master, None)
        assert process.wait(timeout=60) == 0
    os.close(master)
    assert re.search(rb"[\d,]+ of 9,000 rows, [\d,]+ rows/s, 0 dropped, 0 failed, 0:00:\d\d left", seen)


def _own_terminal(slave: int) -> None:
    """Make the pseudo-terminal the one that Ctrl-C comes from."""
    import fcntl
    import termios

    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


def _read_until(master: int, wanted: bytes | None) -> bytes:
    """What the terminal shows until it shows `wanted`, or to its end."""
    seen = b""
    while wanted is None or not seen.endswith(wanted):
        try:
            more = os.read(master, 65536)
        except OSError:  # Linux says so when the other side is closed
            more = b""
        if not more:
            break
        seen += more
    return seen


def test_the_object_is_all_of_stdout_and_the_code_tells_the_status(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "apply", "nope.yaml", "-i", "nope.jsonl", "-o", "out.jsonl", "--json"],
        cwd=tmp_path,
        env={**environment(tmp_path / "home"), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert document(done.stdout)["status"] == "failed"
    assert b"nope.yaml" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_error_to_talk_about(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "operators", "list", "--json"],
        env=environment(tmp_path / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["--help"], ["operators", "list"], ["pipelines", "list"], ["doctor"]])
def test_help_catalogue_and_doctor_load_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from dataflow_agent.ui.cli import call\n"
        f"assert call({arguments!r}) == 0\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(done.stderr.split())
