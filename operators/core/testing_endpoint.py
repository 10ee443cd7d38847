"""A fake OpenAI endpoint on loopback, for tests, for benchmarks, and to try a workflow without a model.

`FakeEndpoint` serves from a thread of this process. As a process of its own it is

    python -m dataflow_agent.operators.core.testing_endpoint --delay-ms 200 --wrong 0.2 --malformed 0.05 --port 0

which prints its base URL first; `GET /counts` tells what it has served.
"""

import argparse
import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import fields
from typing import Self

from pydantic import TypeAdapter, ValidationError

from ._fake_behaviour import Behaviour, Body, Fault
from ._fake_documents import Call, Reply
from ._fake_service import Counts, Received, Service

__all__ = ["Behaviour", "Body", "Call", "FakeEndpoint", "Fault", "Received", "Reply", "endpoint_process"]

Answer = Iterable[Reply | str] | Callable[[Body], Reply | str]
MISSING_EXTRA = 'the fake endpoint needs aiohttp, which is not installed: pip install "dataflow-agent[llm]"'
_MOST_BYTES = 1 << 28
_LAST_S = 0.001
"""For requests that are open at the end; to aiohttp, 0 is no limit."""


class FakeEndpoint:
    """Chat completions, embeddings and models over HTTP on 127.0.0.1; use it as a context manager.

    Args:
        answer: the answers in order (then status 500), or a quick function of the request's body. By default an answer
            follows from the messages: an instance of the reply's schema, a tool call, or a short text.
        behaviour: delays, faults and refusals.
        port: 0 for any free one.
        keep: whether `received` is filled.

    >>> with FakeEndpoint([Reply("hello")]) as endpoint:
    ...     endpoint.base_url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(
        self, answer: Answer | None = None, behaviour: Behaviour | None = None, *, port: int = 0, keep: bool = True
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.received: list[Received] = []
        self._counts = Counts()
        say = answer if answer is None or callable(answer) else _script(answer)
        self._service = Service(self.behaviour, say, self._counts, self.received if keep else None)
        self._port = port
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._started: Future[int] = Future()
        self._end: Callable[[], object] = lambda: None

    @property
    def base_url(self) -> str:
        """The address to give to a client, with `/v1`; known once the endpoint is entered."""
        return f"http://127.0.0.1:{self._started.result(timeout=0)}/v1"

    @property
    def calls(self) -> Counter[tuple[str, int]]:
        """Requests that have ended, by path and status; 499 where the client left before the answer."""
        return self._counts.calls

    @property
    def most_open(self) -> int:
        """The most requests that were open at one moment."""
        return self._counts.most_open

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._thread.join()

    async def _serve(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._end = lambda: loop.call_soon_threadsafe(ended.set)
        try:
            from aiohttp import web

            app = web.Application(client_max_size=_MOST_BYTES)
            app.router.add_route("*", "/{path:.*}", self._service.handle)
            runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_LAST_S)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self._port, backlog=1024).start()
        except ImportError as error:
            self._started.set_exception(ImportError(MISSING_EXTRA) if error.name == "aiohttp" else error)
        except OSError as error:
            self._started.set_exception(error)
        else:
            self._started.set_result(runner.addresses[0][1])
            await ended.wait()
            await runner.cleanup()


def _script(answers: Iterable[Reply | str]) -> Callable[[Body], Reply | str]:
    left = iter(answers)
    return lambda _: next(left, Reply("the script of the endpoint has nothing left to say", status=500))


@contextmanager
def endpoint_process(*options: str) -> Iterator[str]:
    """A fake endpoint as a process of its own, so that it takes no processor time from its client; yields its base URL.

    Args:
        options: as on the command line, such as `"--delay-ms", "200"`.

    Raises:
        RuntimeError: it did not start; its own error stands on stderr.
    """
    # Our own interpreter with our own module; the options reach no shell.
    command = [sys.executable, "-m", "dataflow_agent.operators.core.testing_endpoint", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        base_url = process.stdout.readline().strip() if process.stdout else ""
        if not base_url:
            raise RuntimeError(f"the fake endpoint did not start with the options {' '.join(options)}")
        yield base_url


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C, or until stdin is closed where that is a pipe."""
    parser = argparse.ArgumentParser(
        prog="python -m dataflow_agent.operators.core.testing_endpoint",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="A fake OpenAI endpoint on 127.0.0.1. It prints its base URL and serves until Ctrl-C.",
        epilog=f"what the options mean (those in seconds are given in milliseconds):\n\n{Behaviour.__doc__}",
    )
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    for name, option, settings in _options():
        parser.add_argument(option, dest=name, default=argparse.SUPPRESS, **settings)  # type: ignore[arg-type]
    given = vars(parser.parse_args(arguments))
    port = given.pop("port")
    try:
        behaviour = TypeAdapter(Behaviour).validate_python(given)
    except ValidationError as error:
        parser.error("; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
    try:
        with suppress(KeyboardInterrupt), FakeEndpoint(behaviour=behaviour, port=port, keep=False) as endpoint:
            sys.stdout.write(f"{endpoint.base_url}\n")
            sys.stdout.flush()
            _wait()
    except OSError as error:
        parser.error(f"--port {port}: {error.strerror}")


def _options() -> Iterator[tuple[str, str, dict[str, object]]]:
    """Field, option and settings of all that a behaviour has but functions."""
    for one in fields(Behaviour):
        option = "--" + one.name.replace("_", "-")
        if one.name == "wrong_answer":
            continue
        if isinstance(one.default, bool):
            yield one.name, option, {"action": "store_true"}
        elif isinstance(one.default, tuple):
            yield one.name, option, {"nargs": "+"}
        elif one.name.endswith("_s"):
            yield one.name, option[:-1] + "ms", {"type": lambda text: float(text) / 1000, "metavar": "MS"}
        else:
            yield one.name, option, {}


def _wait() -> None:
    """A pipe is closed when the parent ends, however it ends; a terminal or /dev/null says nothing of the kind."""
    if hasattr(signal, "siginterrupt"):
        # polars sets a handler of its own, under which the waiting goes on after Ctrl-C as if nothing had happened.
        signal.siginterrupt(signal.SIGINT, True)
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        sys.stdin.buffer.read()
    else:
        threading.Event().wait()


if __name__ == "__main__":
    main()
