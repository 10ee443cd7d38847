"""The conversations of the page: one for each browser window, with its files, its plan and what is being done now."""

import re
import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock

from ..agent.api import Agent, RunOptions, Standing
from ..agent.conversation import default_output
from ..agent.planners.choice import PlannerName
from ..agent.state import Draft, Planner
from ..operators.core import InvalidInput
from ..operators.core.settings import Settings, make_private_folder
from ..pipelines.attaching import attach, cancel
from ..pipelines.edits import PlanEdit
from ..pipelines.run import Home
from ..pipelines.runner import lasting_runner
from ..pipelines.workflow import Workflow
from ..tools.wiring import available
from .web_amending import ByHand, back_to, by_hand
from .web_job import Job
from .web_kept import Kept, Message
from .web_plan import Changed
from .web_reply import reply
from .web_uploads import free_place, must_be_readable

UPLOADS, INCOMING, DATA = "uploads", "incoming", "data"
_ID = re.compile(r"[0-9a-f]{32}")
KEPT_S = 7 * 24 * 3600.0
"""How long the files of a conversation stay after it was last used."""
MOST_SESSIONS = 32
MOST_UNDO = 50
BUSY = "The last message is still being dealt with; wait for its end."
LOST = "The program ended before it had dealt with that; say it again."


