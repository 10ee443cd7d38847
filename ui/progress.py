"""The progress of a run for people: a live view on a terminal, a few plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from ..pipelines.events import Event
from .delivery import console, printable
from .usage_words import spent_words

DESCRIPTION = 46
"""Most characters of the live view's words, so that its first line fits into 80 columns."""
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


@dataclass
class StageProgress:
    """How far one stage has come.

    Args:
        name: as people see it.
        rows: how many come into the stage; None where the stage before has not ended.
        parts: how many parts of it are done.
        of: how many parts it has.
    """

    name: str
    rows: int | None
    parts: int = 0
    of: int = 0
    done: int = 0
    out: int = 0
    dropped: int = 0
    merged: int = 0
    failed: int = 0
    spent: str = ""
    _seconds: float = 0.0
    _new_rows: int = 0
    _new_seconds: float = 0.0

    @classmethod
    def begun(cls, event: Event) -> "StageProgress":
        """From `stage_started`."""
        steps = ", ".join(event["steps"]) or "preparing"
        return cls(f"stage {event['stage'] + 1} of {event['of']}, {steps}", event["rows"], of=event["parts"])

    def add(self, event: Event) -> None:
        """Take one `part_done`."""
        took, self._seconds = event["seconds"] - self._seconds, event["seconds"]
        self.parts, self.of = event["part"] + 1, event["of"]
        self.done = event["rows_done"]
        self.out += event["rows_out"]
        self.dropped += event["dropped"]
        self.merged += event["merged"]
        self.failed += event["failed"]
        if event.get("calls") is not None:
            self.spent = spent_words(event["calls"], event["tokens"], event["cost"])
        if not event["reused"]:
            self._new_rows += event["rows_in"]
            self._new_seconds += took

    @property
    def pace(self) -> float | None:
        """Rows per second, without those that an earlier run had done; None where there are no others."""
        return self._new_rows / self._new_seconds if self._new_rows and self._new_seconds > 0 else None

    @property
    def left(self) -> float | None:
        """Seconds to the stage's end at this pace; None where no pace is known."""
        if not self.pace:
            return None
        rows = self.done * self.of / self.parts if self.rows is None else self.rows
        return (rows - self.done) / self.pace

    def words(self) -> str:
        """Rows, pace, what became of them, what that cost, and the time left."""
        left = [] if self.left is None else [f"{timedelta(seconds=round(self.left))} left"]
        rows = f"{self.done:,} rows" if self.rows is None else f"{self.done:,} of {self.rows:,} rows"
        return ", ".join([rows, *self._pace(), *self._ends(), *self._spent(), *left])

    def summary(self, seconds: float) -> str:
        """The whole stage in a line."""
        pace = self._pace() or (["all of it reused"] if self.done else [])
        rows = f"{self.done:,} rows in, {self.out:,} out"
        return f"{self.name}: {', '.join([rows, *self._ends(), *self._spent(), f'{seconds:.1f} s', *pace])}"

    def _spent(self) -> list[str]:
        return [self.spent] if self.spent else []

    def _pace(self) -> list[str]:
        if not self.pace:
            return []
        # A model may take longer than a second for a row.
        return [f"{self.pace:,.0f} rows/s" if self.pace >= 1 else f"{self.pace:.2g} rows/s"]

    def _ends(self) -> list[str]:
        merged = [f"{self.merged:,} merged"] if self.merged else []
        return [f"{self.dropped:,} dropped", *merged, f"{self.failed:,} failed"]


class Watch:
    """Listens to the events of a run and shows them on stderr; remembers the run's id.

    Use it as a context manager, so that the live view is gone before anything else is printed.

    Args:
        silent: show nothing, only remember.
        clock: seconds that only grow.
    """

    def __init__(self, *, silent: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.run_id: str | None = None
        self._silent, self._clock = silent, clock
        self._console = console(stderr=True)
        self._live: Live | None = None
        columns = (SpinnerColumn("line"), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
        self._bar = Progress(*columns, console=self._console)
        self._task = self._bar.add_task("reading", total=None)
        self._numbers = ""
        self._open: dict[int, StageProgress] = {}
        self._told = clock()

    def __enter__(self) -> "Watch":
        if not self._silent and sys.stderr.isatty():
            self._live = Live(get_renderable=self._view, console=self._console, transient=True, refresh_per_second=10)
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
                self._open[event["stage"]] = StageProgress.begun(event)
                self._show_stages()
            case "part_done":
                self._open[event["stage"]].add(event)
                self._show_stages()
                if self._clock() - self._told > QUIET_S:
                    for stage in self._begun():
                        self._say(f"{stage.name}: {stage.words()}")
            case "stage_done":
                self._say(self._open.pop(event["stage"]).summary(event["seconds"]))
                self._show_stages()

    def _begun(self) -> list[StageProgress]:
        """The stages at work of which a part is done; several where each part goes on by itself."""
        return [stage for stage in self._open.values() if stage.parts]

    def _show_stages(self) -> None:
        """The first stage at work with a bar, and the numbers of all."""
        first = next(iter(self._open.values()), None)
        if first is None:
            return
        done, total = (first.parts, first.of) if first.rows is None else (first.done, first.rows)
        others = [f"{stage.name}: {stage.words()}" for stage in self._begun() if stage is not first]
        self._show(first.name, done, total, "\n".join([first.words() if first.parts else "", *others]).strip())

    def _show(self, words: str, done: int = 0, total: int | None = None, numbers: str = "") -> None:
        words = printable(words)
        short = words if len(words) <= DESCRIPTION else f"{words[: DESCRIPTION - 1]}…"
        self._bar.update(self._task, description=short, completed=done, total=total)
        self._numbers = numbers

    def _view(self) -> RenderableType:
        """The live view: what is done with a bar, and below it the numbers."""
        return Group(self._bar, Padding(Text(self._numbers), (0, 0, 0, 2))) if self._numbers else self._bar

    def _say(self, line: str) -> None:
        self._told = self._clock()
        if not self._silent and not self._live:
            self._console.print(printable(line), soft_wrap=True)
