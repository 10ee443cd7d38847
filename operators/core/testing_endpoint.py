"""Test double: an OpenAI-compatible endpoint on loopback that answers from a script and keeps what it was asked."""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Call:
    """A tool call in a reply; `arguments` may be text that is no JSON, as models write it at times."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer of the endpoint: text, tool calls, or with another `status` an error."""

    text: str | None = None
    calls: tuple[Call, ...] = ()
    status: int = 200
    finish_reason: str | None = None


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class FakeEndpoint:
    """Chat completions from a script, over real HTTP on 127.0.0.1; use it as a context manager.

    Args:
        replies: the answers in order (then status 500), or a function of the request's body.

    >>> with FakeEndpoint([Reply("hello")]) as endpoint:
    ...     endpoint.base_url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(self, replies: Iterable[Reply] | Callable[[dict[str, Any]], Reply] = ()) -> None:
        self._answer = replies if callable(replies) else _script(replies)
        self._lock = threading.Lock()
        self.received: list[Received] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.endpoint = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def base_url(self) -> str:
        """The address to give to a client, with `/v1`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "FakeEndpoint":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply_to(self, received: Received) -> Reply:
        """Keep a request, and the answer to it."""
        with self._lock:
            self.received.append(received)
            return self._answer(received.body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: FakeEndpoint


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        received = Received(self.path, dict(self.headers.items()), body)
        reply = self.server.endpoint.reply_to(received)
        content = json.dumps(_document(reply, str(body.get("model")))).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        """Say nothing."""


def _script(replies: Iterable[Reply]) -> Callable[[dict[str, Any]], Reply]:
    left = iter(replies)
    return lambda _: next(left, Reply("the script of the endpoint has nothing left to say", status=500))


def _document(reply: Reply, model: str) -> dict[str, Any]:
    if reply.status != 200:
        return {"error": {"message": reply.text or "planted", "type": "planted", "code": None}}
    calls = [
        {"id": f"call_{number}", "type": "function", "function": {"name": call.name, "arguments": _text(call)}}
        for number, call in enumerate(reply.calls, 1)
    ]
    message = {"role": "assistant", "content": reply.text, **({"tool_calls": calls} if calls else {})}
    reason = reply.finish_reason or ("tool_calls" if calls else "stop")
    return {
        "id": "fake",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _text(call: Call) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
