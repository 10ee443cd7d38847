"""Temporary names beside a place, locked while their process lives, so that what a killed one left can be cleared."""

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # not a POSIX system: what a killed process leaves stays there
    fcntl = None  # type: ignore[assignment]

PARTIAL: Final = "partial"
"""What is being written."""
EARLIER: Final = "earlier"
"""What stood at the place, while something new takes it."""


@dataclass
class Hold:
    """A lock on a file or folder, by which others see that somebody is at it; gone with the process that has it."""

    _handle: int | None

    @classmethod
    def take(cls, path: Path) -> "Hold | None":
        """The lock; None where somebody else has it or nothing is there.

        Where the system has no locks the hold holds nothing, and `is_lock` says so.

        Raises:
            OSError: the path cannot be opened.
        """
        if fcntl is None:
            return cls(None)
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        hold = cls(handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hold.release()
            return None
        except OSError:
            hold.release()
            return hold
        if not _is_at(path, handle):
            hold.release()
            return None
        return hold

    @property
    def is_lock(self) -> bool:
        """Whether others are kept out."""
        return self._handle is not None

    def release(self) -> None:
        """Let go."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def beside(place: Path, kind: str) -> Path:
    """A new hidden name in the folder of a place, by which `clear_left` finds what belongs to it."""
    return place.with_name(f".{_mark(place)}.{secrets.token_hex(8)}.{kind}")


def begun(place: Path, make: Callable[[Path], object]) -> tuple[Path, Hold]:
    """Something new beside a place, which is held.

    Args:
        place: where it is to stand.
        make: makes a file or folder at a path.

    Raises:
        OSError: nothing can be made there.
    """
    while True:
        path = beside(place, PARTIAL)
        make(path)
        hold = Hold.take(path)
        if hold:  # else another process took it for left, before it was held
            return path, hold


def clear_left(place: Path) -> None:
    """Remove what killed processes left beside a place; what one of them had moved away from it is put back.

    What is held stays, and so does what cannot be removed.

    Args:
        place: where something is to stand; a link is followed.
    """
    place = Path(os.path.realpath(place))
    left = {kind: [*place.parent.glob(f".{_mark(place)}.*.{kind}")] for kind in (EARLIER, PARTIAL)}
    for path in left[EARLIER]:
        if not place.exists():
            _while_held(path, lambda path: path.rename(place))
    for path in (*left[EARLIER], *left[PARTIAL]):
        _while_held(path, _remove)


def _while_held(path: Path, act: Callable[[Path], object]) -> None:
    with suppress(OSError):
        hold = Hold.take(path)
        if hold is None:
            return
        try:
            if hold.is_lock:
                act(path)
        finally:
            hold.release()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _mark(place: Path) -> str:
    """Stands for a name of any length."""
    return sha256(os.fsencode(place.name)).hexdigest()[:12]


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
