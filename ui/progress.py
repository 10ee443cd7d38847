"""The progress of a run for people: one live line on a terminal, a few plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from types import TracebackType

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ..pipelines.events import Event
from .delivery import console, printable

DESCRIPTION = 46
"""Most characters of the live line's words, so that all of it fits into 80 columns."""
QUIET_S = 10.0
"""A stage that takes longer tells where it is every so many seconds, where lines are plain."""

DOING = {
    "look": "looking at the data",
    "draft": "planning",
    "change": "changing the plan",
    "check": "checking the plan",
    "repair": "mending the plan",
    "sample": "trying the plan on a sample",
    "check_output": "checking the output",
}
"""What the steps of a request do; the run itself tells its stages."""


class Watch:
    """Listens to the events of a run and shows them on stderr; remembers the run's id.

    Use it as a context manager, so that the live line is gone before anything else is printed.

    Args:
        silent: show nothing, only remember.
        clock: seconds that only grow.
    """

    def __init__(self, *, silent: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.run_id: str | None = None
        self._silent, self._clock = silent, clock
        self._console = console(stderr=True)
        self._live: Progress | None = None
        self._task: TaskID | None = None
        self._steps, self._stage, self._of = "", 0, 0
        self._told = clock()
        self._rows = [0, 0]

    def __enter__(self) -> "Watch":
        if not self._silent and sys.stderr.isatty():
            columns = (SpinnerColumn("line"), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
            self._live = Progress(*columns, console=self._console, transient=True)
            self._task = self._live.add_task("reading", total=None)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take one event of a run."""
        self.run_id = event.get("run", self.run_id)
        match event["event"]:
            case "node_started":
                self._show(DOING.get(event["node"], "one moment"))
            case "run_started":
                self._say(f"{event['rows']:,} rows read")
            case "stage_started":
                self._stage, self._of = event["stage"] + 1, event["of"]
                self._steps = ", ".join(event["steps"]) or "preparing"
                self._rows = [0, 0]
                self._update(0, 1)
            case "part_done":
                self._rows[0] += event["rows_in"]
                self._rows[1] += event["rows_out"]
                self._update(event["part"] + 1, event["of"])
                if self._clock() - self._told > QUIET_S:
                    self._say(f"{self._where()}: part {event['part'] + 1} of {event['of']}")
            case "stage_done":
                self._say(
                    f"{self._where()}: {self._rows[0]:,} rows in, {self._rows[1]:,} out, {event['seconds']:.1f} s"
                )

    def _where(self) -> str:
        return f"stage {self._stage} of {self._of}, {self._steps}"

    def _update(self, done: int, total: int) -> None:
        self._show(printable(self._where()), done, total)

    def _show(self, words: str, done: int = 0, total: int | None = None) -> None:
        if self._live and self._task is not None:
            short = words if len(words) <= DESCRIPTION else f"{words[: DESCRIPTION - 1]}…"
            self._live.update(self._task, description=short, completed=done, total=total)

    def _say(self, line: str) -> None:
        self._told = self._clock()
        if not self._silent and not self._live:
            self._console.print(printable(line), soft_wrap=True)
