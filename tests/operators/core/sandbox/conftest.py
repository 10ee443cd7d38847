"""The sandbox of this machine, and a short way to run Python in it."""

from collections.abc import Callable

import pytest
from dataflow_agent.operators.core.sandbox import Finished, Limits, Program, Sandbox, find_sandbox

Run = Callable[..., Finished]


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """Where there is none this raises, and says why."""
    return find_sandbox()


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    """`run(code, seconds=…)`: what comes of Python code, within small limits."""

    def run_code(code: str, *, stdin: bytes = b"", reply: bytes | None = None, **limits: float) -> Finished:
        program = Program(("-S", "-B", "main.py"), {"main.py": code.encode()}, stdin, reply)
        return sandbox.run(program, Limits(**{"seconds": 5.0, **limits}))

    return run_code
