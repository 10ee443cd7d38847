"""Tasks for test_isolated.py, which children import by name."""

import os
import signal
import sys
import time

from dataflow_agent.operators.core import RowError


def act(order, payload):
    """What the order says, told by its one key."""
    (deed, value), *_ = order.items()
    return DEEDS[deed](value, payload)


class Counting:
    """Counts the orders that one child carried out."""

    def __init__(self):
        self.count = 0

    def __call__(self, order, payload):
        self.count += 1
        return {"count": self.count, "process": os.getpid()}


class Broken:
    def __init__(self):
        raise OSError("no such engine")


def _variables(value, payload):
    return dict(os.environ)


def _fail(value, payload):
    raise RowError("damaged", value)


def _raise(value, payload):
    raise ValueError(value)


def _spin(value, payload):
    while True:
        pass


def _eat(value, payload):
    return len(bytearray(value))


def _print(value, payload):
    sys.stdout.write(value)
    sys.stdout.flush()
    os.write(1, b"not a reply\n")
    return sys.stdin.read()


def _kill(value, payload):
    os.kill(os.getpid(), signal.SIGKILL)


def _sleep(value, payload):
    time.sleep(value)
    return os.getpid()


DEEDS = {
    "echo": lambda value, payload: [value, payload.hex()],
    "variables": _variables,
    "fail": _fail,
    "raise": _raise,
    "spin": _spin,
    "eat": _eat,
    "print": _print,
    "kill": _kill,
    "sleep": _sleep,
}
