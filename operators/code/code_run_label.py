"""Label code with what happens when it is run."""

import os
import platform
import re
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any, Final, Literal

import polars as pl
from pydantic import Field

from ..core import Anything, Batch, Column, Context, DType, Evaluator, Example, OutputColumn, RowError, Text
from ..core.sandbox import Finished, Limits, Program, Sandbox, SandboxError

Status = Literal["passed", "failed", "timed_out", "out_of_memory", "too_much_output", "error"]
_SOLUTION: Final = "solution.py"
_MOST_CODE_BYTES: Final = 16 * 2**20
_SHOWN: Final = 400
_ADDRESS: Final = re.compile(r"\b0x[0-9a-f]{6,}\b")
_CARETS: Final = re.compile(r"^ *[~^]+ *\n", re.MULTILINE)
"""Lines of a trace that point at the one above, each version of Python in its own way."""


class CodeRunLabel(Evaluator):
    """Run each row's Python code in a sandbox, with the row's tests if it has any, and write how it ended.

    Writes two texts. The first is the status:

    - `passed`: the program ended with exit code 0; with tests: the code was loaded and all tests ran to their end,
    - `failed`: an exception, another exit code, a crash, or an end before the tests were over,
    - `timed_out`, `out_of_memory`, `too_much_output` (above 1 MiB): a limit ended it,
    - `error`: nothing could be run, since the code is no Python program (a syntax error, NUL bytes, another language),
      is larger than 16 MiB, or the tests are no text.

    The second is the beginning of what a program that passed wrote, or the end of the trace of one that did not, at
    most 400 characters; addresses in memory read `0x…`, so that equal runs give equal texts.

    Tests are Python code, as a text or a list of texts, in which all names of the code can be used; functions
    that are called `test…` and classes of `unittest` are run too. Without tests, or in a row without any, the code runs
    as a program, with the text of `stdin` as its input. Rows without code are not run and fall under `on_null`.

    The code has Python's standard library, of the version that runs DataFlow, and no installed packages, no network, no
    environment and no files but its own, of at most 64 MiB; it may start 30 processes or threads. Rows run in parallel,
    one for each core, and a slow machine may time out where a fast one does not. A test is a test of code that means
    well: code that looks for the test runner in its own memory can call itself passed, but can do no harm.
    """

    name = "code_run_label"
    needs = ("sandbox",)
    phrases = (
        "run the code and label whether it passes",
        "execute the generated code in a sandbox",
        "check that the code runs without errors",
        "run the unit tests of each solution",
        "label code by its execution result",
        "does the program pass its test cases",
        "test the solutions by running them",
    )

    column: Column[Text] = Field(default="code", description="Column that holds the code.")
    language: Literal["python"] = Field(default="python", description="Language of the code.")
    tests: Column[Anything] | None = Field(
        default=None,
        description="Column with the tests of the row, a text or a list of texts; null to run the code only.",
    )
    stdin: Column[Text] | None = Field(default=None, description="Column with what the program reads as its input.")
    timeout_s: float = Field(default=10.0, gt=0, le=3600, description="Most seconds a run may take.")
    memory_mb: int = Field(default=512, ge=64, le=2**20, description="Most memory a run may take, in MiB.")
    output: OutputColumn = Field(default="code_run_status", description="Column to write the status to.")
    output_log: OutputColumn = Field(default="code_run_output", description="Column to write output or trace to.")

    def writes(self) -> dict[str, DType]:
        return {self.output: "text", self.output_log: "text"}

    def resource_fingerprints(self, resources: Mapping[str, str]) -> dict[str, str]:
        return {"python": f"{platform.python_implementation()} {platform.python_version()}"}

    def open(self, ctx: Context) -> Sandbox:
        return ctx.sandbox()

    def scores(self, batch: Batch, state: Sandbox) -> dict[str, pl.Series]:
        nothing: list[Any] = [None] * len(batch)
        tests = batch.values(self.tests) if self.tests else nothing
        stdin = batch.texts(self.stdin) if self.stdin else nothing
        rows = zip(batch.texts(self.column), tests, stdin, strict=True)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            labels = [*pool.map(lambda row: self._label(state, *row), rows)]
        return {
            self.output: pl.Series([label and label[0] for label in labels], dtype=pl.String),
            self.output_log: pl.Series([label and label[1] for label in labels], dtype=pl.String),
        }

    def _label(self, sandbox: Sandbox, code: str | None, tests: Any, stdin: str | None) -> tuple[Status, str] | None:
        if code is None:
            return None
        if len(code.encode()) > _MOST_CODE_BYTES:
            return "error", f"the code is larger than {_MOST_CODE_BYTES // 2**20} MiB"
        if not _is_code(tests):
            return "error", f"the tests are neither a text nor a list of texts: {tests!r}"[:_SHOWN]
        source = _source(tests)
        # Nobody can know it beforehand, and the harness has it only after the code was loaded.
        word = secrets.token_hex(16).encode()
        program = Program(
            arguments=("-S", "-B", "-c", _harness(), "tests" if source else "program"),
            files={_SOLUTION: code.encode()},
            stdin=(stdin or "").encode(),
            reply=word + source,
        )
        limits = Limits(seconds=self.timeout_s, memory_bytes=self.memory_mb * 2**20)
        try:
            finished = sandbox.run(program, limits)
        except SandboxError as error:
            raise RowError("sandbox_failed", str(error)) from error
        status = _status(finished, b"loaded" + word if source else None)
        return status, _shown(finished, status)

    @classmethod
    def example(cls) -> Example:
        rows: list[dict[str, Any]] = [
            {"code": "def double(n):\n    return 2 * n", "tests": "assert double(3) == 6"},
            {"code": "def double(n):\n    return n", "tests": ["assert double(0) == 0", "assert double(3) == 6"]},
            {"code": "print(6 * 7)", "tests": None},
        ]
        trace = 'Traceback (most recent call last):\n  File "tests.py", line 2, in <module>\n'
        seen = [
            ("passed", ""),
            ("failed", f"{trace}    assert double(3) == 6\nAssertionError"),
            ("passed", "42"),
        ]
        return Example(
            options={"tests": "tests"},
            rows=rows,
            out=[
                {**row, "code_run_status": status, "code_run_output": shown}
                for row, (status, shown) in zip(rows, seen, strict=True)
            ],
        )


