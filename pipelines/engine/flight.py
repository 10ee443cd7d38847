"""Several parts on their way through neighbouring stages at once, so that a model that they ask is never idle."""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from queue import SimpleQueue
from typing import Self

from .physical import Stage
from .source import Input
from .work import Bench, Done

MOST_ROWS = 256
"""Most rows of a part on its way to a model: what is asked again at most when its process is killed."""
FEWEST_PARTS = 16
"""Into about so many parts few rows are cut, so that a later stage begins long before an earlier one ends."""
MOST_THREADS = 64
ROWS_PER_CALL = 3
"""So many rows are on their way for each call that the model takes at once: those that wait fill every gap."""


def flights(stages: Sequence[Stage], *, pooled: bool) -> Iterator[tuple[Stage, ...]]:
    """The stages in groups: what asks a model, and what follows up to the next barrier, belong together.

    Args:
        pooled: there are worker processes; stages at the end of a group that can be theirs are.
    """
    waiting = [*stages]
    while waiting:
        length = _length(waiting) if waiting[0].asks else 1
        while pooled and length > 1 and not waiting[length - 1].local:
            length -= 1
        yield tuple(waiting[:length])
        del waiting[:length]


def _length(stages: Sequence[Stage]) -> int:
    return next((place for place, stage in enumerate(stages) if place and stage.barrier), len(stages))


def small(inputs: Sequence[Input], most: int | None = None) -> list[Input]:
    """The rows in small parts; how small follows from the number of rows alone.

    Args:
        most: so many rows from the start are taken; None for all.
    """
    taken = first_rows(inputs, most)
    size = part_size(sum(given.rows for given in taken))
    return [piece for given in taken for piece in _pieces(given, size)]


def first_rows(inputs: Sequence[Input], most: int | None) -> list[Input]:
    """The inputs up to a number of rows, the last of them cut."""
    if most is None:
        return [*inputs]
    before = accumulate((given.rows for given in inputs), initial=0)
    taken = [(given, most - seen) for given, seen in zip(inputs, before, strict=False) if seen < most]
    return [given if given.rows <= left else given.slice(0, left) for given, left in taken]


def part_size(rows: int) -> int:
    """How many rows a part has that is on its way to a model.

    >>> [part_size(rows) for rows in (0, 10, 100, 1_000, 100_000)]
    [1, 1, 4, 32, 256]
    """
    share = rows // FEWEST_PARTS
    return min(MOST_ROWS, 1 << (share.bit_length() - 1)) if share else 1


def _pieces(given: Input, size: int) -> list[Input]:
    if given.rows <= size:
        return [given]
    return [given.slice(start, min(size, given.rows - start)) for start in range(0, given.rows, size)]


def threads_for(inputs: Sequence[Input], in_flight: int) -> int:
    """How many parts are on their way at once, so that a model that takes `in_flight` calls always has some waiting.

    One that takes a single call hears the rows in their order.
    """
    rows = sum(given.rows for given in inputs)
    if in_flight == 1 or not rows:
        return 1
    beside = math.ceil(ROWS_PER_CALL * in_flight * len(inputs) / rows)
    return min(MOST_THREADS, len(inputs), 1 + beside)


@dataclass(frozen=True)
class _Passed:
    stage: int
    part: int
    done: Done


_News = _Passed | Future[None]


class Flight:
    """Takes each part through all stages on its own, several parts at a time, each in a thread.

    Iterating gives the number of a stage and what became of a part in it: for each stage in the order of the parts, as
    soon as all parts before have it behind them. A context manager: at its end no thread is left.

    Args:
        benches: where the parts are worked on, a bench for each stage.
        threads: how many parts are on their way at once.
        halt: makes those who wait for a model stop waiting; called when the flight is left by an error.

    Raises:
        Exception: what the first part, in their order, raised of those that did. No part is begun after one did; those
            on their way end the stage in which they are, and what was done is given before.
    """

    def __init__(
        self, benches: Sequence[Bench], inputs: Sequence[Input], *, threads: int, halt: Callable[[], None]
    ) -> None:
        self._benches, self._inputs, self._halt = benches, inputs, halt
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="flight")
        self._news: SimpleQueue[_News] = SimpleQueue()
        self._over = threading.Event()

    def __iter__(self) -> Iterator[tuple[int, Done]]:
        flying = {self._executor.submit(self._fly, part, given): part for part, given in enumerate(self._inputs)}
        for future in flying:
            future.add_done_callback(self._news.put)
        landed, errors = 0, dict[int, BaseException]()
        order = _Order(len(self._benches))
        while landed < len(flying):
            news = self._news.get()
            if isinstance(news, _Passed):
                yield from order.after(news)
                continue
            landed += 1
            error = None if news.cancelled() else news.exception()
            if error is not None:
                errors[flying[news]] = error
                for future in flying:
                    future.cancel()
        if errors:
            raise errors[min(errors)]

    def _fly(self, part: int, given: Input) -> None:
        try:
            for stage, bench in enumerate(self._benches):
                if self._over.is_set():
                    return
                done = bench.work(given, None)
                given = done.rows
                self._news.put(_Passed(stage, part, done))
        except BaseException:
            self._over.set()  # here, so that this thread begins no other part
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._over.set()
        if kind is not None:
            self._halt()
        self._executor.shutdown(cancel_futures=True)


class _Order:
    """Holds back what is done until the same stage of all parts before is done too."""

    def __init__(self, stages: int) -> None:
        self._next = [0] * stages
        self._held: dict[tuple[int, int], Done] = {}

    def after(self, news: _Passed) -> Iterator[tuple[int, Done]]:
        """What may go on, now that this is there."""
        stage = news.stage
        self._held[stage, news.part] = news.done
        while (stage, self._next[stage]) in self._held:
            done = self._held.pop((stage, self._next[stage]))
            self._next[stage] += 1
            yield stage, done
