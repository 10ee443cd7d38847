"""A function that runs in processes of its own, so that no input can hold up, bloat or end the run."""

import os
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from queue import LifoQueue
from typing import Any

import orjson

from .errors import RowError

START_S = 120.0
"""Most seconds a child takes to import what it needs, on a busy machine."""
_CHILD = "from dataflow_agent.operators.core._isolated_child import main; main()"
_PASSED_ON = ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1")


class Isolated:
    """A pool of child processes that carry out one task each at a time; any thread may ask.

    A child starts when it is first needed and serves many orders. It sees no variable of this process's environment,
    so no key; it may use so much memory beyond what it needs to start; it is killed when an order takes too long, and
    ends itself should this process be gone. In place of one that ended, another starts with the next order. It is no
    sandbox: a child may read files and use the network.

    Args:
        task: what is carried out, as "package.module:name": a function that takes an order (an object of JSON) and a
            payload (bytes) and returns what JSON can hold, or a class that is made once in a child and then called so.
        seconds: most seconds by the clock for an order.
        memory_bytes: most memory for orders, where the system can bound it.
        workers: most children at a time.
        processor_seconds: most seconds of processor time for an order, where the system can bound it.
    """

    def __init__(
        self,
        task: str,
        *,
        seconds: float,
        memory_bytes: int,
        workers: int = 1,
        processor_seconds: float = 0,
    ) -> None:
        self._seconds = seconds
        self._arguments = [task, str(memory_bytes), str(processor_seconds)]
        # The place that was given back last is taken first, so that no child starts while another is free.
        self._places: LifoQueue[_Child | None] = LifoQueue()
        for _ in range(workers):
            self._places.put(None)
        self._ending = threading.Lock()
        self.workers = workers

    def __call__(self, order: Mapping[str, Any], payload: bytes = b"", *, seconds: float | None = None) -> Any:
        """What the task returns for an order.

        Args:
            order: what JSON can hold.
            payload: bytes that go with it.
            seconds: most seconds for this order, in place of those for all.

        Raises:
            RowError: the task raised it, with reason and detail; or `out_of_time`, `out_of_memory` or `crashed`, when
                the child ended over this order.
            RuntimeError: a child does not start, or the task raised another error, which is a bug.
        """
        child = self._places.get()
        try:
            child = child or _Child(self._arguments)
            reply = child.ask(order, payload, self._seconds if seconds is None else seconds)
        except BaseException:
            if child is not None:
                child.end()
            child = None
            raise
        finally:
            self._places.put(child)
        if "failed" in reply:
            raise RowError(*reply["failed"])
        if "bug" in reply:
            raise RuntimeError(f"{self._arguments[0]} raised in its own process:\n{reply['bug']}")
        return reply["done"]

    def close(self) -> None:
        """End all children, once their orders are done; a later order starts new ones. Any thread may."""
        with self._ending:  # two that each held some of the places would wait for the others for ever
            for _ in range(self.workers):
                child = self._places.get()
                if child is not None:
                    child.end()
            for _ in range(self.workers):
                self._places.put(None)


class SharedProcesses:
    """The isolated processes of one run: whoever has the same carried out within the same bounds shares them."""

    def __init__(self) -> None:
        self._pools: dict[tuple[str, float, int, int], Isolated] = {}
        self._alone = threading.Lock()

    def of(self, task: str, *, seconds: float, memory_bytes: int, workers: int = 1) -> Isolated:
        """The pool that carries out a task; starts no process, and is not for those to close who ask for it.

        Args:
            task: as `Isolated` takes it, like the others.
            seconds: most seconds by the clock for an order.
            memory_bytes: most memory for orders.
            workers: most children at a time.
        """
        bounds = (task, seconds, memory_bytes, workers)
        with self._alone:
            if bounds not in self._pools:
                self._pools[bounds] = Isolated(task, seconds=seconds, memory_bytes=memory_bytes, workers=workers)
            return self._pools[bounds]

    def close(self) -> None:
        """End all processes, once their orders are done; a later order starts new ones. Any thread may."""
        with self._alone:
            pools = [*self._pools.values()]
        for pool in pools:
            pool.close()


class _Child:
    """One process, from its start to its end."""

    def __init__(self, arguments: list[str]) -> None:
        # Our own interpreter with our own code; orders go over its standard input and reach no shell.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-c", _CHILD, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd=tempfile.gettempdir(),
        )
        self._ending = weakref.finalize(self, _end, self._process)
        said, _ = self._heard(START_S)
        if said != {"ready": True}:
            self.end()
            raise RuntimeError(f"the process for {arguments[0]} did not start: {(said or {}).get('bug', 'it ended')}")

    def ask(self, order: Mapping[str, Any], payload: bytes, seconds: float) -> dict[str, Any]:
        """The reply to an order.

        Raises:
            RowError: the child ended over it.
        """
        head = orjson.dumps({"order": dict(order), "bytes": len(payload), "seconds": seconds})
        said, was_late = self._heard(seconds, head + b"\n" + payload)
        if said is None and was_late:
            raise RowError("out_of_time", f"it took longer than {seconds:g} seconds")
        if said is None:
            raise RowError(*self._how_it_ended())
        if said.get("failed", [""])[0] == "out_of_memory":
            raise RowError(*said["failed"])  # so that the next order meets a process in good order
        return said

    def end(self) -> None:
        """Kill it, where it still runs."""
        self._ending()

    def _heard(self, seconds: float, written: bytes = b"") -> tuple[dict[str, Any] | None, bool]:
        """What it says after it was told something, None where it ended; and whether it was ended for being late."""
        assert self._process.stdin is not None  # noqa: S101 - opened with a pipe
        assert self._process.stdout is not None  # noqa: S101
        late = threading.Event()
        clock = threading.Timer(seconds, self._too_late, [late])
        clock.daemon = True
        clock.start()
        line = b""
        try:
            # A pipe that breaks says what the missing reply says too.
            with suppress(BrokenPipeError, ConnectionResetError):
                self._process.stdin.write(written)
                self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            clock.cancel()
        return (orjson.loads(line) if line.endswith(b"\n") else None), late.is_set()

    def _too_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _how_it_ended(self) -> tuple[str, str]:
        import signal

        code = self._process.wait()
        if -code in (getattr(signal, "SIGALRM", None), getattr(signal, "SIGPROF", None)):
            return "out_of_time", "it took longer than it may"
        return "crashed", f"the process ended with code {code}; there may be too little memory on this machine"


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    path = os.pathsep.join(os.path.abspath(place) for place in sys.path)
    return {**kept, **_ONE_THREAD, "PYTHONPATH": path, "PYTHONUTF8": "1"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
