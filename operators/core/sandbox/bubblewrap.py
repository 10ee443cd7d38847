"""A sandbox made by bubblewrap: namespaces of its own, and nothing of ours but what it is given."""

import fcntl
import os
import socket
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .command import FOLDER, Interpreter, limited, sandbox_options, starter
from .contract import CHANNEL, Finished, Limits, Program
from .seccomp import filter_program
from .watching import Ends, watch

_SEALS: Final = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


@dataclass(frozen=True)
class BubblewrapSandbox:
    """Runs programs under bubblewrap, each in a sandbox of its own that ends with it.

    Args:
        bwrap: the program bubblewrap.
        interpreter: what `python` is inside.
    """

    bwrap: Path
    interpreter: Interpreter

    def run(self, program: Program, limits: Limits = Limits()) -> Finished:  # noqa: B008 - frozen
        """Run a program to its end; see `Sandbox`."""
        if sum(map(len, program.files.values())) > limits.disk_bytes:
            raise ValueError(f"the files are larger than the disk of {limits.disk_bytes} bytes")
        with ExitStack() as held:
            inherited = _Inherited(held.enter_context(ExitStack()))
            out, out_given = inherited.pipe_from(held)
            err, err_given = inherited.pipe_from(held)
            stdin = inherited.file_of(program.stdin)
            # What stands for 0, 1 and 2 is inherited as such.
            inherited.descriptors.clear()
            status, status_given = inherited.pipe_from(held)
            gate_given, gate = os.pipe()
            inherited.add(gate_given)
            held.callback(_close, gate)
            channel = inherited.channel(held) if program.reply is not None else None
            options = [*sandbox_options(self.interpreter, limits.disk_bytes)]
            options += ["--json-status-fd", str(status_given), "--block-fd", str(gate_given)]
            options += _given(program, channel, inherited)
            # In a file, since the program can read the command, and the options name folders of ours.
            arguments = inherited.file_of(b"\0".join(os.fsencode(option) for option in options) + b"\0")
            command = [*starter(self.bwrap, self.interpreter), "--args", str(arguments), "--", *limited(limits)]
            process = subprocess.Popen(  # noqa: S603 - running strange code is what the sandbox is for
                [*command, "python", *program.arguments],
                stdin=stdin,
                stdout=out_given,
                stderr=err_given,
                pass_fds=inherited.descriptors,
                env={},  # the first process inside has this one, which the program can read
                cwd="/",
            )
            held.callback(_reap, process)
            inherited.close()
            ends = Ends(out=out, err=err, status=status, gate=gate, channel=channel.here if channel else None)
            return watch(ends, program.reply or b"", limits)


@dataclass(frozen=True)
class _Channel:
    here: socket.socket
    there: int


class _Inherited:
    """The file descriptors that the sandbox inherits; they are closed here once it has them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.descriptors: list[int] = []

    def add(self, descriptor: int) -> int:
        self.descriptors.append(descriptor)
        self._stack.callback(_close, descriptor)
        return descriptor

    def close(self) -> None:
        self._stack.close()

    def pipe_from(self, held: ExitStack) -> tuple[int, int]:
        """A pipe out of the sandbox: the end here, which `held` closes, and the end there."""
        here, there = os.pipe()
        held.callback(_close, here)
        return here, self.add(there)

    def channel(self, held: ExitStack) -> _Channel:
        """A socket for talking to the program."""
        here, there = socket.socketpair()
        here.setblocking(False)
        held.enter_context(here)
        return _Channel(here, self.add(there.detach()))

    def file_of(self, content: bytes) -> int:
        """A file in memory, which nobody can change any more."""
        file = self.add(os.memfd_create("given", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
        with open(file, "wb", closefd=False) as stream:
            stream.write(content)
        os.lseek(file, 0, os.SEEK_SET)
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, _SEALS)
        return file


def _given(program: Program, channel: _Channel | None, inherited: _Inherited) -> Sequence[str]:
    """The options for what this program is given, and what this machine's kernel refuses it."""
    options: list[str] = []
    for name, content in program.files.items():
        options += ["--file", str(inherited.file_of(content)), f"{FOLDER}/{name}"]
    if channel is not None:
        options += ["--setenv", CHANNEL, str(channel.there)]
    refused = filter_program()
    if refused is not None:
        options += ["--seccomp", str(inherited.file_of(refused))]
    return options


def _close(descriptor: int) -> None:
    with suppress(OSError):
        os.close(descriptor)


def _reap(process: subprocess.Popen[bytes]) -> None:
    """By now it is dead or dying: the last process inside has closed its output."""
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
