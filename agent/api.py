"""The agent for programs: from a request to a plan or a result, and on from wherever a request stands."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..operators.core import Fault, InvalidInput, RunStopped, Schema
from ..operators.core.dataset import open_writer
from ..operators.core.settings import Settings
from ..pipelines.engine.manifest import manifests
from ..pipelines.events import Listener
from ..pipelines.run import Home, Paths, RunResult
from ..pipelines.workflow import Workflow
from ..tools.wiring import open_catalog
from .conversation import Conversation, RunOptions, default_output, draft_of, kept_options, options_of
from .graph import Conversations, Stand, open_conversations
from .nodes import Means
from .planners.choice import PlannerName, chosen_planner
from .presenting import plan_text
from .review import heard
from .standing import Standing, Status, interrupted_text, invalid, standing_of
from .state import Planner, Question

if TYPE_CHECKING:
    from .chat import Chat

__all__ = ["Agent", "Plan", "RunOptions", "Standing", "Status"]


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
            return invalid(error)

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
            return invalid(error)

    def standing(self, thread: str) -> Standing:
        """Where a request stands, without going on with it."""
        try:
            with self._conversations(None) as conversations:
                return standing_of(thread, _known(conversations, thread))
        except InvalidInput as error:
            return invalid(error)

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
            return invalid(error)

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
        if place is not None and not plan_only:
            _check_output(place, self._settings, overwrite=options.overwrite)
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


def _guarded(thread: str, conversations: Conversations, go: Callable[[], Stand]) -> Standing:
    """Where a request stands after a few steps, also when they were stopped by hand."""
    try:
        return standing_of(thread, go())
    except KeyboardInterrupt:
        stand = conversations.stand(thread)
        if stand is None:
            return Standing("interrupted", "Stopped by hand; nothing was begun.")
        return replace(
            standing_of(thread, stand), status="interrupted", question=None, message=interrupted_text(thread)
        )


def _resumed(conversations: Conversations, thread: str, stand: Stand, answer: str, changed: Conversation) -> Stand:
    if stand.unfinished and not stand.question:
        if changed and stand.state.get("decision") == "run":
            return conversations.decide(thread, {**_afresh("run"), **changed})
        stand, answer = conversations.go_on(thread), ""
    if stand.question:
        if not changed:
            return conversations.answer(thread, answer) if answer.strip() else stand
        # As if the review had heard this under the new options.
        said: Conversation = heard(stand.state, stand.question, answer) if answer.strip() else {"decision": "ask"}
        return conversations.decide(thread, {**said, **changed})
    decision = _reopened(stand.state, answer)
    return conversations.decide(thread, {**decision, **changed}) if decision else stand


def _reopened(state: Conversation, answer: str) -> Conversation | None:
    """What an answer decides about a request that came to an end; None where there is nothing to decide."""
    status = state.get("status")
    if not answer.strip() or draft_of(state) is None or status == "rejected":
        return None
    found = heard(state, None, answer)
    decision = found["decision"]
    if decision == "run":
        done = status == "completed"  # approving twice must not run twice
        return None if done else {**_afresh("run"), "options": {**state["options"], "plan_only": False}}
    if decision == "rejected":
        return _afresh("rejected") if status == "planned" else None
    options = {**state["options"], "yes": False}
    again: Conversation = {**found, "status": "", "options": options}
    if status == "completed" and not options_of(state).chosen_output:
        again["output"] = str(default_output(state["inputs"][0], Path(str(state["output"])).parent, free=True))
    return again


def _afresh(decision: str) -> Conversation:
    return {"decision": decision, "status": "", "message": "", "run": None, "asks": []}


def _changed_state(
    state: Conversation, output: str | PathLike[str] | None, options: RunOptions | None, *, running: bool = False
) -> Conversation:
    """The state's part that other options and another output make different."""
    changed: Conversation = {}
    given = options.model_dump(mode="json", exclude_unset=True) if options else {}
    if output is not None:
        changed["output"] = _absolute(output)
        given["chosen_output"] = True
    if running:
        given["plan_only"] = False
    if given:
        changed["options"] = {**state["options"], **given}
    return changed


def _known(conversations: Conversations, thread: str) -> Stand:
    stand = conversations.stand(thread)
    if stand is None:
        raise InvalidInput.of("unknown_thread", f"there is no thread {thread!r}; start the request anew", got=thread)
    return stand


def _absolute(path: str | PathLike[str]) -> str:
    """An absolute path that a state may hold.

    Raises:
        InvalidInput: its name is no text.
    """
    text = str(Path(path).expanduser().absolute())
    try:
        text.encode()
    except UnicodeEncodeError:
        shown = text.encode("utf-8", "backslashreplace").decode()
        raise InvalidInput.of(
            "unreadable_name", f"{shown}: the name is not UTF-8; rename the file", got=shown
        ) from None
    return text


def _check_output(place: str, settings: Settings, *, overwrite: bool) -> None:
    """Refuse early what the run would refuse: an output that cannot be written, or that no run of ours wrote."""
    open_writer(Path(place), Schema.of(text="text")).abort()
    if (
        not overwrite
        and Path(place).exists()
        and not any(run.output == place for run in manifests(Home.of(settings).runs))
    ):
        message = f"the output {place} exists already; give another name or --overwrite"
        raise InvalidInput.of("output_exists", message, got=place)
