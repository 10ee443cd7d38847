"""Follows a sandbox from outside: hears what it says, and ends it when it uses too much."""

import json
import os
import selectors
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from select import POLLIN, poll
from typing import Final

from .contract import Ending, Finished, Limits, SandboxError

_LOOK_S: Final = 0.05
_OPEN_S: Final = 30.0
_DEATH_S: Final = 10.0
_MOST_SAID: Final = 2**16
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_INODE_BYTES: Final = 1024
"""About what an empty file costs the kernel."""


@dataclass(frozen=True)
class Ends:
    """Our ends of what leads into a sandbox: descriptors of pipes, and the socket of the channel.

    `status` tells in JSON of the first process and of the exit code; the sandbox waits at `gate` for a byte.
    """

    out: int
    err: int
    status: int
    gate: int
    channel: socket.socket | None


def watch(ends: Ends, reply: bytes, limits: Limits) -> Finished:
    """Let a sandbox go that waits at its gate, and follow it until its last process is dead.

    Raises:
        SandboxError: it did not come up.
    """
    first = _first_process(ends.status)
    if first is None:
        raise SandboxError(f"bubblewrap did not start: {_rest(ends.err)}")
    with ExitStack() as held:
        # It waits, so the number is still its own; a descriptor keeps it so.
        handle = os.pidfd_open(first)
        held.callback(os.close, handle)
        os.write(ends.gate, b"\0")
        watching = _Watching(ends, limits, first, handle, reply)
        with held.enter_context(selectors.DefaultSelector()) as selector:
            watching.follow(selector)
        _end(handle)
    return watching.finished()


def memory_of(first: int, disk_bytes: int) -> int:
    """Memory of a process and all below it, in bytes, with the files of the sandbox, which lie in memory too.

    Args:
        first: the first process of the sandbox, as this process numbers it.
        disk_bytes: the size of the sandbox's disk.
    """
    pages = 0
    for pid in _tree(first):
        with suppress(OSError, IndexError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE_BYTES + _files_of(first, disk_bytes)


class _Watching:
    """One run from the gate to the death of the last process."""

    def __init__(self, ends: Ends, limits: Limits, first: int, handle: int, reply: bytes) -> None:
        self._ends, self._limits, self._first, self._handle = ends, limits, first, handle
        self._heard = {ends.out: bytearray(), ends.err: bytearray(), ends.status: bytearray()}
        self._said, self._reply = bytearray(), memoryview(reply)
        self._ending: Ending | None = None
        self._peak: int | None = None
        self._begin = time.monotonic()
        self._end = self._begin
        self._deadline = self._begin + limits.seconds

    def follow(self, selector: selectors.BaseSelector) -> None:
        for stream in self._heard:
            selector.register(stream, selectors.EVENT_READ)
        if self._ends.channel is not None:
            selector.register(self._ends.channel, selectors.EVENT_READ)
        look = self._begin + _LOOK_S
        while selector.get_map():
            for key, _ in selector.select(max(0.0, min(look, self._deadline) - time.monotonic())):
                if key.fileobj is self._ends.channel:
                    self._talk(self._ends.channel, selector)
                elif not self._hear(key.fd):
                    selector.unregister(key.fileobj)
            now = time.monotonic()
            if now >= look:
                self._look()
                look = time.monotonic() + _LOOK_S
            if now >= self._deadline:
                if self._ending is not None:
                    raise SandboxError("the sandbox outlives its end")
                self._stop("timed_out")
        self._end = time.monotonic()

    def finished(self) -> Finished:
        """The result.

        Raises:
            SandboxError: it did not come up.
        """
        code = _exit_code(self._heard[self._ends.status])
        if code is None and self._ending is None:
            told = bytes(self._heard[self._ends.err]).decode(errors="replace").strip()
            raise SandboxError(f"bubblewrap did not come up: {told or 'it was ended from outside'}")
        ending: Ending = self._ending or ("passed" if code == 0 else "failed")
        if self._ending is None and code == 128 + signal.SIGXCPU:
            ending = "timed_out"
        return Finished(
            ending=ending,
            exit_code=code if self._ending is None else None,
            stdout=bytes(self._heard[self._ends.out]),
            stderr=bytes(self._heard[self._ends.err]),
            said=bytes(self._said),
            seconds=self._end - self._begin,
            peak_bytes=self._peak,
        )

    def _hear(self, stream: int) -> bool:
        """Whether there may be more to hear."""
        chunk = os.read(stream, 2**16)
        written = sum(len(self._heard[one]) for one in (self._ends.out, self._ends.err))
        room = _MOST_SAID if stream == self._ends.status else self._limits.output_bytes - written
        self._heard[stream] += chunk[:room]
        if len(chunk) > room:
            self._stop("too_much_output")
        return bool(chunk)

    def _talk(self, channel: socket.socket, selector: selectors.BaseSelector) -> None:
        """The reply goes out after the first word, as fast as it is taken."""
        try:
            chunk = channel.recv(2**12)
            self._said += chunk[: _MOST_SAID - len(self._said)]
            if not chunk:
                selector.unregister(channel)
                return
        except BlockingIOError:
            pass
        except ConnectionError:
            selector.unregister(channel)
            return
        if self._said:
            self._answer(channel, selector)

    def _answer(self, channel: socket.socket, selector: selectors.BaseSelector) -> None:
        with suppress(BlockingIOError, ConnectionError):
            self._reply = self._reply[channel.send(self._reply) :]
        waits = selectors.EVENT_WRITE if self._reply else 0
        if not self._reply:
            with suppress(OSError):
                channel.shutdown(socket.SHUT_WR)
        selector.modify(channel, selectors.EVENT_READ | waits)

    def _look(self) -> None:
        self._peak = max(self._peak or 0, memory_of(self._first, self._limits.disk_bytes))
        if self._peak > self._limits.memory_bytes + self._limits.disk_bytes:
            self._stop("out_of_memory")

    def _stop(self, ending: Ending) -> None:
        """The kernel ends every process inside with the first one."""
        if self._ending is None:
            self._ending, self._deadline = ending, time.monotonic() + _DEATH_S
            _kill(self._handle)


def _kill(handle: int) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)


