"""The planner that needs neither key nor network: clauses, retrieval, typed slots and rules for direction and order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ...memory.catalog import Catalog
from ...operators.core.operator import Operator
from ...operators.core.registry import all_operators
from ...pipelines.workflow import Workflow
from ...tools.profile import Profile
from ..state import Change, Draft
from .assembling import Assembled, assemble, needs_text, with_scopes
from .clauses import Clause, order_is_meant, split
from .doubts import Decisions, Doubt, which_column
from .marks import mark
from .matching import Matcher
from .reading import Reader, Reading, Wish
from .tokens import MAX_CHARACTERS, is_numbered

EXAMPLE: Final = "keep English texts with at least 50 words and drop exact duplicates"
NO_STEPS: Final = Workflow(steps=())


@dataclass(frozen=True)
class Understanding:
    """A request as it was read: what each clause asks for, in the order that is meant."""

    readings: tuple[Reading, ...]
    in_request_order: bool
    main: str | None

    @property
    def wishes(self) -> list[Wish]:
        """All steps asked for."""
        return [wish for reading in self.readings for wish in reading.wishes]

    @property
    def doubt(self) -> Doubt | None:
        """The first open question."""
        return next((reading.doubt for reading in self.readings if reading.doubt is not None), None)

    @property
    def not_covered(self) -> tuple[str, ...]:
        """What no step serves, as it was written."""
        return tuple(dict.fromkeys(piece for reading in self.readings for piece in reading.not_covered))


class OfflinePlanner:
    """Plans by rules over the operators that the catalogue finds; what it does not understand it says.

    Args:
        operators: the operators that may be planned with; all that are registered, when not given.
    """

    name = "offline"

    def __init__(self, operators: Mapping[str, type[Operator]] | None = None) -> None:
        self._operators = operators

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
        matcher = Matcher(catalog, self._operators or all_operators())
        decisions, pending = Decisions(request), list(answers)
        while True:
            understood = understand(decisions, profile, matcher)
            doubt = understood.doubt or _column_doubt(understood, profile)
            if doubt is None or not pending:
                break
            decisions = doubt.resolved(pending.pop(0), decisions) or decisions
        return _draft(understood, doubt, decisions, profile, matcher)

    def change(self, request: str, draft: Draft, profile: Profile, catalog: Catalog) -> Change:
        """Edits that turn the plan on the table into what is wished now."""
        return Change(not_covered=(request,))


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


def understand(decisions: Decisions, profile: Profile, matcher: Matcher) -> Understanding:
    """Read a request clause by clause."""
    marked = mark(decisions.request, profile)
    reader = Reader(matcher, profile, decisions)
    clauses = split(marked, matcher.verbs)
    own = [clause for clause in clauses if not clause.is_echo]
    alone = all(clause.is_scope for clause in own)
    readings = _scoped([reader.read(clause, scope_allowed=not alone) for clause in own])
    readings = _without_alternatives(readings)
    explicit = order_is_meant(marked) or is_numbered(decisions.request)
    swapped = any(clause.after_previous or clause.before_next for clause in clauses)
    return Understanding(tuple(_sequenced(readings)), explicit or swapped, reader.main)


def _scoped(readings: Sequence[Reading]) -> list[Reading]:
    """A clause that only says for which rows goes to the clauses it belongs to."""
    done: list[Reading] = []
    waiting: str | None = None
    for reading in readings:
        if reading.scope is not None:
            before = done[-1].clause.group if done else None
            if before is None or reading.clause.hard:
                waiting = reading.scope
                continue
            done = [_with_scope(one, reading.scope) if one.clause.group == before else one for one in done]
        else:
            done.append(_with_scope(reading, waiting) if waiting else reading)
            waiting = None
    return done


def _without_alternatives(readings: Sequence[Reading]) -> list[Reading]:
    """Filters one after the other keep what is both; what is kept for one thing or another, they cannot say."""
    done: list[Reading] = []
    for reading in readings:
        before = done[-1] if done else None
        shared = before is not None and reading.clause.alternative and before.clause.group == reading.clause.group
        if before is None or not shared or reading.clause.polarity == "drop" or not _filters(reading, before):
            done.append(reading)
            continue
        clause = replace(before.clause, end=reading.clause.end)
        done[-1] = Reading(clause, not_covered=(clause.text,))
    return done


def _filters(*readings: Reading) -> bool:
    return all(wish.card.cls.kind == "filter" for reading in readings for wish in reading.wishes)


def _with_scope(reading: Reading, where: str) -> Reading:
    return replace(reading, wishes=tuple(with_scopes(reading.wishes, where)))


def _sequenced(readings: Sequence[Reading]) -> list[Reading]:
    """The readings in the order that "before" and "after" say."""
    done: list[Reading] = []
    held: Reading | None = None
    for reading in readings:
        if reading.clause.before_next:
            held = reading
            continue
        if reading.clause.after_previous and done:
            done.insert(len(done) - 1, reading)
        else:
            done.append(reading)
        if held is not None:
            done.append(held)
            held = None
    return done if held is None else [*done, held]


def _column_doubt(understood: Understanding, profile: Profile) -> Doubt | None:
    """Asks for the column with the text, where a step needs it and the data leaves it open."""
    if understood.main is None and profile.columns and any(needs_text(wish) for wish in understood.wishes):
        return which_column(profile)
    return None


def _draft(
    understood: Understanding, doubt: Doubt | None, decisions: Decisions, profile: Profile, matcher: Matcher
) -> Draft:
    made = assemble(understood.wishes, profile, understood.main, in_request_order=understood.in_request_order)
    not_covered = (*understood.not_covered, *(wish.clause.text for wish, _ in made.faults))
    notes = (*made.notes, *(f"“{wish.clause.text}” cannot be done: {fault}." for wish, fault in made.faults))
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
    asked = "; ".join(understood.not_covered) or request.strip()
    short = asked if len(asked) <= 200 else f"{asked[:200]}…"
    near = next(iter(matcher.hits(request)), None)
    if near is None or near[1] < 0.15:
        return f"Nothing here does “{short}”; say what should happen to the rows of the data, such as “{EXAMPLE}”."
    card = matcher.card(near[0])
    return f"No operator does “{short}”; the nearest is {card.name}: {card.summary}"


def clauses_of(request: str, profile: Profile, matcher: Matcher) -> list[Clause]:
    """The clauses of a request; for showing how it is read."""
    return split(mark(request, profile), matcher.verbs)
