"""The commands `runs list` and `runs show`: what was run, and how it went."""

from datetime import datetime
from itertools import islice
from pathlib import Path

from ..operators.core.settings import Settings
from ..pipelines.engine.manifest import Manifest, manifests
from ..pipelines.funnel_model import Funnel
from ..pipelines.ledger import Ledger
from ..pipelines.report import Report, build_report
from ..pipelines.run import Home
from ..pipelines.workflow import Workflow
from .answer import Answer
from .document import document
from .results import RunLine, RunResultPart, RunsResult
from .show import report_view, row_argument, runs_table
from .show_funnel import funnel_view
from .writing import file_to_write, write_file

TOLD_FATES = ("dropped", "merged", "failed")
LOOKED_AT = 50
EXAMPLES = 3


def list_runs(settings: Settings, limit: int) -> Answer:
    """The newest runs."""
    home = Home.of(settings)
    lines = tuple(_line(manifest) for manifest in islice(manifests(home.runs), limit))
    said = f"{len(lines)} run{'s' * (len(lines) != 1)}"
    return Answer(document("completed", said, result=RunsResult(runs=lines)), (runs_table(lines),))


def show_run(settings: Settings, run_id: str, *, page: str | None = None, overwrite: bool = False) -> Answer:
    """The report of one run.

    Args:
        page: a file to write it to as HTML, beside showing it.
        overwrite: replace that file where it is there.

    Raises:
        InvalidInput: there is no such run, or the page cannot be written there.
    """
    home = Home.of(settings)
    folder = home.run_folder(run_id)
    manifest = Manifest.load(folder)
    report = build_report(manifest, home.parts)
    target = None
    if page is not None:
        data = [*report.inputs, report.output]
        target = file_to_write(page, "the page", "run.html", overwrite=overwrite, not_over=data).absolute()
    ledger = home.ledger(manifest.id)
    funnel = ledger.funnel(report)
    if target is not None:
        _write_page(target, manifest, report, ledger, funnel)
    told = report_view(
        report,
        said=f"the page is at {target}" if target else "",
        rows=telling_rows(ledger, report),
        folder=str(folder),
        more=funnel_view(funnel),
    )
    result = RunResultPart(
        status=report.status,
        said=report.message,
        started=manifest.started,
        inputs=report.inputs,
        seconds=report.seconds,
        reasons={step.id: step.reasons for step in report.steps if step.reasons},
        seconds_saved={step.id: round(step.seconds_saved, 3) for step in report.steps if step.reused},
        folder=str(folder),
        funnel=funnel,
        page=str(target) if target else None,
    )
    said = document(
        "completed",
        f"run {report.id} {report.status}",
        warnings=report.warnings,
        workflow=Workflow.from_yaml(folder / "workflow.yaml"),
        report=report,
        result=result,
    )
    return Answer(said, (told,))


def _write_page(target: Path, manifest: Manifest, report: Report, ledger: Ledger, funnel: Funnel) -> None:
    """Write the report as a page, with a few examples for each step of which the parts are still there."""
    from .run_page import RunFacts, run_page

    lost = [step.id for step in report.steps if step.dropped or step.merged or step.failed]
    facts = RunFacts(
        report=report,
        funnel=funnel,
        started=f"{datetime.fromisoformat(manifest.started):%Y-%m-%d %H:%M:%S %Z}",
        changes={step.id: ledger.diff(step.id, EXAMPLES) for step in report.steps if step.changed},
        lost={step: ledger.lost(step, EXAMPLES) for step in lost},
    )
    write_file(target, run_page(facts))


def telling_rows(ledger: Ledger, report: Report) -> dict[str, str]:
    """For each fate that rows had, a row that had it, as `runs why` takes it; looked for in the first parts only."""
    wanted = [fate for fate in TOLD_FATES if any(getattr(step, fate) for step in report.steps)]
    found: dict[str, str] = {}
    for _, frame in islice(ledger.frames(), LOOKED_AT):
        for fate in wanted:
            rows = frame.filter(frame["fate"] == fate)["_row"]
            if fate not in found and len(rows):
                found[fate] = row_argument(rows[0], report.inputs)
        if len(found) == len(wanted):
            break
    return {fate: found[fate] for fate in wanted if fate in found}


def _line(manifest: Manifest) -> RunLine:
    last = manifest.stages[-1].parts if manifest.stages else manifest.source
    return RunLine(
        id=manifest.id,
        status=manifest.status,
        started=datetime.fromisoformat(manifest.started).astimezone().isoformat(timespec="seconds"),
        workflow=manifest.workflow,
        inputs=manifest.inputs,
        rows_in=sum(part.rows for part in manifest.source),
        rows_out=sum(part.rows for part in last),
        output=manifest.output,
        seconds=manifest.seconds,
    )
