"""A run as people read it on the page: how far it is, stage by stage, and what each step did once it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..agent.state import Ask
from ..pipelines.events import Event
from ..pipelines.funnel_model import Funnel
from ..pipelines.report import Report
from .run_figures import funnel_figure, histograms_figure
from .show import reused_words
from .usage_words import fact_lines, usage_columns, usage_rows, usage_words
from .web_markup import EMPTY, Column, Content, Markup, bullets, element, joined, line, notice, section, table
from .web_plan import asks_table

RARE = {"merged": "Merged", "failed": "Failed", "expanded": "Split", "children": "Children", "created": "Created"}


@dataclass
class StageProgress:
    """How far one stage is."""

    steps: tuple[str, ...]
    parts: int = 0
    of: int = 0
    rows_in: int = 0
    rows_out: int = 0
    seconds: float | None = None


@dataclass
class RunProgress:
    """A run as its events tell it; one number for each stage, however many parts it has."""

    rows: int | None = None
    rejects: int = 0
    stages: list[StageProgress] = field(default_factory=list)
    of: int = 0

    def take(self, event: Event) -> None:
        """One event more."""
        match event["event"]:
            case "run_started":
                self.rows = event["rows"]
            case "source_read":
                self.rejects = event["rejects"]
            case "stage_started":
                self.stages.append(StageProgress(tuple(event["steps"])))
                self.of = event["of"]
            case "part_done":
                stage = self.stages[event["stage"]]
                stage.parts, stage.of = event["part"] + 1, event["of"]
                stage.rows_in += event["rows_in"]
                stage.rows_out += event["rows_out"]
            case "stage_done":
                self.stages[event["stage"]].seconds = event["seconds"]


def progress_view(progress: RunProgress) -> Markup:
    """A row for each stage, the running one with how many of its parts are done."""
    if progress.rows is None:
        return element("p", "Reading the data …", cls="df-muted", role="status")
    rejects = f", {progress.rejects:,} records could not be read" if progress.rejects else ""
    head = element("p", f"{progress.rows:,} rows read{rejects}.", role="status")
    columns = [
        Column("Stage", numeric=True),
        Column("Steps"),
        Column("Parts done"),
        Column("Rows in", numeric=True),
        Column("Rows out", numeric=True),
        Column("Seconds", numeric=True),
    ]
    rows: list[list[Content]] = [
        [
            f"{number} of {progress.of}",
            line(", ".join(stage.steps) or "preparing"),
            _bar(stage),
            f"{stage.rows_in:,}",
            f"{stage.rows_out:,}",
            "…" if stage.seconds is None else f"{stage.seconds:.1f}",
        ]
        for number, stage in enumerate(progress.stages, start=1)
    ]
    return joined([head, table("Progress, stage by stage", columns, rows)])


def _bar(stage: StageProgress) -> Markup:
    share = stage.parts / stage.of if stage.of else 0.0
    words = f"{stage.parts:,} of {stage.of:,}" if stage.of else "starting"
    bar = element("progress", max="1", value=f"{share:.3f}", aria_label=words)
    return joined([bar, " ", element("span", words, cls="df-nowrap")])


def report_view(report: Report, asks: Sequence[Ask], warnings: Sequence[str], funnel: Funnel) -> Markup:
    """A run that ended: what each step left and did, what its filters measured, what was proven."""
    return joined(
        [
            facts_view(report),
            notice("bad", "", [line(report.message)] if report.message and report.status != "completed" else []),
            section("What was left after each step", funnel_figure(funnel)),
            section("What each step did", steps_table(report), muted(reused_words(report))),
            *usage_sections(report),
            section("Your request, checked on the result", asks_table(asks, judged=True)),
            section("What the filters measured", histograms_figure(funnel)),
            notice("warn", "Warnings", [line(said, 600) for said in warnings]),
        ]
    )


def usage_sections(report: Report) -> list[Markup]:
    """What the steps took of a model, and the facts that they found; nothing where there is nothing."""
    columns = [
        Column("Step", name="step"),
        *(Column(title.capitalize(), numeric=True) for title in usage_columns(report)),
    ]
    rows: list[list[Content]] = [[element("strong", name), *numbers] for name, *numbers in usage_rows(report)]
    title = "Asked of the model by this run"
    asked = [table(title, columns, rows), muted(usage_words(report))] if rows else []
    return [section(title, *asked), section("Facts about the data", bullets([line(one) for one in fact_lines(report)]))]


def muted(text: str) -> Markup:
    """A sentence beside what matters more; nothing when there is none."""
    return element("p", text, cls="df-muted") if text else EMPTY


def facts_view(report: Report) -> Markup:
    """The numbers of a run that one looks for first."""
    facts = {
        "rows in": f"{report.rows_in:,}",
        "rows out": f"{report.rows_out:,}",
        "rejected": f"{report.rejects:,}",
        "failed": f"{report.failed:,}",
        "seconds": f"{report.seconds:.1f}" if report.seconds >= 0.1 else "<0.1",
    }
    shown = [
        element("div", element("b", number), element("span", name))
        for name, number in facts.items()
        if number != "0" or name in ("rows in", "rows out")
    ]
    return element("div", *shown, cls="df-facts")


def steps_table(report: Report, *, reuse: bool = False) -> Markup:
    """A row for each step; what is rare only where it occurred.

    Args:
        reuse: also tell what was found done by an earlier run, where something was.
    """
    rare = {name: title for name, title in RARE.items() if any(getattr(step, name) for step in report.steps)}
    counts = {"rows_in": "In", "kept": "Kept", "dropped": "Dropped", **rare, "changed": "Changed", "rows_out": "Out"}
    reused = reuse and any(step.reused for step in report.steps)
    titles = [*counts.values(), *(["Reused"] if reused else []), "Seconds", *(["Seconds saved"] if reused else [])]
    rows: list[list[Content]] = []
    for step in report.steps:
        row: list[Content] = [element("strong", step.id), *(f"{getattr(step, name):,}" for name in counts)]
        row += [f"{step.reused:,}"] if reused else []
        row += [f"{step.seconds:.2f}", *([f"{step.seconds_saved:.2f}"] if reused else [])]
        rows.append(row)
    columns = [Column("Step", name="step"), *(Column(title, numeric=True) for title in titles)]
    return table("What each step did", columns, rows)
