"""Where a request stands, in terms for programs and people."""

from dataclasses import dataclass
from typing import Any, Literal

from ..operators.core import Fault, InvalidInput
from ..pipelines.edits import printable
from ..pipelines.quote import Quote
from ..pipelines.report import Report
from ..tools.profile import Profile
from .conversation import draft_of, faults_of, options_of
from .graph import Stand
from .presenting import plan_text
from .state import Ask, Draft, Question

Status = Literal["completed", "planned", "needs_input", "rejected", "failed", "interrupted"]


@dataclass(frozen=True)
class Standing:
    """Where one request stands.

    Args:
        message: one or a few sentences for people.
        thread: what `Agent.resume` goes on with; None when there is nothing to go on with.
        question: what is waited for, with status `needs_input`.
        draft: the plan on the table.
        faults: what is wrong and stops the request.
        asks: each clause of the request; after a run, with whether it holds on the output.
        report: the run.
        sample: the run over the first rows, as far as the first step that costs money.
        tried: the run that a few rows made through all steps, once somebody agreed to pay for them.
        quote: what the steps that cost money will take; None where there is none.
        running: the id of the run that goes on by itself, with status `interrupted`; `Agent.resume` follows it.
    """

    status: Status
    message: str
    thread: str | None = None
    question: Question | None = None
    draft: Draft | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    report: Report | None = None
    sample: Report | None = None
    tried: Report | None = None
    quote: Quote | None = None
    profile: Profile | None = None
    running: str | None = None

    def __str__(self) -> str:
        if self.draft is None or self.status in ("completed", "rejected", "failed"):
            return self.message
        shown = plan_text(
            self.draft,
            sample=self.tried or self.sample,
            quote=self.quote,
            warnings=self.warnings,
            question=self.question,
        )
        return f"{self.message}\n\n{shown}" if self.question is None else shown


def standing_of(thread: str, stand: Stand, *, running: str | None = None) -> Standing:
    """Where the request of a thread stands.

    Args:
        running: the id of its run that is at work just now.
    """
    state, draft = stand.state, draft_of(stand.state)
    faults = faults_of(state)
    report = Report.model_validate(state["run"]) if state.get("run") else None
    seen = Profile.model_validate(state["profile"]) if state.get("profile") else None
    warnings = [
        *(seen.warnings if seen and not report else ()),
        *state.get("warnings", []),
        *(fault.message for fault in faults if fault.severity == "warning"),
        *(report.warnings if report else ()),
    ]
    status = _status(stand)
    return Standing(
        status=status,
        message=_message(thread, stand, status, running),
        thread=None if status == "failed" and draft is None else thread,
        question=stand.question,
        draft=draft,
        faults=tuple(fault for fault in faults if fault.severity == "error"),
        warnings=tuple(dict.fromkeys(warnings)),
        asks=tuple(map(Ask.model_validate, state.get("asks") or [])) or (draft.asks if draft else ()),
        report=report,
        sample=Report.model_validate(state["sample"]) if state.get("sample") else None,
        tried=Report.model_validate(state["tried"]) if state.get("tried") else None,
        quote=Quote.model_validate(state["quote"]) if state.get("quote") else None,
        profile=seen,
        running=running,
    )


def _status(stand: Stand) -> Status:
    if stand.question:
        return "needs_input"
    if stand.unfinished:
        return "interrupted"
    status: Any = stand.state.get("status") or "failed"
    return status  # type: ignore[no-any-return]


def _message(thread: str, stand: Stand, status: Status, running: str | None) -> str:
    state = stand.state
    if status == "interrupted":
        return interrupted_text(thread, running=running)
    if stand.question is None:
        return state.get("message", "")
    changes = [f"{line}." for line in state.get("changes", [])]
    if not changes and state.get("decision") == "change" and state.get("asked_by") != "change":
        changes = ["Nothing was changed."]
    place = []
    if state.get("output") and not options_of(state).chosen_output and not options_of(state).plan_only:
        place = [f"The result goes to {printable(str(state['output']), 1000)}, since no output was named."]
    return " ".join([*changes, stand.question.text, *place])


def interrupted_text(thread: str, *, running: str | None = None, reason: str = "") -> str:
    """What to say of a request that was stopped.

    Args:
        running: the id of its run that goes on by itself.
        reason: why the run was lost, where it was.
    """
    if running:
        return f"Its run {running} goes on by itself. Resume the thread {thread} to follow it to its end."
    what = f"Stopped before its end: {reason}." if reason else "Stopped before its end; nothing that was done is lost."
    return f"{what} Resume the thread {thread} to go on."


def invalid(error: InvalidInput) -> Standing:
    """The standing of what cannot be used."""
    return Standing("failed", str(error), faults=error.faults)
