"""The requests of a fake endpoint over HTTP: who is let in, what goes amiss, and what is counted."""

import asyncio
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from ._fake_answers import CHAT, EMBEDDINGS, MODELS, answers, refusal
from ._fake_behaviour import PASSING, Behaviour, Body, Fault, digest
from ._fake_documents import Document, Reply, chat_document, embeddings_document, error_document, models_document
from ._fake_instances import CannotDraw

if TYPE_CHECKING:
    from aiohttp import web

COUNTS = "/counts"
CLIENT_GONE = 499
"""Counted where the client closed the connection before the answer."""
PAGE = "<!DOCTYPE html><html><body><h1>Welcome</h1><p>Please log in to go on.</p></body></html>"


@dataclass(frozen=True)
class Received:
    """One request as it came; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: Body


class Counts:
    """What an endpoint has served; may be read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, int]] = Counter()
        self._open = self._most_open = 0

    @property
    def calls(self) -> Counter[tuple[str, int]]:
        """Requests that have ended, by path and status; 499 where the client left."""
        with self._lock:
            return Counter(self._calls)

    @property
    def most_open(self) -> int:
        """The most requests that were open at one moment."""
        return self._most_open

    def begin(self) -> None:
        """A request came."""
        with self._lock:
            self._open += 1
            self._most_open = max(self._most_open, self._open)

    def end(self, path: str, status: int) -> None:
        """It has been answered, or its client has left."""
        with self._lock:
            self._open -= 1
            self._calls[path, status] += 1

    def document(self) -> Document:
        """The counts as JSON, with the seconds of the processor that this process took so far."""
        calls = {f"{path} {status}": number for (path, status), number in self.calls.items()}
        return {"calls": calls, "most_open": self.most_open, "cpu_s": time.process_time()}


class Service:
    """Answers requests; lives on one event loop.

    Args:
        say: what a script says to a body; None for default answers.
        received: where requests are kept; None to keep none.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        say: Callable[[Body], Reply | str] | None,
        counts: Counts,
        received: list[Received] | None,
    ) -> None:
        self._behaviour, self._say, self._counts, self._received = behaviour, say, counts, received
        self._tries: Counter[int] = Counter()
        self._admitted = 0
        self._times: deque[float] = deque()

    async def handle(self, request: "web.Request") -> "web.StreamResponse":
        """Answer one request."""
        if request.path == COUNTS:
            return _response(200, self._counts.document())
        self._counts.begin()
        status = 500
        try:
            response = await self._respond(request)
            status = response.status
        except asyncio.CancelledError:
            status = CLIENT_GONE
            raise
        finally:
            self._counts.end(request.path, status)
        return response

    async def _respond(self, request: "web.Request") -> "web.StreamResponse":
        content = await request.read()
        path, body = request.path, _read(content) if content else {}
        if self._received is not None and content and body is not None:
            headers = {name.lower(): value for name, value in request.headers.items()}
            self._received.append(Received(path, headers, body))
        turned_away = self._turned_away(request)
        if turned_away is not None:
            return _error(turned_away)
        if path == MODELS:
            return _response(200, models_document(self._behaviour.models))
        if body is None:
            return _error(Reply("We could not parse the JSON body of your request.", status=400))
        with self._admission() as admitted:
            if not admitted:
                wait = {"Retry-After": f"{self._behaviour.retry_after_s:g}"}
                return _error(Reply("Rate limit reached", status=429, code="rate_limit_exceeded", headers=wait))
            return await self._served(request, body)

    def _turned_away(self, request: "web.Request") -> Reply | None:
        path, method, key = request.path, request.method, self._behaviour.key
        if key is not None and request.headers.get("Authorization") != f"Bearer {key}":
            return Reply("Incorrect API key provided.", status=401, code="invalid_api_key")
        if path not in (CHAT, EMBEDDINGS, MODELS):
            return Reply(f"Invalid URL ({method} {path})", status=404)
        allowed = "GET" if path == MODELS else "POST"
        return None if method == allowed else Reply(f"Not allowed to {method} on {path}", status=405)

    @contextmanager
    def _admission(self) -> Iterator[bool]:
        """Whether one more is let in, by the number of open ones and of those in the last second."""
        now, limits = time.monotonic(), self._behaviour
        while self._times and self._times[0] <= now - 1:
            self._times.popleft()
        crowded = limits.open_at_once is not None and self._admitted >= limits.open_at_once
        if crowded or (limits.per_second is not None and len(self._times) >= limits.per_second):
            yield False
            return
        if limits.per_second is not None:
            self._times.append(now)
        self._admitted += 1
        try:
            yield True
        finally:
            self._admitted -= 1

    async def _served(self, request: "web.Request", body: Body) -> "web.StreamResponse":
        refused = refusal(self._behaviour, request.path, body)
        if refused is not None:
            return _error(refused)
        fault = self._fault_of(body)
        # Made before the delay, so that a list of answers is served in the order of arrival.
        response = self._response_to(request.path, body, fault)
        await asyncio.sleep(self._behaviour.delay_of(body))
        if fault == "hang":
            await asyncio.get_running_loop().create_future()
        return await _broken_off(request, response) if fault == "drop" else response

    def _fault_of(self, body: Body) -> Fault | None:
        fault, most = self._behaviour.fault(body), self._behaviour.fails_first
        if fault not in PASSING or most is None:
            return fault
        self._tries[key := digest(body)] += 1
        return fault if self._tries[key] <= most else None

    def _response_to(self, path: str, body: Body, fault: Fault | None) -> "web.Response":
        if fault == "fail":
            status = self._behaviour.draw("status", body).choice((500, 503))
            return _error(Reply("The server had an error while processing your request.", status=status))
        if fault in ("html", "hang"):
            return _page()
        document = self._embedded(body, fault) if path == EMBEDDINGS else self._said(body, fault)
        return _error(document) if isinstance(document, Reply) else _response(200, document)

    def _embedded(self, body: Body, fault: Fault | None) -> Document:
        document = embeddings_document(body, body.get("dimensions") or self._behaviour.dimensions)
        if self._behaviour.shuffle_embeddings:
            document["data"].reverse()
        if fault in ("empty", "malformed"):
            del document["data"][0 if fault == "empty" else -1 :]
        return document

    def _said(self, body: Body, fault: Fault | None) -> Document | Reply:
        scripted = self._say(body) if self._say is not None else None
        if isinstance(scripted, str):
            scripted = Reply(scripted)
        if scripted is not None and scripted.status != 200:
            return scripted
        try:
            replies = answers(self._behaviour, body, scripted, fault)
        except CannotDraw as why:
            return Reply(f"no answer can be made: {why}; give the fake endpoint an answer function", status=400)
        return chat_document(body, replies, self._behaviour.draw("logprobs", body))


def _read(content: bytes) -> Body | None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _error(reply: Reply) -> "web.Response":
    return _response(reply.status, error_document(reply), reply.headers)


def _response(status: int, document: Document, headers: Mapping[str, str] | None = None) -> "web.Response":
    from aiohttp import web

    content = json.dumps(document).encode()  # unlike orjson, it writes lone surrogates, which models do at times
    return web.Response(status=status, body=content, content_type="application/json", headers=headers)


def _page() -> "web.Response":
    from aiohttp import web

    return web.Response(text=PAGE, content_type="text/html")


async def _broken_off(request: "web.Request", whole: "web.Response") -> "web.StreamResponse":
    """Send half of a response and close the connection."""
    from aiohttp import web

    content = whole.body if isinstance(whole.body, bytes) else b""
    response = web.StreamResponse(headers={"Content-Type": whole.content_type, "Content-Length": str(len(content))})
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
