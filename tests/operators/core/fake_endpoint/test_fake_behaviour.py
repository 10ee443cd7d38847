"""The fake endpoint misbehaves as it is told and no more."""

import http.client
import json
import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from dataflow_agent.operators.core.testing_endpoint import (
    Behaviour,
    Body,
    Call,
    FakeEndpoint,
    Fault,
    Reply,
)
from hypothesis import given
from hypothesis import strategies as st

from .conftest import CHAT, SCHEMA, TOOL, Judged, chat, one_answer, port_of, send, wait_until

pytest.importorskip("aiohttp")


def test_a_failing_request_is_answered_by_500_or_503() -> None:
    with FakeEndpoint(behaviour=Behaviour(fail=1)) as endpoint:
        assert {send(endpoint, chat(str(n))).status for n in range(20)} == {500, 503}


@pytest.mark.parametrize("first", [1, 2])
def test_the_same_request_gets_past_a_failure_after_some_times(first: int) -> None:
    with FakeEndpoint(behaviour=Behaviour(fail=1, fails_first=first)) as endpoint:
        assert [send(endpoint, chat()).status == 200 for _ in range(4)] == [n >= first for n in range(4)]
        assert send(endpoint, chat("another")).status != 200


def test_a_failure_can_stay() -> None:
    with FakeEndpoint(behaviour=Behaviour(fail=1, fails_first=None)) as endpoint:
        assert all(send(endpoint, chat()).status >= 500 for _ in range(4))


@pytest.mark.parametrize("behaviour", [Behaviour(fail=1), Behaviour(html=1)])
def test_a_failure_uses_up_no_answer_of_a_script(behaviour: Behaviour) -> None:
    with FakeEndpoint(["one"], behaviour) as endpoint:
        send(endpoint, chat())
        assert send(endpoint, chat()).text == "one"


def test_html_comes_with_status_200() -> None:
    answer = one_answer(Behaviour(html=1))
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert answer.content.startswith(b"<!DOCTYPE html>")


def test_a_dropped_connection_breaks_off_in_the_middle() -> None:
    with pytest.raises(http.client.IncompleteRead) as broken:
        one_answer(Behaviour(drop=1))
    assert broken.value.partial
    assert broken.value.expected


def test_a_hanging_request_is_never_answered_and_counts_as_left_by_its_client() -> None:
    with FakeEndpoint(behaviour=Behaviour(hang=1)) as endpoint:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(endpoint.base_url), timeout=0.05)
        connection.request("POST", CHAT, json.dumps(chat()))
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
        assert send(endpoint, chat()).status == 200, "others are answered, and so is this one the second time"
        wait_until(lambda: endpoint.calls == {(CHAT, 499): 1, (CHAT, 200): 1})


def test_an_endpoint_with_hanging_requests_ends_at_once() -> None:
    with FakeEndpoint(behaviour=Behaviour(hang=1)) as endpoint:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(endpoint.base_url))
        connection.request("POST", CHAT, json.dumps(chat()))
        wait_until(lambda: endpoint.most_open == 1)
        start = time.monotonic()
    assert time.monotonic() - start < 2
    connection.close()


def test_a_truncated_answer_is_the_first_half_and_says_so() -> None:
    with FakeEndpoint(lambda _: "12345678", Behaviour(truncate=1)) as endpoint:
        choice = send(endpoint, chat()).choice
    assert (choice["message"]["content"], choice["finish_reason"]) == ("1234", "length")


def test_an_empty_answer_has_no_text() -> None:
    choice = one_answer(Behaviour(empty=1)).choice
    assert (choice["message"]["content"], choice["finish_reason"]) == ("", "stop")


def test_a_huge_answer_has_a_megabyte() -> None:
    assert len(one_answer(Behaviour(huge=1)).text) == 1_000_000


def test_malformed_answers_are_no_json_or_lack_a_required_field() -> None:
    with FakeEndpoint(behaviour=Behaviour(malformed=1)) as endpoint:
        texts = [send(endpoint, chat(f"judge {n}", response_format=SCHEMA)).text for n in range(40)]
    objects = [json.loads(text) for text in texts if text.startswith("{")]
    assert 0 < len(objects) < len(texts)
    assert all(len(Judged.model_fields.keys() - one) == 1 for one in objects)
    for text in set(texts) - {text for text in texts if text.startswith("{")}:
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(text)


