"""Plans and results as plain text for people; names from the data are shown so that they cannot steer a terminal."""

import json
from collections.abc import Iterable, Sequence

from ..operators.core import Fault
from ..pipelines.edits import printable
from ..pipelines.quote import Quote, paid_steps, quote_text
from ..pipelines.report import Report, StepReport
from ..pipelines.workflow import Step, Workflow
from .state import Ask, Draft, Question

LONGEST = 200
OPTION_CHARACTERS = 80
MOST_NAMED = 8
"""Up to how many steps are named that serve one clause."""
MARKS = {True: "holds", False: "BROKEN", None: "not checkable"}


def plan_text(
    draft: Draft,
    *,
    sample: Report | None = None,
    quote: Quote | None = None,
    faults: Sequence[Fault] = (),
    warnings: Sequence[str] = (),
    question: Question | None = None,
) -> str:
    """A plan: its steps with options and reasons, how each clause of the request is served, what is left open.

    Args:
        sample: what the plan did to the first rows.
        quote: what its paid steps will take.
        question: what is asked; the plan's own when not given.
    """
    asked = question or draft.question
    parts = [
        [printable(draft.refusal, LONGEST * 2)] if draft.refusal else _steps(draft, sample),
        _section("Asked for", [_ask(ask) for ask in draft.asks]),
        _section("Not covered", [printable(clause, LONGEST) for clause in draft.not_covered]),
        _section("Notes", [printable(note, LONGEST) for note in draft.notes]),
        [_sample_line(sample)] if sample else [],
        [] if draft.refusal else [cost_text(draft.workflow, quote)],
        _section("Faults", [printable(one.message, LONGEST * 2) for one in faults if one.severity == "error"]),
        _section("Warnings", [printable(warning, LONGEST * 2) for warning in warnings]),
        question_lines(asked) if asked else [],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def report_text(report: Report, asks: Sequence[Ask] = (), warnings: Sequence[str] = ()) -> str:
    """A run: rows at each step, where they went, and whether each clause of the request holds on the output."""
    width = max((len(step.id) for step in report.steps), default=0)
    rows = [f"  {step.id:<{width}}  {step.rows_in:>9,} -> {step.rows_out:>9,}  {_fates(step)}" for step in report.steps]
    parts = [
        [f"{_rows(report.rows_in)} in, {report.rows_out:,} out, {report.seconds:.1f} s", *map(str.rstrip, rows)],
        _section("Asked for", [f"{printable(ask.text, LONGEST)}: {MARKS[ask.holds]}" for ask in asks]),
        _section("Warnings", [printable(line, LONGEST * 2) for line in dict.fromkeys([*warnings, *report.warnings])]),
        [f"Written to {printable(report.output, 1000)}"],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def question_lines(question: Question) -> list[str]:
    """A question with its options, numbered."""
    options = [f"  {number}. {printable(option, LONGEST)}" for number, option in enumerate(question.options, 1)]
    return [printable(question.text, LONGEST * 4), *options]


def cost_text(workflow: Workflow, quote: Quote | None = None) -> str:
    """What a run of the plan costs beside time."""
    if quote is not None:
        return quote_text(quote)
    paid = paid_steps(workflow)
    if not paid:
        return "Cost: none; no step calls a model."
    return f"Cost: {', '.join(paid)} {'calls' if len(paid) == 1 else 'call'} a model for each row that gets there."


def sample_warnings(report: Report, workflow: Workflow) -> list[str]:
    """What a sample run shows that a person should know before the whole runs."""
    warnings = [
        f"step {step.id!r} drops all of the sample: none of the {_rows(step.rows_in)} that got there went on"
        for step in report.steps
        if step.rows_in and not step.rows_out
    ]
    failed = [f"{_rows(step.failed)} of the sample failed at step {step.id!r}" for step in report.steps if step.failed]
    return [*warnings, *failed, *where_it_stops(report, workflow)]


def where_it_stops(report: Report, workflow: Workflow) -> list[str]:
    """Said of a sample that goes as far as the first step that costs money; nothing of one that goes through all."""
    left_out = workflow.steps[len(report.steps) :]
    return [f"the sample stops before step {left_out[0].id!r}, which calls a model"] if left_out else []


def completed_text(report: Report, *, chosen_output: bool) -> str:
    """One sentence on a completed run; says where the result lies, and why there when nobody chose."""
    why = "" if chosen_output else " (no output was named)"
    return f"{_rows(report.rows_in)} in, {report.rows_out:,} out; written to {printable(report.output, 1000)}{why}."


def _steps(draft: Draft, sample: Report | None) -> list[str]:
    counted = {step.id: step for step in sample.steps} if sample else {}
    lines = []
    for number, step in enumerate(draft.workflow.steps, 1):
        lines.append(f"{number:>3}. {_step(step)}")
        reason = draft.reasons.get(step.id)
        lines += [f"     {printable(reason, LONGEST)}"] if reason else []
        found = counted.get(step.id)
        lines += [f"     sample: {found.rows_in:,} -> {found.rows_out:,}  {_fates(found)}".rstrip()] if found else []
    return lines


def _step(step: Step) -> str:
    name = step.id if step.id == step.operator else f"{step.id} ({printable(step.operator)})"
    options = [f"{printable(name)}={_value(value)}" for name, value in step.options.items()]
    where = [] if step.where is None else [f"where {printable(step.where, LONGEST)}"]
    return "  ".join([name, *options, *where])


def _value(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False), OPTION_CHARACTERS)


def _ask(ask: Ask) -> str:
    named = ", ".join(ask.steps) if len(ask.steps) <= MOST_NAMED else f"{len(ask.steps)} steps"
    served = f" by {named}" if ask.steps else ""
    checked = "" if ask.check.kind == "none" else "; checked on the output"
    return f"{printable(ask.text, LONGEST)}{':' if served or checked else ''}{served}{checked}"


def _sample_line(sample: Report) -> str:
    return f"Sample: of the first {_rows(sample.rows_in)}, {sample.rows_out:,} come out."


def _fates(step: StepReport) -> str:
    counts = {name: getattr(step, name) for name in ("dropped", "merged", "failed", "expanded", "created", "changed")}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def _section(title: str, lines: Iterable[str]) -> list[str]:
    shown = [f"  - {line}" for line in lines]
    return [f"{title}:", *shown] if shown else []


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
