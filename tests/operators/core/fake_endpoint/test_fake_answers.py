"""What the fake endpoint answers without a script: valid, in OpenAI's shapes, and following from the request alone."""

import base64
import json
import math
import struct
from typing import Any

import pytest
from dataflow_agent.operators.core.testing_endpoint import (
    Behaviour,
    Body,
    FakeEndpoint,
)

from .conftest import (
    EMBEDDINGS,
    MODELS,
    SCHEMA,
    TOLD,
    TOOL,
    Answer,
    Judged,
    chat,
    embed,
    error_of,
    one_answer,
    send,
)

pytest.importorskip("aiohttp")


def test_without_a_script_a_text_follows_from_the_messages_alone() -> None:
    with FakeEndpoint() as one, FakeEndpoint(behaviour=Behaviour(delay_s=0.001)) as other:
        texts = [send(one, chat(f"tell me about all the rivers of {n}")).text for n in range(20)]
        again = [send(other, chat(f"tell me about all the rivers of {n}")).text for n in reversed(range(20))]
    assert texts == again[::-1]
    assert len(set(texts)) == 20
    assert set(texts[0].lower().strip(".").split()) <= {"tell", "me", "about", "all", "the", "rivers", "of"}


def test_a_seed_in_the_body_or_of_the_endpoint_makes_another_text() -> None:
    bodies = [chat(), chat(seed=1), chat(seed=2)]
    texts = [one_answer(Behaviour(seed=seed), body).text for seed in (0, 1) for body in bodies]
    assert len(set(texts)) == 6


@pytest.mark.parametrize(
    "body",
    [
        chat(response_format=SCHEMA),
        chat(f"Reply by this schema: {TOLD}", response_format={"type": "json_object"}),
        chat(f'As {{"json"}}, like {TOLD}.'),
    ],
    ids=["schema", "json mode", "no format"],
)
def test_a_schema_in_the_format_or_in_a_message_is_answered_by_an_instance(body: Body) -> None:
    with FakeEndpoint() as endpoint:
        judged = [Judged.model_validate_json(send(endpoint, {**body, "seed": n}).text) for n in range(30)]
    assert {one.good for one in judged} == {True, False}
    assert {one.stars for one in judged} == {1, 2, 3, 4, 5}


def test_json_mode_without_a_schema_is_answered_by_an_object() -> None:
    assert isinstance(json.loads(one_answer(Behaviour(), chat(response_format={"type": "json_object"})).text), dict)


@pytest.mark.parametrize("choice", ["auto", "required", {"type": "function", "function": {"name": "judge"}}])
def test_offered_tools_are_called_with_valid_arguments(choice: Any) -> None:
    message = one_answer(Behaviour(), chat(tools=[TOOL], tool_choice=choice)).choice["message"]
    (call,) = message["tool_calls"]
    assert call["function"]["name"] == "judge"
    Judged.model_validate_json(call["function"]["arguments"])


@pytest.mark.parametrize("role", ["tool", "user"])
def test_no_tool_is_called_where_none_may_be_or_its_result_is_there(role: str) -> None:
    body = chat(tools=[TOOL], tool_choice="none" if role == "user" else "auto")
    body["messages"].append({"role": role, "content": "4"})
    assert one_answer(Behaviour(), body).choice["finish_reason"] == "stop"


def test_a_schema_that_no_instance_is_made_for_says_so() -> None:
    odd = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "string", "pattern": "^ß{9}!$"}}}
    answer = one_answer(Behaviour(), chat(response_format=odd))
    assert answer.status == 400
    assert "pattern" in error_of(answer)["message"]


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_a_text_longer_than_the_limit_is_cut_off(limit: str) -> None:
    answer = one_answer(Behaviour(), chat(**{limit: 2}))
    assert answer.choice["finish_reason"] == "length"
    assert answer.document["usage"]["completion_tokens"] == 2


def test_usage_counts_four_characters_a_token() -> None:
    with FakeEndpoint(["12345"]) as endpoint:
        usage = send(endpoint, chat("x" * 40)).document["usage"]
    assert usage == {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}


def test_n_choices_are_numbered_and_differ() -> None:
    choices = one_answer(Behaviour(), chat(n=3)).document["choices"]
    assert [choice["index"] for choice in choices] == [0, 1, 2]
    assert len({choice["message"]["content"] for choice in choices}) == 3


