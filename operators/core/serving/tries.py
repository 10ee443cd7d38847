"""The rules of trying again: what follows when a try of a request went wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ..errors import EndpointError, RunStopped
from ..usage import NOTHING, Usage
from .breaker import Breaker
from .causes import SILENCES, Trouble
from .chat import Taken
from .endpoint import Endpoint
from .features import PLAIN, Features, Learned
from .flight import Flight

LONGEST_BACKOFF_S = 30.0
CONTINUE = "finished parts are kept; the same command continues"
_numbers = count()


@dataclass(eq=False)
class Call:
    """A request on its way: how it is put and read, who hears of it, and what became of its tries.

    Args:
        path: the service of the endpoint.
        body: makes the body out of the features that the endpoint has.
        read: takes an answer of status 200 apart.
        heard: called once, from the loop's thread, with the value or the error, and with what all tries took.
        asked: the features that the request makes use of.
        prompt_tokens: about how many it sends.
    """

    path: str
    body: Callable[[Features], bytes]
    read: Callable[[bytes], Taken]
    heard: Callable[[Any, Usage], None]
    asked: Features = PLAIN
    prompt_tokens: int = 0
    number: int = field(default_factory=_numbers.__next__)
    tries: int = 0
    usage: Usage = NOTHING
    limited: int = 0
    limited_since: float = 0.0
    first: Features | None = None
    trial: Features | None = None
    tried: list[Features] = field(default_factory=list)
    refusal: str = ""


@dataclass(frozen=True)
class Again:
    """Try once more after a wait in seconds; `behind` those that wait already, or before them.

    `repeated` tells that the same is sent again, and not a request without what was refused.
    """

    wait_s: float = 0.0
    behind: bool = False
    repeated: bool = True


@dataclass(frozen=True)
class LookCloser:
    """The endpoint knows no such thing; ask it what it knows before the run stops."""

    said: str


Next = Again | LookCloser | EndpointError | RunStopped


class Tries:
    """What is known of an endpoint, and so what is done about trouble; lives on one event loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.flight = Flight(endpoint.in_flight)
        self._breaker = Breaker()
        self._learned = Learned()
        self.had_success = False
        self._last_success = float("-inf")

    def features(self, call: Call) -> Features:
        """How to put a request now."""
        used = call.trial or call.asked & self._learned.features
        call.first = call.first or used
        return used

    def succeeded(self, call: Call, used: Features, now: float) -> None:
        """A try was answered."""
        self.had_success, self._last_success = True, now
        self._breaker.answered()
        self.flight.succeeded()
        self._learned.succeeded(used, call.first or used)

    def after(self, call: Call, trouble: Trouble, used: Features, *, began: float, now: float) -> Next:
        """What follows trouble with a try that began at `began`, in seconds of the loop's clock."""
        if trouble.kind == "limited":
            return self._limited(call, trouble, began, now)
        if trouble.kind in ("row", "questioned", "not_found", "fatal", "failing", "empty"):
            self._breaker.answered()
        if trouble.kind == "row":
            return self._failed(call, trouble.message, trouble.reason)
        if trouble.kind == "questioned":
            return self._questioned(call, trouble, used)
        if trouble.kind == "not_found":
            return LookCloser(trouble.message)
        if trouble.kind == "fatal":
            return RunStopped(f"{trouble.message}; {CONTINUE}")
        return self._unanswered(call, trouble, began, now)

    def _limited(self, call: Call, trouble: Trouble, began: float, now: float) -> Next:
        self._breaker.answered()
        self.flight.refused(began, now, trouble.wait_s)
        call.limited_since = call.limited_since if call.limited else now
        call.limited += 1
        patience = self._endpoint.patience_s
        if trouble.wait_s is not None and trouble.wait_s > patience:
            wait = f"{trouble.wait_s:,.0f} s"
            return RunStopped(f"{self._endpoint.shown} lets nothing through for {wait} ({trouble.message}); {CONTINUE}")
        if now - call.limited_since <= patience:
            return Again(self._backoff(call.limited))
        if self._last_success >= call.limited_since:
            return self._failed(call, f"refused by the rate limit for {patience:g} s: {trouble.message}", "no_answer")
        said = f"{self._endpoint.shown} has let nothing through for {patience:g} s ({trouble.message})"
        return RunStopped(f"{said}; {CONTINUE}")

    def _unanswered(self, call: Call, trouble: Trouble, began: float, now: float) -> Next:
        call.tries += 1
        last = call.tries >= self._endpoint.tries
        silent = trouble.kind in SILENCES
        if silent and self._breaker.failed(trouble.kind, call.number, began=began, now=now, last=last):  # type: ignore[arg-type]
            return RunStopped(self._gone(trouble))
        if not last:
            return Again(self._backoff(call.tries), behind=trouble.kind == "timed_out")
        if trouble.kind == "garbled" and not self.had_success:
            advice = "is DATAFLOW_LLM_BASE_URL the address of an OpenAI-compatible endpoint, such as …/v1?"
            return RunStopped(f"{self._endpoint.shown} answers, but not as a model does ({trouble.message}); {advice}")
        tries = f"{call.tries} tries" if call.tries > 1 else "one try"
        return self._failed(call, f"no usable answer after {tries}, the last: {trouble.message}", trouble.reason)

    def _gone(self, trouble: Trouble) -> str:
        shown = self._endpoint.shown
        if self._breaker.ever_answered:
            return f"the endpoint {shown} is gone ({trouble.message}); {CONTINUE}"
        advice = "see that it runs, and that DATAFLOW_LLM_BASE_URL is right"
        if trouble.kind == "timed_out":
            advice = "see that it works, or allow it more time with DATAFLOW_LLM_TIMEOUT_S"
        return f"the endpoint {shown} cannot be reached ({trouble.message}); {advice}, then run the same command again"

    def _questioned(self, call: Call, trouble: Trouble, used: Features) -> Next:
        if call.trial is None and call.asked & self._learned.features != used:
            call.first = None
            return Again(repeated=False)
        call.refusal = call.refusal or trouble.message
        options = self._learned.lesser(used, call.first or used, trouble.message)
        left = [option for option in options if option not in call.tried]
        if not left:
            return self._failed(call, call.refusal, trouble.reason)
        call.trial = left[0]
        call.tried.append(left[0])
        return Again(repeated=False)

    def _failed(self, call: Call, message: str, reason: str) -> EndpointError:
        return EndpointError(message, reason=reason, usage=call.usage + Usage(failures=1))

    def _backoff(self, tries: int) -> float:
        """Full jitter: anything from nothing to a bound that doubles with each try."""
        return random.uniform(0.0, min(LONGEST_BACKOFF_S, self._endpoint.backoff_s * 2 ** (tries - 1)))
