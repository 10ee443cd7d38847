"""The conversations of the page: one for each browser window, with its files, its plan and what is being done now."""

import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Literal

from ..agent.api import Agent, RunOptions, Standing
from ..agent.conversation import default_output
from ..agent.planners.choice import PlannerName
from ..agent.state import Draft, Planner
from ..operators.core import InvalidInput
from ..operators.core.dataset import Dataset
from ..operators.core.settings import Settings, make_private_folder
from ..pipelines.edits import PlanEdit
from ..pipelines.report import Report
from ..pipelines.run import Home
from ..pipelines.workflow import Workflow
from ..tools.wiring import available
from .web_amending import ByHand, back_to, by_hand
from .web_job import Job
from .web_plan import Changed

UPLOADS, INCOMING = "uploads", "incoming"
KEPT_S = 7 * 24 * 3600.0
"""How long the files of a conversation stay after it was last used."""
MOST_SESSIONS = 32
MOST_UNDO = 50
BUSY = "The last message is still being dealt with; wait for its end."


@dataclass(frozen=True)
class Message:
    """One line of the conversation."""

    role: Literal["user", "assistant"]
    text: str


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
            _must_be_readable(uploaded)
            data = self._own_folder("data")
            for file in uploaded:
                place = _free_place(data, file.name)
                shutil.move(file, place)
                self.files.append(place)
            self.finished = None
            self._forget_plan()

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
            self.messages.append(Message("user", words))
            if not self.files:
                self.messages.append(Message("assistant", "Which data? Add at least one file first."))
                return
            thread = self._open_thread()
            if thread is None:
                self._forget_plan()
            agent = Agent(planner=self.planner, settings=self.settings)
            self._start(lambda job: self._heard(agent, thread, words, job))

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
        self.messages.append(Message("user", f"By hand: {words}"))
        agent = Agent(planner=hand, settings=self.settings)
        self._start(lambda job: agent.resume(thread, words, on_event=job.hear), remember=remember)

    def _open_thread(self) -> str | None:
        standing = self.standing
        return None if standing is None or standing.status == "rejected" else standing.thread

    def _start(self, work: Callable[[Job], Standing], *, remember: bool = True) -> None:
        before = self.draft
        self.touched = time.monotonic()
        self.job = Job(work, lambda standing, error: self._ended(before, standing, error, remember=remember))
        self.job.start()

    def _ended(self, before: Draft | None, standing: Standing | None, error: str, *, remember: bool) -> None:
        with self._lock:
            self.touched = time.monotonic()
            self.job = None
            self.messages.append(Message("assistant", reply(standing) if standing else error))
            if standing is None:
                return
            self.standing, after = standing, standing.draft
            if standing.status == "completed":
                self.finished = standing
            same = before is None or after is None or before.workflow == after.workflow
            self.changed = None if same or before is None else Changed(before.workflow)
            if before is not None and not same and remember:
                self._undo = [*self._undo, before][-MOST_UNDO:]

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


def reply(standing: Standing) -> str:
    """What is said in the conversation of where a request stands; the plan itself stands beside it."""
    draft, sample = standing.draft, standing.sample
    if standing.status == "completed" and standing.report is not None:
        return _outcome(standing, standing.report)
    if standing.status != "needs_input" or draft is None:
        return standing.message or standing.status
    if draft.question:
        return "\n".join([standing.message, *(f"{at}. {text}" for at, text in enumerate(draft.question.options, 1))])
    count = len(draft.workflow.steps)
    asked = standing.question.text if standing.question else ""
    changes = standing.message.removesuffix(asked).strip()
    plan = changes or f"The plan has {count} {'step' if count == 1 else 'steps'}."
    tried = f"On the first {sample.rows_in:,} rows, {sample.rows_out:,} come out." if sample else ""
    return " ".join(filter(None, [plan, tried, asked]))


def _outcome(standing: Standing, report: Report) -> str:
    counts = f"Done: {report.rows_in:,} rows in, {report.rows_out:,} out."
    broken = [ask.text for ask in standing.asks if ask.holds is False]
    proven = sum(ask.holds is True for ask in standing.asks)
    if broken:
        return f"{counts} But the result breaks what was asked: {'; '.join(broken)}."
    open_ones = len(standing.asks) - proven
    rest = f"; {open_ones} could not be checked" if open_ones else ""
    return (
        f"{counts} {proven} of your {len(standing.asks)} clauses were proven on the result{rest}." if proven else counts
    )


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
        name = secrets.token_hex(16)
        session = Session(name, self.folder / name, self._settings, self._planner)
        with self._lock:
            while len(self._sessions) >= self._most:
                self._give_up_oldest()
            self._sessions[name] = session
        return session

    def get(self, session_id: str) -> Session | None:
        """The conversation, or None when it was given up."""
        with self._lock:
            session = self._sessions.get(session_id)
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
            if left != self.incoming and left.lstat().st_mtime < oldest:
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _must_be_readable(files: Sequence[Path]) -> None:
    """Refuse uploads that are no data, by the names that the person knows; what is refused does not stay here."""
    try:
        Dataset.open(files)
    except InvalidInput as error:
        faults = list(error.faults)
        for file in files:
            folder = f"{file.parent}/"
            faults = [one.model_copy(update={"message": one.message.replace(folder, "")}) for one in faults]
            file.unlink(missing_ok=True)
        raise InvalidInput(faults) from None


def _free_place(folder: Path, name: str) -> Path:
    """A path for a file in a folder, numbered before its endings where the name is taken."""
    stem, dot, endings = name.partition(".")
    number, place = 2, folder / name
    while place.exists():
        place = folder / f"{stem}-{number}{dot}{endings}"
        number += 1
    return place
