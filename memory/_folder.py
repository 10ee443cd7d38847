"""Folders that only their owner can read."""

from pathlib import Path

from ..operators.core import InvalidInput


def private_folder(path: Path) -> Path:
    """Make the folder with mode 0700, and the folders above it; one that exists is left as it is.

    Raises:
        InvalidInput: it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput.of(
            "folder_unusable",
            f"the folder {str(path)!r} cannot be made ({error.strerror}); "
            "make it writable, or name another one in DATAFLOW_HOME",
            got=str(path),
        ) from error
    return path
