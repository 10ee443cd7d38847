"""Which sandbox a machine has: one is taken only after it held, and a refusal says what to do."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.sandbox import Finished, Limits, Program, find_sandbox, sandbox_problem
from dataflow_agent.operators.core.sandbox.finding import leaks_of
from dataflow_agent.tools.wiring import available

SAFE = {
    "folders": ["tmp", "usr", "/usr/lib"],
    "environment": ["HOME", "PWD"],
    "networks": ["lo"],
    "processes": ["1", "2"],
    "writable": [],
    "limits": [[8, 8], [2**20, 2**20]],
    "privileges": ["0" * 16, "1"],
}


class Leaky:
    """A sandbox in which the trial program sees what a test says."""

    def __init__(self, **seen: Any) -> None:
        self.seen = {**SAFE, **seen}

    def run(self, program: Program, limits: Limits | None = None) -> Finished:
        return Finished("passed", 0, json.dumps(self.seen).encode(), b"", b"", 0.1, None)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that is all of the path; programs in it are links to `true` or what a test writes."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, text: str = "#!/bin/sh\nexit 0\n", mode: int = 0o755) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(mode)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"folders": ["tmp", "home"]}, "it sees other folders: home"),
        ({"environment": ["HOME", "OPENAI_API_KEY"]}, "it sees the environment: OPENAI_API_KEY"),
        ({"networks": ["lo", "eth0"]}, "it sees a network: eth0"),
        ({"processes": ["1", "2", "77"]}, "it sees other processes: 77"),
        ({"writable": ["/usr/lib/probe"]}, "it can write to: /usr/lib/probe"),
        ({"limits": [[8, -1], [2**20, 2**20]]}, "it has no limits: -1"),
        ({"limits": [[8, 8], [2**20, 2**40]]}, f"it has no limits: {2**40}"),
        ({"privileges": ["0" * 15 + "1", "1"]}, "it has privileges"),
        ({"privileges": ["0" * 16, "0"]}, "it has privileges"),
    ],
)
def test_a_sandbox_that_leaks_is_found_out(seen: dict[str, Any], said: str) -> None:
    assert leaks_of(Leaky()) == []
    (leak,) = leaks_of(Leaky(**seen))
    assert leak.startswith(said)


@pytest.mark.sandbox
def test_the_sandbox_of_this_machine_does_not_leak() -> None:
    assert leaks_of(find_sandbox()) == []
    assert sandbox_problem() is None
    assert "sandbox" in available({}).needs


def test_without_bubblewrap_there_is_no_sandbox(only: Path) -> None:
    with pytest.raises(InvalidInput, match="apt-get install bubblewrap"):
        Context().sandbox()
    assert "sandbox" not in available({}).needs


def test_a_setuid_bubblewrap_is_refused(only: Path) -> None:
    program(only, "bwrap", mode=0o4755)
    assert (only / "bwrap").stat().st_mode & stat.S_ISUID
    assert f"chmod u-s {only / 'bwrap'}" in (sandbox_problem() or "")


def test_missing_tools_are_named(only: Path) -> None:
    program(only, "bwrap")
    program(only, "prlimit")
    problem = sandbox_problem() or ""
    assert "setpriv" in problem
    assert "prlimit" not in problem
    assert "util-linux" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo 'bwrap: Unknown option --size' >&2; exit 1", "install bubblewrap 0.8 or newer"),
        ("echo 'bwrap: No permissions to create new namespace' >&2; exit 1", "user namespaces"),
        ("exit 1", "no sandbox can be opened here"),
    ],
)
@pytest.mark.skipif(os.name != "posix" or sys.platform != "linux", reason="bubblewrap is for Linux")
def test_a_bubblewrap_that_does_not_come_up_is_refused_with_what_it_said(only: Path, text: str, said: str) -> None:
    for name in ("prlimit", "setpriv", "unshare"):
        program(only, name)
    program(only, "bwrap", f"#!/bin/sh\n{text}\n")
    # A folder that nobody can enter hides the double from a test that runs as root.
    for folder in (only, *only.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    with pytest.raises(InvalidInput, match=said):
        find_sandbox()
