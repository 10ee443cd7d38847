"""Runs inside the sandbox: a solution, and then its tests, of which it learns only when the solution has been loaded.

Imports nothing of this project, since nothing of it is there. It is told on its channel what to do, and says there
`broken` where the solution is no program, `loaded` when it has been loaded, `memory` where it got no memory, and the
word that came with the tests when they are over.
"""

import builtins
import os
import sys
from contextlib import suppress
from types import FunctionType, ModuleType
from typing import Any

SOLUTION = "solution.py"
WORD_BYTES = 32
# Kept before the solution runs, which may put others in their place.
_read, _write, _leave, _compile, _exec = os.read, os.write, os._exit, compile, exec


class _Quit:
    """`exit` and `quit`, which Python has only where it looks for installed packages."""

    def __call__(self, code: Any = None) -> None:
        raise SystemExit(code)


def main(has_tests: bool) -> None:
    """Run the solution as a program, or load it and run its tests."""
    channel = int(os.environ.pop("SANDBOX_CHANNEL"))
    os.set_inheritable(channel, False)
    builtins.exit = builtins.quit = _Quit()  # type: ignore[assignment]
    sys.argv = [SOLUTION]
    try:
        with open(SOLUTION, "rb") as file:
            code = _compile(file.read(), SOLUTION, "exec")
    except MemoryError:
        _end(channel, b"memory", 1)
    except (SyntaxError, ValueError, OverflowError, RecursionError) as error:
        _print(error)
        _end(channel, b"broken", 1)
    module = ModuleType("solution" if has_tests else "__main__")
    module.__file__ = SOLUTION
    sys.modules[module.__name__] = module
    try:
        _exec(code, module.__dict__)
        if not has_tests:
            return
        _write(channel, b"loaded")
        told = _all_of(channel)
        _run_tests(told[WORD_BYTES:], module)
    except MemoryError as error:
        _print(error)
        _end(channel, b"memory", 1)
    except SystemExit as error:
        if not has_tests:
            raise
        _end(channel, b"", 1, f"the code ended the program before its tests were over: SystemExit({error.code!r})\n")
    except BaseException as error:  # noqa: BLE001 - strange code may raise anything
        _print(error)
        _end(channel, b"", 1)
    # Not the ordinary end, so that no thread that is left, and nothing that waits for the end, can change the outcome.
    _end(channel, told[:WORD_BYTES], 0)


def _run_tests(source: bytes, solution: ModuleType) -> None:
    """The tests see the solution's names, and can import it; what is only defined, as test frameworks want, is run."""
    import linecache

    text = source.decode()
    linecache.cache["tests.py"] = (len(text), None, text.splitlines(keepends=True), "tests.py")
    tests = ModuleType("tests")
    tests.__dict__.update({name: value for name, value in vars(solution).items() if not name.startswith("__")})
    before = dict(vars(tests))
    sys.modules["tests"] = tests
    _exec(_compile(text, "tests.py", "exec"), tests.__dict__)
    new = [value for name, value in vars(tests).items() if before.get(name) is not value]
    for value in new:
        takes_nothing = isinstance(value, FunctionType) and not value.__code__.co_argcount
        if takes_nothing and value.__module__ == "tests" and value.__name__.startswith("test"):
            value()
    if "unittest" in sys.modules:
        _run_cases(new)


def _run_cases(defined: list[Any]) -> None:
    import unittest

    cases = [one for one in defined if isinstance(one, type) and issubclass(one, unittest.TestCase)]
    suite = unittest.TestSuite(map(unittest.defaultTestLoader.loadTestsFromTestCase, cases))
    outcome = unittest.TestResult()
    suite.run(outcome)
    for _, trace in [*outcome.errors, *outcome.failures]:
        raise AssertionError(trace)


def _all_of(channel: int) -> bytes:
    chunks = []
    while chunk := _read(channel, 2**16):
        chunks.append(chunk)
    return b"".join(chunks)


def _print(error: BaseException) -> None:
    """The trace as Python prints it, without the frames of this file."""
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename not in (SOLUTION, "tests.py"):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


def _end(channel: int, word: bytes, code: int, message: str = "") -> None:
    sys.stderr.write(message)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the solution may have put anything in its place
            stream.flush()
    _write(channel, word)
    _leave(code)


if __name__ == "__main__":
    main(sys.argv[1] == "tests")
