"""Where requests are taken and answers given out: equal ones share a call, and a reply is kept before it is told."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from ..errors import EndpointError, RunStopped
from ..llm import Answer, Heard, Reply, Request
from ..usage import Usage
from .replies import ReplyStore, key_of

ENDED = "the run has ended, so no model is asked any more"
Forward = Callable[[Sequence["Shared"]], None]


@dataclass(eq=False)
class Shared:
    """A request, its key, and all that wait for its answer."""

    key: bytes
    request: Request
    heard: list[Heard] = field(default_factory=list)


@dataclass(frozen=True)
class _Asked:
    request: Request
    heard: Heard


@dataclass(frozen=True)
class _Answered:
    shared: Shared
    answer: Answer


@dataclass(frozen=True)
class _Forgotten:
    requests: Sequence[Request]


class Desk:
    """One thread that looks replies up, keeps new ones, and tells them; what came meanwhile is done in one go.

    Args:
        identity: of the model, part of each key.
        file: where replies are kept; None to keep none.
        read: whether kept replies answer.
        forward: takes the requests that need a call, in the desk's thread, and must return at once.
        settled: is told how many answered requests are settled now: their replies are kept, where they are to be.
    """

    def __init__(
        self,
        identity: str,
        file: Path | None,
        *,
        read: bool,
        forward: Forward,
        settled: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._settled = settled
        self._identity, self._file, self._read, self._forward = identity, file, read, forward
        self._queue: SimpleQueue[_Asked | _Answered | _Forgotten | None] = SimpleQueue()
        self._store: ReplyStore | None = None
        self._open: dict[bytes, Shared] = {}
        self._stopped: str | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._live, name="dataflow-model-desk", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def ask(self, request: Request, heard: Heard) -> None:
        """Take a request; returns at once."""
        self._queue.put(_Asked(request, heard))
        if self._ended:
            self._turn_away()

    def answer(self, shared: Shared, answer: Answer) -> None:
        """Take the answer to a request that was forwarded; returns at once."""
        self._queue.put(_Answered(shared, answer))

    def forget(self, requests: Sequence[Request]) -> None:
        """Take note that kept replies are of no use; returns at once."""
        self._queue.put(_Forgotten(requests))

    def close(self) -> None:
        """End the thread once all that is in its hands is told; what still waits for an answer is told of the end."""
        self._queue.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _live(self) -> None:
        try:
            self._open_store()
            while self._work():
                pass
        except Exception as error:
            self._stopped = f"replies could not be given out, by a fault of ours: {type(error).__name__}: {error}"
            raise
        finally:
            self._ended = True
            self._turn_away()
            for shared in self._open.values():
                self._tell(shared, RunStopped(self._stopped or ENDED))
            if self._store is not None:
                self._store.close()

    def _turn_away(self) -> None:
        """Answer those whom nobody is left to serve."""
        with suppress(Empty):
            while True:
                one = self._queue.get_nowait()
                if isinstance(one, _Asked):
                    one.heard(RunStopped(self._stopped or ENDED))

    def _work(self) -> bool:
        """Do what has come; False when this was the end."""
        come = [self._queue.get()]
        with suppress(Empty):
            while True:
                come.append(self._queue.get_nowait())
        self._give_out([one for one in come if isinstance(one, _Answered)])
        self._forget([request for one in come if isinstance(one, _Forgotten) for request in one.requests])
        self._take([one for one in come if isinstance(one, _Asked)])
        return None not in come

    def _take(self, asked: Sequence[_Asked]) -> None:
        fresh: list[Shared] = []
        for one in asked:
            if self._stopped is not None:
                one.heard(RunStopped(self._stopped))
                continue
            key = key_of(self._identity, one.request)
            shared = self._open.get(key)
            if shared is None:
                shared = self._open[key] = Shared(key, one.request)
                fresh.append(shared)
            shared.heard.append(one.heard)
        if fresh:
            kept = self._kept(fresh)
            for shared in fresh:
                if shared.key in kept:
                    self._tell(self._open.pop(shared.key), kept[shared.key])
            if kept:
                fresh = [shared for shared in fresh if shared.key not in kept]
            self._forward(fresh)

    def _kept(self, fresh: Sequence[Shared]) -> dict[bytes, Reply]:
        if self._store is None or not self._read:
            return {}
        try:
            return self._store.find([shared.key for shared in fresh])
        except sqlite3.Error as error:
            self._stop(error)
            return {}

    def _give_out(self, answered: Sequence[_Answered]) -> None:
        """Keep the whole replies among the answers in one go, then tell all."""
        whole = [
            (one.shared.key, one.answer) for one in answered if isinstance(one.answer, Reply) and _is_whole(one.answer)
        ]
        if whole and self._store is not None:
            try:
                self._store.keep(whole)
            except sqlite3.Error as error:
                # A reply that is not kept may not be told: after a kill it would be paid for again, and differ.
                self._stop(error)
        if replies := sum(isinstance(one.answer, Reply) for one in answered):
            self._settled(replies)
        for one in answered:
            if self._open.pop(one.shared.key, None) is not None:
                stopped = self._stopped is not None and isinstance(one.answer, Reply)
                self._tell(one.shared, RunStopped(self._stopped) if stopped else one.answer)

    def _forget(self, requests: Sequence[Request]) -> None:
        if self._store is None or not requests:
            return
        try:
            self._store.remove([key_of(self._identity, request) for request in requests])
        except sqlite3.Error as error:
            self._stop(error)

    def _tell(self, shared: Shared, answer: Answer) -> None:
        """The first of those who wait has made the call; the others got its answer for nothing."""
        for number, heard in enumerate(shared.heard):
            heard(answer if number == 0 else _again(answer))

    def _open_store(self) -> None:
        if self._file is not None:
            try:
                self._store = ReplyStore(self._file)
            except (sqlite3.Error, OSError) as error:
                self._stop(error)

    def _stop(self, error: Exception) -> None:
        file = self._file.name if self._file else ""
        self._stopped = (
            f"replies cannot be kept in {file} in the cache of the home folder ({error}); make room or name another "
            "home in DATAFLOW_HOME, then run the same command again"
        )


def _is_whole(reply: Reply) -> bool:
    """Whether a reply was neither cut off nor holds half a character: those are failures, and asked for again."""
    if reply.finish_reason == "length":
        return False
    try:
        reply.text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _again(answer: Answer) -> Answer:
    if isinstance(answer, Reply):
        took = answer.usage
        saved = took.saved_tokens or took.prompt_tokens + took.completion_tokens
        return replace(answer, usage=Usage(cached=1, saved_tokens=saved))
    if isinstance(answer, EndpointError):
        return EndpointError(str(answer), reason=answer.reason, usage=Usage(failures=1))
    return RunStopped(str(answer))
