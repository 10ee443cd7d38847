"""Checking a workflow, running it, and reading the report of a run."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..operators.core.dataset import Dataset
from ..operators.core.settings import Settings
from ..pipelines.run import Home, run
from ..pipelines.validate import validate
from ..pipelines.workflow import Workflow
from .datasets import Files
from .profile import profile
from .wiring import ContextFactory, available, tool_of

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

WorkflowText = Annotated[str, Field(description="The workflow as YAML or JSON text.")]
Output = Annotated[str, Field(description="Path of the result; its ending decides the format.")]
RunId = Annotated[str, Field(description="Id of a run, the beginning of one, or `last`.")]
Overwrite = Annotated[bool, Field(description="Replace an output that is there.")]
SampleRows = Annotated[int | None, Field(ge=1, description="Most rows to read from the start; null for all.")]


def workflow_tools(settings: Settings) -> list["StructuredTool"]:
    """The tools around workflows, with the home folder and resources of some settings."""

    def validate_workflow(workflow: WorkflowText, files: Files) -> list[dict[str, Any]]:
        """Check every step of a workflow against the columns of data files; runs nothing."""
        return validated(workflow, files, settings)

    def run_workflow(
        workflow: WorkflowText, files: Files, output: Output, overwrite: Overwrite = False, sample: SampleRows = None
    ) -> dict[str, Any]:
        """Run a workflow over data files, write the result, and report where the rows went."""
        return carried_out(workflow, files, output, settings, overwrite=overwrite, sample=sample)

    def run_report(run_id: RunId = "last") -> dict[str, Any]:
        """The report of a run: rows at each step, output, warnings."""
        return reported(run_id, settings)

    return [tool_of(tool) for tool in (validate_workflow, run_workflow, run_report)]


def validated(workflow: str, files: list[str], settings: Settings) -> list[dict[str, Any]]:
    """All faults of a workflow over data files, as plain data.

    Raises:
        InvalidInput: the text is no workflow, or a file cannot be read.
    """
    parsed, seen = Workflow.parse_text(workflow), profile(Dataset.open(files))
    faults = validate(parsed, seen.schema, available(settings.resources, settings))
    return [fault.model_dump(mode="json") for fault in faults]


def carried_out(
    workflow: str, files: list[str], output: str, settings: Settings, *, overwrite: bool, sample: int | None
) -> dict[str, Any]:
    """The report of running a workflow over data files, as plain data.

    Raises:
        InvalidInput: workflow, data or output cannot be used; nothing has run.
        RunStopped: a limit ended the run; finished parts are kept.
    """
    parsed, bound = Workflow.parse_text(workflow), settings.resources
    result = run(
        parsed,
        files,
        output,
        overwrite=overwrite,
        sample=sample,
        resources=bound,
        settings=settings,
        context=ContextFactory(parsed.seed, bound, Home.of(settings).path),
        available=available(settings.resources, settings),
    )
    return result.report.model_dump(mode="json")


def reported(run_id: str, settings: Settings) -> dict[str, Any]:
    """The report of a run, as plain data.

    Raises:
        InvalidInput: there is no such run.
    """
    return Home.of(settings).report(run_id).model_dump(mode="json")
