"""The planner that needs neither key nor network: clauses, retrieval, typed slots and rules for direction and order."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from ...memory.catalog import Catalog
from ...operators.core.operator import Operator
from ...operators.core.registry import all_operators
from ...pipelines.workflow import Workflow
from ...tools.profile import Profile
from ..state import Change, Draft
from .answering import in_own_words
from .assembling import Assembled, assemble, columns_written, needs_text
from .changing import changed
from .corrections import corrected
from .doubts import Decisions, Doubt, which_column
from .matching import Matcher
from .past import Recall, Recalled
from .ready_made import asked_pipeline, ready_made
from .rivals import rival_doubt
from .spelling import mended
from .tokens import MAX_CHARACTERS
from .understanding import Understanding, understand

EXAMPLE: Final = "keep English texts with at least 50 words and drop exact duplicates"
NO_STEPS: Final = Workflow(steps=())


class OfflinePlanner:
    """Plans by rules over the operators that the catalogue finds; what it does not understand it says.

    Args:
        operators: the operators that may be planned with; all that are registered, when not given.
        has_model: whether a language model is configured. Where none is, what only a model does is planned only when
            the request names a model; otherwise it is refused, with what must be set.
    """

    name = "offline"

    def __init__(self, operators: Mapping[str, type[Operator]] | None = None, *, has_model: bool = False) -> None:
        self._operators = operators
        self._has_model = has_model

    def draft(self, request: str, profile: Profile, catalog: Catalog, *, answers: Sequence[str] = ()) -> Draft:
        """A plan for a request.

        Args:
            request: at most `MAX_CHARACTERS` characters.
            profile: the data it is for.
            catalog: the operators to choose from.
            answers: what the person said to earlier questions, in order.
        """
        refusal = unreadable(request)
        if refusal is not None:
            return Draft(workflow=NO_STEPS, refusal=refusal)
        recalled = self.recalled(request, profile, catalog, answers)
        return self._anew(request, profile, catalog, answers) if recalled is None else recalled.draft

    def recalled(
        self, request: str, profile: Profile, catalog: Catalog, answers: Sequence[str] = ()
    ) -> Recalled | None:
        """What the past workflows of the catalogue say about a request; None where they say nothing."""
        return Recall(
            profile,
            catalog,
            self._operators or all_operators(),
            lambda said, given: self._anew(said, profile, catalog, given),
            lambda wish, draft: self.change(wish, draft, profile, catalog),
            datetime.now(UTC).date(),
        ).draft(_writable(request), answers)

    def _anew(self, request: str, profile: Profile, catalog: Catalog, answers: Sequence[str]) -> Draft:
        """A plan as if there were no past."""
        refusal = unreadable(request)
        if refusal is not None:
            return Draft(workflow=NO_STEPS, refusal=refusal)
        matcher = self._matcher(catalog, profile)
        meant, taken_back = corrected(_writable(request))
        said, notes = mended(meant, profile, matcher)
        notes = (*taken_back, *notes)
        made = self._planned(said, profile, matcher, answers)
        return made.model_copy(update={"notes": (*notes, *made.notes)})

    def _planned(self, said: str, profile: Profile, matcher: Matcher, answers: Sequence[str]) -> Draft:
        """The plan for a request in these very words."""
        asked = asked_pipeline(said, profile, matcher)
        if asked is not None:
            return ready_made(asked, profile, matcher, answers)
        decisions, pending = Decisions(said), list(answers)
        while True:
            understood = understand(decisions, profile, matcher)
            open_ = understood.not_covered or understood.doubt
            written = columns_written(understood.wishes) if open_ else {}
            if written:  # a clause may be about what another clause's step writes
                understood = understand(decisions, profile.with_columns(written), matcher)
            doubt = understood.doubt or _column_doubt(understood, profile)
            assembled = _assembled(understood, decisions, profile)
            doubt = doubt or assembled.doubt
            rival = rival_doubt(understood, decisions, profile) if doubt is None else None
            asked_about = doubt or rival
            if asked_about is None or not pending:
                break
            answer = pending.pop(0)
            own = in_own_words(asked_about, answer, decisions, profile, matcher, rival=doubt is None)
            decisions = own or asked_about.resolved(answer, decisions) or decisions
        made = _draft(understood, assembled, doubt, decisions, matcher)
        complete = not made.not_covered and not made.refusal
        return made.model_copy(update={"rivals": rival.question}) if rival and complete else made

    def change(self, request: str, draft: Draft, profile: Profile, catalog: Catalog) -> Change:
        """Edits that turn the plan on the table into what is wished now.

        Args:
            request: the wish, at most `MAX_CHARACTERS` characters.
            draft: the plan that is to be changed.
            profile: the data it is for.
            catalog: the operators to choose from.
        """
        if unreadable(request) is not None:
            return Change(not_covered=(_writable(request[:200]),))
        matcher = self._matcher(catalog, profile)
        said, _ = mended(_writable(request), profile, matcher)
        return changed(said, draft, profile, matcher)

    def _matcher(self, catalog: Catalog, profile: Profile) -> Matcher:
        return Matcher.for_data(catalog, self._operators or all_operators(), profile, has_model=self._has_model)


def unreadable(request: str) -> str | None:
    """Why a request is not read at all; None when it is."""
    if not request.strip():
        return f"The request is empty; say what should happen to the data, for example “{EXAMPLE}”."
    if len(request) > MAX_CHARACTERS:
        return (
            f"The request has {len(request):,} characters; at most {MAX_CHARACTERS:,} are read. "
            "Say it shorter, or in several requests."
        )
    return None


def _writable(request: str) -> str:
    """The request without halves of surrogate pairs, which no file and no reply could hold."""
    return request.encode("utf-8", "replace").decode()


def _column_doubt(understood: Understanding, profile: Profile) -> Doubt | None:
    """Asks for the column with the text, where a step needs it and the data leaves it open."""
    if understood.main is None and profile.columns and any(needs_text(wish) for wish in understood.wishes):
        return which_column(profile)
    return None


def _assembled(understood: Understanding, decisions: Decisions, profile: Profile) -> Assembled:
    order, bindings = understood.in_request_order, decisions.bindings
    return assemble(understood.wishes, profile, understood.main, in_request_order=order, bindings=bindings)


def _draft(
    understood: Understanding, made: Assembled, doubt: Doubt | None, decisions: Decisions, matcher: Matcher
) -> Draft:
    not_covered = (*understood.not_covered, *(wish.clause.text for wish, _ in made.faults))
    notes = (
        *made.notes,
        *understood.notes,
        *understood.lacks,
        *(f"“{wish.clause.text}” cannot be done: {fault}." for wish, fault in made.faults),
    )
    if not made.workflow.steps and doubt is None:
        return Draft(workflow=NO_STEPS, refusal=_refusal(understood, made, decisions.request, matcher))
    return Draft(
        workflow=made.workflow,
        reasons=made.reasons,
        asks=made.asks,
        not_covered=tuple(dict.fromkeys(not_covered)),
        question=doubt.question if doubt else None,
        notes=tuple(dict.fromkeys(notes)),
    )


def _refusal(understood: Understanding, made: Assembled, request: str, matcher: Matcher) -> str:
    if made.faults:
        wish, fault = made.faults[0]
        return f"“{wish.clause.text}” cannot be done: {fault}."
    if understood.lacks:
        return understood.lacks[0]
    asked = "; ".join(understood.not_covered) or request.strip()
    short = asked if len(asked) <= 200 else f"{asked[:200]}…"
    near = next(iter(matcher.nearest(request)), None)
    if near is None or near[1] < 0.15:
        return f"Nothing here does “{short}”; say what should happen to the rows of the data, such as “{EXAMPLE}”."
    card = matcher.card(near[0])
    return f"No operator does “{short}”; the nearest is {card.name}: {card.summary}"


__all__ = ["OfflinePlanner", "Understanding", "understand", "unreadable"]
