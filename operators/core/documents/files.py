"""Reads the documents that rows name by paths, none of which leads out of the folder of the input."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..dataset.sources import format_of
from ..errors import RowError

_FOLDER: Final = "input:"
"""Begins the names of the resources that are the folders of the inputs."""


def folder_of(row: str, folders: Sequence[Path | None]) -> Path:
    """The folder that paths in a row are told from: that of the input which the row comes from.

    Args:
        row: its id.
        folders: those of the inputs, by number; see `Context.folders`.

    Raises:
        RowError: the row comes from no file of this machine.
    """
    source = row.partition(":")[0]
    folder = folders[int(source)] if source.isdecimal() and int(source) < len(folders) else None
    if folder is None:
        raise RowError("no_folder", "its input lies in no folder of this machine, so that a path in it leads nowhere")
    return folder


def folder_resources(folders: Sequence[Path | None]) -> dict[str, str]:
    """The folders of a run's inputs as resources, for the fingerprints of steps that read the files in them."""
    return {f"{_FOLDER}{index}": str(folder) for index, folder in enumerate(folders) if folder is not None}


def folders_fingerprint(resources: Mapping[str, str]) -> dict[str, str]:
    """What `resource_fingerprints` of an operator returns that reads documents which rows name.

    It holds names, sizes and times of the files in the folders of the inputs, not their contents.
    """
    folders = sorted(place for name, place in resources.items() if name.startswith(_FOLDER))
    states = (state for folder in folders for state in _states(folder))
    return {"documents": sha256("\n".join(states).encode("utf-8", "surrogateescape")).hexdigest()}


def document_at(path: str, folder: Path, max_bytes: int) -> bytes:
    """The content of a file inside a folder, wherever links lead from there.

    Raises:
        RowError: `outside_input`: it lies outside; `missing_file`; `unreadable_file`; `too_large`: it is not read then.
    """
    try:
        within = folder.resolve(strict=True)
        real = (within / path).resolve(strict=True)
        if not real.is_relative_to(within):
            raise RowError("outside_input", f"{path[:200]!r} leads out of the folder of the input")
        if not stat.S_ISREG(real.stat().st_mode):
            raise RowError("unreadable_file", f"{path[:200]!r} is no file")
        with real.open("rb") as file:
            content = file.read(max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path, folder) from None
    except (OSError, ValueError, RuntimeError) as error:  # what is no path at all, and links in a circle
        told = getattr(error, "strerror", None) or "it is no path"
        raise RowError("unreadable_file", f"{path[:200]!r} cannot be read ({told})") from None
    if len(content) > max_bytes:
        raise RowError("too_large", f"it is larger than {max_bytes / 2**20:g} MB")
    return content


def _missing(path: str, folder: Path) -> RowError:
    """Nothing is told about what lies outside, not even that nothing does."""
    if not (folder.resolve() / path).resolve().is_relative_to(folder.resolve()):
        return RowError("outside_input", f"{path[:200]!r} leads out of the folder of the input")
    return RowError("missing_file", f"there is no file {path[:200]!r} in the folder of the input")


def _states(folder: str) -> Iterator[str]:
    """The files below a folder, each with what changes when it is written; tables not, which runs write there too."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(place, name)
            if format_of(name) is None and os.path.exists(path):
                found = os.stat(path)
                yield f"{os.path.relpath(path, folder)}|{found.st_size}|{found.st_mtime_ns}"
