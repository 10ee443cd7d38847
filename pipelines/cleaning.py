"""Gives disk space back: least recently used parts, leftovers of killed processes, or all that can be made again."""

import os
import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..operators.core import InvalidInput
from .engine.manifest import Manifest, manifests
from .engine.parts import PartStore
from .engine.presence import is_alive
from .run import Home

KEEP_RUNS = 10
MAX_BYTES = 20 * 2**30
SAFE_SECONDS = 3_600
"""A part that was used within this time is never removed: some process may be about to read it."""
LEFTOVER_SECONDS = 86_400
"""A file without a commit is left over when nothing was written to it for this time."""


@dataclass(frozen=True)
class Cleaned:
    """What was removed and what is left.

    `bytes_held` is the size of the parts that may not go: of recent runs, of runs at work, or just used. It can exceed
    the limit.
    """

    parts: int = 0
    runs: int = 0
    leftovers: int = 0
    bytes_freed: int = 0
    bytes_left: int = 0
    bytes_held: int = 0


def clean(home: Home, *, keep_runs: int = KEEP_RUNS, max_bytes: int = MAX_BYTES) -> Cleaned:
    """Bring the cache below a size: the least recently used parts go first, and leftovers of killed processes.

    The reports of all runs stay. What a removed part held can no longer be asked of the runs that used it, and is
    computed again when it is needed. Safe beside runs at work.

    Args:
        keep_runs: this many of the newest runs keep all their parts.
        max_bytes: size of the cache in bytes that is aimed at.
    """
    store = home.parts
    now = time.time()
    held = _held(home, keep_runs)
    safe_since = min([now - SAFE_SECONDS, *(start - SAFE_SECONDS for start in _alive_since(home))])
    found = list(_stored(store))
    parts = sorted((one for one in found if one.is_committed), key=lambda one: one.used)
    leftovers = [one for one in found if not one.is_committed and one.used < now - LEFTOVER_SECONDS]
    leftovers += [_Stored.of(path) for path in _torn_files(home, now - LEFTOVER_SECONDS)]
    size = sum(one.bytes for one in parts)
    freed, removed, bytes_held = 0, 0, 0
    for part in parts:
        if part.name in held or part.used >= safe_since:
            bytes_held += part.bytes
        elif size - freed > max_bytes and part.remove(unless_used_since=part.used):
            freed += part.bytes
            removed += 1
    gone = [one for one in leftovers if one.remove()]
    return Cleaned(
        parts=removed,
        leftovers=len(gone),
        bytes_freed=freed + sum(one.bytes for one in gone),
        bytes_left=size - freed,
        bytes_held=bytes_held,
    )


def purge(home: Home) -> Cleaned:
    """Remove all parts, all runs and the kept replies of models; outputs, and what is remembered of requests, stay.

    Raises:
        InvalidInput: a run is at work.
    """
    folders = [folder for folder in home.runs.iterdir() if folder.is_dir()]
    working = [folder.name for folder in folders if is_alive(folder)]
    if working:
        raise InvalidInput.of(
            "run_at_work", f"run {working[0]} is at work; wait for its end or stop it, then purge", got=[*working]
        )
    found = list(_stored(home.parts))
    freed = sum(_size(folder) for folder in (home.parts.folder, *folders))
    for folder in [home.parts.folder, *folders]:
        shutil.rmtree(folder, ignore_errors=True)
    parts = sum(one.is_committed for one in found)
    return Cleaned(parts=parts, runs=len(folders), leftovers=len(found) - parts, bytes_freed=freed)


@dataclass(frozen=True)
class _Stored:
    """The files of one key in the part store. `used` is when the part was last used, in seconds since 1970."""

    name: tuple[str, str]
    files: tuple[Path, ...]
    commit: Path | None
    bytes: int
    used: float

    @property
    def is_committed(self) -> bool:
        """Whether this is a part that runs can find."""
        return self.commit is not None

    @classmethod
    def of(cls, *files: Path) -> "_Stored":
        """From the files that are still there."""
        sizes, times, there = [], [], []
        commit = None
        for path in files:
            with suppress(OSError):
                facts = path.stat()
                there.append(path)
                sizes.append(facts.st_size)
                times.append(facts.st_mtime)
                if path.suffix == ".json" and not path.name.startswith("."):
                    commit, used = path, facts.st_mtime
        newest = max(times, default=0.0)
        key = files[0].name.split(".", 1)[0]
        return cls((files[0].parent.name, key), tuple(there), commit, sum(sizes), used if commit else newest)

    def remove(self, unless_used_since: float | None = None) -> bool:
        """Remove the files, the one that commits them first; False where the part was used in the meantime."""
        try:
            if self.commit and unless_used_since is not None and self.commit.stat().st_mtime > unless_used_since:
                return False
            for path in sorted(self.files, key=lambda path: path != self.commit):
                path.unlink(missing_ok=True)
        except OSError:
            return False
        return True


def _stored(store: PartStore) -> Iterator[_Stored]:
    """Everything in the part store, file by file grouped by key; a temporary file is a group of its own."""
    for recipe in _folders(store.folder):
        groups: dict[str, list[Path]] = defaultdict(list)
        for entry in os.scandir(recipe):
            hidden = entry.name.startswith(".")
            groups[entry.name if hidden else entry.name.split(".", 1)[0]].append(Path(entry.path))
        yield from (_Stored.of(*files) for files in groups.values())


def _folders(path: Path) -> Iterable[Path]:
    return sorted(Path(entry.path) for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False))


def _held(home: Home, keep_runs: int) -> set[tuple[str, str]]:
    """Recipe and key of the parts of the newest runs and of those at work."""
    held: set[tuple[str, str]] = set()
    for number, manifest in enumerate(manifests(home.runs)):
        if number < keep_runs or manifest.status == "running":
            held |= _keys(manifest)
    return held


def _keys(manifest: Manifest) -> set[tuple[str, str]]:
    verdicts = [stage.verdict for stage in manifest.stages if stage.verdict]
    parts = [key for stage in manifest.stages for key in stage.parts]
    return {(key.recipe, key.key) for key in (*manifest.source, *parts, *verdicts)}


def _alive_since(home: Home) -> Iterator[float]:
    """When the runs that are at work started, in seconds since 1970: whatever they use, they have used since."""
    for manifest in manifests(home.runs):
        if manifest.status == "running":
            yield datetime.fromisoformat(manifest.started).timestamp()


def _torn_files(home: Home, before: float) -> Iterator[Path]:
    """Temporary files in run folders whose process is gone."""
    for folder in _folders(home.runs):
        if is_alive(folder):
            continue
        for path in folder.glob(".*"):
            with suppress(OSError):
                if path.is_file() and path.stat().st_mtime < before:
                    yield path


def _size(folder: Path) -> int:
    sizes = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            sizes += path.stat().st_size if path.is_file() else 0
    return sizes
