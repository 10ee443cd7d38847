"""How many requests are open at once: fewer after a refusal by a rate limit, none while the endpoint says to wait."""


class Flight:
    """The one limit over all operators and batches that ask an endpoint; lives on one event loop.

    It halves after a refusal, at most once for the requests that were open together, and grows by one after each
    flight of successes, up to `most`.

    Args:
        most: requests open at once.
    """

    def __init__(self, most: int) -> None:
        self._most, self.limit = most, most
        self.open = 0
        self.held_until = float("-inf")
        self._successes = 0
        self._cut_at = float("-inf")

    def has_room(self, now: float) -> bool:
        """Whether one more may begin; `now` is the loop's time in seconds."""
        return self.open < self.limit and now >= self.held_until

    def enter(self) -> None:
        """One begins."""
        self.open += 1

    def leave(self, count: int = 1) -> None:
        """So many have ended, however."""
        self.open -= count

    def succeeded(self) -> None:
        """The endpoint has answered one."""
        self._successes += 1
        if self._successes >= self.limit:
            self._successes = 0
            self.limit = min(self._most, self.limit + 1)

    def refused(self, began: float, now: float, wait_s: float | None) -> None:
        """The endpoint refused one that began at `began`, and may have said how long to wait."""
        if began >= self._cut_at:
            self.limit = max(1, self.limit // 2)
            self._cut_at, self._successes = now, 0
        if wait_s:
            self.held_until = max(self.held_until, now + wait_s)