def test_malformed_tool_calls_are_no_json() -> None:
    choice = one_answer(Behaviour(malformed=1), chat(tools=[TOOL])).choice
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"])


def test_wrong_answers_are_valid_and_differ_in_all_that_can_be_judged() -> None:
    with FakeEndpoint() as right, FakeEndpoint(behaviour=Behaviour(wrong=1)) as wrong:
        for n in range(20):
            body = chat(f"judge {n}", response_format=SCHEMA)
            true, false = (Judged.model_validate_json(send(one, body).text) for one in (right, wrong))
            assert true.good != false.good
            assert true.stars != false.stars
            assert true.grade != false.grade


def test_wrong_answers_differ_from_what_a_script_says_and_from_texts_and_tool_calls() -> None:
    true = {"good": True, "stars": 3, "grade": "A", "why": "since"}
    with FakeEndpoint([json.dumps(true), "right"], Behaviour(wrong=1)) as endpoint:
        assert json.loads(send(endpoint, chat(response_format=SCHEMA)).text)["good"] is False
        assert send(endpoint, chat()).text != "right"
    with FakeEndpoint([Reply(calls=(Call("judge", true),))], Behaviour(wrong=1)) as endpoint:
        called = send(endpoint, chat(tools=[TOOL])).choice["message"]["tool_calls"][0]["function"]
        assert json.loads(called["arguments"])["good"] is False


def test_what_is_wrong_can_be_said() -> None:
    with FakeEndpoint(lambda _: "4", Behaviour(wrong=1, wrong_answer=lambda body: f"not {len(body)}")) as endpoint:
        assert send(endpoint, chat()).text == "not 2"


@pytest.mark.parametrize("fault", ["truncate", "empty", "malformed", "wrong"])
def test_faults_of_the_model_stay_with_the_request(fault: str) -> None:
    with FakeEndpoint(behaviour=Behaviour(**{fault: 1})) as endpoint:  # type: ignore[arg-type]
        body = chat(response_format=SCHEMA)
        assert send(endpoint, body).text == send(endpoint, body).text
    assert one_answer(Behaviour(), body).text != one_answer(Behaviour(**{fault: 1}), body).text  # type: ignore[arg-type]


SHARES = {"fail": 0.05, "truncate": 0.02, "wrong": 0.2, "malformed": 0.1}


def test_faults_come_in_their_shares_and_are_told_beforehand() -> None:
    behaviour = Behaviour(seed=3, fail=0.05, truncate=0.02, wrong=0.2, malformed=0.1)
    met = Counter(behaviour.fault(chat(str(n))) for n in range(10_000))
    for fault, share in SHARES.items():
        assert met[fault] / 10_000 == pytest.approx(share, abs=0.015)  # type: ignore[index]
    assert met[None] / 10_000 == pytest.approx(0.63, abs=0.02)


@given(st.integers(0, 1000), st.dictionaries(st.text("abc"), st.integers(0, 9)))
def test_a_fault_follows_from_seed_and_content_and_not_from_the_order_of_keys(
    seed: int, content: dict[str, int]
) -> None:
    def fault(body: Body) -> Fault | None:
        return Behaviour(seed=seed, fail=0.5).fault(body)

    assert fault(content) == fault(dict(reversed(content.items())))


def test_another_seed_hits_other_requests() -> None:
    hit = [{n for n in range(200) if Behaviour(seed=seed, wrong=0.3).fault(chat(str(n)))} for seed in (1, 2)]
    assert hit[0] != hit[1]


def test_answers_do_not_depend_on_the_order_of_arrival() -> None:
    behaviour = Behaviour(wrong=0.3, malformed=0.3, jitter_s=0.01)
    bodies = [chat(f"judge {n}", response_format=SCHEMA) for n in range(40)]
    with FakeEndpoint(behaviour=behaviour) as one, FakeEndpoint(behaviour=behaviour) as other:
        alone = [send(one, body).text for body in bodies]
        with ThreadPoolExecutor(20) as pool:
            crowded = list(pool.map(lambda body: send(other, body).text, reversed(bodies)))
    assert alone == crowded[::-1]


@pytest.mark.parametrize("shares", [{"fail": -0.1}, {"wrong": 1.2}, {"fail": 0.6, "wrong": 0.6}, {"hang": math.nan}])
def test_shares_that_are_none_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"shares .*" + next(iter(shares))):
        Behaviour(**shares)  # type: ignore[arg-type]
