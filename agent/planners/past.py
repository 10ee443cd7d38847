"""Plans anew what was done before: a request that completed already, and one that points to the past."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ...memory.catalog import Catalog, Entry, Past
from ...operators.core import InvalidInput
from ...pipelines.edits import apply_edit, describe, diff
from ...pipelines.workflow import Workflow
from ...tools.profile import Profile
from ..amending import amended
from ..state import Ask, Change, Draft, Question, TakenOver
from .fitting import Misfit, fitted, in_order, steps_of
from .past_references import Reference, reference_in, tells
from .sameness import wording

MOST_LIKE: Final = 50
"""Past requests that are compared word by word: of many that differ in their numbers alone, each may be the one."""
NEAR: Final = 0.35
"""Least likeness of a past request to a topic that it does not name, for it to be offered."""
OFFERED: Final = 3
_CUT, _STEPS_NAMED, _DIFFERENCES_NAMED = 60, 5, 3
_SIGNALS: Final[Mapping[str, str]] = {"phrase": "shared words", "bm25": "rare words", "vector": "meaning"}

PlanAnew = Callable[[str, Sequence[str]], Draft]
ChangePlan = Callable[[str, Draft], Change]


@dataclass(frozen=True)
class Recalled:
    """What the past says about a request.

    Args:
        draft: the plan.
        is_past: whether it is that of the past; else it is new, with a note on what was done before.
    """

    draft: Draft
    is_past: bool = True


@dataclass(frozen=True)
class _Found:
    """A workflow of the past, how it was found, and what is known of it."""

    entry: Entry
    past: Past
    by: str

    @property
    def said(self) -> tuple[str, ...]:
        """By what the person shaped it."""
        return (*self.past.answers, *self.past.wishes)

    @property
    def of(self) -> str:
        """When and for what it was made."""
        return f"as on {self.past.when[:10]} for “{_short(self.past.request)}”"


@dataclass(frozen=True)
class Recall:
    """Looks requests up among the past workflows of a catalogue.

    Nothing in the words of the past is carried out: of a past workflow its typed steps are taken over as a whole, or
    nothing is; its request is compared, shown and checked on the output.

    Args:
        operators: names of those that may be planned with.
        plan: plans a request by rules, with answers to its questions, as if there were no past.
        change: what a wish changes in a plan.
        today: the date that "yesterday" is counted from.
    """

    profile: Profile
    catalog: Catalog
    operators: Collection[str]
    plan: PlanAnew
    change: ChangePlan
    today: date

    def draft(self, request: str, answers: Sequence[str] = ()) -> Recalled | None:
        """What the past says about a request; None where it says nothing.

        Args:
            answers: what the person said to questions about it.
        """
        reference = reference_in(request, self.today)
        if reference is not None:
            return Recalled(self._referred(request, reference, answers))
        if answers:  # they belong to the questions of a new plan
            return None
        found = self._same(request)
        return None if found is None else self._reused(request, found)

    # The same request again

    def _same(self, request: str) -> _Found | None:
        """The newest past workflow whose request says the same."""
        said = wording(request, self.profile)
        entries = {entry.name: entry for entry in self.catalog.past()}
        if said is None or not entries:
            return None
        alike = []
        for hit in self.catalog.search(request, k=MOST_LIKE, kind="workflow"):
            entry = entries.get(hit.name)
            if entry and entry.past and wording(entry.text, self.profile) == said:
                alike.append(_Found(entry, entry.past, f"found by: the same wording; {_trace(hit.trace)}"))
        return max(alike, key=lambda found: found.past.number, default=None)

    def _reused(self, request: str, found: _Found) -> Recalled | None:
        """The plan of the same request, with the answers given then; where it was another in the end, a note on it.

        What a person says now stands above how they changed the plan of the same words then: they may have forgotten.
        """
        workflow = self._usable(found.past)
        now = self.plan(request, found.past.answers)
        if workflow is None or now.question is not None or not self._is_read_alike(request, found, now):
            return None
        try:
            fit = fitted(workflow, now.workflow, self.profile, (request, *found.said))
        except Misfit as misfit:
            return Recalled(_noted(self.plan(request, ()), f"Not {found.of}: {misfit}"), is_past=False)
        lines = _differences(now.workflow, fit.workflow)
        if lines:
            other = f"The workflow of {found.past.when[:10]} for the same words was another: {_some(lines)}"
            if found.past.wishes:
                told = ", ".join(f"“{_short(wish)}”" for wish in found.past.wishes[-OFFERED:])
                other += f" Then you had said {told}; say it again, or “the same as last time”."
            return Recalled(_noted(self.plan(request, ()), other), is_past=False)
        made = self._taken_over(request, found, fit.workflow, now, fit.notes)
        if found.said:
            said = TakenOver(request=found.past.request, answers=found.past.answers, wishes=found.past.wishes)
            made = made.model_copy(update={"taken_over": said})
        return Recalled(made)

    def _is_read_alike(self, request: str, found: _Found, now: Draft) -> bool:
        """Whether the rules read both requests alike: what was taken for a word that says nothing, says nothing."""
        if request == found.entry.text:
            return True
        if not now.workflow.steps:
            strict = [wording(text, self.profile, strict=True) for text in (request, found.entry.text)]
            return strict[0] == strict[1]
        then = self.plan(found.past.request, found.past.answers)
        return steps_of(then.workflow) == steps_of(now.workflow) and len(then.not_covered) == len(now.not_covered)

    # What points to the past

    def _referred(self, request: str, reference: Reference, answers: Sequence[str]) -> Draft:
        usable = [(entry, past) for entry in self.catalog.past() if (past := entry.past) and self._usable(past)]
        if not usable:
            return _refusal(
                "No request has completed yet that could be repeated; say what should happen to the rows of the data"
            )
        last = f"the last was “{_short(usable[0][1].request)}” on {usable[0][1].when[:10]}"
        instead = f"{last}: say “the same as last time”, or what should happen to the rows"
        on_day = [(e, p) for e, p in usable if reference.day is None or p.when[:10] == reference.day.isoformat()]
        if not on_day:
            return _refusal(f"No request completed on {reference.day}; {instead}")
        fitting, sure = self._about(reference, on_day)
        if not fitting:
            return _refusal(f"No past request is about “{_short(reference.words)}”; {instead}")
        pending = list(answers)
        chosen = fitting[0] if sure else None
        if chosen is None:
            options = {_option(one): one for one in fitting[:OFFERED]}
            chosen = _answered(options, pending)
            if chosen is None:
                question = Question(text="Which of the past workflows is meant?", options=tuple(options))
                return Draft(workflow=Workflow(steps=()), question=question)
        return self._repeated(request, reference, chosen, pending)

    def _about(self, reference: Reference, there: list[tuple[Entry, Past]]) -> tuple[list[_Found], bool]:
        """The past workflows that may be meant, and whether the first is."""
        last = [_Found(entry, past, "the last that completed") for entry, past in there]
        if not reference.topic or self._is_about_this_data(reference.topic):
            return last, True
        named = [
            _Found(entry, past, f"found by: its words say “{_short(reference.words)}”")
            for entry, past in there
            if tells(reference.topic, (past.request, *past.wishes, *past.inputs))
        ]
        if named:
            different = {str(steps_of(flow)): one for one in reversed(named) if (flow := self._usable(one.past))}
            newest_first = sorted(different.values(), key=lambda one: -one.past.number)
            return newest_first, len(newest_first) == 1
        entries = {entry.name: (entry, past) for entry, past in there}
        hits = self.catalog.search(reference.words, k=len(self.catalog.past()), kind="workflow")
        near = [hit for hit in hits if hit.name in entries and hit.trace["vector"] >= NEAR][:OFFERED]
        return [_Found(*entries[hit.name], f"found by: {_trace(hit.trace)}") for hit in near], False

    def _is_about_this_data(self, topic: frozenset[str]) -> bool:
        """Whether a topic is what this data is called, and no past request was about anything of that name."""
        known = any(
            entry.past and tells(topic, (entry.past.request, *entry.past.wishes, *entry.past.inputs))
            for entry in self.catalog.past()
        )
        names = [place.replace("\\", "/").rpartition("/")[2] for place in self.profile.inputs]
        return not known and tells(topic, (*names, *self.profile.schema.names))

    def _repeated(self, request: str, reference: Reference, found: _Found, pending: list[str]) -> Draft:
        workflow = self._usable(found.past) or Workflow(steps=())
        now = self.plan(found.past.request, found.past.answers)
        try:
            fit = fitted(workflow, now.workflow, self.profile, (found.past.request, *found.said))
        except Misfit as misfit:
            return _refusal(f"The workflow {found.of} does not fit this data: {misfit}; say what should happen to it")
        now = now.model_copy(update={"not_covered": (), "question": None, "refusal": None, "notes": ()})
        made = self._taken_over(_without(request, reference.change), found, fit.workflow, now, fit.notes)
        said = TakenOver(request=found.past.request, answers=found.past.answers, wishes=found.past.wishes)
        made = made.model_copy(update={"taken_over": said})
        return self._changed(made, reference.change, pending) if reference.change else made

    def _changed(self, made: Draft, wish: str, pending: list[str]) -> Draft:
        """The plan of the past with what is to be other this time."""
        change = self.change(wish, made)
        if change.question is not None and pending:
            change = self.change(pending.pop(0), made)
        if not (change.edits or change.question or change.not_covered):
            change = Change(not_covered=(wish,))
        try:
            after, _ = amended(made, change)
        except InvalidInput:
            after, _ = amended(made, Change(not_covered=(wish,)))
        before = made.taken_over or TakenOver(request="")
        return after.model_copy(update={"taken_over": before.model_copy(update={"wishes": (*before.wishes, wish)})})

    # The plan of the past

    def _usable(self, past: Past) -> Workflow | None:
        """The workflow, if it can be read and holds only operators that may be planned with."""
        try:
            workflow = Workflow.parse(dict(past.workflow))
        except InvalidInput:
            return None
        known = all(step.operator in self.operators for step in workflow.steps)
        return workflow if workflow.steps and known else None

    def _taken_over(self, request: str, found: _Found, workflow: Workflow, now: Draft, notes: tuple[str, ...]) -> Draft:
        """The past workflow as a plan, with the asks of the new reading that its steps still serve."""
        workflow = in_order(workflow, now.workflow)
        edits = diff(now.workflow, workflow)
        made, _ = amended(now, Change(edits=tuple(edits)))
        same = {step.id for step in now.workflow.steps if step in workflow.steps}
        changed = [step.id for step in workflow.steps if step.id not in same]
        day = found.past.when[:10]
        reasons = {step.id: f"As on {day}: {now.reasons.get(step.id, 'taken over')}" for step in workflow.steps}
        words = ", ".join(f"“{_short(one)}”" for one in found.said[-OFFERED:])
        reasons.update({step: f"As on {day}, where you said {words}" for step in changed if words})
        asks = tuple(_as_changed(ask, changed, words) for ask in made.asks)
        unserved = tuple(step.id for step in workflow.steps if not any(step.id in ask.steps for ask in asks))
        if unserved:
            asks = (*asks, Ask(text=_short(request), steps=unserved))
        lines = _differences(now.workflow, workflow) if now.workflow.steps else []
        said = [f"{found.of[0].upper()}{found.of[1:]} ({found.by})."]
        said += [f"Then you said {words}."] if words else []
        said += [f"The rules alone would plan otherwise; taken over: {_some(lines)}"] if lines else []
        return made.model_copy(
            update={
                "workflow": workflow,
                "reasons": reasons,
                "asks": asks,
                "refusal": None,
                "question": None,
                "notes": (*said, *notes, *made.notes),
            }
        )


def _as_changed(ask: Ask, changed: Collection[str], words: str) -> Ask:
    """An ask whose steps a person made other than it says; it tells by which words."""
    return ask.model_copy(update={"text": f"{ask.text}, then {words}"}) if words and {*ask.steps} & {*changed} else ask


def _trace(signals: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {signals[signal]:.2f}" for signal, name in _SIGNALS.items() if signal in signals)


def _short(text: str) -> str:
    """The beginning of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _CUT else f"{line[:_CUT].rstrip()}…"


