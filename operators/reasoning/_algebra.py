"""Asks a process of its own whether two answers are equal, so that no expression can hold up or end a run."""

import importlib.util
import threading
from typing import Literal

from ..core import InvalidInput, RowError
from ..core.isolated import Isolated
from ._equality import plainly_equal, written

Finding = Literal["equal", "different", "undecided"]

_TASK = "dataflow_agent.operators.reasoning._algebra_process:Comparing"
MOST_BYTES = 2 << 30
"""Memory that questions may take; where that is not enough, the answers stay undecided."""
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
        self._alone = threading.Lock()
        clock_s = seconds * _CLOCK_FACTOR + _CLOCK_S
        self._process = Isolated(_TASK, seconds=clock_s, memory_bytes=MOST_BYTES, processor_seconds=seconds)
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
        try:
            said = self._process({"left": left, "right": right})
        except RowError:
            return "undecided"
        return "equal" if said == "equal" else "different"


def open_algebra(seconds: float) -> Algebra:
    """What compares answers.

    Raises:
        InvalidInput: math-verify is not installed.
    """
    if importlib.util.find_spec("math_verify") is None:
        raise InvalidInput.of("missing_library", MISSING)
    return Algebra(seconds)
