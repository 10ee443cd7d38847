"""The door to a model behind an endpoint: requests begin one by one, from any thread, and nobody is kept waiting."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from ..errors import RunStopped
from ..llm import Answer, Heard, Reply, Request
from ..usage import Usage
from .budget import Budget
from .chat import PATH, chat_body, estimated_tokens, prompt_texts, read_chat
from .desk import Desk, Shared
from .endpoint import Endpoint
from .features import Features
from .line import CLOSED, Line
from .tries import Call


class ModelDoor:
    """A model behind an OpenAI-compatible endpoint; see `LLM`. Nothing is opened before the first request.

    Args:
        endpoint: where it is.
        identity: names the model in keys and results; by default the endpoint's name for it.
        replies: file in which replies are kept; None to keep none.
        read_replies: whether replies kept earlier answer requests; new ones are kept either way.
        budget: what may be spent.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        identity: str | None = None,
        replies: Path | None = None,
        read_replies: bool = True,
        budget: Budget | None = None,
    ) -> None:
        self.identity = identity or endpoint.model
        self.in_flight = endpoint.in_flight
        self._endpoint = endpoint
        self._line = Line(endpoint, budget, settles=True)
        self._desk = Desk(self.identity, replies, read=read_replies, forward=self._forward, settled=self._line.settle)
        self._lock = threading.Lock()
        self._begun = self._closed = False

    def start(self, request: Request, heard: Heard) -> None:
        """Begin a call; see `LLM.start`."""
        stopped = self._line.stopped
        with self._lock:
            stopped = CLOSED if self._closed else stopped
            if stopped is None:
                if not self._begun:
                    self._begun = True
                    self._desk.start()
                self._desk.ask(request, heard)
                return
        heard(RunStopped(stopped))

    def forget(self, requests: Sequence[Request]) -> None:
        """Take note that kept replies are of no use; see `LLM.forget`."""
        with self._lock:
            if self._begun and not self._closed:
                self._desk.forget(requests)

    def close(self) -> None:
        """End all calls and both threads; see `LLM.close`. More than once does no harm."""
        with self._lock:
            was_closed, self._closed = self._closed, True
        self._line.close()
        if self._begun and not was_closed:
            self._desk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forward(self, fresh: Sequence[Shared]) -> None:
        self._line.begin([self._call(shared) for shared in fresh])

    def _call(self, shared: Shared) -> Call:
        request = shared.request
        return Call(
            PATH,
            partial(chat_body, request, self._endpoint.model),
            partial(read_chat, request=request),
            partial(self._heard, shared),
            Features.of(request),
            estimated_tokens(prompt_texts(request)),
        )

    def _heard(self, shared: Shared, answer: Any, usage: Usage) -> None:
        told: Answer = replace(answer, usage=usage) if isinstance(answer, Reply) else answer
        self._desk.answer(shared, told)
