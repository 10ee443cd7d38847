"""The command `apply`: a saved workflow over data, without any agent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..operators.core import InvalidInput, RunStopped
from ..operators.core.dataset import ReadAs
from ..operators.core.settings import Settings
from ..operators.core.spending import NO_CAPS, Spending
from ..pipelines.ledger import Ledger
from ..pipelines.report import Report
from ..pipelines.run import Home, run
from ..pipelines.workflow import Workflow
from ..tools.wiring import ContextFactory, available
from .answer import Answer
from .delivery import answer_to
from .document import RunPart, WorkflowPart, document
from .history import telling_rows
from .progress import Watch
from .show import LAST, report_view


@dataclass(frozen=True)
class Running:
    """The options that every command which runs something has.

    Args:
        sample: most rows read from the start.
        resources: names that the workflow uses, bound to paths or URLs; they win over those of the settings.
        max_failures: rows that may fail at a step, a count or a share.
        workers: processes that work side by side; 1 if not given.
        shard_rows: rows of each file of an output that is a folder.
        spending: what may be taken of a model; None for no cap.
        read_as: what is meant of a folder that holds both documents and tables.
        allow_network: inputs, output and what steps fetch may lead out of this machine.
        silent: show no progress.
    """

    overwrite: bool = False
    sample: int | None = None
    resources: Mapping[str, str] = field(default_factory=dict)
    max_failures: str | None = None
    workers: int | None = None
    shard_rows: int | None = None
    spending: Spending | None = None
    read_as: ReadAs | None = None
    allow_network: bool = False
    silent: bool = False

    def options(self) -> dict[str, Any]:
        """Those that were given, as options of a request."""
        given = {
            "overwrite": self.overwrite,
            "sample": self.sample,
            "resources": dict(self.resources),
            "max_failures": self.max_failures,
            "workers": self.workers,
            "shard_rows": self.shard_rows,
            "spending": self.spending,
            "read_as": self.read_as,
            "allow_network": self.allow_network,
        }
        return {name: value for name, value in given.items() if value}


def apply_plan(
    plan: str,
    data: Sequence[str],
    output: str,
    running: Running,
    settings: Settings,
) -> Answer:
    """Run the workflow in a file.

    Raises:
        InvalidInput: the file is no workflow.
    """
    return apply_workflow(Workflow.from_yaml(plan), data, output, running, settings)


def apply_workflow(
    workflow: Workflow,
    data: Sequence[str],
    output: str,
    running: Running,
    settings: Settings,
) -> Answer:
    """Run a workflow over data files; its faults, its end by a limit and Ctrl-C are answers too."""
    bound = {**settings.resources, **running.resources}
    with Watch(silent=running.silent) as watch:
        try:
            result = run(
                workflow,
                list(data),
                output,
                overwrite=running.overwrite,
                workers=running.workers or 1,
                sample=running.sample,
                resources=bound,
                max_failures=running.max_failures,
                shard_rows=running.shard_rows,
                allow_network=running.allow_network,
                read_as=running.read_as,
                settings=settings,
                on_event=watch,
                context=ContextFactory(
                    workflow.seed,
                    bound,
                    Home.of(settings).path,
                    running.allow_network,
                    settings,
                    running.spending or NO_CAPS,
                ),
                available=available(bound, settings),
            )
        except (InvalidInput, RunStopped, KeyboardInterrupt) as error:
            home = Home.of(settings)
            return ended(error, workflow, home.report(watch.run_id) if watch.run_id else None)
    return completed(workflow, result.report, result.ledger, settings)


def completed(
    workflow: Workflow, report: Report, ledger: Ledger, settings: Settings, *, name: str | None = LAST
) -> Answer:
    """What is said of a run that came to its end.

    Args:
        name: what to call the run in commands; its id if None.
    """
    said, rows = summary(report), telling_rows(ledger, report)
    view = report_view(report, said=said, rows=rows, folder=run_folder(settings, report), name=name)
    return Answer(document("completed", said, warnings=report.warnings, workflow=workflow, report=report), (view,))


def ended(error: BaseException, workflow: Workflow, report: Report | None, *, name: str | None = LAST) -> Answer:
    """What is said of a run that did not: why, and how far it came where it had begun.

    Args:
        error: one that a user can act on.
    """
    answer = answer_to(error)
    assert answer is not None  # noqa: S101 - the caller passes errors that have one
    more = {"workflow": WorkflowPart.of(workflow), "run": RunPart.of(report) if report else None}
    told = () if report is None or isinstance(error, KeyboardInterrupt) else (report_view(report, name=name),)
    return Answer(answer.document.model_copy(update=more), told)


def summary(report: Report) -> str:
    """A completed run in a sentence."""
    return f"{report.rows_in:,} rows in, {report.rows_out:,} out; written to {report.output}"


def run_folder(settings: Settings, report: Report) -> str | None:
    """The folder of a run where there is something to look up in it: rejected or failed records."""
    return str(Home.of(settings).run_folder(report.id)) if report.rejects or report.failed else None
