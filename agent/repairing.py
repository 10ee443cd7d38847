"""Decides whether a plan with faults is repaired, given up, or goes on; pure."""

from collections.abc import Iterable
from typing import Literal

from ..operators.core import Fault

MAX_REPAIRS = 3

Outcome = Literal["sound", "suggested", "faulty"]
"""No error; errors of which one says what would mend it; errors that nobody has an idea about."""
Move = Literal["go_on", "repair", "give_up"]


def outcome_of(faults: Iterable[Fault]) -> Outcome:
    """What validation, or a sample run, came to.

    >>> outcome_of([])
    'sound'
    """
    errors = [fault for fault in faults if fault.severity == "error"]
    if not errors:
        return "sound"
    return "suggested" if any(fault.suggestion is not None for fault in errors) else "faulty"


def next_move(outcome: Outcome, attempts: int, budget: int) -> Move:
    """What happens to a plan next.

    Args:
        attempts: repairs that were made already.
        budget: calls that a model may still be asked for a repair; 0 where there is none.

    >>> next_move("faulty", attempts=0, budget=0)
    'give_up'
    """
    if outcome == "sound":
        return "go_on"
    if attempts >= MAX_REPAIRS:
        return "give_up"
    return "repair" if outcome == "suggested" or budget > 0 else "give_up"
