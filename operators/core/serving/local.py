"""A model file of this machine behind the same door as any endpoint: served on loopback by a process of its own."""

import importlib.util
import json
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from pydantic import SecretStr

from ..errors import EndpointError, InvalidInput, RunStopped
from ..settings import Settings
from ..usage import Usage
from .budget import Budget
from .desk import Shared
from .door import ModelDoor
from .endpoint import Endpoint
from .model_file import identity_of, is_gguf

MISSING_EXTRA = 'a model file is served by xllamacpp, which is not installed: pip install "dataflow-agent[local]"'
PROGRAM = Path(__file__).with_name("_local_process.py")
LOADING_S = 600.0
ENDING_S = 5.0
LOG_CHARS = 800
SLOTS = 1
"""Requests that share a pass of the model change each other's last digits, and so replies. One by one, a reply depends
on nothing but its request; on two cores that takes a sixth longer than two at once."""
CONTEXT = 4096


class LocalServer:
    """A GGUF file behind an OpenAI-compatible address of 127.0.0.1, with a key of its own.

    The model lives in a child process, so that its crash is not ours; it ends with this process, however that ends.
    Nothing is started before `start`. A child that dies is not started again: what killed it would do so once more.

    Args:
        path: the model.
        slots: requests that are answered at once.
        context: most tokens of a request and its reply together.
        threads: processor threads; None for one a core.
        loading_s: seconds after which loading is given up.

    Raises:
        InvalidInput: there is no such file, it is not a GGUF, or xllamacpp is not installed.
    """

    def __init__(
        self,
        path: Path,
        *,
        slots: int = SLOTS,
        context: int = CONTEXT,
        threads: int | None = None,
        loading_s: float = LOADING_S,
    ) -> None:
        self.path = path.expanduser().absolute()
        _check(self.path)
        self.key = SecretStr(secrets.token_urlsafe(24))
        self._asked = {"slots": slots, "context": context, "threads": threads}
        self._loading_s = loading_s
        self._lock, self._starting = threading.Lock(), threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._stopped: str | None = None
        # Bound but not listening: nobody else is given the port, and the child may listen on it.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        weakref.finalize(self, self._place.close)
        self.base_url = f"http://127.0.0.1:{self._place.getsockname()[1]}/v1"

    def start(self) -> None:
        """Start the child unless it runs, and wait until it answers; may be called from any thread.

        Raises:
            RunStopped: it cannot be started, it has died, or it was closed.
        """
        with self._starting:
            if self._process is None and self._stopped is None:
                self._load()
        stopped = self.stopped
        if stopped is not None:
            raise RunStopped(stopped)

    @property
    def stopped(self) -> str | None:
        """Why nothing is served any more; None while it is, or has not begun."""
        with self._lock:
            if self._stopped is None and self._process is not None and self._process.poll() is not None:
                self._stopped = self._story("has died while it served")
            return self._stopped

    @property
    def pid(self) -> int | None:
        """Process id of the child; None where none was started."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the child, also while it loads; more than once does no harm."""
        with self._lock:
            self._stopped = self._stopped or "the run has ended, so the local model is not asked any more"
            process = self._process
            self._place.close()
        if process is None:
            return
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()  # type: ignore[union-attr]
        if self._log is not None:
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self) -> None:
        process = self._spawned()
        if process is None:
            return
        too_slow = threading.Timer(self._loading_s, process.kill)
        too_slow.daemon = True
        too_slow.start()
        try:
            asked = {**self._asked, "path": str(self.path), "port": self._port(), "key": self.key.get_secret_value()}
            process.stdin.write(json.dumps(asked).encode() + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            ready = process.stdout.readline()  # type: ignore[union-attr]
        except (OSError, ValueError):
            ready = b""
        finally:
            in_time = too_slow.is_alive()
            too_slow.cancel()
        if ready:
            return
        process.wait()
        late = f"the local model {self.path.name} was not loaded within {self._loading_s:g} s; take a smaller one"
        with self._lock:
            self._stopped = self._stopped or (self._story("could not be loaded") if in_time else late)

    def _spawned(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._stopped is not None:
                return None
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - read after the child has ended, closed by `close`
            # -P: the program's own folder holds names that must not stand for libraries.
            command = [sys.executable, "-P", str(PROGRAM)]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._log)  # noqa: S603 - ours
            return self._process

    def _port(self) -> int:
        return int(self.base_url.rpartition(":")[2].partition("/")[0])

    def _story(self, what: str) -> str:
        """What became of the child, with the end of its log; the lock is held."""
        code = self._process.returncode if self._process is not None else None
        killed = f", killed by signal {-code} as the system does where memory runs out" if code == -9 else ""
        ended = killed or (f", ended by signal {-code}" if code is not None and code < 0 else "")
        said = _end_of(self._log)
        return (
            f"the local model {self.path.name} {what}{ended}{f' (it said: {said})' if said else ''}; "
            "finished parts are kept, and the same command continues"
        )


class LocalModel(ModelDoor):
    """The door to a model file of this machine; the file is loaded at the first request that no kept reply answers.

    Args:
        server: serves it; ends when the door closes.
        identity: names the model in keys and results.
        slots: requests that it answers at once; more are not sent to it.
        timeout_s: seconds after which one request is given up.
        more: what `ModelDoor` takes besides.
    """

    def __init__(
        self, server: LocalServer, *, identity: str, slots: int = SLOTS, timeout_s: float = 120.0, **more: Any
    ) -> None:
        endpoint = Endpoint(server.base_url, server.path.name, server.key, in_flight=slots, timeout_s=timeout_s)
        super().__init__(endpoint, identity=identity, **more)
        self.server = server

    def close(self) -> None:
        """End the child and all calls; see `LLM.close`."""
        self.server.close()
        super().close()

    def _forward(self, fresh: Sequence[Shared]) -> None:
        # The desk waits meanwhile; it has told what it knew, and all else needs the model.
        try:
            if fresh:
                self.server.start()
        except RunStopped as stopped:
            for shared in fresh:
                self._desk.answer(shared, stopped)
            return
        super()._forward(fresh)

    def _heard(self, shared: Shared, answer: Any, usage: Usage) -> None:
        # A row must not fail since the server is gone: it will be asked again by the run that continues.
        if isinstance(answer, (EndpointError, RunStopped)) and (stopped := self.server.stopped) is not None:
            answer = RunStopped(stopped)
        super()._heard(shared, answer, usage)


def model_path(settings: Settings) -> Path:
    """The model file that the settings name.

    Raises:
        InvalidInput: none is named, it cannot be used, or the `local` extra is not installed.
    """
    if not settings.llm_model:
        message = "no model file is named: set DATAFLOW_LLM_MODEL to the path of a GGUF"
        raise InvalidInput.of("no_model", message)
    path = Path(settings.llm_model).expanduser().absolute()
    _check(path)
    return path


def open_local(
    settings: Settings,
    *,
    home: Path | None = None,
    replies: Path | None = None,
    read_replies: bool = True,
    budget: Budget | None = None,
) -> LocalModel:
    """The door to the model file that the settings name.

    Args:
        home: in whose cache the digest of the file is kept; without it the file is read each time.
        replies: file in which replies are kept.
        read_replies: whether replies kept earlier answer requests.
        budget: what may be spent.

    Raises:
        InvalidInput: no file is named, it cannot be used, or the `local` extra is not installed.
    """
    slots = settings.llm_in_flight if "llm_in_flight" in settings.model_fields_set else SLOTS
    server = LocalServer(model_path(settings), slots=slots, context=settings.llm_context)
    return LocalModel(
        server,
        identity=identity_of(server.path, home),
        slots=slots,
        timeout_s=settings.llm_timeout_s,
        replies=replies,
        read_replies=read_replies,
        budget=budget,
    )


def _check(path: Path) -> None:
    if not path.is_file():
        message = f"there is no model file {path}; DATAFLOW_LLM_MODEL must be the path of a GGUF"
        raise InvalidInput.of("no_model_file", message, got=str(path))
    if not is_gguf(path):
        raise InvalidInput.of("no_model_file", f"{path} is not a GGUF, which is what can be served here", got=str(path))
    if importlib.util.find_spec("xllamacpp") is None:
        raise InvalidInput.of("missing_extra", MISSING_EXTRA)


def _end_of(log: IO[bytes] | None) -> str:
    """The last lines of a log on one line, each once, without their time stamps."""
    if log is None or log.closed:
        return ""
    log.seek(0, 2)
    log.seek(max(0, log.tell() - 4 * LOG_CHARS))
    lines = log.read().decode(errors="replace").splitlines()
    said = dict.fromkeys(" ".join(re.sub(r"^[\d.]+ [A-Z] +", "", line).split()) for line in lines)
    return "; ".join(filter(None, said))[-LOG_CHARS:]
