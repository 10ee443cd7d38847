"""Asks a process of its own whether two answers are equal, so that no expression can hold up or end a run."""

import importlib.util
import json
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Literal

from ..core import InvalidInput
from ._equality import plainly_equal, written

Finding = Literal["equal", "different", "undecided"]

_SCRIPT = Path(__file__).with_name("_algebra_process.py")
_CLOCK_FACTOR, _CLOCK_S = 20, 60
"""By the clock a question may take so many times its processor time and so many seconds, on a busy machine."""
_REMEMBERED = 4096
MISSING = (
    "math_verify compares answers with math-verify, which is not installed: "
    'pip install "dataflow-agent[math]"; or compare with method exact'
)


class Algebra:
    """Compares answers by what they say: as numbers and words here, as expressions in a process of its own.

    The process is started when an expression first needs it, and again where one ended it. It may be asked by several
    threads, one at a time.

    Args:
        seconds: processor time that a question may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._alone = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ending: weakref.finalize[..., Algebra] | None = None
        self._found: dict[tuple[str, str], Finding] = {}

    def compare(self, left: str, right: str) -> Finding:
        """Whether two answers say the same; undecided where a comparison took too long or too much memory."""
        plain = plainly_equal(left, right)
        if plain is not None:
            return "equal" if plain else "different"
        one, other = sorted((written(left), written(right)))
        with self._alone:
            found = self._found.get((one, other))
            if found is None:
                found = self._ask(one, other)
                if len(self._found) >= _REMEMBERED:
                    self._found.clear()
                self._found[one, other] = found
            return found

    def _ask(self, left: str, right: str) -> Finding:
        process = self._running()
        assert process.stdin is not None  # noqa: S101 - opened with a pipe
        assert process.stdout is not None  # noqa: S101
        too_long = threading.Timer(self._seconds * _CLOCK_FACTOR + _CLOCK_S, process.kill)
        too_long.daemon = True
        too_long.start()
        try:
            process.stdin.write(json.dumps([left, right]) + "\n")
            process.stdin.flush()
            reply = process.stdout.readline()
        except BrokenPipeError:
            reply = ""
        finally:
            too_long.cancel()
        if not reply:
            self._end()
            return "undecided"
        return "equal" if json.loads(reply) == "equal" else "different"

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            pipe = subprocess.PIPE
            # Our own interpreter with our own script; the answers go over its standard input and reach no shell.
            command = [sys.executable, "-P", str(_SCRIPT), str(self._seconds)]
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
            )
            self._ending = weakref.finalize(self, _end, self._process)
            ready = self._process.stdout.readline() if self._process.stdout else ""
            if not ready:
                self._end()
                raise RuntimeError(f"the process that compares answers did not start: {_SCRIPT.name}")
        return self._process

    def _end(self) -> None:
        if self._ending is not None:
            self._ending()
        self._process = self._ending = None


def open_algebra(seconds: float) -> Algebra:
    """What compares answers.

    Raises:
        InvalidInput: math-verify is not installed.
    """
    if importlib.util.find_spec("math_verify") is None:
        raise InvalidInput.of("missing_library", MISSING)
    return Algebra(seconds)


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
