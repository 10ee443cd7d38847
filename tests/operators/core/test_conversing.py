"""Conversations side by side: each meets its own replies, in whatever order and thread they come."""

import random
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from dataflow_agent.operators.core import EndpointError, Reply, Request, RowError, RunStopped, Usage
from dataflow_agent.operators.core.conversing import Asking, answered, converse, side_by_side
from dataflow_agent.operators.core.llm import Answer, Heard
from dataflow_agent.operators.core.testing import ScriptedLLM
from hypothesis import given
from hypothesis import strategies as st


class ShufflingLLM:
    """Answers from a thread of its own, each time any one of the requests that wait."""

    identity = "shuffling"

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._waiting: list[tuple[Request, Heard]] = []
        self._changed = threading.Condition()
        self._open = True
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def start(self, request: Request, heard: Heard) -> None:
        with self._changed:
            self._waiting.append((request, heard))
            self._changed.notify()

    def _answer(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or not self._open)
                if not self._waiting:
                    return
                request, heard = self._waiting.pop(self._chance.randrange(len(self._waiting)))
            heard(Reply(f"re: {request.prompt}"))

    def forget(self, requests: Sequence[Request]) -> None:
        self.forgotten = [*requests]

    def close(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join()


class ThreadedLLM:
    """Answers from threads of its own."""

    identity = "threaded"

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self.threads: set[str] = set()

    def start(self, request: Request, heard: Heard) -> None:
        self._pool.submit(self._answer, request, heard)

    def _answer(self, request: Request, heard: Heard) -> None:
        self.threads.add(threading.current_thread().name)
        heard(Reply(f"re: {request.prompt}"))

    def forget(self, requests: Sequence[Request]) -> None:
        self.forgotten = [*requests]

    def close(self) -> None:
        pass


def dialogue(name: int, steps: Sequence[int]) -> Asking[list[str]]:
    """Asks in several steps, each with so many requests: 0 for a single one."""
    heard = []
    for at, several in enumerate(steps):
        if several == 0:
            reply = yield Request(f"{name}.{at}")
            heard.append(reply.text)
        else:
            replies = yield [Request(f"{name}.{at}.{n}") for n in range(several)]
            heard += [reply.text for reply in replies]
    return heard


def expected(name: int, steps: Sequence[int]) -> list[str]:
    prompts = [[f"{name}.{at}"] if n == 0 else [f"{name}.{at}.{k}" for k in range(n)] for at, n in enumerate(steps)]
    return [f"re: {prompt}" for some in prompts for prompt in some]


STEPS = st.lists(st.lists(st.integers(0, 3), max_size=4), max_size=8)


@given(STEPS, st.integers())
def test_replies_in_any_order_meet_the_conversation_that_asked(steps: list[list[int]], seed: int) -> None:
    model = ShufflingLLM(seed)
    told = converse(model, [dialogue(name, some) for name, some in enumerate(steps)])
    model.close()
    assert told.values == [expected(name, some) for name, some in enumerate(steps)]
    assert told.usage.calls == sum(max(n, 1) for some in steps for n in some)
    assert not told.failed


def test_replies_out_of_many_threads_meet_the_conversation_that_asked() -> None:
    steps = [[0, 3, 0], [5], [], [2, 2]] * 50
    with ThreadPoolExecutor(8) as pool:
        model = ThreadedLLM(pool)
        told = converse(model, [dialogue(name, some) for name, some in enumerate(steps)])
    assert told.values == [expected(name, some) for name, some in enumerate(steps)]
    assert len(model.threads) > 1
    assert threading.current_thread().name not in model.threads


def test_all_begin_before_the_first_is_answered_and_go_on_one_by_one() -> None:
    order: list[str] = []

    def noting(request: Request) -> str:
        order.append(request.prompt)
        return "x"

    converse(ScriptedLLM(noting), [dialogue(name, [0, 0]) for name in range(3)])
    assert order == ["0.0", "1.0", "2.0", "0.1", "1.1", "2.1"]


def one(prompt: str) -> Asking[str]:
    reply = yield Request(prompt)
    return reply.text  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (EndpointError("no route", reason="gone"), "gone", "no route"),
        (Reply("cut", finish_reason="length"), "reply_cut_off", "3 characters; raise max_tokens"),
        (Reply("half \ud83d"), "reply_no_text", "no Unicode"),
    ],
)
def test_an_answer_that_is_no_reply_ends_a_conversation_of_a_single_request(
    answer: Answer, reason: str, words: str
) -> None:
    told = converse(ScriptedLLM(["fine", answer, "also fine"]), [one("a"), one("b"), one("c")])
    assert told.values == ["fine", None, "also fine"]
    assert told.failed[1].reason == reason
    assert words in told.failed[1].detail


def test_among_several_requests_it_is_one_of_the_answers() -> None:
    def talk() -> Asking[list[str]]:
        answers = yield [Request("a"), Request("b"), Request("c")]
        return [answer.reason if isinstance(answer, EndpointError) else answer.text for answer in answers]

    told = converse(ScriptedLLM(["fine", EndpointError("no"), Reply("cut", "length")]), [talk()])
    assert told.values == [["fine", "no_answer", "reply_cut_off"]]


