"""Tries a plan on rows that must go and rows that must stay, made from the request by code that does not see the plan.

Only what is sure is a fault: a row that had to go and comes out, or a row that had to stay and is dropped by a step
that serves nothing but what was read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from ..operators.core import ROW, Fault, InvalidInput, RunStopped
from ..pipelines.quote import paid_steps
from ..pipelines.run import RunResult
from ..pipelines.validate import build
from ..pipelines.workflow import Workflow
from ..tools.profile import Profile
from .canary_claims import Claim, LanguageClaim, MemberClaim
from .canary_free import claims_in
from .canary_rows import Canary, canaries_of
from .state import Ask, Draft

_FILTERS: Final = {
    "words": "word_count_filter",
    "characters": "char_count_filter",
    "sentences": "sentence_count_filter",
    "language": "language_filter",
}
_KEEP_SIZE: Final = frozenset({"lowercase_text"})
"""Operators after whose changes a text is in the same language and of the same size."""
_BY_CONDITION: Final = "expression_filter"


@dataclass(frozen=True)
class _Fate:
    """Where a canary ended: the step that dropped it or None, whether it came out, alone or as parts, and changed."""

    dropped_by: str | None
    out: bool
    parts_out: bool
    changed: bool


_CAME_OUT: Final = _Fate(dropped_by=None, out=True, parts_out=False, changed=False)


def tried_on_canaries(
    draft: Draft,
    profile: Profile,
    run: Callable[[Workflow, Path, Path], RunResult],
    *,
    request: str | None = None,
    folder: Path | None = None,
) -> list[Fault]:
    """What rows made from the request show of the plan before real data is touched.

    Args:
        draft: the plan; nothing but its asks and the fates of the rows is looked at.
        profile: the data's columns.
        run: carries out a workflow over a file and writes another: `run(workflow, data, output)`.
        request: the whole request. Without it, as after a change, the clauses of the plan are read one by one.
        folder: where the rows may lie for the time being; the system's own place if not given.

    Returns:
        Errors with the code `canary`, at most two for each thing that was read; none where nothing could be read
        surely or the rows could not be run.
    """
    said = claims_in(request, profile) if request is not None else _of_asks(draft, profile)
    claims = [one for one in said if not _is_left_out(one, draft.not_covered)]
    unfinished = draft.question is not None or draft.refusal is not None
    if not claims or unfinished or any(column.dtype == "bytes" for column in profile.columns):
        return []
    canaries = list(canaries_of(claims, profile, request or ""))
    if not draft.workflow.steps:
        return _faults(canaries, [_CAME_OUT] * len(canaries), draft, request, tried=set(), complete=True)
    paid = {*paid_steps(draft.workflow)}
    for workflow in _workflows(draft.workflow, paid):
        with TemporaryDirectory(prefix="canaries-", dir=folder) as place:
            data = Path(place) / "canaries.jsonl"
            data.write_bytes(b"\n".join(orjson.dumps(one.row) for one in canaries) + b"\n")
            try:
                fates = _fates(run(workflow, data, Path(place) / "out.jsonl"), len(canaries))
            except (InvalidInput, RunStopped):
                continue
        tried = {step.id for step in workflow.steps}
        return _faults(canaries, fates, draft, request, tried=tried, complete=not paid)
    return []


def _of_asks(draft: Draft, profile: Profile) -> tuple[Claim, ...]:
    """What the clauses say that are still what is wished; a change leaves those that it voids without a check."""
    asks = [ask for ask in draft.asks if ask.check.kind != "none"]
    return tuple(claim for ask in asks for claim in claims_in(ask.text, profile))


def _is_left_out(claim: Claim, not_covered: Sequence[str]) -> bool:
    """Whether the plan says itself that it does not do this."""
    said = claim.said.lower()
    return any(said in left.lower() or left.lower() in said for left in not_covered)


def _workflows(workflow: Workflow, paid: set[str]) -> Iterator[Workflow]:
    """The plan as far as it is free, first without the steps that judge rows by each other, which say nothing here."""
    first = next((at for at, step in enumerate(workflow.steps) if step.id in paid), len(workflow.steps))
    free = workflow.model_copy(update={"steps": workflow.steps[:first]})
    single = []
    for step in free.steps:
        operator, _ = build(step)
        if operator is None or operator.scope == "row":
            single.append(step)
    if single and len(single) < len(free.steps):
        yield free.model_copy(update={"steps": tuple(single)})
    if free.steps:
        yield free


def _fates(result: RunResult, number: int) -> list[_Fate]:
    """What became of each canary, in their order."""
    dropped: dict[int, str] = {}
    seen: dict[int, set[str]] = {at: set() for at in range(1, number + 1)}
    changed: set[int] = set()
    last = None
    for stage, frame in result.ledger.frames():
        if stage is not last:  # whoever came out of a stage is there again in the next
            seen, last = {at: set() for at in seen}, stage
        for record in frame.iter_rows(named=True):
            position, _, child = str(record[ROW]).partition(":")[2].partition(".")
            if not position.isdecimal():
                continue  # a row that a step made from nothing
            at = int(position)
            if any(stage.operators[step] not in _KEEP_SIZE for step in record["changed"] or ()):
                changed.add(at)
            if record["fate"] == "kept":
                seen[at].add("part" if child else "row")
            elif record["fate"] == "dropped" and not child:
                dropped[at] = stage.steps[record["step"]]
    return [_Fate(dropped.get(at), "row" in seen[at], "part" in seen[at], at in changed) for at in range(1, number + 1)]


def _faults(
    canaries: Sequence[Canary],
    fates: Sequence[_Fate],
    draft: Draft,
    request: str | None,
    *,
    tried: set[str],
    complete: bool,
) -> list[Fault]:
    found: dict[tuple[str, bool], Fault] = {}
    linked = {id(one.claim): _serving(one.claim, draft, request) for one in canaries}
    read = {place for places in linked.values() for place in places}
    planned = {step.id for step in draft.workflow.steps}
    for canary, fate in zip(canaries, fates, strict=True):
        asks = [draft.asks[place] for place in linked[id(canary.claim)]]
        steps = [step for ask in asks for step in ask.steps]
        key = canary.claim.said, canary.stays
        if key in found:
            continue
        if canary.stays:
            if fate.changed or fate.dropped_by is None or fate.dropped_by not in steps:
                continue
            if not _is_for(canary.claim, fate.dropped_by, draft) or _unread(fate.dropped_by, draft.asks, read):
                continue
            found[key] = _fault(canary, "drop", fate.dropped_by)
        else:
            came_out = fate.out or (fate.parts_out and canary.shrinks)
            if not came_out or (fate.changed and not canary.shrinks):
                continue
            serving = planned.intersection(steps)
            if serving and not serving & tried:
                continue  # what would drop it was not tried
            if not complete and not (serving and _all_free([*serving], draft)):
                continue
            found[key] = _fault(canary, "keep", next((step for step in steps if step in planned), None))
    return list(found.values())


def _all_free(steps: Sequence[str], draft: Draft) -> bool:
    """Whether these steps come before the first that costs money, and so were tried."""
    paid = {*paid_steps(draft.workflow)}
    ids = [step.id for step in draft.workflow.steps]
    first = min(ids.index(step) for step in paid)
    return all(ids.index(step) < first for step in steps)


def _serving(claim: Claim, draft: Draft, request: str | None) -> list[int]:
    """The asks that say what the claim says: they hold its words, or lie within them."""
    low = None if request is None else request.lower()
    found, behind = list[int](), 0
    for place, ask in enumerate(draft.asks):
        text = ask.text.lower()
        if low is None:
            if claim.said.lower() in text:
                found.append(place)
            continue
        at = low.find(text)
        if at >= 0 and low.find(text, at + 1) >= 0:
            at = low.find(text, behind)
        behind = max(behind, at)
        if at >= 0 and at < claim.span[1] and claim.span[0] < at + len(text):
            found.append(place)
    return found


def _is_for(claim: Claim, step: str, draft: Draft) -> bool:
    """Whether a step may drop rows only for what the claim is about."""
    operator = next(one.operator for one in draft.workflow.steps if one.id == step)
    if isinstance(claim, MemberClaim):
        return operator == _BY_CONDITION
    kind = "language" if isinstance(claim, LanguageClaim) else claim.unit
    return operator in (_FILTERS[kind], _BY_CONDITION)


def _unread(step: str, asks: Sequence[Ask], read: set[int]) -> bool:
    """Whether the step serves something else, too, of which nothing was read."""
    return any(step in ask.steps and place not in read for place, ask in enumerate(asks))


def _fault(canary: Canary, does: str, step: str | None) -> Fault:
    at = f" (step {step})" if step else ""
    return Fault(
        code="canary",
        message=f"the plan would {does} {canary.what} although “{canary.claim.said}” was asked{at}",
        step=step,
        got=canary.what,
    )
