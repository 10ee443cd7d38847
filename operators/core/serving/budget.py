"""Keeps what a run takes of models under its caps."""

import threading
from typing import Literal

from ..spending import NO_CAPS, Prices, Spending
from ..usage import NOTHING, Usage

Verdict = Literal["go", "wait", "reached"]
LOOK_AGAIN_S = 0.05
"""After so long a door asks again where it waits for the calls of another one, of whose end nobody tells it."""


class Budget:
    """What was spent, and whether one more request fits under the caps; all doors of a run share one, from any thread.

    A request counts as a call from its start, and no longer when it turns out that the endpoint cannot have worked for
    it: no connection, or a refusal. Of tokens and money, requests in flight are taken to need what the earlier ones
    needed on average, so a cap is overrun by no more than what those in flight need above that; before one has
    ended, they go one by one. Cached replies take nothing.

    Args:
        caps: what may be spent.
        prices: what tokens cost, where a door has no prices of its own.
        before: what was spent under the same caps earlier, as by the rows that were tried before a run.
    """

    def __init__(
        self,
        caps: Spending = NO_CAPS,
        prices: Prices = Prices(),  # noqa: B008 - it is frozen
        before: Usage = NOTHING,
    ) -> None:
        self.caps, self.prices = caps, prices
        self._before, self._taken = before, before
        self._lock = threading.Lock()
        self._open = 0
        self._exceeded: str | None = None

    @property
    def spent(self) -> Usage:
        """What was taken since this budget was made; its `calls` are all requests that the endpoint may bill."""
        taken, before = self._taken, self._before
        return Usage(
            calls=taken.calls - before.calls,
            prompt_tokens=taken.prompt_tokens - before.prompt_tokens,
            completion_tokens=taken.completion_tokens - before.completion_tokens,
            cost=taken.cost - before.cost,
        )

    def verdict(self, prompt_tokens: int) -> Verdict:
        """Whether one more request may begin, which counts from then on: now, when others have ended, or never.

        Args:
            prompt_tokens: about how many tokens it sends; what the first one is judged by.
        """
        with self._lock:
            caps = self.caps
            capped = caps.max_tokens is not None or caps.max_cost is not None
            if capped and not self._taken.calls and self._open:
                return "wait"
            self._exceeded = self._exceeded_by(prompt_tokens)
            if self._exceeded is None:
                self._open += 1
                return "go"
            return "wait" if self._open else "reached"

    def end(self, prompt_tokens: int, completion_tokens: int, *, billed: bool, prices: Prices | None = None) -> Usage:
        """A request has ended; what it took is returned, whose calls are for the door to count.

        Args:
            billed: whether the endpoint may have worked for it.
            prices: those of the door; those of the budget if not given.
        """
        cost = (prices or self.prices).cost(prompt_tokens, completion_tokens)
        took = Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, cost=cost)
        with self._lock:
            self._open -= 1
            self._taken += took + Usage(calls=billed)
        return took

    def reached(self) -> str:
        """Which cap is reached, and what to do."""
        return (
            f"the cap {self._exceeded} is reached, the next request would exceed it; finished parts are kept and "
            "replies cached: the same command with a higher cap goes on"
        )

    def _exceeded_by(self, prompt_tokens: int) -> str | None:
        """The cap that those in flight and one more would exceed, as far as can be told."""
        caps, taken, more = self.caps, self._taken, self._open + 1
        if caps.max_calls is not None and taken.calls + more > caps.max_calls:
            return f"--max-calls {caps.max_calls}"
        tokens = taken.prompt_tokens + taken.completion_tokens
        if taken.calls:
            each, price = tokens / taken.calls, taken.cost / taken.calls
        else:
            each, price = float(prompt_tokens), self.prices.cost(prompt_tokens, 0)
        if caps.max_tokens is not None and tokens + more * each > caps.max_tokens:
            return f"--max-tokens {caps.max_tokens} ({tokens:,} were taken)"
        if caps.max_cost is not None and taken.cost + more * price > caps.max_cost:
            return f"--max-cost {caps.max_cost:g} ({taken.cost:.4g} was spent)"
        return None
