"""Finds the sandbox of this machine, and says what is missing where there is none."""

import json
import shutil
import stat
import sys
from pathlib import Path
from typing import Any, Final

from ..errors import InvalidInput
from .contract import Limits, Program, Sandbox, SandboxError

_INSTALL: Final = "install bubblewrap 0.8 or newer (apt-get install bubblewrap)"
_SYSCTL: Final = Path("/proc/sys")
_APPARMOR: Final = "kernel/apparmor_restrict_unprivileged_userns"
_FORBIDDEN: Final = {
    "user/max_user_namespaces": "sysctl -w user.max_user_namespaces=10000",
    "kernel/unprivileged_userns_clone": "sysctl -w kernel.unprivileged_userns_clone=1",
}
_APPARMOR_ADVICE: Final = (
    "AppArmor forbids user namespaces here: install its profile for bubblewrap (apt-get install apparmor-profiles, "
    "copy bwrap-userns-restrict from /usr/share/apparmor/extra-profiles to /etc/apparmor.d, systemctl reload apparmor)"
)
_CONTAINER_ADVICE: Final = (
    "in a container, allow user namespaces (docker run --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined --security-opt systempaths=unconfined)"
)
_PROBE: Final = """
import json, os, resource, sys
def can_write(path):
    try:
        open(path, "w").close()
    except OSError:
        return False
    return True
with open("/proc/net/dev") as lines:
    networks = [line.partition(":")[0].strip() for line in lines if ":" in line]
with open("/proc/1/environ") as first:
    outer = [one.partition("=")[0] for one in first.read().split("\\0") if one]
print(json.dumps({
    "folders": os.listdir("/") + ["/usr/" + name for name in os.listdir("/usr")],
    "environment": [*os.environ, *outer],
    "networks": networks,
    "processes": [name for name in os.listdir("/proc") if name.isdigit()],
    "writable": [path for path in ("/probe", "/dev/probe", "/opt/python/lib/probe", "/usr/lib/probe")
                 if can_write(path)],
    "limits": [resource.getrlimit(kind) for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_AS)],
    "privileges": [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "NoNewPrivs"))],
}))
"""
_FOLDERS: Final = {"dev", "lib", "lib32", "lib64", "opt", "proc", "tmp", "usr"}
_BELOW_USR: Final = {"/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/share"}


def sandbox_problem() -> str | None:
    """Why programs cannot be run safely here and what to do about it; None where a look finds nothing against it.

    Starts nothing, so what only a trial shows, such as a profile of AppArmor, is left to `find_sandbox`.
    """
    if sys.platform != "linux":
        return "running code needs a sandbox, which there is for Linux only: run this in a Linux container or machine"
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return f"running code needs a sandbox: {_INSTALL}"
    if Path(bwrap).stat().st_mode & stat.S_ISUID:
        return (
            f"{bwrap} is setuid root, and then cannot limit the size of disks: take the bit away (chmod u-s {bwrap}) "
            "and allow user namespaces"
        )
    if missing := [name for name in ("prlimit", "setpriv", "unshare") if shutil.which(name) is None]:
        return f"running code needs {' and '.join(missing)}: apt-get install util-linux"
    for place, remedy in _FORBIDDEN.items():
        if _setting(place) == "0":
            return f"running code needs user namespaces, which this system forbids: {remedy}; {_CONTAINER_ADVICE}"
    return None


def find_sandbox() -> Sandbox:
    """The sandbox of this machine, after a trial run in which it showed that it holds.

    Raises:
        InvalidInput: there is none, or it does not hold; says what to install or to change.
    """
    problem = sandbox_problem()
    if problem is not None:
        raise _refusal(problem)
    from .bubblewrap import BubblewrapSandbox
    from .command import Interpreter

    sandbox = BubblewrapSandbox(Path(shutil.which("bwrap") or "bwrap"), Interpreter.of_this_process())
    leaks = leaks_of(sandbox)
    if leaks:
        raise _refusal(f"the sandbox of this machine does not hold, so no code is run: {'; '.join(leaks)}")
    return sandbox


def leaks_of(sandbox: Sandbox) -> list[str]:
    """What a program in the sandbox saw or could do that it must not, one phrase each.

    Raises:
        InvalidInput: it does not come up.
    """
    from .command import ENVIRONMENT

    limits = Limits()
    wanted = (limits.processes, limits.memory_bytes)
    try:
        finished = sandbox.run(Program(("-S", "-B", "-c", _PROBE)), limits)
        seen: dict[str, Any] = json.loads(finished.stdout) if finished.ending == "passed" else {}
    except SandboxError as error:
        raise _refusal(f"no sandbox can be opened here: {_explained(str(error))}") from error
    if not seen:
        said = finished.stderr.decode(errors="replace").strip() or finished.ending
        raise _refusal(f"Python does not run in the sandbox: {said[-300:]}")
    expected = {*ENVIRONMENT, "PWD", "LC_CTYPE"}
    found = {
        "it sees other folders": set(seen["folders"]) - _FOLDERS - _BELOW_USR,
        "it sees the environment": set(seen["environment"]) - expected,
        "it sees a network": set(seen["networks"]) - {"lo"},
        "it sees other processes": set(seen["processes"]) - {"1", "2"},
        "it can write to": set(seen["writable"]),
        "it has no limits": {
            str(hard) for (_, hard), most in zip(seen["limits"], wanted, strict=True) if not 0 <= hard <= most
        },
        "it has privileges": set() if seen["privileges"] == ["0" * 16, "1"] else set(seen["privileges"]),
    }
    return [f"{what}: {', '.join(sorted(values)[:5])}" for what, values in found.items() if values]


def _explained(message: str) -> str:
    if "nknown option" in message:
        return f"{message}; {_INSTALL}"
    if _setting(_APPARMOR) == "1":
        return f"{message}; {_APPARMOR_ADVICE}"
    return f"{message}; {_CONTAINER_ADVICE}"


def _setting(place: str) -> str | None:
    try:
        return (_SYSCTL / place).read_text().strip()
    except OSError:
        return None


def _refusal(problem: str) -> InvalidInput:
    return InvalidInput.of("missing_need", problem, got="sandbox")
