"""One message being dealt with: in a thread of its own, with how far it is."""

import sys
import traceback
from collections.abc import Callable
from threading import Condition, Thread

from ..agent.api import Standing
from ..pipelines.edits import printable
from ..pipelines.events import Event
from .delivery import answer_to
from .web_run import RunProgress

LONGEST_ERROR = 300
PHASES = {
    "look": "Looking at the data",
    "draft": "Planning",
    "change": "Changing the plan",
    "check": "Checking the plan",
    "repair": "Mending the plan",
    "sample": "Trying the plan on the first rows",
    "run": "Running the plan over all rows",
    "check_output": "Checking the result against your request",
}


def sentence(error: BaseException) -> str:
    """What is said on the page of an error; the trace of one that is ours goes to the terminal."""
    answer = answer_to(error)
    if answer is not None:
        return answer.document.message
    traceback.print_exception(error, file=sys.stderr)
    what = printable(f"{type(error).__name__}: {error}", LONGEST_ERROR)
    return f"An error in dataflow-agent itself, please report it: {what}. The terminal that serves the page has more."


class Job:
    """One message being dealt with in a thread of its own, so that the page stays alive."""

    def __init__(self, work: Callable[["Job"], Standing], done: Callable[[Standing | None, str], None]) -> None:
        self.progress = RunProgress()
        self.phase = "Thinking"
        self.running = False
        """Whether the plan runs over all rows."""
        self.stopping = False
        """Whether somebody asked the run to stop."""
        self._work, self._tell = work, done
        self._changed = Condition()
        self._ended = False
        self._news = 0

    def start(self) -> None:
        """Begin; the thread ends by itself."""
        Thread(target=self._go, name="message", daemon=True).start()

    def hear(self, event: Event) -> None:
        """Take an event of the agent or of its run."""
        with self._changed:
            if event["event"] == "node_started":
                self.phase = PHASES.get(event["node"], self.phase)
                self.running = self.running or event["node"] == "run"
            else:
                self.progress.take(event)
            self._news += 1
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Whether all is done and told."""
        return self._ended

    def wait(self, seen: int, timeout_s: float) -> int:
        """Wait for news after those seen, or for the end.

        Returns:
            How many news there are by now.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._news > seen, timeout_s)
            return self._news

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end; whether it came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended, seconds)

    def _go(self) -> None:
        standing, error = None, ""
        try:
            standing = self._work(self)
        except BaseException as raised:  # noqa: BLE001 - the outermost border of this thread: the page shows a sentence
            error = sentence(raised)
        self._tell(standing, error)
        with self._changed:
            self._ended = True
            self._changed.notify_all()
