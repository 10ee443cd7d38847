"""Worker processes: the same work on parts, side by side, in input order, and a dead worker is noticed."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import cache
from multiprocessing.connection import wait
from typing import Any, Self, TypeVar

import polars as pl

from ...operators.core import Context, RunStopped
from .parts import PartStore
from .physical import Stage
from .source import Input
from .work import Bench, Done

AHEAD = 2
"""Parts handed out ahead for each worker, so that none waits while results are taken in."""


Result = TypeVar("Result")
Task = tuple[Input, pl.DataFrame | None]
"""One part to be worked on, with the barrier's records for its rows."""


class Processes:
    """Spawned processes, which may be started before it is known what they are to do, since that takes them a second.

    A context manager: at its end they are gone.

    Args:
        count: how many; 1 is none beside this process.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._executor: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Start them all, where there are to be any; returns at once."""
        if self.count > 1:
            self.submit(_nothing)

    def submit(self, work: Callable[..., Result], *given: Any) -> "Future[Result]":
        """Hand work to whichever is free; the future raises BrokenProcessPool where one of them died."""
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self.count, multiprocessing.get_context("spawn"), initializer=_start_worker
            )
        try:
            return self._executor.submit(work, *given)
        except BrokenProcessPool as broken:  # a worker died while nobody waited for it
            died: Future[Result] = Future()
            died.set_exception(broken)
            return died

    def close(self) -> None:
        """End them, also those that are at work; `submit` starts new ones."""
        if self._executor is None:
            return
        processes = list((self._executor._processes or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        self._executor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class WorkerPool:
    """Takes parts through stages in worker processes.

    Args:
        processes: the workers.
        store: where parts lie; all processes share it.
        context: builds the means of operators in each process; must be picklable.
    """

    def __init__(self, processes: Processes, store: PartStore, context: Callable[[], Context]) -> None:
        self._processes, self._store, self._context = processes, store, context

    def run(self, stage: Stage, tasks: Iterable[Task]) -> Iterator[Done]:
        """Take parts through a stage; the results come in the order of the tasks.

        Raises:
            RunStopped: a worker died twice on the same part; names its rows.
        """
        job = pickle.dumps((stage, self._store.folder, self._context))
        waiting = iter(tasks)
        flying: deque[tuple[Task, Future[Done]]] = deque()
        while True:
            for task in waiting:
                flying.append((task, self._submit(job, task)))
                if len(flying) >= self._processes.count * AHEAD:
                    break
            if not flying:
                return
            try:
                done = flying[0][1].result()
            except BrokenProcessPool:
                yield from self._one_by_one(job, [task for task, _ in flying])
                flying.clear()
                continue
            flying.popleft()
            yield done

    def _one_by_one(self, job: bytes, tasks: Iterable[Task]) -> Iterator[Done]:
        """Go on after a worker died: each part alone, so that it is known which one a worker dies of."""
        self._processes.close()
        for task in tasks:
            yield self._alone(job, task)

    def _alone(self, job: bytes, task: Task) -> Done:
        for _ in range(2):
            try:
                return self._submit(job, task).result()
            except BrokenProcessPool:
                self._processes.close()
        first, last = _range(task[0])
        raise RunStopped(
            f"a worker process died twice while it worked on rows {first} to {last}; finished parts are kept. "
            "Run with one worker to see the error, or give the machine more memory"
        )

    def _submit(self, job: bytes, task: Task) -> "Future[Done]":
        return self._processes.submit(_work, job, *task)


def _start_worker() -> None:
    _print_to_stderr()
    # Ctrl-C is the parent's to handle; and a worker whose parent was killed must not live on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _print_to_stderr() -> None:
    """Let what libraries print, from whatever language, go where it disturbs nobody: stdout is the command's."""
    with suppress(OSError):  # a program without streams
        os.dup2(2, 1)


def _nothing() -> None:
    """What a process does that is only to start."""


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _work(job: bytes, given: Input, verdict: pl.DataFrame | None) -> Done:
    return _bench(job).work(given, verdict)


@cache
def _bench(job: bytes) -> Bench:
    stage, folder, context = pickle.loads(job)  # noqa: S301 - written by our own parent process
    return Bench(stage, PartStore(folder), cache(context))


def _range(given: Input) -> tuple[str, str]:
    ids = given.ids().to_series()
    return (str(ids[0]), str(ids[-1])) if len(ids) else ("none", "none")
