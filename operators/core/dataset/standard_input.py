"""Standard input, kept in a file as it comes, since every input is read more than once."""

import shutil
import sys
from pathlib import Path
from typing import BinaryIO

from ..errors import InvalidInput, RunStopped

STANDARD_INPUT = "-"
"""What stands for standard input among the inputs."""
LABEL = "stdin"


def spool_stdin(folder: Path, stream: BinaryIO | None = None) -> Path:
    """Copy standard input to a file, piece by piece.

    Args:
        folder: where the file is to stand; whoever made it removes it.
        stream: read in place of standard input.

    Returns:
        `stdin.jsonl` in the folder.

    Raises:
        InvalidInput: nothing came.
        RunStopped: the system refuses to write, as when the disk is full.
    """
    spooled = folder / f"{LABEL}.jsonl"
    given = sys.stdin.buffer if stream is None else stream
    try:
        with spooled.open("wb") as file:
            shutil.copyfileobj(given, file)
            size = file.tell()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{LABEL}: it cannot be kept in {folder} ({reason}); make room there, then pipe it in again"
        raise RunStopped(message) from error
    if not size:
        raise InvalidInput.of("empty_file", "standard input is empty; pipe rows into it, as JSON lines", got="-")
    return spooled
