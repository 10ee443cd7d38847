"""What a sandbox is: a program in, what came of it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal, Protocol

from ..errors import DataFlowError

Ending = Literal["passed", "failed", "timed_out", "out_of_memory", "too_much_output"]
"""`passed` is exit code 0, `failed` any other end that the program made itself; the rest names the limit that ended it.
A program that is refused memory, and ends for that, has `failed`: only it knows why it ended."""

CHANNEL = "SANDBOX_CHANNEL"
"""The environment variable that holds the number of the file descriptor of a program's channel."""


class SandboxError(DataFlowError):
    """The sandbox itself failed, so that nothing is known about the program."""


@dataclass(frozen=True)
class Limits:
    """What one run may use; at each limit the program and all that it started is ended.

    Args:
        seconds: by the clock, and of each process by the processor.
        memory_bytes: of each process, in address space, and of all together, in memory (looked at 20 times a second).
        disk_bytes: of all files, which lie in memory too.
        output_bytes: of standard output and standard error together.
        processes: at once, threads included; two are the sandbox's own.
        open_files: of each process.
    """

    seconds: float = 10.0
    memory_bytes: int = 512 * 2**20
    disk_bytes: int = 64 * 2**20
    output_bytes: int = 2**20
    processes: int = 32
    open_files: int = 128


@dataclass(frozen=True)
class Program:
    """What runs.

    Args:
        arguments: for Python, such as `("solution.py",)`.
        files: content by path, relative to the folder in which the program starts.
        stdin: what it may read.
        reply: what the program is told on its channel once it has written there; without it there is no channel. The
            channel is a socket, its number is in the environment variable `SANDBOX_CHANNEL`.

    Raises:
        ValueError: a path is not below the folder.
    """

    arguments: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    reply: bytes | None = None

    def __post_init__(self) -> None:
        for name in self.files:
            path = PurePosixPath(name)
            if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
                raise ValueError(f"a program's file must lie below its folder, not at {name!r}")


@dataclass(frozen=True)
class Finished:
    """What came of a run.

    Args:
        ending: how it ended.
        exit_code: 128 and the signal's number if a signal ended it; None when a limit of the clock, of all its memory
            or of its output did.
        stdout: its output, up to the limit.
        stderr: its other output, up to the limit.
        said: what it wrote to its channel, at most 64 kB.
        seconds: by the clock, from the start of the program.
        peak_bytes: most memory seen at once; None when it was too short to look.
    """

    ending: Ending
    exit_code: int | None
    stdout: bytes
    stderr: bytes
    said: bytes
    seconds: float
    peak_bytes: int | None


class Sandbox(Protocol):
    """A place in which a program can do no harm: it sees no network, no environment and no file of ours."""

    def run(self, program: Program, limits: Limits = ...) -> Finished:
        """Run a program to its end; may be called from several threads.

        Raises:
            SandboxError: the sandbox itself failed.
            ValueError: the files are larger than the disk.
        """
