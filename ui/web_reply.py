"""What the page answers in the conversation."""

from ..agent.api import Standing
from ..agent.presenting import cost_text
from ..pipelines.report import Report

STOPPED = "The run was stopped; what it finished is kept."
GO_ON = "Go on with it, or say what to change."


def reply(standing: Standing, *, stopped: bool = False) -> str:
    """What is said of where a request stands; the plan itself stands beside it.

    Args:
        stopped: somebody stopped its run on this page.
    """
    draft = standing.draft
    if standing.status == "completed" and standing.report is not None:
        return _outcome(standing, standing.report)
    if standing.status == "interrupted":
        how = f" Resume the thread {standing.thread} to go on."
        return f"{STOPPED if stopped else standing.message.removesuffix(how)} {GO_ON}"
    if standing.status != "needs_input" or draft is None:
        return standing.message or standing.status
    if draft.question:
        return "\n".join([standing.message, *(f"{at}. {text}" for at, text in enumerate(draft.question.options, 1))])
    count = len(draft.workflow.steps)
    asked = standing.question.text if standing.question else ""
    changes = standing.message.removesuffix(asked).strip()
    plan = changes or f"The plan has {count} {'step' if count == 1 else 'steps'}."
    quoted = cost_text(draft.workflow, standing.quote) if standing.quote else ""
    return " ".join(filter(None, [plan, _seen(standing), quoted, asked]))


def _seen(standing: Standing) -> str:
    """What the first rows showed; where steps cost money, as far as the first of them."""
    if standing.quote and standing.tried:
        rows = standing.quote.tried
        return f"Of {rows} rows that went through all steps, {standing.tried.rows_out:,} came out."
    if standing.sample is None:
        return ""
    what = "get to the first step that costs money" if standing.quote else "come out"
    return f"On the first {standing.sample.rows_in:,} rows, {standing.sample.rows_out:,} {what}."


def _outcome(standing: Standing, report: Report) -> str:
    counts = f"Done: {report.rows_in:,} rows in, {report.rows_out:,} out."
    broken = [ask.text for ask in standing.asks if ask.holds is False]
    proven = sum(ask.holds is True for ask in standing.asks)
    if broken:
        return f"{counts} But the result breaks what was asked: {'; '.join(broken)}."
    open_ones = len(standing.asks) - proven
    rest = f"; {open_ones} could not be checked" if open_ones else ""
    return (
        f"{counts} {proven} of your {len(standing.asks)} clauses were proven on the result{rest}." if proven else counts
    )
