"""What a plan is, and the plain-data state that the graph keeps between its nodes."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypedDict, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ..memory.catalog import Catalog
from ..operators.core import Fault
from ..pipelines.edits import PlanEdit
from ..pipelines.workflow import Workflow
from ..tools.profile import Profile

CheckKind = Literal["word_count", "char_count", "language", "no_exact_duplicates", "no_match", "condition", "none"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Check(_Frozen):
    """How an ask is proven on the output, without knowing the plan: a rule about the output's rows.

    `kind` names the rule; `column` is the column it looks at; `arguments` are its numbers, languages or terms.
    """

    kind: CheckKind = "none"
    column: str | None = None
    arguments: dict[str, JsonValue] = Field(default_factory=dict)


class Ask(_Frozen):
    """One clause of the request, the steps that serve it, and how it is proven; `holds` is known after the run."""

    text: str
    steps: tuple[str, ...] = ()
    check: Check = Check()
    holds: bool | None = None


class Question(_Frozen):
    """The one thing a person must decide before the plan is final."""

    text: str
    options: tuple[str, ...] = ()


class TakenOver(_Frozen):
    """What a person said, in an earlier request, of a plan that is taken over: its request, answers and wishes."""

    request: str
    answers: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()


class Draft(_Frozen):
    """What a planner makes of a request.

    `reasons` are one sentence per step id. `not_covered` are the clauses that no step serves.
    `rivals` is a question between readings as sensible as the one planned, asked only where they come to different rows
    of the data. `refusal` says why
    nothing of what is mainly asked can be done, with the nearest thing that can. `notes` are said with the plan, such
    as defaults that were used. `taken_over` is there where the steps are those of an earlier
    request, as talked over then.
    """

    workflow: Workflow
    reasons: dict[str, str] = Field(default_factory=dict)
    asks: tuple[Ask, ...] = ()
    not_covered: tuple[str, ...] = ()
    question: Question | None = None
    rivals: Question | None = None
    refusal: str | None = None
    notes: tuple[str, ...] = ()
    taken_over: TakenOver | None = None


class Change(_Frozen):
    """What a planner makes of a wish to change a plan that is on the table: typed edits, or why there are none."""

    edits: tuple[PlanEdit, ...] = ()
    reasons: dict[str, str] = Field(default_factory=dict)
    asks: tuple[Ask, ...] = ()
    question: Question | None = None
    not_covered: tuple[str, ...] = ()


class Planner(Protocol):
    """From words and a profile to a draft; never touches rows, runs nothing."""

    name: str

    def draft(self, request: str, profile: Profile, catalog: Catalog, *, answers: Sequence[str] = ()) -> Draft:
        """A plan for a request. `answers` are what the person said to earlier questions, in order."""
        ...

    def change(self, request: str, draft: Draft, profile: Profile, catalog: Catalog) -> Change:
        """Edits that turn the plan on the table into what is wished now ("actually, make it 80 words")."""
        ...


@runtime_checkable
class PaidPlanner(Planner, Protocol):
    """A planner that asks a model: what it takes in one conversation is bounded, and it may mend what faults show.

    `account` is what it took so far, plain JSON-able data that the state keeps between the steps; its `left` are the
    calls that may still be made.
    """

    account: dict[str, Any]

    def mend(self, draft: Draft, faults: Sequence[Fault], profile: Profile, catalog: Catalog) -> Change:
        """Edits that mend faults which no suggestion mends; none where it has none."""
        ...


class Turn(TypedDict, total=False):
    """State of one request in the graph; plain JSON-able data, since checkpoints hold it."""

    request: str
    inputs: list[str]
    output: str | None
    planner: str
    options: dict[str, Any]
    profile: dict[str, Any]
    draft: dict[str, Any]
    faults: list[dict[str, Any]]
    repairs: int
    sample: dict[str, Any] | None
    answers: list[str]
    decision: str
    warnings: list[str]
    run: dict[str, Any] | None
    asks: list[dict[str, Any]]
    status: str
    message: str
