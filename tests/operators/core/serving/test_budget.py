"""Caps end a run cleanly: what is in flight ends and is kept, no more begins, and the message says how to go on."""

from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from dataflow_agent.operators.core import Reply, Request, RunStopped, Usage, complete
from dataflow_agent.operators.core.llm import Answer
from dataflow_agent.operators.core.serving import Budget, ModelDoor
from dataflow_agent.operators.core.spending import Prices, Spending
from dataflow_agent.operators.core.testing_endpoint import Behaviour, FakeEndpoint
from dataflow_agent.operators.core.testing_endpoint import Reply as Said

pytest.importorskip("aiohttp")

MakeDoor = Callable[..., ModelDoor]


def ask(door: ModelDoor, count: int) -> list[Answer]:
    heard: SimpleQueue[Answer] = SimpleQueue()
    for number in range(count):
        door.start(Request(f"row {number:04}"), heard.put)
    return [heard.get(timeout=20) for _ in range(count)]


def test_calls_are_capped_to_the_last_one_and_those_in_flight_are_kept(door_to: MakeDoor, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "replies.sqlite"
    with FakeEndpoint(behaviour=Behaviour(delay_s=0.01)) as fake:
        answers = ask(door_to(fake.base_url, replies=file, budget=Budget(Spending(max_calls=20))), 50)
        assert fake.calls.total() == 20
        assert sum(isinstance(answer, Reply) for answer in answers) == 20
        (stopped, *_) = [str(answer) for answer in answers if isinstance(answer, RunStopped)]
        assert "--max-calls 20" in stopped
        assert "higher cap" in stopped
        more = ask(door_to(fake.base_url, replies=file, budget=Budget(Spending(max_calls=30))), 50)
        assert sum(isinstance(answer, Reply) for answer in more) == 50
        assert fake.calls.total() == 50


def test_a_cap_that_is_just_enough_stops_nothing(door_to: MakeDoor) -> None:
    with FakeEndpoint() as fake:
        assert len(complete(door_to(fake.base_url, budget=Budget(Spending(max_calls=7))), [Request("a")] * 7)) == 7


def test_repeated_requests_count_and_refused_ones_do_not(door_to: MakeDoor) -> None:
    script = [Said("busy", status=429), Said("no", status=500), Said("yes")]
    with FakeEndpoint(script) as fake:
        (reply,) = complete(door_to(fake.base_url, budget=Budget(Spending(max_calls=2))), [Request("a")])
    assert isinstance(reply, Reply)
    with FakeEndpoint([Said("no", status=500), Said("yes")]) as fake, pytest.raises(RunStopped, match="max-calls 1"):
        complete(door_to(fake.base_url, budget=Budget(Spending(max_calls=1))), [Request("a")])


def tokens(answers: list[Answer]) -> int:
    took = [answer.usage for answer in answers if isinstance(answer, Reply)]
    return sum(usage.prompt_tokens + usage.completion_tokens for usage in took)


def test_tokens_stay_under_their_cap_where_calls_take_alike(door_to: MakeDoor) -> None:
    with FakeEndpoint(lambda _: "four of them") as fake:
        each = tokens(ask(door_to(fake.base_url), 1))
        answers = ask(door_to(fake.base_url, budget=Budget(Spending(max_tokens=each * 10 + 1))), 60)
        assert tokens(answers) == each * 10
        assert "--max-tokens" in str(next(answer for answer in answers if isinstance(answer, RunStopped)))


def test_money_stays_under_its_cap_and_each_reply_tells_its_own(door_to: MakeDoor) -> None:
    prices = Prices(prompt=1_000_000, completion=2_000_000)
    with FakeEndpoint(lambda _: "four of them") as fake:
        (one,) = ask(door_to(fake.base_url, budget=Budget(prices=prices)), 1)
        assert isinstance(one, Reply)
        assert one.usage.cost == one.usage.prompt_tokens + 2 * one.usage.completion_tokens
        budget = Budget(Spending(max_cost=one.usage.cost * 5.5), prices)
        answers = ask(door_to(fake.base_url, budget=budget), 60)
    assert sum(isinstance(answer, Reply) for answer in answers) == 5
    assert budget.spent.cost == pytest.approx(5 * one.usage.cost)
    assert "--max-cost" in str(next(answer for answer in answers if isinstance(answer, RunStopped)))


def test_a_cap_below_the_first_prompt_lets_nothing_through(door_to: MakeDoor) -> None:
    with FakeEndpoint() as fake, pytest.raises(RunStopped, match="max-tokens 5"):
        complete(door_to(fake.base_url, budget=Budget(Spending(max_tokens=5))), [Request("word " * 100)])
    assert not fake.calls


def test_kept_replies_cost_nothing(door_to: MakeDoor, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "replies.sqlite"
    with FakeEndpoint() as fake:
        ask(door_to(fake.base_url, replies=file), 20)
        again = ask(door_to(fake.base_url, replies=file, budget=Budget(Spending(max_calls=1))), 20)
    assert all(isinstance(answer, Reply) and answer.usage.cost == 0 for answer in again)


def test_requests_go_one_by_one_until_it_is_known_what_they_take() -> None:
    budget = Budget(Spending(max_tokens=1000))
    assert budget.verdict(10) == "go"
    assert budget.verdict(10) == "wait"
    budget.end(200, 100, billed=True)
    verdicts = [budget.verdict(10) for _ in range(3)]
    assert verdicts == ["go", "go", "wait"]


def test_doors_that_share_a_budget_stay_under_its_cap_together_and_none_waits_for_ever(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(delay_s=0.01)) as fake:
        budget = Budget(Spending(max_calls=10))
        doors = [door_to(fake.base_url, budget=budget) for _ in range(2)]
        heard: SimpleQueue[Answer] = SimpleQueue()
        for number in range(20):
            for place, door in enumerate(doors):
                door.start(Request(f"row {number} of {place}"), heard.put)
        answers = [heard.get(timeout=20) for _ in range(40)]
        assert fake.calls.total() == sum(isinstance(answer, Reply) for answer in answers) == 10
    assert budget.spent.calls == 10
    assert budget.spent.prompt_tokens + budget.spent.completion_tokens == tokens(answers)


def test_a_door_goes_on_when_the_call_of_another_one_has_ended(door_to: MakeDoor) -> None:
    budget = Budget(Spending(max_tokens=10_000))
    assert budget.verdict(10) == "go"  # the call of another door, before it is known what calls take
    heard: SimpleQueue[Answer] = SimpleQueue()
    with FakeEndpoint() as fake:
        door_to(fake.base_url, budget=budget).start(Request("a"), heard.put)
        with pytest.raises(Empty):
            heard.get(timeout=0.2)
        budget.end(10, 10, billed=True)
        assert isinstance(heard.get(timeout=10), Reply)


def test_what_was_spent_before_is_under_the_same_cap_and_is_not_told_again() -> None:
    budget = Budget(Spending(max_calls=5), before=Usage(calls=3, prompt_tokens=30))
    assert [budget.verdict(10) for _ in range(3)] == ["go", "go", "wait"]
    budget.end(4, 2, billed=True)
    assert budget.spent == Usage(calls=1, prompt_tokens=4, completion_tokens=2)
