"""What waits goes to the engine together, and comes back to whoever asked; vLLM itself needs a GPU and is not here."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue

import pytest
from dataflow_agent.operators.core.errors import EndpointError, InvalidInput, RunStopped
from dataflow_agent.operators.core.llm import Answer, Reply, Request, complete
from dataflow_agent.operators.core.serving._vllm_calls import Refused
from dataflow_agent.operators.core.serving.budget import Budget
from dataflow_agent.operators.core.serving.vllm_engine import VllmModel, open_vllm
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.spending import Prices, Spending
from dataflow_agent.operators.core.usage import Usage


class Echo:
    """Answers by the prompt, twice; refuses prompts that begin with `bad`; its first batch waits to be let go."""

    def __init__(self, *, held: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.at_work, self.let_go = threading.Event(), threading.Event()
        if not held:
            self.let_go.set()

    def answers(self, requests: Sequence[Request]) -> list[Reply | EndpointError]:
        prompts = [request.prompt for request in requests]
        if any(prompt.startswith("bad") for prompt in prompts):
            raise Refused("the prompt is longer than the maximum model length of 8")
        self.batches.append(prompts)
        self.at_work.set()
        assert self.let_go.wait(10)
        return [Reply(2 * prompt, "stop", Usage(calls=1, prompt_tokens=3, completion_tokens=2)) for prompt in prompts]


def load(engine: Echo) -> Callable[[str], Echo]:
    return lambda _model: engine


def test_requests_that_wait_while_a_batch_is_at_work_make_one_batch() -> None:
    engine = Echo(held=True)
    model = VllmModel("some", load=load(engine))
    heard: SimpleQueue[Answer] = SimpleQueue()
    model.start(Request("first"), heard.put)
    assert engine.at_work.wait(10)
    for number in range(20):
        model.start(Request(f"{number}"), heard.put)
    while len(model._waiting) < 20:  # the desk hands them on in its own time
        time.sleep(0.001)
    engine.let_go.set()
    answers = [heard.get(timeout=10) for _ in range(21)]
    model.close()
    assert engine.batches == [["first"], [f"{number}" for number in range(20)]]
    assert {answer.text for answer in answers if isinstance(answer, Reply)} == {
        "firstfirst",
        *(2 * f"{number}" for number in range(20)),
    }


def test_a_batch_is_no_larger_than_allowed() -> None:
    engine = Echo()
    model = VllmModel("some", load=load(engine), in_flight=3)
    replies = complete(model, [Request(f"{number}") for number in range(10)])
    model.close()
    assert [reply.text for reply in replies if isinstance(reply, Reply)] == [2 * f"{number}" for number in range(10)]
    assert max(map(len, engine.batches)) <= 3


def test_a_refused_request_fails_alone() -> None:
    prompts = [*"abcdefgh", "bad 1", *"ijk", "bad 2"]
    model = VllmModel("some", load=load(Echo()))
    answers = complete(model, [Request(prompt) for prompt in prompts])
    model.close()
    for prompt, answer in zip(prompts, answers, strict=True):
        if prompt.startswith("bad"):
            assert isinstance(answer, EndpointError)
            assert (answer.reason, answer.usage.failures) == ("too_long", 1)
        else:
            assert isinstance(answer, Reply)
            assert answer.text == 2 * prompt


def test_equal_requests_share_one_call_and_a_kept_reply_loads_no_model(tmp_path: Path) -> None:
    engine, file = Echo(), tmp_path / "replies.sqlite"
    model = VllmModel("some", load=load(engine), replies=file)
    complete(model, [Request("a"), Request("a"), Request("a", sample=1)])
    model.close()
    assert sum(map(len, engine.batches)) == 2

    def none_is_loaded(model: str) -> Echo:
        raise AssertionError("loaded")

    again = VllmModel("some", load=none_is_loaded, replies=file)
    [reply] = complete(again, [Request("a")])
    again.close()
    assert isinstance(reply, Reply)
    assert (reply.text, reply.usage.cached, reply.usage.calls) == ("aa", 1, 0)


def test_a_cap_stops_the_run_between_batches_and_money_is_counted() -> None:
    engine = Echo()
    budget = Budget(Spending(max_calls=4), Prices(prompt=1_000_000, completion=0))
    model = VllmModel("some", load=load(engine), in_flight=2, budget=budget)
    with pytest.raises(RunStopped, match="--max-calls 4"):
        complete(model, [Request(f"{number}") for number in range(10)])
    model.close()
    assert sum(map(len, engine.batches)) == 4
    assert budget.spent.cost == 4 * 3


def test_an_engine_that_fails_stops_all_who_wait_and_all_who_come() -> None:
    def broken(model: str) -> Echo:
        raise RuntimeError("no GPU was found")

    model = VllmModel("some", load=broken)
    for _ in range(2):
        with pytest.raises(RunStopped, match="no GPU was found"):
            complete(model, [Request("a"), Request("b")])
    model.close()


def test_closing_tells_those_of_a_batch_at_work() -> None:
    engine = Echo(held=True)
    model = VllmModel("some", load=load(engine))
    heard: SimpleQueue[Answer] = SimpleQueue()
    model.start(Request("a"), heard.put)
    assert engine.at_work.wait(10)
    closing = threading.Thread(target=model.close)
    closing.start()
    assert isinstance(heard.get(timeout=10), RunStopped)
    engine.let_go.set()
    closing.join(10)
    model.start(Request("b"), heard.put)
    assert isinstance(heard.get(timeout=10), RunStopped)
    assert heard.empty(), "the answer that came later is told to nobody"


def test_what_is_missing_is_said_before_anything_is_loaded() -> None:
    with pytest.raises(InvalidInput, match="DATAFLOW_LLM_MODEL"):
        open_vllm(Settings())
