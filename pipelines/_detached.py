"""The process of one run: takes its job from stdin, carries it out, and writes how that ended into the run's folder."""

import importlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

from ..operators.core import DataFlowError, InvalidInput
from .attaching import ENDING, Ending
from .engine.parts import write_whole
from .runner import Job

AGAIN_S = 1.0
"""How long a stop that was asked for may go unheard before it is asked for again."""


class _Stop:
    """Ctrl-C, from whoever stops the run: raised again and again until the run has ended.

    Once is not enough: polars calls Python from within, and an interrupt that comes just there is lost or turned into
    a panic.
    """

    def __init__(self) -> None:
        self.wanted, self._over = False, False
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGALRM, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._over:
            return
        if not self.wanted:
            self.wanted = True
            signal.setitimer(signal.ITIMER_REAL, AGAIN_S, AGAIN_S)
        raise KeyboardInterrupt

    def end(self) -> None:
        """From now on nothing is raised."""
        self._over = True
        signal.setitimer(signal.ITIMER_REAL, 0)


def main(folder: Path, presence: int) -> None:
    """Carry out the job that is handed in.

    Args:
        folder: the run's.
        presence: descriptor of the lock that says that this process is alive; closed when all is told.
    """
    os.set_inheritable(presence, False)
    stop = _Stop()
    os.pwrite(presence, f"{os.getpid()}\n".encode(), 0)
    ending = carried_out(stop)
    write_whole(folder / ENDING, ending.model_dump_json(indent=1).encode())
    os.close(presence)


def carried_out(stop: _Stop) -> Ending:
    """How the job on stdin ended."""
    try:
        try:
            _run(*_order())
        finally:
            stop.end()
    except BaseException as error:  # noqa: BLE001 - the outermost border of this process: every end is told
        stopped = stop.wanted and not isinstance(error, DataFlowError)
        ending = Ending.of(KeyboardInterrupt() if stopped else error)
        if ending.cause == "bug":
            traceback.print_exc()
        return ending
    return Ending(status="completed")


def _order() -> tuple[Job, list[str]]:
    """The job, and the modules that define its operators.

    Raises:
        KeyboardInterrupt: the starter was stopped before it had said what to run.
    """
    try:
        job, modules = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent process
    except (EOFError, pickle.UnpicklingError):
        raise KeyboardInterrupt from None
    return job, modules


def _run(job: Job, modules: Iterable[str]) -> None:
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            message = f"the operators of module {name!r} cannot be loaded in a process of the run's own: {error}"
            raise InvalidInput.of("unreachable_operator", message, got=name) from error
    job.carry_out()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
