"""Whether the process that carries out a run is alive: asked of the system, which knows, however that process ended."""

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # not a POSIX system: nothing is known there
    fcntl = None  # type: ignore[assignment]

HAS_LOCKS = fcntl is not None
_LOCK, _RUNNER = "alive", "runner"


class Presence:
    """A lock on a run's folder, held by the process that carries the run out, and gone when that process is.

    Where the file system has no locks the run goes on without one.
    """

    def __init__(self, run_folder: Path) -> None:
        self._file = _locked(run_folder / _LOCK)

    def end(self) -> None:
        """Let go."""
        self._file.close()


class RunnerPresence:
    """The like lock for a process of the run's own: held from before it starts, and until it has told how it ended.

    Its starter takes the lock and hands it down, so that there is no moment at which nobody holds it.
    """

    def __init__(self, run_folder: Path) -> None:
        self._file = _locked(run_folder / _RUNNER)

    def fileno(self) -> int:
        """What the started process inherits."""
        return self._file.fileno()

    def close(self) -> None:
        """Let go, in this process."""
        self._file.close()


def is_alive(run_folder: Path) -> bool:
    """Whether some process carries out this run just now; where that cannot be known, it is taken to be so."""
    return _is_held(run_folder / _LOCK) or _is_held(run_folder / _RUNNER)


def runner_process(run_folder: Path) -> int | None:
    """The id of the process of its own that carries out a run just now; None where there is none, or not yet."""
    path = run_folder / _RUNNER
    if not _is_held(path):
        return None
    written = path.read_text()
    return int(written) if written.endswith("\n") else None


def _locked(path: Path) -> BinaryIO:
    file = path.open("wb")
    if fcntl:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _is_held(path: Path) -> bool:
    try:
        file = path.open("rb")
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
