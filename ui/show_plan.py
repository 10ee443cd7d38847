"""What people see of a plan: its steps with reasons, what they serve, what nothing serves, what a sample showed."""

from rich.console import Group, RenderableType
from rich.text import Text

from ..agent.api import Standing
from ..agent.presenting import cost_text
from .show import asks_grid, heading, indented, sentence, steps_report, warnings_view
from .steps_table import steps_table


def plan_view(standing: Standing) -> Group:
    """The plan of a request: steps with reasons, what they serve, what nothing serves, the sample, the question."""
    parts: list[RenderableType] = []
    draft = standing.draft
    if draft and draft.workflow.steps:
        count = len(draft.workflow.steps)
        parts += [
            heading(f"Plan: {count} step{'s' * (count != 1)}"),
            steps_table(draft.workflow, draft.reasons),
            Text(),
        ]
    if draft and draft.asks:
        parts += [heading("Your request"), asks_grid(standing.asks or draft.asks, judged=False), Text()]
    if draft and draft.not_covered:
        parts += [heading("Not covered by any step"), indented(map(sentence, draft.not_covered)), Text()]
    if draft and draft.notes:
        parts += [heading("Notes"), indented(map(sentence, draft.notes)), Text()]
    if standing.sample:
        head = f"On a sample of {standing.sample.rows_in:,} rows, {standing.sample.rows_out:,} go on"
        parts += [heading(head), steps_report(standing.sample), Text()]
    if standing.tried and standing.quote:
        rows = standing.quote.tried
        parts += [heading(f"Tried with {rows} {'row' if rows == 1 else 'rows'}"), steps_report(standing.tried), Text()]
    if draft and draft.workflow.steps:
        parts += [sentence(cost_text(draft.workflow, standing.quote)), Text()]
    return Group(*parts, *warnings_view(standing.warnings))
