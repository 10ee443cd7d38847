"""A run seen from outside the process that carries it out: its events, its end, and how to stop it."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ..operators.core import DataFlowError, EndpointError, Fault, InvalidInput, RunStopped
from .engine.manifest import Manifest
from .engine.presence import is_alive, runner_process
from .events import EventTail, Listener

EVENTS, LOG, ENDING = "events.jsonl", "runner.log", "ending.json"
POLL_S = 0.05
"""How often a run's folder is looked at for news."""
CONTINUES = "the same command continues it"


class RunInterrupted(RunStopped):
    """The run was stopped by hand, or its process ended before it did; the same command continues it."""


class RunnerFailed(Exception):
    """A bug ended a run in a process of its own; its trace is in that run's log."""


_ERRORS: Mapping[str, type[Exception]] = MappingProxyType(
    {"stopped": RunStopped, "endpoint": EndpointError, "interrupted": RunInterrupted, "bug": RunnerFailed}
)
"""The errors that are made of their message alone, by cause."""


class Ending(BaseModel):
    """How a run ended, in a form that crosses from the process that carried it out.

    `cause` is what kind of error ended it; `faults` belong to input that cannot be used, `errno` and `filename` to what
    the system refused.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["completed", "failed", "interrupted"]
    message: str = ""
    cause: Literal["none", "invalid_input", "stopped", "endpoint", "interrupted", "system", "bug"] = "none"
    faults: tuple[Fault, ...] = ()
    errno: int | None = None
    filename: str | None = None

    @classmethod
    def of(cls, error: BaseException) -> "Ending":
        """The ending that an error makes."""
        match error:
            case KeyboardInterrupt():
                return cls(status="interrupted", cause="interrupted", message=f"somebody stopped the run; {CONTINUES}")
            case InvalidInput():
                return cls(status="failed", cause="invalid_input", message=str(error), faults=error.faults)
            case EndpointError():
                return cls(status="failed", cause="endpoint", message=str(error))
            case DataFlowError():
                return cls(status="failed", cause="stopped", message=str(error))
            case OSError():
                names = {"errno": error.errno, "filename": None if error.filename is None else str(error.filename)}
                return cls(status="failed", cause="system", message=error.strerror or str(error), **names)
        return cls(status="failed", cause="bug", message=f"{type(error).__name__}: {error}")

    def error(self) -> Exception | None:
        """The error again, as it would have come from a run in this process; None where the run was completed."""
        match self.cause:
            case "none":
                return None
            case "invalid_input":
                return InvalidInput(self.faults)
            case "system":
                return OSError(self.errno, self.message, self.filename)
        return _ERRORS[self.cause](self.message)


def attach(run_folder: Path, on_event: Listener | None = None, *, after: int = 0) -> Ending:
    """Follow a run to its end, whichever process carries it out; one that ended long ago tells its events at once.

    Ctrl-C ends the following, not the run.

    Args:
        run_folder: where the run lies; it may have just begun.
        on_event: called with each event, from the first one on.
        after: how many events were heard before and are left out.

    Returns:
        How it ended. A run whose process was ended, by whatever, is interrupted.
    """
    tail, heard = EventTail(run_folder / EVENTS), 0
    while True:
        over = not is_alive(run_folder)
        for event in tail.read():
            heard += 1
            if on_event and heard > after:
                on_event(event)
        if over:
            return _ending(run_folder)
        time.sleep(POLL_S)


def ending_of(run_folder: Path) -> Ending | None:
    """How a run ended; None while it is at work."""
    return None if is_alive(run_folder) else _ending(run_folder)


def cancel(run_folder: Path) -> bool:
    """Ask the process of a run to stop, as Ctrl-C would; `attach` tells when it has.

    Returns:
        False where there is nothing to stop, since the run has ended.

    Raises:
        InvalidInput: the run belongs to a command that is at work in the foreground, where Ctrl-C stops it.
    """
    while is_alive(run_folder):
        process = runner_process(run_folder)
        if process is not None:
            try:
                os.kill(process, signal.SIGINT)
            except ProcessLookupError:
                return False
            return True
        if not (run_folder / LOG).exists():
            message = f"run {run_folder.name} is carried out by the command that began it; press Ctrl-C there"
            raise InvalidInput.of("not_detached", message, got=run_folder.name)
        time.sleep(POLL_S)
    return False


def _ending(run_folder: Path) -> Ending:
    """How a run that is no longer at work ended: as its process told, or else as far as its manifest knows."""
    try:
        return Ending.model_validate_json((run_folder / ENDING).read_bytes())
    except (OSError, ValueError):
        pass  # no process of its own, or one that was killed
    try:
        manifest = Manifest.load(run_folder)
    except (OSError, ValueError):
        return _lost(run_folder)
    match manifest.status:
        case "completed":
            return Ending(status="completed")
        case "failed":
            return Ending(status="failed", cause="stopped", message=manifest.message)
    return _lost(run_folder)


def _lost(run_folder: Path) -> Ending:
    log = run_folder / LOG
    last_words = f"; what it said last is in {log}" if log.exists() and log.stat().st_size else ""
    message = f"the process of run {run_folder.name} ended before the run did{last_words}; {CONTINUES}"
    return Ending(status="interrupted", cause="interrupted", message=message)
