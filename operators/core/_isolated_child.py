"""The child of `isolated.py`: reads orders from standard input, a line of JSON and a payload each; replies by lines."""

import importlib
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

from .errors import RowError

Task = Callable[[dict[str, Any], bytes], Any]


def main() -> None:
    """Carry out orders until standard input ends."""
    task, memory_bytes, processor_seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    orders, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _silence()

    def reply(said: bytes) -> None:
        replies.write(said + b"\n")
        replies.flush()

    try:
        carry_out = _task(task)
    except Exception:  # noqa: BLE001 - it goes to the parent, who raises
        reply(orjson.dumps({"bug": traceback.format_exc()}))
        return
    _bound_memory(memory_bytes)
    reply(orjson.dumps({"ready": True}))
    for line in orders:
        head = orjson.loads(line)
        payload = orders.read(head["bytes"])
        _allow(head["seconds"], processor_seconds)
        said = _reply_to(carry_out, head["order"], payload)
        _allow(0, 0)
        reply(said)


def _reply_to(carry_out: Task, order: dict[str, Any], payload: bytes) -> bytes:
    try:
        return orjson.dumps({"done": carry_out(order, payload)})
    except RowError as error:
        return orjson.dumps({"failed": [error.reason, error.detail]})
    except MemoryError:
        return orjson.dumps({"failed": ["out_of_memory", "it needs more memory than it may use"]})
    except Exception:  # noqa: BLE001 - it goes to the parent, who raises
        return orjson.dumps({"bug": traceback.format_exc()})


def _task(name: str) -> Task:
    module, _, attribute = name.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    made: Task = found() if isinstance(found, type) else found
    return made


def _silence() -> None:
    """Whatever libraries print is no reply, and what they read is no order."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


def _bound_memory(more: int) -> None:
    """So many bytes beyond what the process uses by now."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as sizes:
            now = int(sizes.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + more, now + more))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(seconds: float, processor_seconds: float) -> None:
    """Time from now on, after which the system ends the process, also in the midst of a library's work; 0 for any.

    By the clock it gets a second more than the parent waits, for the case that the parent is gone.
    """
    with suppress(ImportError, AttributeError):
        import signal

        signal.setitimer(signal.ITIMER_REAL, seconds + 1 if seconds else 0)
        signal.setitimer(signal.ITIMER_PROF, processor_seconds)