def _end(handle: int) -> None:
    """The first process is dead only when all others are; bubblewrap itself does not wait for that.

    Raises:
        SandboxError: they do not die.
    """
    _kill(handle)
    if not _ready(handle, _DEATH_S):
        raise SandboxError("the sandbox outlives its end")


def _first_process(status: int) -> int | None:
    """The number of the first process inside; None when there is none."""
    told = b""
    deadline = time.monotonic() + _OPEN_S
    while b"\n" not in told:
        chunk = os.read(status, 2**12) if _ready(status, deadline - time.monotonic()) else b""
        if not chunk:
            return None
        told += chunk
    return int(json.loads(told.partition(b"\n")[0])["child-pid"])


def _exit_code(status: bytes | bytearray) -> int | None:
    told = [json.loads(line) for line in status.splitlines() if line.strip()]
    return next((int(one["exit-code"]) for one in told if "exit-code" in one), None)


def _rest(stream: int) -> str:
    told = os.read(stream, 2**12) if _ready(stream, 1.0) else b""
    return told.decode(errors="replace").strip() or "it says nothing"


def _ready(descriptor: int, seconds: float) -> bool:
    """Whether there is something to read in time; not by select, which takes no descriptor from 1024 on."""
    polled = poll()
    polled.register(descriptor, POLLIN)
    return bool(polled.poll(max(0.0, seconds) * 1000))


def _tree(root: int) -> Iterator[int]:
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                waiting += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split())


def _files_of(first: int, disk_bytes: int) -> int:
    """What the files take, empty ones too, which the size of a disk does not limit."""
    try:
        disk = os.statvfs(f"/proc/{first}/root/tmp")
    except OSError:
        return 0
    if disk.f_blocks * disk.f_frsize > disk_bytes + _PAGE_BYTES:
        return 0  # a sandbox that is still being built sees the disk of this machine
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize + (disk.f_files - disk.f_ffree) * _INODE_BYTES
