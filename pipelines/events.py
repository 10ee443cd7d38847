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

    What events there are and what their fields mean stands in `docs/events.md`.

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


class EventTail:
    """Reads `events.jsonl` while it is being written, from its start on; the file may not be there yet."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset = path, 0

    def read(self) -> Iterator[Event]:
        """The events since the last time; a line that is still being written is left for the next time."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        with file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                with suppress(ValueError):  # a line that found no room on the disk
                    yield json.loads(line)


def read_events(path: Path) -> Iterator[Event]:
    """The events of a run so far; a last line that is still being written is left out."""
    return EventTail(path).read()
