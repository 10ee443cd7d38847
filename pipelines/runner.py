"""Who carries out a run: this process, or one of the run's own that outlives whoever started it."""

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from ..operators.core import InvalidInput, all_operators
from ..operators.core.settings import Settings
from .attaching import LOG, attach, cancel
from .engine.parts import storing
from .engine.presence import HAS_LOCKS, RunnerPresence
from .events import Listener
from .run import Home, RunResult, run
from .workflow import Workflow

Run = Callable[..., RunResult]
"""Carries out a workflow, with the arguments of `run`."""


@dataclass(frozen=True)
class Job:
    """A run that is wanted, under an id that is known before it begins.

    Args:
        run_id: made by `new_run_id`. Whoever asks again for a job with this id gets the run that there is.
        data: paths; `output`: a path. A job that leaves this process takes the current folder with it.
        settings: home, endpoint, resources; what is secret in them is not written to disk.
        options: further arguments of `run` by name; picklable where the job leaves this process.
    """

    run_id: str
    workflow: Workflow
    data: tuple[str, ...]
    output: str
    settings: Settings = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder of the run."""
        return Home.of(self.settings).runs / self.run_id

    def carry_out(self, on_event: Listener | None = None, by: Run = run) -> RunResult:
        """Run it in this process."""
        return by(
            self.workflow,
            list(self.data),
            self.output,
            settings=self.settings,
            run_id=self.run_id,
            on_event=on_event,
            **self.options,
        )


class Runner(Protocol):
    """Carries out jobs, each once: a job whose run has begun, here or elsewhere, is followed to its end instead."""

    def carry_out(self, job: Job, on_event: Listener | None = None) -> RunResult:
        """Take a job to its result.

        Raises:
            InvalidInput: workflow, data or output cannot be used; nothing has run.
            RunInterrupted: the run's process is gone, or somebody stopped it; a job with a new id continues.
            RunStopped: a limit ended the run; finished parts are kept.
            KeyboardInterrupt: Ctrl-C; the run is stopped too.
        """
        ...


@dataclass(frozen=True)
class LocalRunner:
    """Carries out jobs in this process, with all that is defined in it; Ctrl-C and its death end the run.

    Args:
        by: what runs a workflow.
    """

    by: Run = run

    def carry_out(self, job: Job, on_event: Listener | None = None) -> RunResult:
        """Take a job to its result; see `Runner`."""
        return followed(job, on_event) if job.folder.exists() else job.carry_out(on_event, self.by)


@dataclass(frozen=True)
class DetachedRunner:
    """Carries out each job in a process of its own and attaches to its events: that run outlives this process.

    Operators must be importable there: one that is defined in the script that was started is refused.
    """

    def carry_out(self, job: Job, on_event: Listener | None = None) -> RunResult:
        """Take a job to its result; see `Runner`."""
        if not job.folder.exists():
            start(job)
        return followed(job, on_event)


def lasting_runner() -> Runner:
    """The runner for those whose death must not end a run, such as a conversation: detached, where the system can."""
    return DetachedRunner() if HAS_LOCKS else LocalRunner()


def followed(job: Job, on_event: Listener | None) -> RunResult:
    """The result of a job whose run has begun; raises as `Runner.carry_out` does."""
    try:
        ending = attach(job.folder, on_event)
    except KeyboardInterrupt:
        with suppress(InvalidInput):  # another command's run, which we only looked at
            if cancel(job.folder):
                attach(job.folder)
        raise
    error = ending.error()
    if isinstance(error, InvalidInput):
        shutil.rmtree(job.folder, ignore_errors=True)  # nothing has run, so nothing stays
    if error is not None:
        raise error
    home = Home.of(job.settings)
    report = home.report(job.run_id)
    return RunResult(job.run_id, Path(report.output), report, home.ledger(job.run_id))


def start(job: Job) -> None:
    """Start the process of a job and return at once; `attach` follows it.

    Raises:
        InvalidInput: the workflow uses an operator that another process cannot import.
        RunStopped: the system refuses to write.
    """
    # By a pipe and not by a file: settings hold keys, which are never stored.
    order = pickle.dumps((job, _modules(job.workflow)))
    folder = job.folder
    with storing(folder):
        folder.mkdir(mode=0o700)
        presence, log = RunnerPresence(folder), (folder / LOG).open("wb")
    with closing(presence), log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own module
            [sys.executable, "-P", "-m", f"{__package__}._detached", str(folder), str(presence.fileno())],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=(presence.fileno(),),
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    # Somebody must wait for a process that ends, or it stays in the system's table, and it must not be us.
    Thread(target=process.wait, name=f"runner {process.pid}", daemon=True).start()
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for
    with suppress(BrokenPipeError), process.stdin as pipe:  # a process that died at once is noticed by `attach`
        pipe.write(order)


def _modules(workflow: Workflow) -> list[str]:
    """Where the operators of a workflow are defined, so that another process finds those that no registry lists."""
    known = all_operators()
    places = {step.operator: known[step.operator].__module__ for step in workflow.steps if step.operator in known}
    for operator, place in places.items():
        if place == "__main__":
            message = f"operator {operator!r} is defined in the script itself, where a run in a process of its own "
            raise InvalidInput.of(
                "unreachable_operator", f"{message}does not find it; move it to a module", got=operator
            )
    return sorted({*places.values()})
