"""Tells an endpoint that is gone from one that fails now and then."""

from dataclasses import dataclass, field
from typing import Literal

Silence = Literal["unreachable", "timed_out", "dropped", "gateway"]
"""Ways to give no answer: no connection, none in time, a connection that ended, a gateway without the model behind."""
MANY = 5


class Breaker:
    """Watches failures that no success interrupts.

    The endpoint is gone when connecting failed `MANY` times and one request has had all its tries; when `MANY`
    different requests took too long, one of them begun after the first had failed; or when `MANY` had all their tries
    and got nothing from the model. A single request that the endpoint cannot stand therefore never stops a run.
    """

    def __init__(self) -> None:
        self.ever_answered = False
        self._streak = _Streak()

    def answered(self) -> None:
        """The endpoint has given an answer of its own, be it a refusal."""
        self.ever_answered = True
        if self._streak.since is not None:
            self._streak = _Streak()

    def failed(self, silence: Silence, request: int, *, began: float, now: float, last: bool) -> bool:
        """Whether a failure means that the endpoint is gone.

        Args:
            request: which one it is; its tries share a number.
            began: when this try did, in seconds.
            last: whether it has no try left.
        """
        streak = self._streak
        again = streak.since is not None and began >= streak.since
        if streak.since is None:
            streak.since = now
        streak.exhausted += last
        if silence == "unreachable":
            streak.unreachable += 1
            return streak.unreachable >= MANY and streak.exhausted > 0
        if silence == "timed_out":
            streak.slow.add(request)
            return len(streak.slow) >= MANY and again
        return streak.exhausted >= MANY


@dataclass
class _Streak:
    """Failures since the last answer: when the first was seen, how many there were, and which requests were slow."""

    since: float | None = None
    unreachable: int = 0
    exhausted: int = 0
    slow: set[int] = field(default_factory=set)
