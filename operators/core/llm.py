"""What operators say to a language model and hear from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Literal, Protocol

from pydantic import JsonValue

from .errors import EndpointError, RunStopped
from .usage import Usage


@dataclass(frozen=True)
class Turn:
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class Request:
    """One call of a model.

    Args:
        prompt: what the user says.
        system: the instruction before it.
        reply_schema: the JSON schema that the reply must fulfil.
        temperature: 0 for the likeliest reply.
        max_tokens: most tokens of the reply; None for the endpoint's own limit.
        sample: number of this call among repeated ones with an equal prompt, from 0.
        turns: what was said between `system` and `prompt`.
        seed: what the model draws from where `temperature` is above 0; endpoints that know no seed ignore it.
    """

    prompt: str
    system: str | None = None
    reply_schema: Mapping[str, JsonValue] | None = field(default=None, hash=False)
    temperature: float = 0.0
    max_tokens: int | None = None
    sample: int = 0
    turns: tuple[Turn, ...] = ()
    seed: int | None = None


@dataclass(frozen=True)
class Reply:
    """What the model said, why it ended there (`stop`, or `length` where it was cut off), and what that took."""

    text: str
    finish_reason: str = "stop"
    usage: Usage = field(default=Usage(calls=1), compare=False)


Answer = Reply | EndpointError | RunStopped
"""What becomes of a request. `RunStopped`: no request will be answered any more, since a cap is reached, the endpoint
is gone or it refuses the key; whoever asked raises it."""
Heard = Callable[[Answer], None]


class LLM(Protocol):
    """The door to a language model.

    `identity` names the model, so that results of another one are not reused. `in_flight` is how many calls it keeps
    open at once: whoever has more to ask keeps some more waiting, so that it is never idle. All of it may be
    called from any thread, also inside a running event loop.
    """

    identity: str
    in_flight: int

    def start(self, request: Request, heard: Heard) -> None:
        """Begin a call and return at once; `heard` is called exactly once, in whatever thread and order.

        `heard` must be quick and must not raise: it may be the door's own thread that calls it.
        """
        ...

    def forget(self, requests: Sequence[Request]) -> None:
        """Do not answer these requests by kept replies: a row failed on them, and is asked about anew the next time."""
        ...

    def close(self) -> None:
        """End all calls; those in flight, and all that are started later, are answered by `RunStopped`."""
        ...


def complete(llm: LLM, requests: Sequence[Request]) -> list[Reply | EndpointError]:
    """One reply or error for each request, in their order; all are in flight together.

    Raises:
        RunStopped: no call is answered any more.
    """
    heard: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
    for number, request in enumerate(requests):
        llm.start(request, lambda answer, number=number: heard.put((number, answer)))  # type: ignore[misc]
    answers: dict[int, Reply | EndpointError] = {}
    for _ in requests:
        number, answer = heard.get()
        if isinstance(answer, RunStopped):
            raise answer
        answers[number] = answer
    return [answers[number] for number in range(len(requests))]
