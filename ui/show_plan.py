"""What people see of a plan: its steps with reasons, what they serve, what nothing serves, what a sample showed."""

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agent.api import Standing
from ..agent.presenting import cost_text
from ..agent.state import Draft
from .show import asks_grid, heading, indented, sentence, shown, steps_report, warnings_view


def plan_view(standing: Standing) -> Group:
    """The plan of a request: steps with reasons, what they serve, what nothing serves, the sample, the question."""
    parts: list[RenderableType] = []
    draft = standing.draft
    if draft and draft.workflow.steps:
        count = len(draft.workflow.steps)
        parts += [heading(f"Plan: {count} step{'s' * (count != 1)}"), _steps_table(draft), Text()]
    if draft and draft.asks:
        parts += [heading("Your request"), asks_grid(standing.asks or draft.asks, judged=False), Text()]
    if draft and draft.not_covered:
        parts += [heading("Not covered by any step"), indented(map(sentence, draft.not_covered)), Text()]
    if draft and draft.notes:
        parts += [heading("Notes"), indented(map(sentence, draft.notes)), Text()]
    if standing.sample:
        head = f"On a sample of {standing.sample.rows_in:,} rows, {standing.sample.rows_out:,} go on"
        parts += [heading(head), steps_report(standing.sample), Text()]
    if draft and draft.workflow.steps:
        parts += [sentence(cost_text(draft.workflow)), Text()]
    return Group(*parts, *warnings_view(standing.warnings))


def _steps_table(draft: Draft) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", justify="right", style="dim")
    table.add_column("step", overflow="fold")
    table.add_column("options", overflow="fold", max_width=30)
    table.add_column("why", ratio=1)
    for number, step in enumerate(draft.workflow.steps, start=1):
        name = step.id if step.id == step.operator else f"{step.id} ({step.operator})"
        options = [f"{option} = {shown(value)}" for option, value in step.options.items()]
        where = [f"where {step.where}"] if step.where else []
        reason = draft.reasons.get(step.id, "")
        table.add_row(str(number), sentence(name), sentence("\n".join([*options, *where])), sentence(reason))
    return table
