"""A line to an endpoint: one thread with one event loop that carries all requests, from whatever thread they come."""

import asyncio
import atexit
import importlib.util
import logging
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..errors import EndpointError, RunStopped
from ..spending import Prices
from ..usage import NOTHING, Usage
from .budget import LOOK_AGAIN_S, Budget
from .causes import Trouble, status_told, status_trouble, too_large, transport_trouble
from .chat import Taken
from .diagnosis import not_found
from .endpoint import MISSING_EXTRA, Answered, Connection, Endpoint
from .features import Features
from .tries import Again, Call, LookCloser, Next, Tries

CLOSED = "the run has ended, so no model is asked any more"
_log = logging.getLogger(__name__)


class Line:
    """Carries calls to one endpoint, under one limit of requests in flight, one budget and one set of rules.

    The thread starts with the first call; without aiohttp there is none, and calls are told what to install. `begin`
    and `close` may be called from any thread.

    Args:
        prices: what tokens cost here; those of the budget if not given.
        settles: a call that was answered counts as in flight until `settle` says that its reply is kept, so that no
            more than the calls in flight can be lost by a kill.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        budget: Budget | None = None,
        *,
        prices: Prices | None = None,
        settles: bool = False,
    ) -> None:
        self._endpoint = endpoint
        self._budget, self._prices, self._settles = budget or Budget(), prices, settles
        self._tries = Tries(endpoint)
        self._lock = threading.Lock()
        self._inbox: list[Call] = []
        self._woken = False
        self._stopped: str | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event
        self._connection: Connection
        # What follows is touched by the loop's thread only.
        self._calls: dict[Call, None] = {}
        self._waiting: deque[Call] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._looking = self._told_of_estimate = False

    @property
    def stopped(self) -> str | None:
        """Why no call is answered any more; None while they are."""
        return self._stopped

    def begin(self, calls: Sequence[Call]) -> None:
        """Begin calls and return at once."""
        with self._lock:
            if self._thread is None and importlib.util.find_spec("aiohttp") is None:
                self._stopped = self._stopped or MISSING_EXTRA
            stopped = self._stopped
            if stopped is None:
                self._inbox.extend(calls)
                self._wake()
                return
        for call in calls:
            call.heard(RunStopped(stopped), NOTHING)

    def settle(self, count: int) -> None:
        """So many replies are kept now; may be called from any thread."""
        with self._lock, suppress(RuntimeError):  # the loop may have ended
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._settled, count)

    def close(self) -> None:
        """End all calls and the thread; calls that are open, and those begun later, are answered by `RunStopped`."""
        with self._lock:
            thread, loop = self._thread, self._loop
            self._stopped = self._stopped or CLOSED
            if loop is not None:
                # Where the thread has ended by itself, so has its loop.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._end)
        if thread is not None and thread is not threading.current_thread():
            thread.join()
            atexit.unregister(self.close)

    def _wake(self) -> None:
        """Let the loop take what is in the inbox; many calls make one wake-up."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._live, name="dataflow-model-line", daemon=True)
            self._thread.start()
            # A daemon thread is cut off at the end of the process; this ends its connections in time.
            atexit.register(self.close)
        if self._loop is not None and not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._take)

    def _live(self) -> None:
        try:
            asyncio.run(self._main())
        finally:
            self._stop("the line to the model has ended unexpectedly")

    async def _main(self) -> None:
        self._ended = asyncio.Event()
        self._connection = Connection(self._endpoint)
        try:
            with self._lock:
                self._loop = asyncio.get_running_loop()
                if self._stopped is not None:
                    self._ended.set()
            self._take()
            await self._ended.wait()
        finally:
            self._stop(CLOSED)
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._connection.close()

    def _end(self) -> None:
        self._stop(CLOSED)
        self._ended.set()

    def _take(self) -> None:
        with self._lock:
            self._woken = False
            calls, self._inbox = self._inbox, []
        self._calls.update(dict.fromkeys(calls))
        self._waiting.extend(calls)
        self._pump()

    def _pump(self) -> None:
        """Let as many of those that wait go as there is room for."""
        flight, loop = self._tries.flight, asyncio.get_running_loop()
        while self._waiting and not self._looking and self._stopped is None:
            now = loop.time()
            if not flight.has_room(now):
                if now < flight.held_until:
                    self._ring_at(flight.held_until)
                return
            verdict = self._budget.verdict(self._waiting[0].prompt_tokens)
            if verdict != "go":
                if verdict == "reached":
                    self._stop(self._budget.reached())
                elif not flight.open:
                    self._ring_at(now + LOOK_AGAIN_S)
                return
            call = self._waiting.popleft()
            flight.enter()
            task = loop.create_task(self._carry(call))
            self._tasks.add(task)
            task.add_done_callback(self._landed)

    def _settled(self, count: int) -> None:
        self._tries.flight.leave(count)
        self._pump()

    def _ring_at(self, when: float) -> None:
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_at(when, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._pump()

    def _landed(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            _log.error("a request to the model broke", exc_info=bug)
            self._stop(f"a request to the model broke by a fault of ours: {type(bug).__name__}: {bug}")
        self._pump()

    async def _carry(self, call: Call) -> None:
        """One try of a call, and what follows from it."""
        loop = asyncio.get_running_loop()
        used, began = self._tries.features(call), loop.time()
        taken = Taken(trouble=Trouble("fatal", "cut off", billed=True))
        try:
            taken = await self._try(call, used)
        finally:
            if taken.trouble is not None or not self._settles:
                self._tries.flight.leave()
            billed = taken.trouble is None or taken.trouble.billed
            tokens = (taken.prompt_tokens, taken.completion_tokens)
            took = self._budget.end(*tokens, billed=billed, prices=self._prices)
            call.usage += took
        if taken.estimated:
            self._tell_of_estimate()
        if taken.trouble is None:
            self._tries.succeeded(call, used, loop.time())
            self._answer(call, taken.value, call.usage + Usage(calls=1))
            return
        following = self._tries.after(call, taken.trouble, used, began=began, now=loop.time())
        await self._follow(call, following)

    async def _try(self, call: Call, used: Features) -> Taken:
        import aiohttp

        try:
            answered = await self._connection.post(call.path, call.body(used))
        except (aiohttp.ClientError, OSError) as error:
            return Taken(trouble=transport_trouble(error, self._endpoint))
        return self._taken(call, answered)

    def _taken(self, call: Call, answered: Answered) -> Taken:
        if answered.status != 200:
            return Taken(trouble=status_trouble(answered, self._endpoint, had_success=self._tries.had_success))
        if answered.body is None:
            return Taken(trouble=too_large())
        taken = call.read(answered.body)
        if taken.trouble is not None and taken.trouble.kind == "failing":
            return self._taken(call, replace(answered, status=status_told(answered.body)))
        return taken

    async def _follow(self, call: Call, following: Next) -> None:
        if isinstance(following, EndpointError):
            self._answer(call, following, following.usage)
        elif isinstance(following, RunStopped):
            self._stop(str(following))
        elif isinstance(following, LookCloser):
            # Others may be told the same meanwhile: none goes on, since the run stops whatever comes of this one.
            if not self._looking:
                self._looking = True
                self._stop(await not_found(self._connection, self._endpoint, following.said))
        else:
            call.usage += Usage(retries=following.repeated)
            asyncio.get_running_loop().call_later(following.wait_s, self._back, call, following)

    def _back(self, call: Call, again: Again) -> None:
        if call in self._calls:
            (self._waiting.append if again.behind else self._waiting.appendleft)(call)
            self._pump()

    def _answer(self, call: Call, answer: Any, usage: Usage) -> None:
        if call in self._calls:
            del self._calls[call]
            call.heard(answer, usage)

    def _tell_of_estimate(self) -> None:
        if not self._told_of_estimate:
            self._told_of_estimate = True
            _log.warning("%s tells no token counts; they are taken to be four characters each", self._endpoint.shown)

    def _stop(self, message: str) -> None:
        """Answer all that is open, and all that comes, by `RunStopped`."""
        with self._lock:
            self._stopped = said = self._stopped or message
            calls, self._inbox = self._inbox, []
        calls = [*self._calls, *calls]
        self._calls.clear()
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()
        for call in calls:
            call.heard(RunStopped(said), call.usage)
