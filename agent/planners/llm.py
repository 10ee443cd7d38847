"""The planner that lets a model choose operators; slots, direction, columns and order are those of the offline one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from ...memory.catalog import Catalog
from ...operators.core import Fault, all_operators
from ...operators.core.settings import Settings
from ...tools.profile import Profile
from ..prompts import SHARES
from ..state import Change, Draft
from .allowance import Allowance, Planning
from .assembling import assemble, columns_written, needs_text
from .choosing import Choice, Chooser
from .corrections import corrected
from .doubts import Decisions, Doubt, which_column
from .editing import Editor
from .matching import Matcher
from .model import opened_model
from .offline import OfflinePlanner, unreadable
from .proposals import reconcile
from .ready_made import asked_pipeline
from .rivals import rival_doubt
from .spelling import mended
from .understanding import Understanding, understand


class LLMPlanner:
    """Plans with a model behind an OpenAI-compatible endpoint, or with a model file that is served here.

    What the model may see of the data is `share_samples`; what it may take in one conversation is `planner_calls`,
    `planner_tokens` and `planner_seconds`, beyond which the rules go on alone.

    Args:
        settings: names the model, its key and its limits.
    """

    name = "llm"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules = OfflinePlanner(has_model=True)
        self._planning = Planning()

    @property
    def account(self) -> dict[str, Any]:
        """What the model took in this conversation, what it chose, and the calls `left`; plain JSON-able data."""
        return {**self._planning.model_dump(mode="json"), "left": self._allowance().calls_left}

    @account.setter
    def account(self, document: Mapping[str, Any] | None) -> None:
        self._planning = Planning.of(document)

    def draft(self, request: str, profile: Profile, catalog: Catalog, *, answers: Sequence[str] = ()) -> Draft:
        """A plan for a request; while the rules have a question, or know a pipeline for it, no model is asked.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        matcher = Matcher.for_data(catalog, all_operators(), profile, has_model=True)
        if unreadable(request) is not None:
            return self._rules.draft(request, profile, catalog, answers=answers)
        recalled = self._rules.recalled(request, profile, catalog, answers)
        if recalled is not None and recalled.is_past:
            return recalled.draft
        meant, taken_back = corrected(request.encode("utf-8", "replace").decode())
        said, mends = mended(meant, profile, matcher)
        if asked_pipeline(said, profile, matcher) is not None:
            return self._rules.draft(request, profile, catalog, answers=answers)
        read, pending = _Read(Decisions(said), profile, matcher), list(answers)
        while read.doubt is not None and pending:
            read = replace(read, decisions=read.doubt.resolved(pending.pop(0), read.decisions) or read.decisions)
        if read.doubt is not None:
            return self._rules.draft(request, profile, catalog, answers=answers)
        choice, notes = self._choose(read)
        combined = _combined(choice, read, pending)
        if combined is None:
            combined = self._rules.draft(request, profile, catalog, answers=answers)
        return combined.model_copy(
            update={"notes": tuple(dict.fromkeys([*notes, *taken_back, *mends, *combined.notes]))}
        )

    def change(self, request: str, draft: Draft, profile: Profile, catalog: Catalog) -> Change:
        """Edits for a wish: those of the rules where they understand all of it, else those of the model.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        by_rules = self._rules.change(request, draft, profile, catalog)
        understood = by_rules.question is not None or (by_rules.edits and not by_rules.not_covered)
        if understood or unreadable(request) is not None:
            return by_rules
        matcher = Matcher.for_data(catalog, all_operators(), profile, has_model=True)
        with opened_model(self._settings, self._allowance()) as model:
            by_model = Editor(model, self._settings, matcher, profile, draft.workflow).change(request)
        return by_model if by_model.edits else by_rules

    def mend(self, draft: Draft, faults: Sequence[Fault], profile: Profile, catalog: Catalog) -> Change:
        """Edits that mend faults which no suggestion mends, each of which leaves fewer; none where the model has none.

        Args:
            faults: errors that validation or the sample run found.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        matcher = Matcher.for_data(catalog, all_operators(), profile, has_model=True)
        with opened_model(self._settings, self._allowance()) as model:
            return Editor(model, self._settings, matcher, profile, draft.workflow).mend(faults, draft)

    def _allowance(self) -> Allowance:
        return Allowance.of(self._settings, self._planning)

    def _choose(self, read: "_Read") -> tuple[Choice, tuple[str, ...]]:
        """What the model chose, and what is to be said about asking it."""
        readings = read.understood.readings
        with opened_model(self._settings, self._allowance()) as model:
            chooser = Chooser(model, self._settings, read.matcher, read.profile, read.understood.main)
            choice = chooser.choose(
                read.decisions.request,
                [reading.clause.text for reading in readings],
                read.understood.not_covered,
                [wish.card.name for wish in read.understood.wishes],
            )
        if self._planning.calls:
            seen = SHARES[self._settings.share_samples if self._planning.shown else "none"]
            return choice, (f"{self._model()} saw the request and {seen}.", *choice.notes)
        idle = "" if read.understood.not_covered else f"{self._model()} was not asked: the rules understood every word."
        return choice, (*filter(None, [idle]), *choice.notes)

    def _model(self) -> str:
        if self._settings.llm_backend == "local":
            return "The model on this machine"
        return f"Model {self._settings.llm_model} at {urlsplit(self._settings.llm_base_url or '').hostname}"


@dataclass(frozen=True)
class _Read:
    """A request as the rules read it under the decisions so far."""

    decisions: Decisions
    profile: Profile
    matcher: Matcher

    @cached_property
    def understood(self) -> Understanding:
        found = understand(self.decisions, self.profile, self.matcher)
        written = columns_written(found.wishes) if found.not_covered or found.doubt else {}
        # A clause may be about what another clause's step writes.
        return understand(self.decisions, self.profile.with_columns(written), self.matcher) if written else found

    @property
    def doubt(self) -> Doubt | None:
        return _doubt(self.understood, self.profile)


def _doubt(understood: Understanding, profile: Profile) -> Doubt | None:
    """The first question: one of a clause, or which column holds the text."""
    if understood.doubt is not None:
        return understood.doubt
    if understood.main is None and profile.columns and any(needs_text(wish) for wish in understood.wishes):
        return which_column(profile)
    return None


def _combined(choice: Choice, read: _Read, pending: list[str]) -> Draft | None:
    """The plan of rules and model together; None when there is neither a step nor a question in it."""
    while True:
        decisions = read.decisions
        merged = reconcile(read.understood, choice.proposals, decisions, read.matcher)
        both = merged.understood
        made = assemble(
            both.wishes,
            read.profile,
            both.main,
            in_request_order=both.in_request_order,
            bindings=decisions.bindings,
        )
        doubt = _doubt(both, read.profile) or made.doubt
        if doubt is None or not pending:
            break
        read = replace(read, decisions=doubt.resolved(pending.pop(0), decisions) or decisions)
    if not made.workflow.steps and doubt is None:
        return None
    not_covered = tuple(dict.fromkeys([*both.not_covered, *(wish.clause.text for wish, _ in made.faults)]))
    rival = rival_doubt(both, decisions, read.profile) if doubt is None and not not_covered else None
    lost = [f"“{wish.clause.text}” cannot be done: {fault}." for wish, fault in made.faults]
    return Draft(
        workflow=made.workflow,
        reasons=made.reasons,
        asks=made.asks,
        not_covered=not_covered,
        question=doubt.question if doubt else None,
        rivals=rival.question if rival else None,
        notes=tuple(dict.fromkeys([*merged.notes, *made.notes, *both.lacks, *lost])),
    )
