"""One process at a time takes a request on: the others wait for their turn, and meanwhile watch what it does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from os import fstat
from pathlib import Path
from typing import BinaryIO

from ..operators.core.settings import make_private_folder

try:
    import fcntl
except ImportError:  # not a POSIX system: nobody waits there
    fcntl = None  # type: ignore[assignment]

FOLDER = "turns"


@contextmanager
def turn(home: Path, thread: str, meanwhile: Callable[[], None]) -> Iterator[bool]:
    """Have a request to oneself; the turn is over when its process is, however that ends.

    Args:
        home: where the requests are kept.
        meanwhile: called again and again while another process, or thread of this one, has its turn.

    Yields:
        Whether another one's turn was waited for, so that the request may not be where it was.
    """
    path = make_private_folder(home / FOLDER) / sha256(thread.encode()).hexdigest()[:32]
    file, waited = _taken(path), False
    while file is None:
        waited = True
        meanwhile()
        file = _taken(path)
    with file:
        try:
            yield waited
        finally:
            with suppress(OSError):
                path.unlink()


def _taken(path: Path) -> BinaryIO | None:
    """The open file with its lock; None while another one has it. Without locks in the file system nobody waits."""
    while True:
        file = path.open("ab")
        if fcntl is None:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        except OSError:
            return file
        if _is_still_there(file, path):
            return file
        file.close()


def _is_still_there(file: BinaryIO, path: Path) -> bool:
    """Whether a lock was taken on the file that others will find: the one before us removes it when it is done."""
    try:
        there, ours = path.stat(), fstat(file.fileno())
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)
