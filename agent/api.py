"""The agent for programs: from a request to a plan or a result, and on from wherever a request stands."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..operators.core import Fault, InvalidInput, RunStopped
from ..operators.core.dataset import Output
from ..operators.core.settings import Settings
from ..pipelines.engine.manifest import manifests
from ..pipelines.events import Listener
from ..pipelines.run import Home, Paths, RunResult
from ..pipelines.runner import Runner, lasting_runner
from ..pipelines.workflow import Workflow
from ..tools.wiring import open_catalog
from .conversation import Conversation, RunOptions, absolute, default_output, kept_options
from .graph import open_conversations
from .means import Means
from .planners.choice import PlannerName, chosen_planner
from .presenting import plan_text
from .resuming import Request
from .standing import Standing, Status, invalid
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
        runner: carries out approved plans; in this process if not given, but for conversations, whose runs outlive it.
    """

    def __init__(
        self,
        *,
        planner: PlannerName | Planner = "auto",
        settings: Settings | None = None,
        runner: Runner | None = None,
    ) -> None:
        self._planner = planner
        self._settings = settings or Settings()
        self._runner = runner

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
            with self._request(thread, on_event) as begun:
                return begun.begin(state)
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
                A request whose process died goes on where it stopped, and one that another process is dealing with is
                followed; both hear no answer, since nothing was asked, or what was asked is not open any more. Only
                where its run was stopped or lost, "reject" and words that change the plan are heard.
            output: another place for the result, from now on.
            options: other options, from now on.

        Returns:
            Where the request stands now.
        """
        try:
            with self._request(thread, on_event) as request:
                return request.resume(answer, output, options)
        except InvalidInput as error:
            return invalid(error)

    def standing(self, thread: str) -> Standing:
        """Where a request stands, without going on with it.

        Where its run came to an end that nobody took notice of, that is caught up on: the result is checked and told.
        While its run is at work, `running` is that run.
        """
        try:
            with self._request(thread) as request:
                unheard = request.ended_unheard(request.stand())
                return request.resume("", None, None) if unheard else request.standing()
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
        """A conversation about some data; the death of this process ends none of its runs."""
        from .chat import Chat

        runner = self._runner or lasting_runner()
        return Chat(Agent(planner=self._planner, settings=self._settings, runner=runner), data)

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
            with self._request(thread, on_event) as request:
                return request.decide(decision, output, options)
        except InvalidInput as error:
            return invalid(error)

    def _first_state(
        self, request: str, data: Paths, output: str | PathLike[str] | None, options: RunOptions, *, plan_only: bool
    ) -> Conversation:
        words = request.encode("utf-8", "replace").decode().strip()
        if not words:
            raise InvalidInput.of("empty_request", "the request is empty; say what the data should become")
        given = [data] if isinstance(data, str | PathLike) else list(data)
        inputs = [absolute(path) for path in given]
        if not inputs:
            raise InvalidInput.of("no_input", "there is no input; name at least one file")
        wanted = self._planner if isinstance(self._planner, str) else self._planner.name
        place = None if output is None else absolute(output)
        if place is None and not plan_only:
            place = str(default_output(inputs[0], Path.cwd()))
        if place is not None and not plan_only:
            _check_output(place, self._settings, options)
        kept = kept_options(options, plan_only=plan_only, chosen_output=output is not None, wanted=wanted)
        return {"request": words, "inputs": inputs, "output": place, "planner": wanted, "options": kept}

    @contextmanager
    def _request(self, thread: str, on_event: Listener | None = None) -> Iterator[Request]:
        planner, fallback = chosen_planner(self._planner, self._settings)
        means = Means(
            planner=planner,
            fallback=fallback,
            open_catalog=lambda: open_catalog(self._settings),
            settings=self._settings,
            runner=self._runner,
            on_event=on_event,
        )
        home = Home.of(self._settings)
        with open_conversations(means, home.path) as conversations:
            yield Request(thread, conversations, home, on_event)


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
            self.draft,
            sample=stand.tried or stand.sample,
            quote=stand.quote,
            faults=stand.faults,
            warnings=stand.warnings,
            question=stand.question,
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
        workers: int | None = None,
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
            workers: processes that work side by side; as the plan was asked for, or else 1, if not given.
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
            "workers": workers,
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


def _check_output(place: str, settings: Settings, options: RunOptions) -> None:
    """Refuse early what the run would refuse: an output that cannot be written, or that no run of ours wrote."""
    exists = Output.at(place, shard_rows=options.shard_rows).exists()
    if exists and not options.overwrite and not any(run.output == place for run in manifests(Home.of(settings).runs)):
        message = f"the output {place} exists already; give another name or --overwrite"
        raise InvalidInput.of("output_exists", message, got=place)
