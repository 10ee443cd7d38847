"""The command that opens a sandbox: what a program sees, and as whom it runs."""

import math
import os
import resource
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .contract import Limits

FOLDER: Final = "/tmp/work"  # noqa: S108 - a folder inside the sandbox, which nobody else can reach
"""Where a program's files lie and where it starts."""
ENVIRONMENT: Final = {
    "HOME": FOLDER,
    "TMPDIR": "/tmp",  # noqa: S108 - inside the sandbox
    "PATH": "/opt/python/bin",
    "LD_LIBRARY_PATH": "/opt/python/lib",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Buffers of libraries that start threads or arenas for each core would count as the program's memory.
    "MALLOC_ARENA_MAX": "2",
}
"""All that a program finds in its environment, but for `PWD`, which names its folder."""
_SYSTEM: Final = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64")
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_NOBODY: Final = "65534"
_STAGE: Final = "/mnt"
_SET_STAGE: Final = f"""
mount -t tmpfs -o mode=755 tmpfs {_STAGE}
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir "$2"; else : > "$2"; fi
    mount --bind "$1" "$2"
    shift 2
done
shift
exec "$@"
"""
"""Shows files at other places, to this one command; its arguments are pairs of places, and the command after `--`."""
_PRLIMIT: Final = "/opt/prlimit"
_STACK_BYTES: Final = 8 * 2**20


@dataclass(frozen=True)
class Interpreter:
    """The Python that programs run on: the standard library and nothing that was installed beside it."""

    executable: Path
    libraries: tuple[Path, ...]

    @classmethod
    def of_this_process(cls) -> "Interpreter":
        """The interpreter below the virtual environment, if there is one."""
        prefix = Path(sys.base_prefix).resolve()
        name = f"python{sys.version_info.major}.{sys.version_info.minor}"
        executable = next(path for path in (prefix / "bin" / name, Path(sys.executable)) if path.exists())
        folders = (prefix / "lib", prefix / "lib64")
        return cls(executable.resolve(), tuple(path for path in folders if path.is_dir() and not path.is_symlink()))

    @property
    def parts(self) -> tuple[Path, ...]:
        """All of it."""
        return (self.executable, *self.libraries)

    def staged(self) -> "Interpreter":
        """Where it lies once root has shown it to nobody."""
        return Interpreter(Path(_STAGE, "python"), tuple(Path(_STAGE, path.name) for path in self.libraries))


def starter(bwrap: Path, interpreter: Interpreter) -> list[str]:
    """The beginning of the command, up to bubblewrap's options.

    Root first becomes nobody, since the limit on processes, and some of the kernel's own files, do not hold for root in
    whatever namespace.
    """
    return [*_as_nobody(interpreter), str(bwrap)] if os.geteuid() == 0 else [str(bwrap)]


def sandbox_options(interpreter: Interpreter, disk_bytes: int) -> Iterator[str]:
    """Bubblewrap's options: everything apart, nothing of the environment, and of the files what Python needs."""
    seen = interpreter.staged() if _needs_stage(interpreter) else interpreter
    yield from ("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session")
    yield from ("--clearenv", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox")
    for folder in map(Path, _SYSTEM):
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))
    yield from ("--ro-bind-try", "/usr/share/zoneinfo", "/usr/share/zoneinfo")
    yield from ("--ro-bind", str(seen.executable), "/opt/python/bin/python")
    for library in seen.libraries:
        yield from ("--ro-bind", str(library), f"/opt/python/{library.name}")
    yield from ("--ro-bind", tool("prlimit"), _PRLIMIT)
    yield from ("--proc", "/proc", *_devices())
    # One file system for all that is written, so that its size is the limit of all.
    yield from ("--size", str(disk_bytes), "--tmpfs", "/tmp", "--dir", FOLDER)  # noqa: S108 - inside the sandbox
    yield from ("--dir", "/tmp/shm", "--symlink", "/tmp/shm", "/dev/shm")  # noqa: S108 - inside the sandbox
    yield from ("--remount-ro", "/", "--chdir", FOLDER)
    for name, value in ENVIRONMENT.items():
        yield from ("--setenv", name, value)


def limited(limits: Limits) -> list[str]:
    """The beginning of the command inside, which sets the limits that the kernel keeps; no process can lift them."""
    most = {
        "as": (resource.RLIMIT_AS, limits.memory_bytes),
        "cpu": (resource.RLIMIT_CPU, math.ceil(limits.seconds)),
        "fsize": (resource.RLIMIT_FSIZE, limits.disk_bytes),
        "nproc": (resource.RLIMIT_NPROC, limits.processes),
        "nofile": (resource.RLIMIT_NOFILE, limits.open_files),
        "stack": (resource.RLIMIT_STACK, _STACK_BYTES),
        "core": (resource.RLIMIT_CORE, 0),
        "msgqueue": (resource.RLIMIT_MSGQUEUE, 0),
    }
    return [_PRLIMIT, *(f"--{name}={_allowed(kind, value)}" for name, (kind, value) in most.items()), "--"]


def tool(name: str) -> str:
    """The path of a tool of util-linux; its bare name where it is missing."""
    return shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin") or name


def _allowed(kind: int, wanted: int) -> int:
    hardest = resource.getrlimit(kind)[1]
    return wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)


def _devices() -> Iterator[str]:
    for device in _DEVICES:
        yield from ("--dev-bind", f"/dev/{device}", f"/dev/{device}")
    yield from ("--symlink", "/proc/self/fd", "/dev/fd")
    for place, name in enumerate(("stdin", "stdout", "stderr")):
        yield from ("--symlink", f"/proc/self/fd/{place}", f"/dev/{name}")


def _as_nobody(interpreter: Interpreter) -> Iterator[str]:
    if _needs_stage(interpreter):
        yield from (tool("unshare"), "--mount", "--propagation", "private", "/bin/sh", "-ec", _SET_STAGE, "stage")
        for here, there in zip(interpreter.parts, interpreter.staged().parts, strict=True):
            yield from (str(here), str(there))
        yield "--"
    yield from (tool("setpriv"), f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--")


def _needs_stage(interpreter: Interpreter) -> bool:
    """Whether only root can look into a folder above the interpreter, as in root's own home."""
    folders = {folder for part in interpreter.parts for folder in part.parents}
    return os.geteuid() == 0 and not all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)