@dataclass
class Session:
    """One conversation.

    Args:
        id: also the name of its folder; nobody can guess it.
        folder: holds its data and its results.
        changed: what the last message did to the plan that was there before it.
        finished: where the request stood after the last run that was completed.
        chosen_step: what is looked at in the editing by hand; likewise `chosen_option`.
    """

    id: str
    folder: Path
    settings: Settings = field(repr=False)
    planner: PlannerName | Planner = "auto"
    files: list[Path] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    standing: Standing | None = None
    changed: Changed | None = None
    finished: Standing | None = None
    job: Job | None = None
    chosen_step: str = ""
    chosen_option: str = ""
    touched: float = field(default_factory=time.monotonic)
    _undo: list[Draft] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def draft(self) -> Draft | None:
        """The plan on the table."""
        return self.standing.draft if self.standing else None

    @property
    def may_run(self) -> bool:
        """Whether approving would run the plan."""
        standing, draft = self.standing, self.draft
        if standing is None or draft is None or draft.question or draft.refusal or standing.thread is None:
            return False
        return standing.status in ("needs_input", "interrupted") or (
            standing.status == "failed" and not standing.faults
        )

    @property
    def may_edit(self) -> bool:
        """Whether the plan can be edited by hand: not while a question about it is open."""
        draft = self.draft
        ended = self.standing is None or self.standing.status == "rejected"
        return draft is not None and not ended and not draft.question and bool(draft.workflow.steps)

    @property
    def may_undo(self) -> bool:
        """Whether there is an earlier plan to go back to."""
        return bool(self._undo) and self.may_edit

    @property
    def output(self) -> Path:
        """Where the result of the conversation goes."""
        return default_output(str(self.files[0]), self._own_folder("result"))

    def add_files(self, uploaded: Sequence[Path]) -> None:
        """Take files into the conversation; the next message is a new request about all of them.

        Raises:
            InvalidInput: something is being done with the files that are there, or one cannot be read; none was taken.
        """
        with self._lock:
            self._must_be_idle()
            must_be_readable(uploaded)
            data = self._own_folder(DATA)
            for file in uploaded:
                place = free_place(data, file.name)
                shutil.move(file, place)
                self.files.append(place)
            self.finished = None
            self._forget_plan()
            self._keep()

    def clear_files(self) -> None:
        """Let go of all files, the results included."""
        with self._lock:
            self._must_be_idle()
            self.files.clear()
            shutil.rmtree(self.folder, ignore_errors=True)
            self.finished = None
            self._forget_plan()

    def save_plan(self, workflow: Workflow) -> Path:
        """Write a workflow beside the results, for download."""
        place = self._own_folder("plan") / "plan.yaml"
        workflow.save(place)
        return place

    def say(self, text: str) -> None:
        """Hear a message; what comes of it is there when the job has ended."""
        words = text.strip()
        with self._lock:
            self._must_be_idle()
            if not words:
                return
            self.messages.append(Message(role="user", text=words))
            if not self.files:
                self.messages.append(Message(role="assistant", text="Which data? Add at least one file first."))
                return
            thread = self._open_thread()
            if thread is None:
                self._forget_plan()
            agent = self._agent(self.planner)
            self._start(lambda job: self._heard(agent, thread, words, job))

    def stop(self) -> None:
        """Stop the run of the plan; it has stopped when the job has ended.

        Raises:
            InvalidInput: there is no run that can be stopped.
        """
        job, thread = self.job, self._open_thread()
        run_id = self._agent(self.planner).standing(thread).running if job and thread else None
        if job is None or run_id is None:
            raise InvalidInput.of("no_run", "there is no run to stop")
        job.stopping = True  # before it stops, so that its end is told so
        try:
            job.stopping = cancel(Home.of(self.settings).runs / run_id)
        except InvalidInput:
            job.stopping = False
            raise

    def take_up(self, kept: Kept) -> None:
        """Go on with a conversation of an earlier server; a run of it that is at work is followed."""
        with self._lock:
            self.files = [place for name in kept.files if (place := self.folder / DATA / name).exists()]
            self.messages = [*kept.messages]
            self.standing, self.finished, self._undo = kept.standing, kept.finished, [*kept.undo]
            thread = self._open_thread()
            if thread is not None:
                agent = self._agent(self.planner)
                self._start(lambda job: _caught_up(agent, thread, job), remember=False, say=kept.busy)
            elif kept.busy:
                self.messages.append(Message(role="assistant", text=LOST))

    def edit(self, edit: PlanEdit) -> None:
        """Change the plan by hand.

        Raises:
            InvalidInput: the edit does not fit or would break the plan; nothing has changed.
        """
        with self._lock:
            self._must_be_idle()
            draft = self._editable()
            seen = self.standing.profile if self.standing else None
            schema = seen.schema if seen else None
            if schema is None:
                raise InvalidInput.of("no_profile", "the data is not known yet; send the request again")
            self._amend(draft, by_hand(draft, edit, schema, available(dict(self.settings.resources))))

    def undo(self) -> None:
        """Go back to the plan before the last change.

        Raises:
            InvalidInput: there is none.
        """
        with self._lock:
            self._must_be_idle()
            draft = self._editable()
            if not self._undo:
                raise InvalidInput.of("no_change", "there is nothing to undo")
            hand = back_to(self._undo[-1], draft.workflow)
            self._undo.pop()
            self._amend(draft, hand, remember=False)

    def _heard(self, agent: Agent, thread: str | None, words: str, job: Job) -> Standing:
        if thread is not None:
            return agent.resume(thread, words, on_event=job.hear)
        data = [str(file) for file in self.files]
        return agent.start(words, data, output=self.output, options=RunOptions(overwrite=True), on_event=job.hear)

    def _amend(self, draft: Draft, hand: ByHand, *, remember: bool = True) -> None:
        thread, words = self._open_thread(), hand.words(draft.workflow)
        if thread is None:
            raise InvalidInput.of("no_plan", "there is no plan to change")
        self.messages.append(Message(role="user", text=f"By hand: {words}"))
        agent = self._agent(hand)
        self._start(lambda job: agent.resume(thread, words, on_event=job.hear), remember=remember)

    def _open_thread(self) -> str | None:
        standing = self.standing
        return None if standing is None or standing.status == "rejected" else standing.thread

    def _start(self, work: Callable[[Job], Standing], *, remember: bool = True, say: bool = True) -> None:
        before = self.draft
        self.touched = time.monotonic()
        done = partial(self._ended, before, remember=remember, say=say)
        self.job = job = Job(work, lambda standing, error: done(job, standing, error))
        self._keep()
        job.start()

    def _ended(
        self, before: Draft | None, job: Job, standing: Standing | None, error: str, *, remember: bool, say: bool
    ) -> None:
        with self._lock:
            self.touched = time.monotonic()
            self.job = None
            if say or standing is None:
                text = reply(standing, stopped=job.stopping) if standing else error
                self.messages.append(Message(role="assistant", text=text))
            if standing is not None:
                self._stands(standing, before, remember=remember)
            self._keep()

    def _stands(self, standing: Standing, before: Draft | None, *, remember: bool) -> None:
        self.standing, after = standing, standing.draft
        if standing.status == "completed":
            self.finished = standing
        same = before is None or after is None or before.workflow == after.workflow
        self.changed = None if same or before is None else Changed(before.workflow)
        if before is not None and not same and remember:
            self._undo = [*self._undo, before][-MOST_UNDO:]

    def _keep(self) -> None:
        """Put on disk what a server that is started anew goes on with."""
        if not self.files:
            return
        Kept(
            files=tuple(file.name for file in self.files),
            messages=tuple(self.messages),
            standing=self.standing,
            finished=self.finished,
            undo=tuple(self._undo),
            busy=self.job is not None,
        ).save(self.folder)

    def _agent(self, planner: PlannerName | Planner) -> Agent:
        return Agent(planner=planner, settings=self.settings, runner=lasting_runner())

    def _editable(self) -> Draft:
        draft = self.draft
        if draft is None or not self.may_edit:
            raise InvalidInput.of("no_plan", "there is no plan to change by hand now; answer the question first")
        return draft

    def _own_folder(self, name: str) -> Path:
        make_private_folder(self.folder)
        return make_private_folder(self.folder / name)

    def _must_be_idle(self) -> None:
        if self.job is not None:
            raise InvalidInput.of("busy", BUSY)

    def _forget_plan(self) -> None:
        self.standing, self.changed, self._undo = None, None, []
        self.touched = time.monotonic()


