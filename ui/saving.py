"""Writes plans: workflows with a reason for each step, as text and into files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..pipelines.edits import printable as on_one_line
from ..pipelines.workflow import Workflow
from .document import WorkflowPart
from .writing import file_to_write, write_file

LONGEST_REASON = 200


def plan_text(workflow: Workflow, reasons: Mapping[str, str]) -> str:
    """The workflow as YAML, each step's reason as a comment above it."""
    told = (reasons.get(step.id) for step in workflow.steps)
    lines = []
    for line in workflow.to_yaml().splitlines(keepends=True):
        reason = next(told) if line.startswith("- id: ") else None
        lines.append(f"# {on_one_line(reason, LONGEST_REASON)}\n{line}" if reason else line)
    return "".join(lines)


def save_plan(workflow: Workflow, reasons: Mapping[str, str], target: Path) -> None:
    """Write a workflow with its reasons: as comments in YAML, as `reason` of each step where the path ends in .json."""
    as_json = target.suffix == ".json"
    text = WorkflowPart.of(workflow, reasons).model_dump_json(indent=2) if as_json else plan_text(workflow, reasons)
    write_file(target, text)


def plan_target(given: str, *, overwrite: bool, data: Sequence[str] = ()) -> Path:
    """The file a plan is to be saved in; it never replaces the data that the plan is for.

    Raises:
        InvalidInput: as `file_to_write`.
    """
    return file_to_write(given, "the plan", "plan.yaml", overwrite=overwrite, not_over=data)
