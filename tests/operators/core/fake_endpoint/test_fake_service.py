"""Whom the fake endpoint refuses, in OpenAI's words, and how many it lets in."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from dataflow_agent.operators.core.testing_endpoint import (
    Behaviour,
    Body,
    FakeEndpoint,
)

from .conftest import (
    CHAT,
    EMBEDDINGS,
    MODELS,
    SCHEMA,
    TOOL,
    Judged,
    chat,
    embed,
    error_of,
    one_answer,
    send,
    wait_until,
)

pytest.importorskip("aiohttp")


def test_answers_are_delayed_side_by_side() -> None:
    with FakeEndpoint(behaviour=Behaviour(delay_s=0.1)) as endpoint, ThreadPoolExecutor(20) as pool:
        start = time.monotonic()
        list(pool.map(lambda n: send(endpoint, chat(str(n))), range(20)))
        taken = time.monotonic() - start
        assert endpoint.most_open == 20
    assert 0.1 <= taken < 1


def test_jitter_lets_answers_come_out_of_order() -> None:
    ended: list[int] = []

    def ask(n: int) -> None:
        send(endpoint, chat(str(n)))
        ended.append(n)

    with FakeEndpoint(behaviour=Behaviour(jitter_s=0.1)) as endpoint, ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    delays = [endpoint.behaviour.delay_of(chat(str(n))) for n in range(8)]
    assert all(0 <= delay < 0.1 for delay in delays)
    assert ended != sorted(ended)


def test_more_than_so_many_a_second_are_told_when_to_come_again() -> None:
    with FakeEndpoint(behaviour=Behaviour(per_second=3, retry_after_s=0.25)) as endpoint:
        answers = [send(endpoint, chat(str(n))) for n in range(5)]
        assert endpoint.calls == {(CHAT, 200): 3, (CHAT, 429): 2}
    assert answers[4].headers["Retry-After"] == "0.25"
    assert error_of(answers[4])["code"] == "rate_limit_exceeded"


def test_the_limit_by_second_forgets_what_is_longer_ago() -> None:
    with FakeEndpoint(behaviour=Behaviour(per_second=1)) as endpoint:
        assert [send(endpoint, chat()).status for _ in range(2)] == [200, 429]
        wait_until(lambda: send(endpoint, chat()).status == 200)


def test_more_than_so_many_at_once_are_refused_and_the_place_is_free_again_afterwards() -> None:
    with FakeEndpoint(behaviour=Behaviour(open_at_once=2, delay_s=0.2)) as endpoint, ThreadPoolExecutor(6) as pool:
        statuses = Counter(answer.status for answer in pool.map(lambda n: send(endpoint, chat(str(n))), range(6)))
        assert statuses == {200: 2, 429: 4}
        assert send(endpoint, chat()).status == 200


JSON = {"type": "json_object"}


@pytest.mark.parametrize(
    ("behaviour", "refused", "taken", "words"),
    [
        (Behaviour(refuse_schema=True), chat(response_format=SCHEMA), chat(response_format=JSON), "'json_schema'"),
        (Behaviour(refuse_json=True), chat(response_format=JSON), chat(), "'json_object'"),
        (Behaviour(refuse_json=True), chat(response_format=SCHEMA), chat(), "'json_schema'"),
        (Behaviour(refuse_seed=True), chat(seed=1), chat(), "seed"),
        (Behaviour(refuse_tools=True), chat(tools=[TOOL]), chat(), "tools"),
        (Behaviour(refuse_logprobs=True), chat(logprobs=True), chat(), "logprobs"),
        (Behaviour(), chat(stream=True), chat(), "stream"),
        (Behaviour(), {"model": "m"}, chat(), "messages"),
        (Behaviour(), {**chat(), "model": None}, chat(), "model"),
    ],
)
def test_what_it_cannot_do_is_refused_with_openais_error(
    behaviour: Behaviour, refused: Body, taken: Body, words: str
) -> None:
    with FakeEndpoint(behaviour=behaviour) as endpoint:
        answer = send(endpoint, refused)
        assert send(endpoint, taken).status == 200
    assert answer.status == 400
    assert error_of(answer).keys() == {"message", "type", "param", "code"}
    assert error_of(answer)["type"] == "invalid_request_error"
    assert words in error_of(answer)["message"]


def test_a_schema_can_be_ignored_for_prose_around_a_code_fence() -> None:
    text = one_answer(Behaviour(ignore_schema=True), chat(response_format=SCHEMA)).text
    before, fenced, after = text.split("```")
    assert before.strip()
    assert after.strip()
    Judged.model_validate_json(fenced.removeprefix("json"))


@pytest.mark.parametrize("path", [CHAT, EMBEDDINGS, MODELS])
def test_a_wrong_key_is_refused_everywhere(path: str) -> None:
    method = "GET" if path == MODELS else "POST"
    body: Any = b"" if path == MODELS else embed("a") | chat()
    with FakeEndpoint(behaviour=Behaviour(key="right")) as endpoint:
        wrong = [send(endpoint, body, path, method), send(endpoint, body, path, method, Authorization="Bearer wrong")]
        assert send(endpoint, body, path, method, Authorization="Bearer right").status == 200
    assert [answer.status for answer in wrong] == [401, 401]
    assert error_of(wrong[0])["code"] == "invalid_api_key"


def test_other_models_are_not_found() -> None:
    with FakeEndpoint(behaviour=Behaviour(models=("m",))) as endpoint:
        assert send(endpoint, chat()).status == 200
        answer = send(endpoint, {**chat(), "model": "other"})
    assert (answer.status, error_of(answer)["code"]) == (404, "model_not_found")
    assert "`other`" in error_of(answer)["message"]


def test_prompts_longer_than_the_context_are_refused() -> None:
    with FakeEndpoint(behaviour=Behaviour(context_tokens=10)) as endpoint:
        assert send(endpoint, chat("x" * 40)).status == 200
        assert send(endpoint, embed(["x" * 40]), EMBEDDINGS).status == 200
        too_long = [send(endpoint, chat("x" * 41)), send(endpoint, embed(["", "x" * 41]), EMBEDDINGS)]
    assert [(one.status, error_of(one)["code"]) for one in too_long] == [(400, "context_length_exceeded")] * 2


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("/chat/completions", "POST", chat(), 404),
        ("/v1/completions", "POST", chat(), 404),
        (CHAT, "GET", b"", 405),
        (CHAT, "POST", b"{not json", 400),
        (CHAT, "POST", b"[1]", 400),
        (CHAT, "POST", b"", 400),
        (CHAT, "POST", chat(n=1 << 40), 400),
        (CHAT, "POST", chat(max_tokens="9"), 400),
        (EMBEDDINGS, "POST", {"model": "m"}, 400),
        (EMBEDDINGS, "POST", {"model": "m", "input": []}, 400),
        (EMBEDDINGS, "POST", {"model": "m", "input": {"a": 1}}, 400),
    ],
)
def test_requests_that_are_none_get_an_error_document(path: str, method: str, body: Any, status: int) -> None:
    with FakeEndpoint() as endpoint:
        answer = send(endpoint, body, path, method)
    assert answer.status == status
    assert error_of(answer)["message"]
