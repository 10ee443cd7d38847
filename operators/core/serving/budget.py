"""Keeps what a run takes of a model under its caps."""

from typing import Literal

from ..spending import NO_CAPS, Prices, Spending
from ..usage import Usage

Verdict = Literal["go", "wait", "reached"]


class Budget:
    """What was spent, and whether one more request fits under the caps; lives on one event loop.

    A request counts as a call from its start, and no longer when it turns out that the endpoint cannot have worked for
    it: no connection, or a refusal. Of tokens and money, requests in flight are taken to need what the earlier ones
    needed on average, so a cap is overrun by no more than what those in flight need above that; before one has
    ended, they go one by one. Cached replies take nothing.

    Args:
        caps: what may be spent.
        prices: what tokens cost.
    """

    def __init__(self, caps: Spending = NO_CAPS, prices: Prices = Prices()) -> None:  # noqa: B008 - it is frozen
        self.caps, self.prices = caps, prices
        self.spent = Usage()
        self._open = self._ended = 0
        self._exceeded: str | None = None

    def verdict(self, prompt_tokens: int) -> Verdict:
        """Whether one more request may begin: now, when others have ended, or never.

        Args:
            prompt_tokens: about how many tokens it sends; what the first one is judged by.
        """
        caps = self.caps
        capped = caps.max_tokens is not None or caps.max_cost is not None
        if capped and not self._ended and self._open:
            return "wait"
        self._exceeded = self._exceeded_by(prompt_tokens)
        if self._exceeded is None:
            return "go"
        return "wait" if self._open else "reached"

    def begin(self) -> None:
        """A request begins."""
        self._open += 1

    def end(self, prompt_tokens: int, completion_tokens: int, *, billed: bool) -> Usage:
        """A request has ended; what it took is returned."""
        self._open -= 1
        self._ended += billed
        cost = self.prices.cost(prompt_tokens, completion_tokens)
        took = Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, cost=cost)
        self.spent += took
        return took

    def reached(self) -> str:
        """Which cap is reached, and what to do."""
        return (
            f"the cap {self._exceeded} is reached, the next request would exceed it; finished parts are kept and "
            "replies cached: the same command with a higher cap goes on"
        )

    def _exceeded_by(self, prompt_tokens: int) -> str | None:
        """The cap that those in flight and one more would exceed, as far as can be told."""
        caps, spent, more = self.caps, self.spent, self._open + 1
        if caps.max_calls is not None and self._ended + more > caps.max_calls:
            return f"--max-calls {caps.max_calls}"
        taken = spent.prompt_tokens + spent.completion_tokens
        if self._ended:
            tokens, cost = taken / self._ended, spent.cost / self._ended
        else:
            tokens, cost = float(prompt_tokens), self.prices.cost(prompt_tokens, 0)
        if caps.max_tokens is not None and taken + more * tokens > caps.max_tokens:
            return f"--max-tokens {caps.max_tokens} ({taken:,} were taken)"
        if caps.max_cost is not None and spent.cost + more * cost > caps.max_cost:
            return f"--max-cost {caps.max_cost:g} ({spent.cost:.4g} was spent)"
        return None