def _harness() -> str:
    return files(__package__).joinpath("_run_harness.py").read_text(encoding="utf-8")


def _is_code(tests: Any) -> bool:
    return (
        tests is None or isinstance(tests, str) or (isinstance(tests, list) and all(isinstance(t, str) for t in tests))
    )


def _source(tests: str | Iterable[str] | None) -> bytes:
    """The tests as one text; empty where there are none."""
    text = tests if isinstance(tests, str) else "\n".join(tests or ())
    return text.encode() if text.strip() else b""


def _status(finished: Finished, proof: bytes | None) -> Status:
    """How a run is called.

    Args:
        proof: what the harness must have said; None where the end of the program is all that counts.
    """
    if finished.ending not in ("passed", "failed"):
        return finished.ending
    if finished.said == b"broken":
        return "error"
    if finished.said.endswith(b"memory"):
        return "out_of_memory"
    if finished.ending == "passed" and proof is not None and finished.said != proof:
        return "failed"
    return finished.ending


def _shown(finished: Finished, status: Status) -> str:
    if status == "passed":
        return _words(finished.stdout)[:_SHOWN]
    said = _CARETS.sub("", _words(finished.stderr)) or _words(finished.stdout)
    if not said and status == "failed":
        said = f"it ended with exit code {finished.exit_code}"
        said += " before its tests were over" if finished.exit_code == 0 else ""
    return said[-_SHOWN:]


def _words(output: bytes) -> str:
    return _ADDRESS.sub("0x…", output.decode(errors="replace")).strip()
