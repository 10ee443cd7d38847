"""The steps of a workflow as a table: options, conditions, reasons."""

from collections.abc import Mapping

from rich import box
from rich.table import Table

from ..pipelines.workflow import Workflow
from .show import sentence, shown


def steps_table(workflow: Workflow, reasons: Mapping[str, str]) -> Table:
    """One line for each step, with a sentence why it is there where one is known."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", justify="right", style="dim")
    table.add_column("step", overflow="fold")
    table.add_column("options", overflow="fold", max_width=30)
    table.add_column("why", ratio=1)
    for number, step in enumerate(workflow.steps, start=1):
        name = step.id if step.id == step.operator else f"{step.id} ({step.operator})"
        options = [f"{option} = {shown(value)}" for option, value in step.options.items()]
        where = [f"where {step.where}"] if step.where else []
        reason = reasons.get(step.id, "")
        table.add_row(str(number), sentence(name), sentence("\n".join([*options, *where])), sentence(reason))
    return table