def test_log_probabilities_come_where_asked_for_and_are_a_distribution() -> None:
    with FakeEndpoint(["Yes it is 7777"] * 2) as endpoint:
        plain, asked = send(endpoint, chat()).choice, send(endpoint, chat(logprobs=True, top_logprobs=5)).choice
    assert "logprobs" not in plain
    tokens = asked["logprobs"]["content"]
    assert "".join(token["token"] for token in tokens) == "Yes it is 7777"
    for token in tokens:
        top = token["top_logprobs"]
        assert len(top) == len({one["token"] for one in top}) == 5
        assert top[0]["token"] == token["token"]
        likely = [one["logprob"] for one in top]
        assert likely == sorted(likely, reverse=True)
        assert sum(map(math.exp, likely)) <= 1


def test_the_openai_library_reads_what_it_says() -> None:
    openai = pytest.importorskip("openai")
    with (
        FakeEndpoint(behaviour=Behaviour(key="k", context_tokens=1000)) as endpoint,
        openai.OpenAI(base_url=endpoint.base_url, api_key="k", max_retries=0) as client,
    ):
        said = [{"role": "user", "content": "judge this text of mine for me"}]
        parsed = client.chat.completions.parse(model="m", messages=said, response_format=Judged, logprobs=True)
        assert isinstance(parsed.choices[0].message.parsed, Judged)
        assert parsed.choices[0].logprobs.content[0].logprob < 0
        called = client.chat.completions.create(model="m", messages=said, tools=[TOOL])
        assert called.choices[0].message.tool_calls[0].function.name == "judge"
        assert len(client.embeddings.create(model="m", input=["a", "b"]).data[1].embedding) == 64
        assert [model.id for model in client.models.list()] == ["fake-model"]
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x" * 5000}])
        assert caught.value.code == "context_length_exceeded"


def vectors(answer: Answer) -> list[list[float]]:
    return [one["embedding"] for one in sorted(answer.document["data"], key=lambda one: one["index"])]


def test_embeddings_are_unit_vectors_that_follow_from_the_text() -> None:
    with FakeEndpoint() as endpoint:
        one = vectors(send(endpoint, embed(["a", "b", "a"]), EMBEDDINGS))
        alone = vectors(send(endpoint, embed("b"), EMBEDDINGS))
    assert one[0] == one[2]
    assert one[1] == alone[0]
    assert one[0] != one[1]
    assert [math.hypot(*vector) for vector in one] == pytest.approx([1, 1, 1], abs=1e-6)


def test_embeddings_come_in_base64_and_in_other_lengths() -> None:
    with FakeEndpoint(behaviour=Behaviour(dimensions=12)) as endpoint:
        ((vector),) = vectors(send(endpoint, embed("a"), EMBEDDINGS))
        data = send(endpoint, embed("a", encoding_format="base64"), EMBEDDINGS).document["data"]
        assert len(vectors(send(endpoint, embed("a", dimensions=5), EMBEDDINGS))[0]) == 5
    assert list(struct.unpack("<12f", base64.b64decode(data[0]["embedding"]))) == pytest.approx(vector)


def test_embeddings_can_come_out_of_order_with_their_right_index() -> None:
    with FakeEndpoint() as ordered, FakeEndpoint(behaviour=Behaviour(shuffle_embeddings=True)) as shuffled:
        right, mixed = (send(one, embed(["a", "b", "c"]), EMBEDDINGS) for one in (ordered, shuffled))
    assert [one["index"] for one in right.document["data"]] == [0, 1, 2]
    assert [one["index"] for one in mixed.document["data"]] != [0, 1, 2]
    assert vectors(right) == vectors(mixed)


def test_malformed_embeddings_lack_a_vector() -> None:
    with FakeEndpoint(behaviour=Behaviour(malformed=1)) as endpoint:
        assert len(send(endpoint, embed(["a", "b"]), EMBEDDINGS).document["data"]) == 1


def test_the_models_are_listed() -> None:
    with FakeEndpoint(behaviour=Behaviour(models=("one", "two"))) as endpoint:
        listed = send(endpoint, b"", MODELS, "GET").document
    assert [model["id"] for model in listed["data"]] == ["one", "two"]
