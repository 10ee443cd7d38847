"""Many conversations with a model at once: each is a plain generator, and their calls share one flight."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from .errors import EndpointError, RowError, RunStopped
from .llm import LLM, Answer, Reply, Request
from .usage import Usage

T = TypeVar("T")
Asked = Request | Sequence[Request]
Asking = Generator[Asked, Any, T]
"""A conversation: yields a `Request` and is sent its `Reply`, or yields several at once and is sent a list of
`Reply | EndpointError`; what it returns is its result. An unanswered or cut off reply to a single request ends the
conversation as a `RowError`; among several, it is one of the list, for the conversation to judge."""


@dataclass
class Told(Generic[T]):
    """How conversations ended: each has a value or an error. `usage` is what all of them took."""

    values: list[T | None]
    failed: dict[int, RowError] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)


def converse(llm: LLM, talks: Sequence[Asking[T]], seed: int = 0) -> Told[T]:
    """Lead conversations to their ends, side by side; each goes on as soon as its own reply is there.

    Args:
        seed: requests with a temperature above 0 that name no seed draw from this one.

    Raises:
        RunStopped: no call is answered any more.
    """
    return _Talks(llm, talks, seed).led()


class _Talks(Generic[T]):
    def __init__(self, llm: LLM, talks: Sequence[Asking[T]], seed: int) -> None:
        self._llm, self._talks, self._seed = llm, talks, seed
        self._heard: SimpleQueue[tuple[int, int, Answer]] = SimpleQueue()
        self._told: Told[T] = Told([None] * len(talks))
        self._open: dict[int, _Open] = {}
        self._asked: dict[int, list[Request]] = {}
        self._unanswered = set[int]()

    def led(self) -> Told[T]:
        for number in range(len(self._talks)):
            self._go_on(number, None)
        while self._open:
            number, place, answer = self._heard.get()
            if isinstance(answer, RunStopped):
                raise answer
            self._told.usage += answer.usage
            asked = self._open[number]
            asked.answers[place] = answer
            if len(asked.answers) == asked.count:
                del self._open[number]
                self._hear(number, asked)
        # What a row failed on is no answer to keep: the next run would fail on it without asking. A row that failed for
        # want of an answer is asked for that one alone.
        useless = self._told.failed.keys() - self._unanswered
        self._llm.forget([request for number in sorted(useless) for request in self._asked.get(number, ())])
        return self._told

    def _hear(self, number: int, asked: "_Open") -> None:
        answers = [_whole(asked.answers[place]) for place in range(asked.count)]
        self._unanswered.discard(number)
        if any(isinstance(answer, EndpointError) for answer in answers):
            self._unanswered.add(number)
        if not asked.alone:
            self._go_on(number, answers)
        elif isinstance(answers[0], EndpointError):
            self._end(number, RowError(answers[0].reason, str(answers[0])))
        else:
            self._go_on(number, answers[0])

    def _go_on(self, number: int, said: object) -> None:
        asked = self._next_of(number, said)
        while asked is not None and not asked[0]:
            asked = self._next_of(number, [])
        if asked is None:
            return
        requests, alone = asked
        self._open[number] = _Open(len(requests), alone)
        self._asked.setdefault(number, []).extend(requests)
        for place, request in enumerate(requests):
            self._llm.start(request, self._listener(number, place))

    def _next_of(self, number: int, said: object) -> tuple[list[Request], bool] | None:
        """What a conversation asks next, and whether for a single request; None where it has ended."""
        try:
            asked = self._talks[number].send(said)
            if isinstance(asked, Request):
                return [self._seeded(asked)], True
            return [self._seeded(one) for one in asked], False
        except StopIteration as ended:
            self._told.values[number] = ended.value
        except RowError as error:
            self._told.failed[number] = error
        except Exception as error:  # noqa: BLE001 - an operator is anyone's code, and only its own row pays for a bug
            self._told.failed[number] = RowError("error", f"{type(error).__name__}: {error}")
        return None

    def _seeded(self, request: Request) -> Request:
        """Repeated samples draw from seeds of their own, or they would all be the same; endpoints take 31 bits."""
        if request.temperature == 0 or request.seed is not None:
            return request
        return replace(request, seed=(self._seed + request.sample) % 2**31)

    def _listener(self, number: int, place: int) -> "_Listener":
        return _Listener(self._heard, number, place)

    def _end(self, number: int, error: RowError) -> None:
        self._talks[number].close()
        self._told.failed[number] = error


@dataclass
class _Open:
    """A conversation that waits: how many answers it waits for, whether for a single one, and those that came."""

    count: int
    alone: bool
    answers: dict[int, Reply | EndpointError] = field(default_factory=dict)


@dataclass(frozen=True)
class _Listener:
    queue: "SimpleQueue[tuple[int, int, Answer]]"
    number: int
    place: int

    def __call__(self, answer: Answer) -> None:
        self.queue.put((self.number, self.place, answer))


def side_by_side(talks: Sequence[Generator[Request, Any, T]]) -> Asking[list[T]]:
    """Lead several talks about one row at once, each with one request at a time; for use with `yield from`.

    Returns:
        What they return, in their order.

    Raises:
        RowError: one of them got no answer, or raised it.
    """
    results: dict[int, T] = {}
    said: dict[int, Reply | None] = dict.fromkeys(range(len(talks)))
    while said:
        asked: dict[int, Request] = {}
        for number, reply in said.items():
            try:
                asked[number] = talks[number].send(reply)
            except StopIteration as ended:
                results[number] = ended.value
        answers = (yield [*asked.values()]) if asked else []
        said = {number: answered(answer) for number, answer in zip(asked, answers, strict=True)}
    return [results[number] for number in range(len(talks))]


def answered(answer: Reply | EndpointError) -> Reply:
    """The reply among several answers.

    Raises:
        RowError: it is none.
    """
    if isinstance(answer, EndpointError):
        raise RowError(answer.reason, str(answer))
    return answer


def _whole(answer: Reply | EndpointError) -> Reply | EndpointError:
    """A reply that was cut off is none, since what is missing would be missing in the data; so is half a character."""
    if isinstance(answer, EndpointError):
        return answer
    if answer.finish_reason == "length":
        words = f"the reply was cut off after {len(answer.text)} characters; raise max_tokens"
        return EndpointError(words, reason="reply_cut_off")
    try:
        answer.text.encode()
    except UnicodeEncodeError as error:
        return EndpointError(f"the reply is no Unicode text: {error.reason}", reason="reply_no_text")
    return answer
