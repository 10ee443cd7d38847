"""Runs programs that nobody trusts: what they may use, what came of them, and the sandbox of this machine."""

from .contract import CHANNEL, Finished, Limits, Program, Sandbox, SandboxError
from .finding import find_sandbox, sandbox_problem

__all__ = [
    "CHANNEL",
    "Finished",
    "Limits",
    "Program",
    "Sandbox",
    "SandboxError",
    "find_sandbox",
    "sandbox_problem",
]