def test_usage_is_summed_over_replies_and_failures() -> None:
    paid = Reply("x", usage=Usage(calls=1, prompt_tokens=10, completion_tokens=2, cost=0.5))
    lost = EndpointError("no", usage=Usage(failures=1, retries=4))
    told = converse(ScriptedLLM([paid, lost, paid]), [one("a"), one("b"), one("c")])
    assert told.usage == Usage(
        calls=2, retries=4, failures=1, prompt_tokens=20, completion_tokens=4, saved_tokens=0, cost=1.0
    )


def test_a_bug_of_an_operator_fails_its_own_row_with_the_name_of_the_error() -> None:
    def broken() -> Asking[str]:
        reply = yield Request("a")
        return reply.no_such_thing  # type: ignore[no-any-return]

    def nonsense() -> Asking[str]:
        yield 5  # type: ignore[misc]
        return ""

    def listed_nonsense() -> Asking[str]:
        yield ["a request in words"]  # type: ignore[list-item]
        return ""

    told = converse(ScriptedLLM(["x", "y"]), [broken(), nonsense(), listed_nonsense(), one("b")])
    assert told.values[3] == "y"
    assert {number: error.reason for number, error in told.failed.items()} == {0: "error", 1: "error", 2: "error"}
    assert "AttributeError" in told.failed[0].detail


def test_nothing_to_ask_goes_on_at_once_however_often() -> None:
    rounds = sys.getrecursionlimit() * 3

    def talk() -> Asking[int]:
        for _ in range(rounds):
            assert (yield []) == []
        return rounds

    assert converse(ScriptedLLM(), [talk()]).values == [rounds]
    assert converse(ScriptedLLM(), []).values == []


def test_a_conversation_of_many_rounds_needs_no_deep_stack() -> None:
    rounds = sys.getrecursionlimit() * 3
    told = converse(ScriptedLLM(lambda _: "x"), [dialogue(0, [0] * rounds), dialogue(1, [1] * rounds)])
    assert [len(value or []) for value in told.values] == [rounds, rounds]


def test_a_stopped_run_is_raised_for_the_caller() -> None:
    with pytest.raises(RunStopped, match="cap"):
        converse(ScriptedLLM(["x", RunStopped("cap reached"), "y"]), [one("a"), one("b"), one("c")])


def test_draws_are_seeded_and_samples_draw_from_seeds_of_their_own() -> None:
    def talk() -> Asking[None]:
        yield [Request("a", temperature=1.0, sample=n) for n in range(3)]
        yield [Request("a"), Request("a", temperature=1.0, seed=5)]

    model = ScriptedLLM(lambda _: "x")
    converse(model, [talk()], seed=2**64 - 1)
    seeds = [request.seed for request in model.asked]
    assert len({*seeds[:3]}) == 3
    assert all(seed is not None and 0 <= seed < 2**31 for seed in seeds[:3])
    assert seeds[3:] == [None, 5]


def two_steps(name: str) -> Any:
    first = yield Request(f"{name}1")
    second = yield Request(f"{name}2 after {first.text}")
    return second.text


def test_talks_about_one_row_run_side_by_side_and_end_in_their_order() -> None:
    model = ScriptedLLM(lambda request: request.prompt.upper())
    told = converse(model, [side_by_side([two_steps("a"), one("b"), two_steps("c")]), side_by_side([])])
    assert told.values == [["A2 AFTER A1", "B", "C2 AFTER C1"], []]
    assert [request.prompt for request in model.asked] == ["a1", "b", "c1", "a2 after A1", "c2 after C1"]


def test_one_talk_without_an_answer_ends_them_all() -> None:
    told = converse(ScriptedLLM(["x", EndpointError("no", reason="gone")]), [side_by_side([two_steps("a"), one("b")])])
    assert told.failed[0].reason == "gone"
    with pytest.raises(RowError, match="gone: no"):
        answered(EndpointError("no", reason="gone"))


def test_what_a_row_failed_on_is_forgotten_and_nothing_else() -> None:
    class Noting(ScriptedLLM):
        def forget(self, requests: Sequence[Request]) -> None:
            forgotten.extend(request.prompt for request in requests)

    def talk(name: str, fails: bool) -> Asking[str]:
        first = yield Request(f"{name} first")
        second = yield Request(f"{name} second")
        if fails:
            raise RowError("invalid_reply", second.text)
        return f"{first.text}{second.text}"

    forgotten: list[str] = []
    told = converse(Noting(lambda _: "x"), [talk("a", False), talk("b", True), talk("c", False)])
    assert told.values == ["xx", None, "xx"]
    assert forgotten == ["b first", "b second"]


def test_a_row_without_an_answer_keeps_the_replies_that_it_got() -> None:
    class Noting(ScriptedLLM):
        def forget(self, requests: Sequence[Request]) -> None:
            forgotten.extend(requests)

    def answer(request: Request) -> str | EndpointError:
        return EndpointError("nobody there") if request.prompt.startswith("a2") else "x"

    forgotten: list[Request] = []
    told = converse(Noting(answer), [two_steps("a"), side_by_side([two_steps("a"), two_steps("b")])])
    assert set(told.failed) == {0, 1}
    assert forgotten == []
