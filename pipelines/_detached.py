"""The process of one run: takes its job from stdin, carries it out, and writes how that ended into the run's folder."""

import importlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from ..operators.core import InvalidInput
from .attaching import ENDING, Ending
from .engine.parts import write_whole
from .runner import Job


def main(folder: Path, presence: int) -> None:
    """Carry out the job that is handed in.

    Args:
        folder: the run's.
        presence: descriptor of the lock that says that this process is alive; closed when all is told.
    """
    os.set_inheritable(presence, False)
    # A shell that starts commands in the background lets them ignore Ctrl-C, and we would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.pwrite(presence, f"{os.getpid()}\n".encode(), 0)
    ending = carried_out()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    write_whole(folder / ENDING, ending.model_dump_json(indent=1).encode())
    os.close(presence)


def carried_out() -> Ending:
    """How the job on stdin ended."""
    try:
        _run(*_order())
    except BaseException as error:  # noqa: BLE001 - the outermost border of this process: every end is told
        ending = Ending.of(error)
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
