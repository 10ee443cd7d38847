"""Asks a model for operators: by tool calls with its faults given back, else part by part with answers in JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import JsonValue

from ...operators.core import Fault, InvalidInput
from ...operators.core.operator import Need
from ...operators.core.settings import Settings
from ...pipelines.validate import Resources, validate
from ...pipelines.workflow import Step, Workflow
from ...tools.operators import step_from
from ...tools.profile import Profile
from ..prompts import CHOOSE, CHOOSE_ONE, one_choice_schema, part_text, request_text
from .allowance import AllowanceSpent
from .assembling import bound_options
from .matching import Matcher
from .model import PlanningModel, operator_call, take_calls
from .proposals import Proposal

CANDIDATES_A_CLAUSE = 6
MOST_CANDIDATES = 24


@dataclass(frozen=True)
class Choice:
    """What a model chose, and what is to be said about it."""

    proposals: tuple[Proposal, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Chooser:
    """Asks one model.

    Args:
        main: the column with the main text, where it is known.
    """

    model: PlanningModel
    settings: Settings
    matcher: Matcher
    profile: Profile
    main: str | None
    _accepted: dict[tuple[str, str], Proposal] = field(default_factory=dict, init=False)
    _unreadable: bool = field(default=False, init=False)

    def choose(self, request: str, clauses: Sequence[str], unread: Sequence[str], known: Iterable[str]) -> Choice:
        """The operators for a request.

        Args:
            clauses: its parts; candidates are retrieved for each.
            unread: pieces that the rules do not understand. A model without tool calls is asked for these alone,
                since what the rules understand wholly stands whatever it says.
            known: operators that the rules found in the request.

        Raises:
            EndpointError: the endpoint cannot be reached, or refuses, or langchain-openai is not installed.
        """
        notes, offered = list[str](), False
        try:
            if self.model.calls_tools:
                names = self._candidates([*clauses, request])
                offered = True
                called, rejected = self._by_tools(request, names)
                if called:
                    return Choice(tuple(self._accepted.values()), rejected)
                if {*known} & {*names}:  # it had reason to call one
                    self.model.without_tools.add()
            self._by_schema(request, unread)
        except AllowanceSpent as spent:
            notes.append(f"The model was not asked further: {spent}; the rules went on alone.")
        if self._accepted and offered:
            self.model.without_tools.add()
        if self._unreadable and not self._accepted:
            notes.append("The model chose no operator in a form that can be read; the plan was made by rules.")
        return Choice(tuple(self._accepted.values()), tuple(notes))

    def _candidates(self, texts: Iterable[str]) -> list[str]:
        names: dict[str, None] = {}
        for text in texts:
            names.update(dict.fromkeys(name for name, _ in self.matcher.hits(text)[:CANDIDATES_A_CLAUSE]))
        return list(names)[:MOST_CANDIDATES]

    # By tool calls

    def _by_tools(self, request: str, names: Sequence[str]) -> tuple[bool, tuple[str, ...]]:
        """Fills the accepted proposals; whether any tool was called, and a note for each call that stayed wrong."""
        kept = self._kept(f"request: {request}")
        if kept is not None:
            return True, ()
        if not names:
            return False, ()
        tools = [operator_call(self.matcher.operators[name]) for name in names]
        asked = request_text(request, self.profile, self.settings.share_samples)
        self.model.allowance.planning.shown = True
        called = take_calls(self.model, tools, (CHOOSE, asked), lambda name, given: self._take(name, given, names))
        if called.any:
            self._keep(f"request: {request}", self._accepted.values())
        return called.any, called.rejected

    def _take(self, name: str, given: Mapping[str, Any], names: Sequence[str]) -> str:
        """Accept a call, or say what is wrong with it."""
        if name not in names:
            return f"there is no tool {name!r}; there are {', '.join(names)}"
        card = self.matcher.card(name)
        options = {option: value for option, value in given.items() if option not in ("asked", "where")}
        try:
            step = step_from(name, name, {**bound_options(card, (), self.main), **options}, given.get("where"))
        except InvalidInput as error:
            return str(error)
        faults = self._faults(step)
        if faults:
            return " ".join(fault.message for fault in faults)
        words = str(given.get("asked") or "")
        self._accepted[name, words] = Proposal(card, options, step.where, words)
        return ""

    def _faults(self, step: Step) -> list[Fault]:
        """What is wrong with a step by itself, after the steps accepted so far."""
        before = [
            Step(id=f"before-{at}", operator=one.card.name, options=dict(one.options), where=one.where)
            for at, one in enumerate(self._accepted.values())
        ]
        workflow = Workflow(steps=(*before, step))
        everything = Resources(needs=frozenset(get_args(Need)))
        found = validate(workflow, self.profile.schema, everything)
        return [fault for fault in found if fault.step == step.id and fault.severity == "error"]

    # By answers in JSON

    def _by_schema(self, request: str, parts: Iterable[str]) -> None:
        """Fills the accepted proposals, one at most for each part."""
        for part in dict.fromkeys(parts):
            names = [name for name, _ in self.matcher.hits(part)[:CANDIDATES_A_CLAUSE]]
            if not names or self._kept(part) is not None:
                continue
            what = {name: self.matcher.card(name).summary for name in names}
            answer = self.model.ask_json(CHOOSE_ONE, part_text(request, part, what), one_choice_schema(names))
            if not isinstance(answer, dict) or "operator" not in answer:
                self._unreadable = True
                continue
            name = answer["operator"]
            found = []
            if name in names:
                other = next((one for one in names if one != name), None)
                rival = self.matcher.card(other) if other else None
                found = [Proposal(self.matcher.card(name), {}, None, part, only_named=True, rival=rival)]
                self._accepted[name, part] = found[0]
            self._keep(part, found)

    # What was chosen before

    def _keep(self, words: str, proposals: Iterable[Proposal]) -> None:
        self.model.allowance.planning.chosen[words] = [_document(one) for one in proposals]

    def _kept(self, words: str) -> list[Proposal] | None:
        """What was chosen for these words earlier in the conversation, now accepted again; None where nobody asked."""
        documents = self.model.allowance.planning.chosen.get(words)
        if documents is None:
            return None
        found = [one for document in documents if (one := self._proposal(document)) is not None]
        self._accepted.update({(one.card.name, one.asked): one for one in found})
        return found

    def _proposal(self, document: Mapping[str, Any]) -> Proposal | None:
        name, rival = str(document.get("operator")), str(document.get("rival"))
        if name not in self.matcher.operators:
            return None
        return Proposal(
            self.matcher.card(name),
            document.get("options") or {},
            document.get("where"),
            str(document.get("asked") or ""),
            only_named=document.get("only_named") is True,
            rival=self.matcher.card(rival) if rival in self.matcher.operators else None,
        )


def _document(proposal: Proposal) -> dict[str, JsonValue]:
    return {
        "operator": proposal.card.name,
        "options": dict(proposal.options),
        "where": proposal.where,
        "asked": proposal.asked,
        "only_named": proposal.only_named,
        "rival": proposal.rival.name if proposal.rival else None,
    }
