"""What operators say to a language model and hear from it, and the family of operators that do."""

from abc import abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl
from pydantic import JsonValue

from .batch import Batch
from .context import Context
from .errors import DataFlowError, EndpointError, RowError
from .operator import RowOperator
from .outcome import Outcome
from .schema import ROW


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
    """

    prompt: str
    system: str | None = None
    reply_schema: Mapping[str, JsonValue] | None = None
    temperature: float = 0.0
    max_tokens: int | None = None
    sample: int = 0


@dataclass(frozen=True)
class Reply:
    """What the model said, and why it ended there: `stop`, or `length` where it was cut off."""

    text: str
    finish_reason: str = "stop"


class LLM(Protocol):
    """The door to a language model; synchronous, whatever goes on behind it.

    `identity` names the model, so that results of another one are not reused.
    """

    identity: str

    def complete(self, requests: Sequence[Request]) -> list[Reply | EndpointError]:
        """One reply or error per request, in their order."""
        ...


Asking = Generator[Request, Reply, dict[str, Any]]
"""What `ask` is: yields requests, is sent the reply to each, and returns the written columns."""


class LLMOperator(RowOperator):
    """Asks a model about each row and writes columns from its replies; the number of rows stays.

    `ask` is a plain generator per row, so the calls of all rows of a batch go out together, whatever each row needs.
    A row whose call gives no answer, is cut off, or raises `RowError` fails with that reason; the others go on.
    """

    kind = "generate"
    effect = "same"
    needs = ("llm",)

    @abstractmethod
    def ask(self, row: dict[str, Any]) -> Asking:
        """Yield requests for one row, receive the reply to each, and return the written columns.

        Raises:
            RowError: the row cannot be treated, or the model's reply is of no use.
        """

    def open(self, ctx: Context) -> LLM:
        """The door to the model.

        Raises:
            DataFlowError: no model is configured; validation says so before a run.
        """
        if ctx.llm is None:
            raise DataFlowError(f"{self.name} needs a language model: set DATAFLOW_LLM_BASE_URL and DATAFLOW_LLM_MODEL")
        return ctx.llm

    def apply(self, batch: Batch, state: LLM) -> Outcome:
        """Ask about every row, all rows side by side."""
        talks = _Talks([self.ask(row) for row in batch.rows()])
        while talks.waiting:
            talks.hear(state.complete(talks.requests()))
        rows, failed = batch.filter(talks.answered()), talks.failed
        made = [values for values in talks.values if values is not None]
        for column, dtype in self.writes().items():
            rows = rows.with_values(column, [values[column] for values in made], dtype)
        if not failed:
            return Outcome(rows)
        numbers = range(len(batch))
        return Outcome(
            rows,
            batch.frame.select(ROW).with_columns(
                fate=pl.Series(["failed" if n in failed else "kept" for n in numbers]),
                reason=pl.Series([failed[n].reason if n in failed else None for n in numbers], dtype=pl.String),
                detail=pl.Series([failed[n].detail if n in failed else None for n in numbers], dtype=pl.String),
            ),
        )


class _Talks:
    """The talks of a batch: which wait for a reply to what, and how the others ended."""

    def __init__(self, talks: Sequence[Asking]) -> None:
        self.values: list[dict[str, Any] | None] = [None] * len(talks)
        self.failed: dict[int, RowError] = {}
        self.waiting: dict[int, Request] = {}
        self._talks = talks
        for number in range(len(talks)):
            self._go_on(number, None)

    def requests(self) -> list[Request]:
        return list(self.waiting.values())

    def answered(self) -> pl.Series:
        return pl.Series([number not in self.failed for number in range(len(self._talks))], dtype=pl.Boolean)

    def hear(self, replies: Sequence[Reply | EndpointError]) -> None:
        asked = list(self.waiting)
        self.waiting = {}
        for number, reply in zip(asked, replies, strict=True):
            if isinstance(reply, EndpointError):
                self.failed[number] = RowError("no_answer", str(reply))
            elif reply.finish_reason == "length":
                self.failed[number] = RowError(
                    "reply_cut_off", f"the reply was cut off after {len(reply.text)} characters"
                )
            else:
                self._go_on(number, reply)

    def _go_on(self, number: int, reply: Reply | None) -> None:
        try:
            talk = self._talks[number]
            self.waiting[number] = next(talk) if reply is None else talk.send(reply)
        except StopIteration as ended:
            self.values[number] = ended.value
        except RowError as error:
            self.failed[number] = error
