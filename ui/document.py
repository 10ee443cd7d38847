"""The one JSON object that every command prints with `--json`: its shape, how it is filled, its schema."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ..operators.core import Fault, InvalidInput

if TYPE_CHECKING:
    from ..agent.api import Standing
    from ..operators.core import Operator
    from ..pipelines.ledger import Story
    from ..pipelines.report import Report
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


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestionPart(_Part):
    """What a person is asked; `options` are answers that fit, other words may fit too."""

    text: str
    options: tuple[str, ...]


class StepPart(_Part):
    """A step of the workflow, and why it is there; null where nobody said why."""

    id: str
    operator: str
    options: dict[str, JsonValue]
    where: str | None
    reason: str | None


class WorkflowPart(_Part):
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


class StepNumbers(_Part):
    """What one step did to how many rows."""

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


class RunPart(_Part):
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
        steps = [StepNumbers(**step.model_dump(include=set(StepNumbers.model_fields))) for step in report.steps]
        numbers = report.model_dump(include={"id", "rows_in", "rows_out", "rejects", "output"})
        return cls(**numbers, steps=tuple(steps))


class AskPart(_Part):
    """A clause of the request, the steps that serve it, and whether it was seen to hold in the output."""

    text: str
    steps: tuple[str, ...]
    holds: bool | None


class OperatorLine(_Part):
    """An operator in the catalogue; `score` is how well it fits a search, 0 to 1."""

    name: str
    kind: str
    summary: str
    score: float | None = None


class OperatorCard(OperatorLine):
    """An operator in full; `options` is the JSON Schema of its options."""

    scope: str
    effect: str
    version: int
    needs: tuple[str, ...]
    phrases: tuple[str, ...]
    limits: tuple[str, ...]
    description: str
    options: dict[str, JsonValue]
    example: dict[str, JsonValue]

    @classmethod
    def of(cls, operator: "type[Operator]") -> "OperatorCard":
        """From an operator's class."""
        example = operator.example()
        shown = {"options": example.options, "rows": example.input_rows(), "out": example.expected()}
        return cls(
            name=operator.name,
            kind=operator.kind,
            summary=summary_of(operator),
            scope=operator.scope,
            effect=operator.effect,
            version=operator.version,
            needs=operator.needs,
            phrases=operator.phrases,
            limits=operator.limits,
            description="\n\n".join(_paragraphs(cleandoc(operator.__doc__ or ""))),
            options=operator.model_json_schema(),
            example=shown,
        )


def _paragraphs(text: str) -> Iterator[str]:
    """Each paragraph in one line, whatever the width of the source; a list keeps its lines."""
    for paragraph in text.split("\n\n"):
        listed = paragraph.lstrip().startswith(("-", ">>>")) or "\n-" in paragraph or "\n  " in paragraph
        yield paragraph if listed else " ".join(paragraph.split("\n"))


def summary_of(operator: "type[Operator]") -> str:
    """The first sentence of an operator's docstring."""
    return (operator.__doc__ or "").strip().partition("\n")[0]


class RunLine(_Part):
    """A run in the history; `status` is how that run ended."""

    id: str
    status: str
    started: str
    workflow: str
    inputs: tuple[str, ...]
    rows_in: int
    rows_out: int
    output: str
    seconds: float


class EventPart(_Part):
    """What one step did to one row; `rule` says for each metric what is kept."""

    row: str
    step: str
    operator: str
    did: str
    reason: str | None
    target: str | None
    detail: str | None
    changed: bool
    metrics: dict[str, JsonValue]
    rule: dict[str, str]
    parents: tuple[str, ...]


class OperatorsResult(_Part):
    """Of `operators list` and `operators search`."""

    kind: Literal["operators"] = "operators"
    operators: tuple[OperatorLine, ...]


class OperatorResult(_Part):
    """Of `operators show`."""

    kind: Literal["operator"] = "operator"
    operator: OperatorCard


class RunsResult(_Part):
    """Of `runs list`, newest first."""

    kind: Literal["runs"] = "runs"
    runs: tuple[RunLine, ...]


class RunResultPart(_Part):
    """Of `runs show`; `reasons` counts per step why rows did not go on. The numbers are in `run`."""

    kind: Literal["run"] = "run"
    status: str
    said: str
    started: str
    inputs: tuple[str, ...]
    seconds: float
    reasons: dict[str, dict[str, int]]
    folder: str


class StoryResult(_Part):
    """Of `runs why`: what happened to one row, in order, its children after it."""

    kind: Literal["story"] = "story"
    run: str
    row: str
    fate: str
    events: tuple[EventPart, ...]

    @classmethod
    def of(cls, run: str, story: "Story") -> "StoryResult":
        """From the story of a row in a run."""
        events = [
            EventPart(**{name: getattr(event, name) for name in EventPart.model_fields}) for event in story.events
        ]
        return cls(run=run, row=story.row, fate=story.fate, events=tuple(events))


class ExtraPart(_Part):
    """An optional part of the package, and how to get it."""

    name: str
    installed: bool
    missing: tuple[str, ...]
    install: str


class DoctorResult(_Part):
    """Of `doctor`: what this machine can do. A key is never shown."""

    kind: Literal["doctor"] = "doctor"
    versions: dict[str, str]
    extras: tuple[ExtraPart, ...]
    home: str
    home_writable: bool
    free_bytes: int
    cores: int
    endpoint: bool
    model: str | None
    share_samples: str
    operators: int


class DemoResult(_Part):
    """Of `demo`: where its files lie, and the stories it told."""

    kind: Literal["demo"] = "demo"
    folder: str
    request: str
    stories: tuple[StoryResult, ...]


Result = Annotated[
    OperatorsResult | OperatorResult | RunsResult | RunResultPart | StoryResult | DoctorResult | DemoResult,
    Field(discriminator="kind"),
]


class Document(_Part):
    """What a command of `dataflow-agent` says with `--json`.

    `result` is there only for commands of the catalogue, the history, `doctor` and `demo`.
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
    result: Result | None = None

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        invalid = self.status == "failed" and any(fault.severity == "error" for fault in self.faults)
        return INVALID_EXIT if invalid else _EXITS[self.status]

    def to_json(self) -> str:
        """The object as printed; without `result` where there is none."""
        return self.model_dump_json(indent=2, exclude=None if self.result else {"result"})


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
    more = {"thread": standing.thread, "question": asked, "asks": asks}
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
