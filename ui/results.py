"""What the commands of the catalogue, the history, `doctor` and `demo` add to the JSON object, as `result`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ..pipelines.card.model import QualityCard
from ..pipelines.funnel_model import Funnel

if TYPE_CHECKING:
    from ..operators.core import Operator
    from ..pipelines.cleaning import Cleaned
    from ..pipelines.differences import Change
    from ..pipelines.ledger import Story
    from ..pipelines.whatif import WhatIf


class Part(BaseModel):
    """Base of all parts of the object: no key that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OperatorLine(Part):
    """An operator in the catalogue; `score` is how well it fits a search, 0 to 1."""

    name: str
    kind: str
    summary: str
    score: float | None = None


class OperatorCard(OperatorLine):
    """An operator in full; `options` is the JSON Schema of its options.

    `prompts` are those that it sends to a model with the options of the example, by what they are for.
    """

    scope: str
    effect: str
    version: int
    needs: tuple[str, ...]
    phrases: tuple[str, ...]
    limits: tuple[str, ...]
    description: str
    options: dict[str, JsonValue]
    example: dict[str, JsonValue]
    prompts: dict[str, str]

    @classmethod
    def of(cls, operator: "type[Operator]") -> "OperatorCard":
        """From an operator's class."""
        example = operator.example()
        rows, out = map(_without_bytes, (example.input_rows(), example.expected()))
        shown = {"options": example.options, "rows": rows, "out": out}
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
            prompts=operator(**example.options).prompts(),
        )


def _without_bytes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON can hold them: bytes as the text that they are."""
    return [
        {name: value.decode(errors="replace") if isinstance(value, bytes) else value for name, value in row.items()}
        for row in rows
    ]


def _paragraphs(text: str) -> Iterator[str]:
    """Each paragraph in one line, whatever the width of the source; a list keeps its lines."""
    for paragraph in text.split("\n\n"):
        listed = paragraph.lstrip().startswith(("-", ">>>")) or "\n-" in paragraph or "\n  " in paragraph
        yield paragraph if listed else " ".join(paragraph.split("\n"))


def summary_of(operator: "type[Operator]") -> str:
    """The first sentence of an operator's docstring."""
    return (operator.__doc__ or "").strip().partition("\n")[0]


class PipelineLine(Part):
    """A pipeline that ships; `missing` is what this machine lacks to run it, a sentence each."""

    name: str
    title: str
    steps: int
    missing: tuple[str, ...]


class PipelineOptionPart(Part):
    """What may be set of a pipeline as a whole."""

    description: str
    default: JsonValue


class CallsPart(Part):
    """Fewest and most requests to a model for so many rows."""

    rows: int
    fewest: int
    most: int


class PipelineCard(PipelineLine):
    """A pipeline in full; `columns` are those it reads, with what each holds, `sample` is a data file to try it on."""

    description: str
    phrases: tuple[str, ...]
    columns: dict[str, str]
    columns_out: tuple[str, ...]
    options: dict[str, PipelineOptionPart]
    calls: CallsPart
    sample: str


class RunLine(Part):
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


class EventPart(Part):
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


class OperatorsResult(Part):
    """Of `operators list` and `operators search`."""

    kind: Literal["operators"] = "operators"
    operators: tuple[OperatorLine, ...]


class OperatorResult(Part):
    """Of `operators show`."""

    kind: Literal["operator"] = "operator"
    operator: OperatorCard


class PipelinesResult(Part):
    """Of `pipelines list`."""

    kind: Literal["pipelines"] = "pipelines"
    pipelines: tuple[PipelineLine, ...]


class PipelineResult(Part):
    """Of `pipelines show`; the steps are in `workflow`."""

    kind: Literal["pipeline"] = "pipeline"
    pipeline: PipelineCard


class RunsResult(Part):
    """Of `runs list`, newest first."""

    kind: Literal["runs"] = "runs"
    runs: tuple[RunLine, ...]


class RunResultPart(Part):
    """Of `runs show`; the numbers are in `run`.

    `reasons` counts per step why rows did not go on; `seconds_saved` is what an earlier run had taken for the rows that
    a step reused. `funnel` says what was left after each step, and how the numbers lie by which its filters judged.
    `page` is the file that `--html` wrote.
    """

    kind: Literal["run"] = "run"
    status: str
    said: str
    started: str
    inputs: tuple[str, ...]
    seconds: float
    reasons: dict[str, dict[str, int]]
    seconds_saved: dict[str, float]
    folder: str
    funnel: Funnel
    page: str | None = None