def _caught_up(agent: Agent, thread: str, job: Job) -> Standing:
    """Where a request stands once its run, where one is at work, has come to its end; nothing is begun anew."""
    standing = agent.standing(thread)
    if standing.running:
        job.running = True
        attach(Home.of(agent.settings).runs / standing.running, job.hear)
        standing = agent.standing(thread)
    return standing


class Sessions:
    """All conversations of one server, the ones used longest ago given up first.

    Args:
        most: most conversations kept at a time.
    """

    def __init__(self, settings: Settings, planner: PlannerName | Planner = "auto", most: int = MOST_SESSIONS) -> None:
        self._settings, self._planner, self._most = settings, planner, most
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()
        self.folder = make_private_folder(Home.of(settings).path / UPLOADS)
        self.incoming = make_private_folder(self.folder / INCOMING)
        self._clear_old_folders()

    def new(self) -> Session:
        """A conversation that nothing has been said in.

        Raises:
            InvalidInput: as many as can be are busy.
        """
        with self._lock:
            return self._added(secrets.token_hex(16))

    def get(self, session_id: str) -> Session | None:
        """The conversation, also one of an earlier server; None when it was given up."""
        with self._lock:
            session = self._sessions.get(session_id) or self._kept(session_id)
            if session is not None:
                self._sessions.move_to_end(session_id)
            return session

    def drop(self, session: Session) -> None:
        """Give up a conversation with its files.

        Raises:
            InvalidInput: it is busy.
        """
        session.clear_files()
        with self._lock:
            self._sessions.pop(session.id, None)

    def _added(self, name: str) -> Session:
        while len(self._sessions) >= self._most:
            self._give_up_oldest()
        self._sessions[name] = session = Session(name, self.folder / name, self._settings, self._planner)
        return session

    def _kept(self, session_id: str) -> Session | None:
        kept = Kept.load(self.folder / session_id) if _ID.fullmatch(session_id) else None
        if kept is None:
            return None
        session = self._added(session_id)
        session.take_up(kept)
        return session

    def _give_up_oldest(self) -> None:
        for name, session in self._sessions.items():
            if session.job is None:
                del self._sessions[name]
                shutil.rmtree(session.folder, ignore_errors=True)
                return
        raise InvalidInput.of("too_many_sessions", f"{self._most} conversations are busy; wait for one to end")

    def _clear_old_folders(self) -> None:
        oldest = time.time() - KEPT_S
        for left in (*self.folder.iterdir(), *self.incoming.iterdir()):
            if left != self.incoming and left.lstat().st_mtime < oldest and not self._is_at_work(left):
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def _is_at_work(self, folder: Path) -> bool:
        """Whether a run of the conversation in a folder goes on, which may take longer than anything."""
        kept = Kept.load(folder)
        thread = kept.standing.thread if kept and kept.standing else None
        return thread is not None and Agent(settings=self._settings).standing(thread).running is not None
