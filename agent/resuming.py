"""Takes a request up again: what an answer, other options or a run that went on by itself make of where it stands."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Literal

from ..operators.core import InvalidInput
from ..pipelines.attaching import RunInterrupted, attach, ending_of
from ..pipelines.engine.presence import is_alive
from ..pipelines.events import Listener
from ..pipelines.run import Home
from .conversation import Conversation, RunOptions, absolute, default_output, draft_of, options_of, refuse_secrets
from .graph import Conversations, Stand
from .review import heard
from .standing import Standing, interrupted_text, standing_of
from .turns import turn

AFTER_RUN = frozenset({"check_output", "tell", "remember"})
"""Steps that tell how a run ended."""
WAIT_S = 0.1
"""How often it is asked whether another process is done with a request."""


@dataclass(frozen=True)
class Request:
    """One request that is taken up.

    Args:
        home: where runs and requests are kept.
        on_event: hears the events of a run that another process follows, while that one is waited for.
    """

    thread: str
    conversations: Conversations
    home: Home
    on_event: Listener | None = None

    def stand(self) -> Stand:
        """Where it stands.

        Raises:
            InvalidInput: there is no such request.
        """
        stand = self.conversations.stand(self.thread)
        if stand is None:
            message = f"there is no thread {self.thread!r}; start the request anew"
            raise InvalidInput.of("unknown_thread", message, got=self.thread)
        return stand

    def standing(self) -> Standing:
        """The same in terms for people, with the run that goes on by itself."""
        stand = self.stand()
        return standing_of(self.thread, stand, running=self.running(stand))

    def running(self, stand: Stand) -> str | None:
        """The id of its run that is at work just now, whoever carries it out."""
        run_id = stand.state.get("run_id") if stand.step == "run" else None
        return run_id if run_id and is_alive(self.home.runs / run_id) else None

    def ended_unheard(self, stand: Stand) -> bool:
        """Whether its run came to its end, and nobody took notice or told it all."""
        run_id = stand.state.get("run_id")
        if stand.step in AFTER_RUN:
            return True
        if stand.step != "run" or not run_id:
            return False
        folder = self.home.runs / run_id
        ending = ending_of(folder) if folder.exists() else None
        return ending is not None and ending.status != "interrupted"

    def _was_lost(self, stand: Stand) -> bool:
        """Whether its run was stopped, or its process died."""
        return stand.step == "run" and self.running(stand) is None and not self.ended_unheard(stand)

    def begin(self, state: Conversation) -> Standing:
        """Take a new request as far as it goes by itself."""
        with self._turn():
            return self._guarded(lambda: self.conversations.begin(self.thread, state))

    def resume(self, answer: str, output: str | PathLike[str] | None, options: RunOptions | None) -> Standing:
        """Go on with an answer, another output or other options; see `Agent.resume`."""

        def go() -> Stand:
            with self._turn() as waited:
                stand = self.stand()
                if waited:
                    return self._caught_up(stand)
                return self._resumed(stand, answer, changed_state(stand.state, output, options))

        self.stand()
        return self._guarded(go)

    def decide(
        self, decision: Literal["run", "rejected"], output: str | PathLike[str] | None, options: RunOptions | None
    ) -> Standing:
        """Run or reject the plan; see `Agent.decide`."""

        def go() -> Stand:
            with self._turn() as waited:
                stand = self.stand()
                if waited:
                    return self._caught_up(stand)
                changed = changed_state(stand.state, output, options, running=True)
                if self._has_begun(stand, changed, decision):
                    return self.conversations.go_on(self.thread)
                return self.conversations.decide(self.thread, {**changed, **_afresh(decision)})

        self.stand()
        return self._guarded(go)

    def _resumed(self, stand: Stand, answer: str, changed: Conversation) -> Stand:
        if stand.unfinished and not stand.question:
            if changed and stand.state.get("decision") == "run" and not self._has_begun(stand, changed, "run"):
                return self.conversations.decide(self.thread, {**_afresh("run"), **changed})
            if self._was_lost(stand) and (decision := _instead_of_running(stand.state, answer)):
                return self.conversations.decide(self.thread, {**decision, **changed})
            stand, answer = self.conversations.go_on(self.thread), ""
        if stand.question:
            if not changed:
                return self.conversations.answer(self.thread, answer) if answer.strip() else stand
            # As if the review had heard this under the new options.
            said: Conversation = heard(stand.state, stand.question, answer) if answer.strip() else {"decision": "ask"}
            return self.conversations.decide(self.thread, {**said, **changed})
        decision = _reopened(stand.state, answer)
        return self.conversations.decide(self.thread, {**decision, **changed}) if decision else stand

    def _caught_up(self, stand: Stand) -> Stand:
        """Where another process left a request that was waited for: its plan may be another now, so nothing is said."""
        left = stand.unfinished and not stand.question
        return self.conversations.go_on(self.thread) if left else stand

    def _has_begun(self, stand: Stand, changed: Conversation, decision: str) -> bool:
        """Whether what is decided is the run that has begun already.

        Raises:
            InvalidInput: a run has begun, and something else is wanted now.
        """
        if decision == "run" and not changed:
            return self.running(stand) is not None or self.ended_unheard(stand)
        run_id = self.running(stand)
        if run_id:
            message = f"run {run_id} of this plan is at work; wait for its end or stop it, then ask for something else"
            raise InvalidInput.of("run_at_work", message, got=run_id)
        return False

    def _guarded(self, go: Callable[[], Stand]) -> Standing:
        """Where the request stands after a few steps, also when they were stopped by hand."""
        try:
            return standing_of(self.thread, go())
        except (KeyboardInterrupt, RunInterrupted) as error:
            stand = self.conversations.stand(self.thread)
            if stand is None:
                return Standing("interrupted", "Stopped by hand; nothing was begun.")
            running = self.running(stand)
            reason = str(error) if isinstance(error, RunInterrupted) else ""
            message = interrupted_text(self.thread, running=running, reason=reason)
            standing = standing_of(self.thread, stand, running=running)
            return replace(standing, status="interrupted", question=None, message=message)

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        with turn(self.home.path, self.thread, self._watch) as waited:
            yield waited

    def _watch(self) -> None:
        """Hear of the run that another process started or follows; or wait a little, where there is none yet."""
        stand = self.conversations.stand(self.thread)
        run_id = None if stand is None else self.running(stand)
        if run_id:
            attach(self.home.runs / run_id, self.on_event)
        else:
            time.sleep(WAIT_S)


def changed_state(
    state: Conversation, output: str | PathLike[str] | None, options: RunOptions | None, *, running: bool = False
) -> Conversation:
    """The part of the state that other options and another output make different."""
    changed: Conversation = {}
    if options is not None:
        refuse_secrets(options)
    given = options.model_dump(mode="json", exclude_unset=True) if options else {}
    if output is not None:
        place = absolute(output)
        given["chosen_output"] = True
        if place != state.get("output"):
            changed["output"] = place
    if running:
        given["plan_only"] = False
    wanted = {**state["options"], **given}
    if wanted != state["options"]:
        changed["options"] = wanted
    return changed


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


def _instead_of_running(state: Conversation, answer: str) -> Conversation | None:
    """What an answer decides about a request whose run was stopped or lost; None where it only lets it go on."""
    if not answer.strip():
        return None
    found = heard(state, None, answer)
    if found["decision"] == "rejected":
        return _afresh("rejected")
    if found["decision"] != "change":
        return None
    return {**found, "run_id": None, "options": {**state["options"], "yes": False}}


def _afresh(decision: str) -> Conversation:
    return {"decision": decision, "status": "", "message": "", "run": None, "run_id": None, "asks": []}
