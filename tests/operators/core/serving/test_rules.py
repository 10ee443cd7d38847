"""The rules behind the door, each at its edges: how many are let go, when an endpoint is gone, what an answer means."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from dataflow_agent.operators.core import Request
from dataflow_agent.operators.core.serving.breaker import MANY, Breaker
from dataflow_agent.operators.core.serving.causes import retry_after, status_told, status_trouble
from dataflow_agent.operators.core.serving.chat import read_chat
from dataflow_agent.operators.core.serving.endpoint import Answered, Endpoint
from dataflow_agent.operators.core.serving.flight import Flight
from hypothesis import given
from hypothesis import strategies as st

ENDPOINT = Endpoint("http://127.0.0.1:1/v1", "m")


def test_the_limit_halves_once_for_the_requests_that_were_open_together() -> None:
    flight = Flight(16)
    for _ in range(5):
        flight.refused(began=1.0, now=2.0, wait_s=None)
    assert flight.limit == 8
    flight.refused(began=2.0, now=3.0, wait_s=None)
    assert flight.limit == 4


def test_the_limit_grows_by_one_for_a_full_flight_of_successes_and_not_beyond_the_most() -> None:
    flight = Flight(3)
    flight.refused(began=0.0, now=1.0, wait_s=None)
    grown = []
    for _ in range(8):
        flight.succeeded()
        grown.append(flight.limit)
    assert grown == [2, 2, 3, 3, 3, 3, 3, 3]


def test_one_request_is_always_let_go_and_none_while_asked_to_wait() -> None:
    flight = Flight(1)
    flight.refused(began=0.0, now=1.0, wait_s=5.0)
    assert flight.limit == 1
    assert not flight.has_room(5.9)
    assert flight.has_room(6.0)
    flight.enter()
    assert not flight.has_room(6.0)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 10)), max_size=60), st.integers(1, 50))
def test_the_limit_stays_between_one_and_the_most(outcomes: list[tuple[bool, float]], most: int) -> None:
    flight, now = Flight(most), 0.0
    for success, later in outcomes:
        now += later
        flight.succeeded() if success else flight.refused(now - 0.1, now, None)
        assert 1 <= flight.limit <= most


def test_connecting_must_fail_many_times_and_a_request_must_have_had_all_its_tries() -> None:
    breaker = Breaker()
    fails = [breaker.failed("unreachable", 1, began=0, now=n, last=n == MANY - 1) for n in range(MANY)]
    assert fails == [False] * (MANY - 1) + [True]
    breaker = Breaker()
    assert not any(breaker.failed("unreachable", n, began=0, now=n, last=False) for n in range(100))


def test_an_answer_in_between_begins_anew() -> None:
    breaker = Breaker()
    for n in range(50):
        assert not breaker.failed("unreachable", n, began=0, now=n, last=True)
        if n % (MANY - 1) == MANY - 2:
            breaker.answered()


@pytest.mark.parametrize("silence", ["timed_out", "dropped", "gateway"])
def test_a_single_request_that_the_endpoint_cannot_stand_stops_no_run(silence: str) -> None:
    breaker = Breaker()
    assert not any(breaker.failed(silence, 1, began=n, now=n + 1, last=n == 99) for n in range(100))  # type: ignore[arg-type]


def test_a_stall_that_hits_all_at_once_is_given_a_second_chance() -> None:
    breaker = Breaker()
    assert not any(breaker.failed("timed_out", n, began=0, now=10, last=False) for n in range(50))
    assert breaker.failed("timed_out", 50, began=10, now=20, last=False)


def test_a_date_to_wait_for_is_understood() -> None:
    then = datetime.now(UTC) + timedelta(seconds=90)
    wait = retry_after({"Retry-After": format_datetime(then, usegmt=True)})
    assert wait is not None
    assert 85 < wait <= 90
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert [retry_after({"Retry-After": said}) for said in ("soon", "nan", "-3", "inf")] == [None, 0, 0, 0]
    assert retry_after({}) is None


@given(st.binary(max_size=200), st.integers(300, 599), st.booleans())
def test_whatever_an_endpoint_says_is_some_trouble(body: bytes, status: int, had_success: bool) -> None:
    trouble = status_trouble(Answered(status, {}, body), ENDPOINT, had_success=had_success)
    assert trouble.message or trouble.kind == "not_found"


NAMES = ("choices", "message", "content", "usage", "finish_reason", "error", "prompt_tokens", "refusal", "text")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_whatever_json_comes_is_a_reply_or_some_trouble(document: object) -> None:
    taken = read_chat(json.dumps(document).encode(), Request("a"))
    assert taken.trouble is not None or taken.value.text or taken.value.finish_reason == "length"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"error": {"code": 429}}', 429), (b'{"error": {"code": "x"}}', 500), (b'{"error": "x"}', 500), (b"", 500)],
)
def test_an_error_that_comes_with_status_200_is_taken_for_what_it_says(body: bytes, status: int) -> None:
    assert status_told(body) == status


def test_counts_that_cannot_be_are_estimated_and_said_to_be() -> None:
    said = {"choices": [{"message": {"content": "eight ch"}, "finish_reason": "\ud800"}]}
    for usage in ({}, {"prompt_tokens": -1, "completion_tokens": 1}, {"prompt_tokens": 10**30, "completion_tokens": 1}):
        taken = read_chat(json.dumps({**said, "usage": usage}).encode(), Request("twelve chars"))
        assert (taken.prompt_tokens, taken.completion_tokens, taken.estimated) == (3, 2, True)
        assert taken.value.finish_reason == "stop"
