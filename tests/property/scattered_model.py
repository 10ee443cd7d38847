"""A model whose answers follow from what is asked and come in random order, and operators that ask it."""

import hashlib
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from dataflow_agent.operators.core import (
    Asking,
    Column,
    Context,
    DType,
    EndpointError,
    Example,
    LLMExpander,
    LLMFilter,
    Range,
    RowError,
    RunStopped,
    Text,
)
from dataflow_agent.operators.core.families import require_text
from dataflow_agent.operators.core.llm import Answer, Heard, Reply, Request
from dataflow_agent.operators.core.ranges import Rule
from pydantic import Field

LONGEST_DELAY_S = 0.004
WORDS = ("red", "blue", "green", "two words")


class Scattered:
    """Answers from several threads, after delays by a seed. One request in eleven is never answered."""

    identity = "scattered"
    in_flight = 8

    def __init__(self, lot: int) -> None:
        self._lot = random.Random(lot)
        self._threads = ThreadPoolExecutor(self.in_flight)
        self._closed = False

    def start(self, request: Request, heard: Heard) -> None:
        """Answer some time."""
        if self._closed:
            heard(RunStopped("closed"))
        else:
            self._threads.submit(self._answer, request, heard, self._lot.random() * LONGEST_DELAY_S)

    def forget(self, requests: Sequence[Request]) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """End."""
        self._closed = True
        self._threads.shutdown(wait=False)

    def _answer(self, request: Request, heard: Heard, delay_s: float) -> None:
        time.sleep(delay_s)
        heard(RunStopped("closed") if self._closed else answer(request))


def answer(request: Request) -> Answer:
    """What a request is answered, whenever and wherever it is asked."""
    number = int.from_bytes(hashlib.sha256(repr((request.prompt, request.seed)).encode()).digest()[:4], "big")
    if number % 11 == 0:
        return EndpointError("no answer")
    return Reply(WORDS[number % len(WORDS)])


@dataclass(frozen=True)
class ScatteredContext:
    """Makes the means of a run with such a model, in whatever process."""

    lot: int

    def __call__(self) -> Context:
        """The means."""
        return Context(seed=7, llm=Scattered(self.lot))


class AskWhether(LLMFilter):
    """Double: asks for a word, and keeps texts whose word is not too long."""

    name = "testing_ask_whether"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        """Ask once."""
        reply = yield Request(f"Whether: {require_text(row, self.column)}", temperature=0.5)
        return {"length": len(reply.text)}

    def metrics(self) -> Mapping[str, DType]:
        """The length of the reply."""
        return {"length": "integer"}

    def keep(self) -> Mapping[str, Rule]:
        """Short ones."""
        return {"length": Range(0, 5)}

    @classmethod
    def example(cls) -> Example:
        """A row."""
        return Example(rows=["a"], kept=[0], replies=["yes"])


class AskForChildren(LLMExpander):
    """Double: asks twice at once, and each answer becomes a child."""

    name = "testing_ask_for_children"
    column: Column[Text] = Field(default="text", description="Column that holds the text.")

    def writes(self) -> dict[str, DType]:
        """The text."""
        return {self.column: "text"}

    def ask(self, row: dict[str, Any]) -> Asking[list[dict[str, Any]]]:
        """Ask twice."""
        text = require_text(row, self.column)
        replies = yield [Request(f"Child {sample} of {text}", sample=sample) for sample in range(2)]
        said = [reply.text for reply in replies if isinstance(reply, Reply)]
        if not said:
            raise RowError("silence", "no answer at all")
        return [{self.column: f"{text} {word}"} for word in said]

    @classmethod
    def example(cls) -> Example:
        """A row."""
        return Example(rows=["a"], out=["a x", "a y"], replies=["x", "y"])
