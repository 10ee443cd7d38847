"""The agent for programs: from a request to a plan or a result, and on from wherever a request stands."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..operators.core import Fault, InvalidInput, RunStopped
from ..operators.core.settings import Settings
from ..pipelines.events import Listener
from ..pipelines.report import Report
from ..pipelines.run import Home, Paths, RunResult
from ..pipelines.workflow import Workflow
from ..tools.profile import Profile
from ..tools.wiring import open_catalog
from .conversation import Conversation, RunOptions, default_output, draft_of, faults_of, kept_options, options_of
from .graph import Conversations, Stand, open_conversations
from .nodes import Means
from .planners.choice import PlannerName, chosen_planner
from .presenting import plan_text
from .review import heard
from .state import Ask, Draft, Planner, Question

if TYPE_CHECKING:
    from .chat import Chat

Status = Literal["completed", "planned", "needs_input", "rejected", "failed", "interrupted"]

__all__ = ["Agent", "Plan", "RunOptions", "Standing", "Status"]


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
        sample: the run over the first rows.
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
    profile: Profile | None = None

    def __str__(self) -> str:
        if self.draft is None or self.status in ("completed", "rejected", "failed"):
            return self.message
        shown = plan_text(self.draft, sample=self.sample, warnings=self.warnings, question=self.question)
        return f"{self.message}\n\n{shown}" if self.question is None else shown


class Agent:
    """Plans requests and carries them out; every request is kept on disk after each step.

    Args:
        planner: `auto` uses the model of the settings where one is named, else rules; `llm` insists on the model;
            `offline` needs neither key nor network; or any `Planner`.
        settings: home folder, endpoint, resources; read from the environment when not given.
    """

    def __init__(self, *, planner: PlannerName | Planner = "auto", settings: Settings | None = None) -> None:
        self._planner = planner
        self._settings = settings or Settings()

    def start(
        self,
        request: str,
        data: Paths,
        *,
        output: str | PathLike[str] | None = None,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
        plan_only: bool = False,
        on_event: Listener | None = None,
    ) -> Standing:
        """Take a request as far as it goes by itself.

        Args:
            request: plain words.
            data: one path or several.
            output: a path whose ending decides the format; `<name>.clean<ending>` in the current folder if not given.
            plan_only: stop where a run would begin.
            on_event: called with each event.

        Returns:
            Where the request stands; what cannot be used is told by the status `failed` with its faults.
        """
        thread = f"t-{secrets.token_hex(4)}"
        try:
            state = self._first_state(request, data, output, options, plan_only=plan_only)
            with self._conversations(on_event) as conversations:
                return _guarded(thread, conversations, lambda: conversations.begin(thread, state))
        except InvalidInput as error:
            return _invalid(error)

    def resume(
        self,
        thread: str,
        answer: str = "",
        *,
        output: str | PathLike[str] | None = None,
        options: RunOptions | None = None,
        on_event: Listener | None = None,
    ) -> Standing:
        """Go on with a request, also in a new process.

        Args:
            thread: as `Standing.thread` gave it.
            answer: "approve", "reject", an option of the question, or words that change the plan ("make it 80 words").
                A request whose process died goes on where it stopped; it then hears no answer, since nothing was asked.
            output: another place for the result, from now on.
            options: other options, from now on.

        Returns:
            Where the request stands now.
        """
        try:
            with self._conversations(on_event) as conversations:
                stand = _known(conversations, thread)
                changed = _changed_state(stand.state, output, options)
                return _guarded(thread, conversations, lambda: _resumed(conversations, thread, stand, answer, changed))
        except InvalidInput as error:
            return _invalid(error)

    def standing(self, thread: str) -> Standing:
        """Where a request stands, without going on with it."""
        try:
            with self._conversations(None) as conversations:
                return _standing(thread, _known(conversations, thread))
        except InvalidInput as error:
            return _invalid(error)

    def plan(
        self,
        request: str,
        data: Paths,
        *,
        output: str | PathLike[str] | None = None,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    ) -> "Plan":
        """Plan a request, and run nothing but a sample.

        Raises:
            InvalidInput: request or data cannot be used, so that there is no plan.
        """
        standing = self.start(request, data, output=output, options=options, plan_only=True)
        return Plan(self, standing)

    def chat(self, data: Paths | None = None) -> "Chat":
        """A conversation about some data."""
        from .chat import Chat

        return Chat(self, data)

    @property
    def settings(self) -> Settings:
        """The settings it works with."""
        return self._settings

    def decide(
        self,
        thread: str,
        decision: Literal["run", "rejected"],
        *,
        output: str | PathLike[str] | None = None,
        options: RunOptions | None = None,
        on_event: Listener | None = None,
    ) -> Standing:
        """Run or reject the plan of a thread, wherever it stands; for callers that asked their person themselves."""
        try:
            with self._conversations(on_event) as conversations:
                stand = _known(conversations, thread)
                state: Conversation = {
                    **_changed_state(stand.state, output, options, running=True),
                    **_afresh(decision),
                }
                return _guarded(thread, conversations, lambda: conversations.decide(thread, state))
        except InvalidInput as error:
            return _invalid(error)

    def _first_state(
        self, request: str, data: Paths, output: str | PathLike[str] | None, options: RunOptions, *, plan_only: bool
    ) -> Conversation:
        words = request.encode("utf-8", "replace").decode().strip()
        if not words:
            raise InvalidInput.of("empty_request", "the request is empty; say what the data should become")
        given = [data] if isinstance(data, str | PathLike) else list(data)
        inputs = [_absolute(path) for path in given]
        if not inputs:
            raise InvalidInput.of("no_input", "there is no input; name at least one file")
        wanted = self._planner if isinstance(self._planner, str) else self._planner.name
        place = None if output is None else _absolute(output)
        if place is None and not plan_only:
            place = str(default_output(inputs[0], Path.cwd()))
        kept = kept_options(options, plan_only=plan_only, chosen_output=output is not None, wanted=wanted)
        return {"request": words, "inputs": inputs, "output": place, "planner": wanted, "options": kept}

    @contextmanager
    def _conversations(self, on_event: Listener | None) -> Iterator[Conversations]:
        planner, fallback = chosen_planner(self._planner, self._settings)
        means = Means(
            planner=planner,
            fallback=fallback,
            open_catalog=lambda: open_catalog(self._settings),
            settings=self._settings,
            on_event=on_event,
        )
        with open_conversations(means, Home.of(self._settings).path) as conversations:
            yield conversations


class Plan:
    """A plan that can be read, saved, answered and run."""

    def __init__(self, agent: Agent, standing: Standing) -> None:
        if standing.draft is None or standing.thread is None:
            raise InvalidInput(standing.faults or [Fault(code="no_plan", message=standing.message)])
        self._agent = agent
        self.standing = standing
        self.draft = standing.draft
        self.thread = standing.thread

    @property
    def workflow(self) -> Workflow:
        """The steps."""
        return self.draft.workflow

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What keeps the plan from being run."""
        return self.standing.faults

    @property
    def question(self) -> Question | None:
        """What must be answered before the plan can be run."""
        return self.standing.question

    def __str__(self) -> str:
        stand = self.standing
        return plan_text(
            self.draft, sample=stand.sample, faults=stand.faults, warnings=stand.warnings, question=stand.question
        )

    def answer(self, words: str) -> "Plan":
        """The plan after an answer to its question, or after a wish to change it.

        Raises:
            InvalidInput: there is no plan any more.
        """
        return Plan(self._agent, self._agent.resume(self.thread, words))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the workflow as YAML, or as JSON where the path ends in .json."""
        self.workflow.save(Path(path))

    def run(
        self,
        output: str | PathLike[str] | None = None,
        *,
        partial: bool = False,
        overwrite: bool = False,
        sample: int | None = None,
        resources: Mapping[str, str] | None = None,
        max_failures: str | None = None,
        on_event: Listener | None = None,
    ) -> RunResult:
        """Run the plan over all rows.

        Args:
            output: a path whose ending decides the format; where the plan was to write, or else
                `<name>.clean<ending>` in the current folder, if not given.
            partial: also where the plan leaves parts of the request out.
            overwrite: replace an output that is there.
            sample: most rows to read from the start.
            resources: names the workflow uses, bound to paths or URLs.
            max_failures: rows that may fail at a step, a count `"10"` or a share `"5%"`.
            on_event: called with each event.

        Raises:
            InvalidInput: the plan has faults or an open question, or the output cannot be used; nothing has run.
            RunStopped: a limit ended the run; finished parts are kept.
            KeyboardInterrupt: it was stopped by hand; the same call goes on.
        """
        self._must_be_runnable(partial=partial)
        changes = {
            "partial": partial,
            "overwrite": overwrite,
            "sample": sample,
            "resources": dict(resources or {}),
            "max_failures": max_failures,
        }
        options = RunOptions.model_validate({name: value for name, value in changes.items() if value})
        end = self._agent.decide(self.thread, "run", output=output, options=options, on_event=on_event)
        if end.status == "interrupted":
            raise KeyboardInterrupt
        if end.report is None or end.status != "completed":
            raise InvalidInput(end.faults) if end.faults else RunStopped(end.message)
        home = Home.of(self._agent.settings)
        return RunResult(end.report.id, Path(end.report.output), end.report, home.ledger(end.report.id))

    def _must_be_runnable(self, *, partial: bool) -> None:
        if self.faults:
            raise InvalidInput(self.faults)
        if self.draft.refusal:
            raise InvalidInput.of("rejected", self.draft.refusal)
        if self.draft.question:
            options = ", ".join(map(repr, self.draft.question.options)) or "any words"
            message = f"{self.draft.question.text} Answer it with plan.answer(…): {options}"
            raise InvalidInput.of("open_question", message, allowed=[*self.draft.question.options])
        accepted = partial or self.standing.status == "planned"
        if self.draft.not_covered and not accepted:
            message = f"the plan leaves out: {'; '.join(self.draft.not_covered)}; run the rest with partial=True"
            raise InvalidInput.of("not_covered", message, got=[*self.draft.not_covered])
