"""The one progress channel of a run: a line of JSON per event, on disk and to whoever listens."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .engine.parts import storing

Event = dict[str, Any]
Listener = Callable[[Event], None]
"""Called with each event as it happens; must return at once."""


class EventLog:
    """Appends events to `events.jsonl`; each has `time` (ISO, UTC), `event`, and its own fields.

    Events: `run_started`, `source_read`, `stage_started`, `part_done`, `barrier_decided`, `stage_done`,
    `output_written`, `run_ended`.

    Raises:
        RunStopped: the system refuses to write, as when the disk is full.
    """

    def __init__(self, path: Path, listener: Listener | None = None) -> None:
        self._folder = path.parent
        with storing(self._folder):
            self._file = path.open("ab")
        self._listener = listener

    def emit(self, event: str, **fields: Any) -> None:
        """Record one event and tell the listener."""
        whole: Event = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields}
        with storing(self._folder):
            self._file.write(json.dumps(whole, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
            self._file.flush()
        if self._listener:
            self._listener(whole)

    def close(self) -> None:
        """End the log."""
        with suppress(OSError):  # a last line that found no room; `emit` has said so
            self._file.close()


def read_events(path: Path) -> Iterator[Event]:
    """The events of a run so far; a last line that is still being written is left out."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)
