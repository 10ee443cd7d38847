"""The planner that lets a model choose operators; slots, direction, columns and order are those of the offline one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...memory.catalog import Catalog
from ...operators.core import all_operators
from ...operators.core.settings import Settings
from ...tools.profile import Profile
from ..prompts import SHARES
from ..state import Change, Draft
from .assembling import assemble, needs_text
from .choosing import Chooser
from .doubts import Decisions, Doubt, which_column
from .editing import Editor
from .matching import Matcher
from .offline import OfflinePlanner, unreadable
from .proposals import reconcile
from .ready_made import asked_pipeline
from .understanding import Understanding, understand

if TYPE_CHECKING:
    from .choosing import Choice


class LLMPlanner:
    """Plans with a model behind an OpenAI-compatible endpoint; what it may see of the data is `share_samples`.

    Args:
        settings: names endpoint, model, key and what may be shared.
    """

    name = "llm"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules = OfflinePlanner(has_model=True)

    def draft(self, request: str, profile: Profile, catalog: Catalog, *, answers: Sequence[str] = ()) -> Draft:
        """A plan for a request; while the rules have a question, or know a pipeline for it, no model is asked.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        matcher = Matcher(catalog, all_operators(), has_model=True)
        if unreadable(request) is not None or asked_pipeline(request, profile, matcher) is not None:
            return self._rules.draft(request, profile, catalog, answers=answers)
        read, pending = _Read(Decisions(request), profile, matcher), list(answers)
        while read.doubt is not None and pending:
            read = replace(read, decisions=read.doubt.resolved(pending.pop(0), read.decisions) or read.decisions)
        if read.doubt is not None:
            return self._rules.draft(request, profile, catalog, answers=answers)
        choice = self._choose(read)
        combined = self._combined(choice, read, pending)
        if combined is not None:
            return combined
        draft = self._rules.draft(request, profile, catalog, answers=answers)
        return draft.model_copy(update={"notes": (*self._notes(choice), *draft.notes)})

    def change(self, request: str, draft: Draft, profile: Profile, catalog: Catalog) -> Change:
        """Edits for a wish: those of the rules where they understand all of it, else those of the model.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        by_rules = self._rules.change(request, draft, profile, catalog)
        understood = by_rules.question is not None or (by_rules.edits and not by_rules.not_covered)
        if understood or unreadable(request) is not None:
            return by_rules
        matcher = Matcher(catalog, all_operators(), has_model=True)
        by_model = Editor(self._settings, matcher, profile, draft.workflow).change(request)
        return by_model if by_model.edits else by_rules

    def _choose(self, read: "_Read") -> "Choice":
        chooser = Chooser(self._settings, read.matcher, read.profile, read.understood.main)
        return chooser.choose(read.decisions.request, [reading.clause.text for reading in read.understood.readings])

    def _combined(self, choice: "Choice", read: "_Read", pending: list[str]) -> Draft | None:
        """The plan of rules and model together; None when there is neither a step nor a question in it."""
        decisions = read.decisions
        while True:
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
            decisions = doubt.resolved(pending.pop(0), decisions) or decisions
        if not made.workflow.steps and doubt is None:
            return None
        lost = [f"“{wish.clause.text}” cannot be done: {fault}." for wish, fault in made.faults]
        return Draft(
            workflow=made.workflow,
            reasons=made.reasons,
            asks=made.asks,
            not_covered=tuple(dict.fromkeys([*both.not_covered, *(wish.clause.text for wish, _ in made.faults)])),
            question=doubt.question if doubt else None,
            notes=tuple(dict.fromkeys([*self._notes(choice), *merged.notes, *made.notes, *lost])),
        )

    def _notes(self, choice: "Choice") -> tuple[str, ...]:
        where = urlsplit(self._settings.llm_base_url or "").hostname
        seen = SHARES[self._settings.share_samples]
        return (f"Model {self._settings.llm_model} at {where} saw the request and {seen}.", *choice.notes)


@dataclass(frozen=True)
class _Read:
    """A request as the rules read it under the decisions so far."""

    decisions: Decisions
    profile: Profile
    matcher: Matcher

    @cached_property
    def understood(self) -> Understanding:
        return understand(self.decisions, self.profile, self.matcher)

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