def _some(lines: Sequence[str]) -> str:
    more = len(lines) - _DIFFERENCES_NAMED
    return "; ".join(lines[:_DIFFERENCES_NAMED]) + (f"; and {more} more." if more > 0 else ".")


def _differences(before: Workflow, after: Workflow) -> list[str]:
    """A line for each step that differs, step ids aside."""
    if steps_of(before) == steps_of(after):
        return []
    lines, workflow = list[str](), before
    for edit in diff(before, in_order(after, before)):
        lines.append(describe(edit, workflow))
        workflow = apply_edit(workflow, edit)
    return lines


def _noted(draft: Draft, note: str) -> Draft:
    return draft.model_copy(update={"notes": (*draft.notes, note)})


def _refusal(text: str) -> Draft:
    return Draft(workflow=Workflow(steps=()), refusal=f"{text.rstrip('.')}.")


def _option(found: _Found) -> str:
    names = [str(step.get("operator", "")) for step in found.past.workflow.get("steps", ())]
    shown = ", ".join(names[:_STEPS_NAMED]) + (", …" if len(names) > _STEPS_NAMED else "")
    return f"“{_short(found.past.request)}” of {found.past.when[:16].replace('T', ' ')}: {shown}"


def _answered(options: Mapping[str, _Found], pending: list[str]) -> _Found | None:
    """The workflow that the first answer which fits chooses: an option, its number, or words of one alone."""
    while pending:
        answer = " ".join(pending.pop(0).split()).casefold().rstrip(".!")
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            return list(options.values())[int(answer) - 1]
        meant = [one for option, one in options.items() if answer and answer in " ".join(option.split()).casefold()]
        if len(meant) == 1:
            return meant[0]
    return None


def _without(request: str, change: str) -> str:
    return request[: request.rfind(change)].rstrip(" ,;") if change and change in request else request
