"""The commands `runs attach` and `runs stop`: a run that another process carries out."""

from pathlib import Path

from ..operators.core import RunStopped
from ..operators.core.settings import Settings
from ..pipelines.attaching import LOG, Ending, RunnerFailed, attach, cancel, ending_of
from ..pipelines.run import Home
from ..pipelines.workflow import Workflow
from .answer import Answer
from .applying import completed, ended
from .document import RunPart, WorkflowPart, document
from .progress import Watch
from .results import StopResult
from .show import COMMAND, next_steps, sentence

HOW = {"completed": "it was completed", "failed": "it failed", "interrupted": "it was interrupted"}


def follow(settings: Settings, run_id: str, *, silent: bool) -> Answer:
    """Follow a run to its end and say what its own command would; Ctrl-C ends the following only.

    Args:
        silent: show no progress.
    """
    home = Home.of(settings)
    folder = home.run_folder(run_id)
    with Watch(silent=silent) as watch:
        try:
            ending = attach(folder, watch)
        except KeyboardInterrupt:
            found = ending_of(folder)
            if found is None:
                return _detached(home, folder)
            ending = found
    return _ended(home, folder, ending, settings)


def stop(settings: Settings, run_id: str) -> Answer:
    """Stop a run and wait until it has stopped.

    Raises:
        InvalidInput: it belongs to a command in the foreground, where Ctrl-C stops it.
    """
    folder = Home.of(settings).run_folder(run_id)
    asked = cancel(folder)
    status = attach(folder).status
    stopped = asked and status == "interrupted"
    said = f"run {folder.name} was stopped; what it finished is kept, and the same request or command continues it"
    if not stopped:
        said = f"run {folder.name} is not at work any more: {HOW[status]}"
    result = StopResult(run=folder.name, stopped=stopped, status=status)
    report = next_steps((f"runs show {folder.name}", "how far it came" if stopped else "its report"))
    return Answer(document("completed", said, result=result), (sentence(f"{said[:1].upper()}{said[1:]}."), report))


def goes_on(folder: Path) -> str:
    """What to say to a person who looked away from a run that is at work: how to look again, and how to stop it."""
    how = f"`{COMMAND} runs stop {folder.name}` stops it"
    if not (folder / LOG).exists():
        how = "Ctrl-C stops it in the command that began it"
    return f"run {folder.name} goes on; `{COMMAND} runs attach {folder.name}` follows it again, {how}"


def _detached(home: Home, folder: Path) -> Answer:
    said = document("interrupted", goes_on(folder))
    workflow = WorkflowPart.of(Workflow.from_yaml(folder / "workflow.yaml"))
    return Answer(said.model_copy(update={"workflow": workflow, "run": RunPart.of(home.report(folder.name))}))


def _ended(home: Home, folder: Path, ending: Ending, settings: Settings) -> Answer:
    workflow, report = Workflow.from_yaml(folder / "workflow.yaml"), home.report(folder.name)
    error = ending.error()
    if error is None:
        return completed(workflow, report, home.ledger(folder.name), settings, name=None)
    if isinstance(error, RunnerFailed):
        error = RunStopped(f"a bug ended the run: {ending.message}; its trace is in {folder / LOG}")
    said = ended(error, workflow, report, name=None)
    return Answer(said.document.model_copy(update={"status": ending.status}), said.shown)
