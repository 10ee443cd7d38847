"""What happens on the page: each action changes a conversation, and shows what has come of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..agent.review import TRY
from ..operators.core import DataFlowError, InvalidInput
from ..pipelines.edits import PlanEdit
from ..pipelines.run import Home
from ..pipelines.workflow import Step, Workflow
from .web_amending import default_edit, moved, option_edit, removed
from .web_job import sentence
from .web_kept import Message
from .web_layout import PLAN, RUN, Page
from .web_markup import Content, joined, line, notice
from .web_rows import story_view
from .web_screen import Screen, Shown, files_view
from .web_sessions import Session, Sessions

PACE_S = 0.2
"""Least time between two drawings of the page, since many small parts make many events."""
HEARTBEAT_S = 2.0
GONE = "This conversation was given up since it was not used for long. Begin again."


class Actions:
    """The actions of one page over the conversations of a server.

    Those that take time yield what is to be shown, as it changes.
    """

    def __init__(self, page: Page, sessions: Sessions) -> None:
        self._page, self._sessions, self._screen = page, sessions, Screen(page)

    def guarded(self, action: Callable[..., Shown | Iterator[Shown]]) -> Callable[..., Iterator[Shown]]:
        """An action as the page calls it: what goes wrong in it is told in the conversation, in a sentence."""

        def act(session_id: str, *given: Any) -> Iterator[Shown]:
            try:
                shown = action(session_id, *given)
                yield from [shown] if isinstance(shown, dict) else shown
            except Exception as error:  # noqa: BLE001 - the outermost border: a page shows sentences, no traces
                yield self._told(self._session(session_id), sentence(error))

        return act

    def attach(self, token: str) -> Iterator[Shown]:
        """A window opens or is loaded anew: its conversation goes on where it was."""
        session = self._sessions.get(token or "") or self._sessions.new()
        yield self._screen.whole(session)
        yield from self._follow(session)

    def add_files(self, session_id: str, uploaded: list[str] | None) -> Shown:
        """Files were dropped on the page."""
        session, left = self._session(session_id), self._page.left
        try:
            session.add_files([Path(file) for file in uploaded or []])
        except DataFlowError as error:
            said = joined([files_view(session), notice("bad", "Not taken", _sentences(error))])
            return {left.files: None, left.file_list: str(said)}
        return {left.files: None, **self._screen.whole(session), **self._screen.turned_to(PLAN)}

    def start_over(self, session_id: str) -> Shown:
        """The conversation is given up with its files, and a new one begins."""
        session, page = self._session(session_id), self._page
        try:
            self._sessions.drop(session)
        except InvalidInput as error:
            return self._told(session, str(error))
        empty = {page.left.words: "", page.result.row: "", page.result.story: "", page.editing.note: ""}
        return {**empty, **self._screen.whole(self._sessions.new()), **self._screen.turned_to(PLAN)}

    def say(self, session_id: str, words: str) -> Iterator[Shown]:
        """A message was sent."""
        session = self._session(session_id)
        try:
            session.say(words)
        except InvalidInput as error:
            yield self._told(session, str(error))
            return
        yield {self._page.left.words: "", self._page.result.story: "", self._page.editing.note: ""}
        yield from self._follow(session)

    def approve(self, session_id: str) -> Iterator[Shown]:
        """The plan is to run."""
        yield from self.say(session_id, "approve")

    def attempt(self, session_id: str) -> Iterator[Shown]:
        """A few rows are to be paid for, so that the quote becomes a measured one."""
        yield from self.say(session_id, TRY)

    def reject(self, session_id: str) -> Iterator[Shown]:
        """The plan is not wanted."""
        yield from self.say(session_id, "reject")

    def stop(self, session_id: str) -> Shown:
        """The run is to stop; what comes of it is shown where it is followed."""
        session = self._session(session_id)
        try:
            session.stop()
        except InvalidInput as error:
            return self._told(session, str(error))
        return self._screen.stopping()

    def set_option(self, session_id: str, step: str, option: str, value: str) -> Iterator[Shown]:
        """An option gets the value in the box."""
        return self._edit(session_id, step, lambda found, _: option_edit(found, option, value or ""))

    def set_default(self, session_id: str, step: str, option: str) -> Iterator[Shown]:
        """An option goes back to its default."""
        return self._edit(session_id, step, lambda found, _: default_edit(found, option))

    def remove(self, session_id: str, step: str) -> Iterator[Shown]:
        """A step goes."""
        return self._edit(session_id, step, lambda found, _: removed(found.id))

    def move_up(self, session_id: str, step: str) -> Iterator[Shown]:
        """A step goes before the one before it."""
        return self._edit(session_id, step, lambda found, workflow: moved(workflow, found.id, -1))

    def move_down(self, session_id: str, step: str) -> Iterator[Shown]:
        """A step goes behind the one behind it."""
        return self._edit(session_id, step, lambda found, workflow: moved(workflow, found.id, 1))

    def undo(self, session_id: str) -> Iterator[Shown]:
        """The last change is taken back."""
        return self._change(self._session(session_id), lambda session: session.undo())

    def choose_step(self, session_id: str, step: str) -> Shown:
        """The options of another step are shown."""
        session = self._session(session_id)
        if session.chosen_step == step:
            return {}
        session.chosen_step, session.chosen_option = step, ""
        return {self._page.editing.note: "", **self._screen.options_of(session, _step(session, step))}

    def choose_option(self, session_id: str, step: str, option: str) -> Shown:
        """The value of another option is shown; what was typed for the same one stays."""
        session = self._session(session_id)
        found = _step(session, step)
        if session.chosen_option == option or found is None or not option:
            return {}
        session.chosen_option = option
        return {self._page.editing.note: "", **self._screen.value_of(found, option)}

    def why(self, session_id: str, row: str) -> Shown:
        """The story of a row is shown."""
        session, story = self._session(session_id), self._page.result.story
        report = session.finished.report if session.finished else None
        if report is None or not row.strip():
            return {story: str(notice("bad", "", ["Name a row of the data, such as 17."]))}
        try:
            found = Home.of(session.settings).ledger(report.id).why(row.strip())
        except DataFlowError as error:
            return {story: str(notice("bad", "", _sentences(error)))}
        return {story: str(story_view(found, report.inputs))}

    def why_hint(self, session_id: str, hint: str) -> Shown:
        """The story of a row that was offered, as in `Row 17, dropped`."""
        row = hint.rpartition(",")[0].removeprefix("Row ")
        return {self._page.result.row: row, **self.why(session_id, row)}

    def _edit(self, session_id: str, step: str, make: Callable[[Step, Workflow], PlanEdit]) -> Iterator[Shown]:
        session = self._session(session_id)
        found, draft = _step(session, step), session.draft
        if found is None or draft is None:
            yield {self._page.editing.note: str(notice("bad", "", ["Choose a step first."]))}
            return
        yield from self._change(session, lambda one: one.edit(make(found, draft.workflow)))

    def _change(self, session: Session, change: Callable[[Session], None]) -> Iterator[Shown]:
        note = self._page.editing.note
        try:
            change(session)
        except DataFlowError as error:
            yield {note: str(notice("bad", "Not changed", _sentences(error)))}
            return
        yield {note: ""}
        yield from self._follow(session)

    def _follow(self, session: Session) -> Iterator[Shown]:
        """Show how a message is dealt with, until it has been."""
        job, seen, turned = session.job, 0, False
        while job is not None and not job.ended:
            turn = self._screen.turned_to(RUN) if job.running and not turned else {}
            turned = turned or job.running
            yield {**self._screen.busy(session, job), **turn}
            if not job.ends_within(PACE_S):
                seen = job.wait(seen, HEARTBEAT_S)
        yield {**self._screen.whole(session), **self._screen.tab_for(session)}

    def _session(self, session_id: str) -> Session:
        session = self._sessions.get(session_id)
        if session is None:
            session = self._sessions.new()
            session.messages.append(Message(role="assistant", text=GONE))
        return session

    def _told(self, session: Session, text: str) -> Shown:
        session.messages.append(Message(role="assistant", text=text))
        return self._screen.said(session)


def _step(session: Session, step: str) -> Step | None:
    steps = session.draft.workflow.steps if session.draft else ()
    return next((one for one in steps if one.id == step), None)


def _sentences(error: DataFlowError) -> list[Content]:
    return [line(text, 1000) for text in str(error).splitlines()]
