"""The report of a run as one HTML file that needs nothing else: no script, no font, no picture from anywhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..pipelines.differences import Change
from ..pipelines.funnel_model import Funnel
from ..pipelines.lost import LostRow
from ..pipelines.report import Report
from .page import page
from .run_figures import RUN_FIGURES_CSS, funnel_figure, histograms_figure
from .show import reused_words, row_argument, shown
from .web_markup import EMPTY, Column, Content, Markup, data_cell, element, joined, line, notice, section, table
from .web_rows import FATES
from .web_run import facts_view, muted, steps_table, usage_sections

STATUS = {"completed": "good", "running": "info", "interrupted": "warn", "failed": "bad"}
INEXACT = "An earlier step of the same pass changed this row; it is shown as it came into the pass."
_CHANGE = re.compile(r"\[-(?P<gone>.*?)-\]|\{\+(?P<new>.*?)\+\}", re.DOTALL)

CSS = f"""{RUN_FIGURES_CSS}
h1 .df-tag {{ vertical-align: 3px; font-size: .9rem; }}
.facts {{ display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0 0 14px; }}
.facts dt {{ color: var(--body-text-color-subdued); }}
.facts dd {{ margin: 0; overflow-wrap: anywhere; }}
main .df-section {{ background: var(--sheet); border: 1px solid var(--border-color-primary); border-radius: 10px;
  padding: 16px 18px 18px; margin-top: 16px; }}
main .df-section h3 {{ font-size: 1.1rem; margin: 0 0 12px; }}
main h4 {{ margin: 18px 0 2px; font-size: 1rem; overflow-wrap: anywhere; }}
main .df-facts div {{ background: var(--sheet); }}
main .df-histogram:last-child {{ margin-bottom: 4px; }}
main .df-tall {{ max-height: none; }}
main .df-value.df-long {{ width: auto; max-width: none; -webkit-line-clamp: 6; }}
main td.df-text {{ width: 62%; }}
del {{ color: var(--df-red); background: rgba(220, 38, 38, .10); }}
ins {{ color: var(--df-green); background: rgba(21, 128, 61, .12); text-decoration-thickness: 1px; }}
@media (max-width: 640px) {{ main .df-section {{ padding: 12px 12px 14px; }} main td.df-text {{ width: auto; }} }}
@media print {{ main .df-section {{ break-inside: avoid; }} }}
"""


@dataclass(frozen=True)
class RunFacts:
    """All that the page tells of a run.

    Args:
        started: when it began, as the manifest says it.
        changes: some of what steps changed, by step.
        lost: some of the rows that did not go on, by step.
    """

    report: Report
    funnel: Funnel
    started: str
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    lost: Mapping[str, Sequence[LostRow]] = field(default_factory=dict)


def run_page(facts: RunFacts) -> str:
    """The whole file. Whatever the data holds is shown as text; the page may load nothing and run nothing."""
    report = facts.report
    body = element(
        "main",
        _head(facts),
        section("What was left after each step", funnel_figure(facts.funnel)),
        section("What the filters measured", histograms_figure(facts.funnel)),
        section("What each step did", steps_table(report, reuse=True), muted(reused_words(report))),
        *usage_sections(report),
        section("Changes, for example", *_changes(facts)),
        section("Rows that did not go on, for example", *_lost(facts)),
    )
    return page(f"Run {report.id}", body, CSS)


def _head(facts: RunFacts) -> Markup:
    report = facts.report
    status = element("span", report.status, cls=f"df-tag df-{STATUS[report.status]}")
    named = {
        "Read": ", ".join(report.inputs),
        "Written to": report.output,
        "Workflow": report.workflow,
        "Started": facts.started,
    }
    entries = [piece for name, value in named.items() for piece in (element("dt", name), element("dd", value))]
    message = [line(report.message, 1000)] if report.message and report.status != "completed" else []
    return joined(
        [
            element("h1", f"Run {report.id} ", status),
            element("dl", *entries, cls="facts"),
            facts_view(report),
            notice("bad", "", message),
            notice("warn", "Warnings", [line(said, 600) for said in dict.fromkeys(report.warnings)]),
        ]
    )


def _changes(facts: RunFacts) -> Iterator[Markup]:
    columns = [Column("Row"), Column("Column"), Column("What changed", name="text")]
    for step, changes in facts.changes.items():
        rows: list[list[Content]] = [
            [row_argument(change.row, facts.report.inputs), change.column, difference(change)] for change in changes
        ]
        if rows:
            yield element("h4", step)
            yield table(f"Changes of {step}", columns, rows)


def _lost(facts: RunFacts) -> Iterator[Markup]:
    columns = [Column("Row"), Column("Why"), Column("What it held", name="text")]
    inputs = facts.report.inputs
    for step, lost in facts.lost.items():
        rows: list[list[Content]] = [[row_argument(one.row, inputs), _fate(one, inputs), _held(one)] for one in lost]
        if rows:
            yield element("h4", step)
            yield table(f"Rows that did not go on at {step}", columns, rows)


def difference(change: Change) -> Markup:
    """A change with what went struck out and what came underlined."""
    pieces: list[Content] = []
    at = 0
    for found in _CHANGE.finditer(change.text):
        gone, new = found["gone"], found["new"]
        pieces.append(_text(change.text[at : found.start()]))
        pieces.append(element("ins", _text(new)) if gone is None else element("del", _text(gone)))
        at = found.end()
    pieces.append(_text(change.text[at:]))
    note = element("div", "a new column", cls="df-more") if change.before is None else EMPTY
    return joined([element("div", *pieces, cls="df-value"), note])


def _fate(lost: LostRow, inputs: Sequence[str]) -> Markup:
    fate = f"merged into row {row_argument(lost.target, inputs)}" if lost.target else lost.fate
    parts: list[Content] = [element("span", fate, cls=f"df-tag df-{FATES[lost.fate]}")]
    parts += [element("div", text, cls="df-muted") for text in (lost.reason, lost.detail) if text]
    parts += [element("div", f"{name} ", element("b", shown(value))) for name, value in lost.metrics.items()]
    return joined(parts)


def _held(lost: LostRow) -> Markup:
    several = len(lost.values) > 1
    cells = [
        joined([element("div", name, cls="df-muted") if several else EMPTY, data_cell(value)])
        for name, value in lost.values.items()
    ]
    note = EMPTY if lost.exact else element("div", INEXACT, cls="df-more")
    return joined([*cells, note]) if cells else element("span", "no longer there", cls="df-null")


def _text(text: str) -> Markup:
    return line(text, len(text) + 1)
