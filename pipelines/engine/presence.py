"""Whether the process that carries out a run is alive: asked of the system, which knows, however that process ended."""

from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not a POSIX system: nothing is known there
    fcntl = None  # type: ignore[assignment]

_LOCK = "alive"


class Presence:
    """A lock on a run's folder, held by the process that carries the run out, and gone when that process is.

    Where the file system has no locks the run goes on without one.
    """

    def __init__(self, run_folder: Path) -> None:
        self._file = (run_folder / _LOCK).open("wb")
        if fcntl:
            with suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_EX)

    def end(self) -> None:
        """Let go."""
        self._file.close()


def is_alive(run_folder: Path) -> bool:
    """Whether some process carries out this run just now; where that cannot be known, it is taken to be so."""
    try:
        file = (run_folder / _LOCK).open("rb")
    except OSError:
        return False
    with file:
        if fcntl is None:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False
