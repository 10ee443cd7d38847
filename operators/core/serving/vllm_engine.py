"""vLLM inside this process: what waits goes to the engine as one batch, in one thread of its own."""

import importlib.util
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from ..errors import EndpointError, InvalidInput, RunStopped
from ..llm import Answer, Heard, Reply, Request
from ..settings import Settings
from ._vllm_calls import Engine, Refused, refusal
from .budget import LOOK_AGAIN_S, Budget
from .chat import estimated_tokens, prompt_texts
from .desk import Desk, Shared

MISSING_EXTRA = 'vLLM is not installed: pip install "dataflow-agent[vllm]", on a machine with a GPU'
CLOSED = "the run has ended, so no model is asked any more"
LARGEST_BATCH = 1024
"""More would let the first of them wait for the last without keeping the engine any busier."""
ENDING_S = 5.0


class BatchEngine(Protocol):
    """Answers requests together."""

    def answers(self, requests: Sequence[Request]) -> list[Reply | EndpointError]:
        """An answer for each, in their order.

        Raises:
            Refused: one of them is wrong, and none was begun.
        """
        ...


class VllmModel:
    """A model that vLLM runs in this process; see `LLM`. It is loaded at the first request that no kept reply answers.

    A batch ends before the next one begins, so conversations with many turns keep vLLM's own server busier
    (`vllm serve`), which begins requests while others are at work.

    Args:
        model: name or folder of the model, as vLLM takes it.
        load: makes the engine out of that name.
        in_flight: most requests of a batch.
        replies: file in which replies are kept; None to keep none.
        read_replies: whether replies kept earlier answer requests.
        budget: what may be spent.
    """

    def __init__(
        self,
        model: str,
        *,
        load: Callable[[str], BatchEngine] = Engine,
        in_flight: int = LARGEST_BATCH,
        replies: Path | None = None,
        read_replies: bool = True,
        budget: Budget | None = None,
    ) -> None:
        self.identity, self.in_flight = model, in_flight
        self._load, self._budget = load, budget or Budget()
        self._desk = Desk(model, replies, read=read_replies, forward=self._forward)
        self._thread = threading.Thread(target=self._live, name="dataflow-vllm", daemon=True)
        self._begun = False
        self._changed = threading.Condition()
        self._waiting: deque[Shared] = deque()
        self._at_work: list[Shared] = []
        self._stopped: str | None = None

    def start(self, request: Request, heard: Heard) -> None:
        """Begin a call; see `LLM.start`."""
        with self._changed:
            stopped = self._stopped
            if stopped is None:
                if not self._begun:
                    self._begun = True
                    self._desk.start()
                    self._thread.start()
                self._desk.ask(request, heard)
                return
        heard(RunStopped(stopped))

    def forget(self, requests: Sequence[Request]) -> None:
        """Take note that kept replies are of no use; see `LLM.forget`."""
        with self._changed:
            if self._begun:
                self._desk.forget(requests)

    def close(self) -> None:
        """End all calls; see `LLM.close`. vLLM cannot be interrupted: a batch may go on unheard for a while."""
        self._stop(CLOSED)  # first, so that nobody begins what is being ended
        with self._changed:
            begun, self._begun = self._begun, False
        if begun:
            self._thread.join(ENDING_S)
            self._desk.close()

    def _forward(self, fresh: Sequence[Shared]) -> None:
        with self._changed:
            stopped = self._stopped
            if stopped is None:
                self._waiting.extend(fresh)
                self._changed.notify_all()
                return
        self._tell(fresh, RunStopped(stopped))

    def _live(self) -> None:
        try:
            engine: BatchEngine | None = None
            while batch := self._next_batch():
                engine = engine or self._load(self.identity)
                self._answer(batch, _answers(engine, [shared.request for shared in batch]))
        except Exception as error:  # noqa: BLE001 - vLLM raises what it likes, and all who wait must hear of it
            said = " ".join(str(error).split())
            self._stop(f"vLLM has failed ({type(error).__name__}: {said}); finished parts are kept")

    def _next_batch(self) -> list[Shared]:
        """All that waits, as far as the caps allow; empty at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped is not None)
            self._at_work, verdict = [], "go"
            while self._waiting and len(self._at_work) < self.in_flight:
                tokens = estimated_tokens(prompt_texts(self._waiting[0].request))
                verdict = self._budget.verdict(tokens)
                if verdict == "go":
                    self._at_work.append(self._waiting.popleft())
                elif verdict == "wait" and not self._at_work:
                    self._changed.wait(LOOK_AGAIN_S)  # for calls of another door
                else:
                    break
            batch = [*self._at_work]
        if not batch and verdict == "reached":
            self._stop(self._budget.reached())
        return batch

    def _answer(self, batch: Sequence[Shared], answers: Sequence[Reply | EndpointError]) -> None:
        for shared, answer in zip(batch, answers, strict=True):
            took, billed = answer.usage, isinstance(answer, Reply)
            spent = self._budget.end(took.prompt_tokens, took.completion_tokens, billed=billed)
            if isinstance(answer, Reply):
                self._desk.answer(shared, replace(answer, usage=replace(took, cost=spent.cost)))
            else:
                self._desk.answer(shared, answer)

    def _stop(self, message: str) -> None:
        """Answer all that is open, and all that comes, by `RunStopped`."""
        with self._changed:
            self._stopped = said = self._stopped or message
            ended = [*self._at_work, *self._waiting]
            self._waiting.clear()
            self._changed.notify_all()
        # Those of a batch that were answered already are not told twice: the desk knows who still waits.
        self._tell(ended, RunStopped(said))

    def _tell(self, ended: Sequence[Shared], answer: Answer) -> None:
        for shared in ended:
            self._desk.answer(shared, answer)


def check_vllm(settings: Settings) -> None:
    """See that a model can be opened.

    Raises:
        InvalidInput: none is named, or the `vllm` extra is not installed.
    """
    if not settings.llm_model:
        raise InvalidInput.of("no_model", "no model is named: set DATAFLOW_LLM_MODEL to what vLLM is to load")
    if importlib.util.find_spec("vllm") is None:
        raise InvalidInput.of("missing_extra", MISSING_EXTRA)


def open_vllm(
    settings: Settings, *, replies: Path | None = None, read_replies: bool = True, budget: Budget | None = None
) -> VllmModel:
    """The door to the model that the settings name, run by vLLM in this process.

    Args:
        settings: `llm_in_flight` bounds a batch where it is set; its default is meant for endpoints.
        replies: file in which replies are kept.
        read_replies: whether replies kept earlier answer requests.
        budget: what may be spent.

    Raises:
        InvalidInput: no model is named, or the `vllm` extra is not installed.
    """
    check_vllm(settings)
    most = settings.llm_in_flight if "llm_in_flight" in settings.model_fields_set else LARGEST_BATCH
    return VllmModel(
        settings.llm_model or "", in_flight=most, replies=replies, read_replies=read_replies, budget=budget
    )


def _answers(engine: BatchEngine, requests: Sequence[Request]) -> list[Reply | EndpointError]:
    """An answer for each; one that is refused is found by halves, and the others go on."""
    try:
        return engine.answers(requests)
    except Refused as refused:
        if len(requests) == 1:
            return [refusal(refused)]
    half = len(requests) // 2
    return [*_answers(engine, requests[:half]), *_answers(engine, requests[half:])]