class StoryResult(Part):
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


class ChangePart(Part):
    """What a step did to one value; `text` is the difference by word, `before` null where the column is new."""

    row: str
    column: str
    before: str | None
    after: str | None
    text: str


class DiffResult(Part):
    """Of `runs diff`: some of the changes of a step; `rows_changed` counts all rows that it changed."""

    kind: Literal["diff"] = "diff"
    run: str
    step: str
    rows_changed: int
    changes: tuple[ChangePart, ...]

    @classmethod
    def of(cls, run: str, step: str, rows_changed: int, changes: "Sequence[Change]") -> "DiffResult":
        """From the changes of a step in a run."""
        parts = tuple(ChangePart(**asdict(change)) for change in changes)
        return cls(run=run, step=step, rows_changed=rows_changed, changes=parts)


class ExamplePart(Part):
    """A row near the line; `exact` is false where `values` may not be what the step saw."""

    row: str
    kept: bool
    was_kept: bool
    metrics: dict[str, JsonValue]
    values: dict[str, str | None]
    exact: bool


class WhatIfResult(Part):
    """Of `runs whatif`: what a filter would do with other limits to the rows that reached it."""

    kind: Literal["whatif"] = "whatif"
    run: str
    step: str
    changes: dict[str, JsonValue]
    rule_before: dict[str, str]
    rule_after: dict[str, str]
    reached: int
    kept_before: int
    kept_after: int
    newly_kept: int
    newly_dropped: int
    just_inside: tuple[ExamplePart, ...]
    just_outside: tuple[ExamplePart, ...]

    @classmethod
    def of(cls, run: str, found: "WhatIf") -> "WhatIfResult":
        """From what the ledger of a run answered."""
        return cls(run=run, **asdict(found))


class CleanedResult(Part):
    """Of `runs clean`: what was removed and what is left; `bytes_held` may not go."""

    kind: Literal["cleaned"] = "cleaned"
    parts: int
    runs: int
    leftovers: int
    bytes_freed: int
    bytes_left: int
    bytes_held: int

    @classmethod
    def of(cls, cleaned: "Cleaned") -> "CleanedResult":
        """From what cleaning did."""
        return cls(**asdict(cleaned))


class StopResult(Part):
    """Of `runs stop`; `status` is how the run ended."""

    kind: Literal["stop"] = "stop"
    run: str
    stopped: bool
    status: str


class ExtraPart(Part):
    """An optional part of the package, and how to get it."""

    name: str
    installed: bool
    missing: tuple[str, ...]
    install: str


class CardResult(Part):
    """Of `evaluate`; `page` is the file that `--html` wrote."""

    kind: Literal["card"] = "card"
    card: QualityCard
    page: str | None


class SmokeTest(Part):
    """The model that only shows that the plumbing works: its file, or how to get it."""

    file: str | None
    install: str


class Abilities(Part):
    """What a model answered to `doctor --probe`."""

    reply_schema: bool
    json_mode: bool
    tool_calls: bool
    seed: bool
    logprobs: bool
    models: tuple[str, ...]


class DoctorResult(Part):
    """Of `doctor`: what this machine can do. A key is never shown; `abilities` is there with `--probe` only.

    `sandbox` says why code cannot be run safely here, null where it can.
    """

    kind: Literal["doctor"] = "doctor"
    versions: dict[str, str]
    extras: tuple[ExtraPart, ...]
    home: str
    home_writable: bool
    free_bytes: int
    cores: int
    backend: Literal["endpoint", "local", "vllm"]
    endpoint: bool
    model: str | None
    abilities: Abilities | None
    smoke_test: SmokeTest
    sandbox: str | None
    share_samples: str
    operators: int


class DemoResult(Part):
    """Of `demo`: where its files lie, and the stories it told."""

    kind: Literal["demo"] = "demo"
    folder: str
    request: str
    stories: tuple[StoryResult, ...]


Result = Annotated[
    OperatorsResult
    | OperatorResult
    | PipelinesResult
    | PipelineResult
    | RunsResult
    | RunResultPart
    | StoryResult
    | DiffResult
    | WhatIfResult
    | CleanedResult
    | StopResult
    | CardResult
    | DoctorResult
    | DemoResult,
    Field(discriminator="kind"),
]
