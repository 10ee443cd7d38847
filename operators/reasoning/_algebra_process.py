"""A process of its own that says of two answers whether algebra finds them equal; run as a script by `_algebra.py`.

One JSON list of two answers a line in, one JSON word a line out: "equal", "different" or "unreadable". Each question
has so many seconds of processor time, and the process so much memory; where that is not enough the process ends.
"""

import json
import logging
import os
import sys
import warnings
from contextlib import suppress
from typing import Any

MOST_BYTES = 2 << 30


def main() -> None:
    """Answer until standard input ends."""
    seconds = float(sys.argv[1])
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever the libraries print is no reply.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    _bound_memory()
    # Loads the libraries and what they make at their first use, so that no question pays for it.
    _compare("x + 1", "1 + x")
    print("ready", file=replies, flush=True)
    for line in sys.stdin:
        _allow(seconds)
        reply = _compare(*json.loads(line))
        _allow(0)
        print(json.dumps(reply), file=replies, flush=True)


def _compare(left: str, right: str) -> str:
    from math_verify import verify

    one, other = _parsed(left), _parsed(right)
    if not one or not other:
        return "unreadable"
    # It asks differently of the reference and of what is compared with it; here neither is preferred.
    with suppress(RecursionError):
        if any(verify(*pair, timeout_seconds=None) for pair in ((one, other), (other, one))):
            return "equal"
    return "different"


def _parsed(answer: str) -> list[Any]:
    from math_verify import parse

    with suppress(RecursionError):
        return list(parse(f"${answer}$", parsing_timeout=None, fallback_mode="no_fallback"))
    return []


def _bound_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(seconds: float) -> None:
    """Processor time from now on, after which the system ends the process, also within long arithmetic; 0 for any."""
    with suppress(ImportError, AttributeError):
        import signal

        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main()
