"""The one JSON object that every command prints with `--json`: its shape, how it is filled, its schema."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, JsonValue

from ..operators.core import Fault, InvalidInput
from ..pipelines.quote import Quote
from .results import Part, Result

if TYPE_CHECKING:
    from ..agent.api import Standing
    from ..pipelines.report import Report, StepReport
    from ..pipelines.workflow import Workflow

Status = Literal["completed", "planned", "needs_input", "rejected", "failed", "interrupted"]
INTERRUPTED_EXIT = 130
INVALID_EXIT = 2
_EXITS: Mapping[Status, int] = {
    "completed": 0,
    "planned": 0,
    "failed": 1,
    "needs_input": 3,
    "rejected": 4,
    "interrupted": INTERRUPTED_EXIT,
}
SCHEMA_FILE = "document.schema.json"


class QuestionPart(Part):
    """What a person is asked; `options` are answers that fit, other words may fit too."""

    text: str
    options: tuple[str, ...]


class StepPart(Part):
    """A step of the workflow, and why it is there; null where nobody said why."""

    id: str
    operator: str
    options: dict[str, JsonValue]
    where: str | None
    reason: str | None


class WorkflowPart(Part):
    """The whole workflow; what `apply` reads, with a reason for each step."""

    format: Literal[1]
    name: str
    seed: int
    resources: tuple[str, ...]
    steps: tuple[StepPart, ...]

    @classmethod
    def of(cls, workflow: "Workflow", reasons: Mapping[str, str] | None = None) -> "WorkflowPart":
        """From a workflow and one sentence per step id."""
        document = workflow.model_dump(mode="json")
        steps = [{**step, "reason": (reasons or {}).get(step["id"])} for step in document.pop("steps")]
        return cls.model_validate({**document, "steps": steps})


class UsagePart(Part):
    """What this run took of a model.

    `cached` replies took no call and saved `saved_tokens`; `failures` are requests without an answer after all
    `retries`.
    """

    calls: int
    cached: int
    retries: int
    failures: int
    prompt_tokens: int
    completion_tokens: int
    saved_tokens: int
    cost: float


class StepNumbers(Part):
    """What one step did to how many rows; `usage` is there for steps that ask a model."""

    id: str
    operator: str
    rows_in: int
    rows_out: int
    kept: int
    dropped: int
    merged: int
    failed: int
    expanded: int
    children: int
    created: int
    changed: int
    reused: int
    seconds: float
    usage: UsagePart | None = Field(default=None, exclude_if=lambda usage: usage is None)

    @classmethod
    def of(cls, step: "StepReport") -> "StepNumbers":
        """From the report of a step."""
        numbers = step.model_dump(include={*cls.model_fields} - {"usage"})
        usage = step.usage.model_dump() if step.usage or step.usage_saved else None
        return cls.model_validate({**numbers, "seconds": round(step.seconds, 3), "usage": usage})


class RunPart(Part):
    """A run in numbers; `rows_in` counts without rejected records."""

    id: str
    rows_in: int
    rows_out: int
    rejects: int
    steps: tuple[StepNumbers, ...]
    output: str

    @classmethod
    def of(cls, report: "Report") -> "RunPart":
        """From the report of a run."""
        numbers = report.model_dump(include={"id", "rows_in", "rows_out", "rejects", "output"})
        return cls(**numbers, steps=tuple(map(StepNumbers.of, report.steps)))


class AskPart(Part):
    """A clause of the request, the steps that serve it, and whether it was seen to hold in the output."""

    text: str
    steps: tuple[str, ...]
    holds: bool | None


class Document(Part):
    """What a command of `dataflow-agent` says with `--json`.

    `quote` is there only for a plan with steps that ask a model; `result` only for commands of the catalogue, the
    history, `doctor` and `demo`.
    """

    status: Status
    message: str
    warnings: tuple[str, ...]
    faults: tuple[Fault, ...]
    thread: str | None
    question: QuestionPart | None
    workflow: WorkflowPart | None
    run: RunPart | None
    asks: tuple[AskPart, ...]
    not_covered: tuple[str, ...]
    quote: Quote | None = None
    result: Result | None = None

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        invalid = self.status == "failed" and any(fault.severity == "error" for fault in self.faults)
        return INVALID_EXIT if invalid else _EXITS[self.status]

    def to_json(self) -> str:
        """The object as printed; without `quote` and `result` where there is none."""
        absent = {name for name in ("quote", "result") if getattr(self, name) is None}
        return self.model_dump_json(indent=2, exclude=absent)


def document(
    status: Status,
    message: str,
    *,
    warnings: Iterable[str] = (),
    faults: Iterable[Fault] = (),
    workflow: "Workflow | None" = None,
    reasons: Mapping[str, str] | None = None,
    report: "Report | None" = None,
    result: Any = None,
) -> Document:
    """A document of a command that asked no agent."""
    return Document(
        status=status,
        message=message,
        warnings=tuple(warnings),
        faults=tuple(faults),
        thread=None,
        question=None,
        workflow=WorkflowPart.of(workflow, reasons) if workflow else None,
        run=RunPart.of(report) if report else None,
        asks=(),
        not_covered=(),
        result=result,
    )


def from_standing(standing: "Standing", *, result: Any = None) -> Document:
    """Where a request stands."""
    draft, question = standing.draft, standing.question
    plain = document(
        standing.status,
        standing.message,
        warnings=standing.warnings,
        faults=standing.faults,
        workflow=draft.workflow if draft and draft.workflow.steps else None,
        reasons=draft.reasons if draft else None,
        report=standing.report,
        result=result,
    )
    asks = tuple(AskPart(text=ask.text, steps=ask.steps, holds=ask.holds) for ask in standing.asks)
    asked = QuestionPart(text=question.text, options=question.options) if question else None
    more = {"thread": standing.thread, "question": asked, "asks": asks, "quote": standing.quote}
    return plain.model_copy(update={**more, "not_covered": draft.not_covered if draft else ()})


def from_invalid_input(error: InvalidInput) -> Document:
    """An input, request or workflow that cannot be used."""
    return document("failed", str(error), faults=error.faults)


def document_schema() -> dict[str, Any]:
    """The JSON Schema of the document; the package ships it as `ui/document.schema.json`."""
    schema = Document.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as it is shipped, in `ui/document.schema.json`."""
    return json.dumps(document_schema(), indent=1) + "\n"


def shipped_schema() -> str:
    """The text of the shipped schema file."""
    return files(__package__).joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
