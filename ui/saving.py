"""Writes plans: workflows with a reason for each step, as text and into files."""

from collections.abc import Mapping
from pathlib import Path

from ..operators.core import InvalidInput
from ..pipelines.edits import printable as on_one_line
from ..pipelines.workflow import Workflow
from .document import WorkflowPart

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
    target.write_text(text, encoding="utf-8")


def plan_target(path: str, *, overwrite: bool) -> Path:
    """The file a plan is to be saved in.

    Raises:
        InvalidInput: it is a folder, there is no folder for it, or it exists and may not be replaced.
    """
    target = Path(path)
    if target.is_dir():
        raise InvalidInput.of("unwritable_target", f"{target} is a folder; name a file for the plan", got=path)
    if not target.absolute().parent.is_dir():
        message = f"there is no folder {target.absolute().parent} for the plan; make it first"
        raise InvalidInput.of("unwritable_target", message, got=path)
    if target.exists() and not overwrite:
        raise InvalidInput.of("output_exists", f"{target} exists already; give another name or --overwrite", got=path)
    return target
