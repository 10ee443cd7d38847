"""A model behind an endpoint: what is asked, who answers, and what a bad endpoint does to rows and runs."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest
from dataflow_agent.operators.core import EndpointError, InvalidInput, Request, RunStopped, complete
from dataflow_agent.operators.core.llm import Answer, Turn
from dataflow_agent.operators.core.serving import Endpoint, ModelDoor, probe
from dataflow_agent.operators.core.testing_endpoint import Behaviour, Body, FakeEndpoint, Reply
from pydantic import SecretStr

pytest.importorskip("aiohttp")

MakeDoor = Callable[..., ModelDoor]
CHAT = "/v1/chat/completions"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"good": {"type": "boolean"}},
    "required": ["good"],
    "additionalProperties": False,
}


def requests(count: int, **more: Any) -> list[Request]:
    return [Request(f"row {number}", **more) for number in range(count)]


def echo(body: Body) -> str:
    return f"said {body['messages'][-1]['content']}"


def errors_of(answers: list[Any]) -> list[EndpointError]:
    assert all(isinstance(answer, EndpointError) for answer in answers), answers
    return answers


def open_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def test_each_request_gets_its_own_reply_in_whatever_order_they_come(door_to: MakeDoor) -> None:
    with FakeEndpoint(echo, Behaviour(jitter_s=0.05)) as fake:
        replies = complete(door_to(fake.base_url), requests(60))
    assert [reply.text for reply in replies] == [f"said row {number}" for number in range(60)]  # type: ignore[union-attr]
    assert all(reply.usage.calls == 1 and reply.usage.retries == 0 for reply in replies)


def test_a_request_goes_out_as_endpoints_want_it(door_to: MakeDoor) -> None:
    turns = (Turn("user", "before"), Turn("assistant", "so"))
    asked = Request("now", "be kind", SCHEMA, temperature=0.5, max_tokens=9, seed=3, turns=turns)
    with FakeEndpoint() as fake:
        door = door_to(fake.base_url, endpoint={"key": SecretStr("sk-1")})
        complete(door, [asked])
        sent = fake.received[0]
    assert sent.headers["authorization"] == "Bearer sk-1"
    assert sent.body == {
        "model": "fake",
        "messages": [
            {"role": "system", "content": "be kind"},
            {"role": "user", "content": "before"},
            {"role": "assistant", "content": "so"},
            {"role": "user", "content": "now"},
        ],
        "temperature": 0.5,
        "max_tokens": 9,
        "seed": 3,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA},
        },
    }


def test_failing_calls_are_repeated_and_no_row_is_lost_or_mixed_up(door_to: MakeDoor) -> None:
    behaviour = Behaviour(fail=0.1, drop=0.1, html=0.1, jitter_s=0.01)
    with FakeEndpoint(echo, behaviour) as fake:
        replies = complete(door_to(fake.base_url), requests(120))
    assert [reply.text for reply in replies] == [f"said row {number}" for number in range(120)]  # type: ignore[union-attr]
    assert 5 < sum(reply.usage.retries for reply in replies) < 80


def test_a_row_without_an_answer_after_all_tries_fails_alone_and_says_why(door_to: MakeDoor) -> None:
    def answer(body: Body) -> Reply | str:
        bad = body["messages"][-1]["content"] == "row 1"
        return Reply("on fire", status=500) if bad else echo(body)

    with FakeEndpoint(answer) as fake:
        first, second, third = complete(door_to(fake.base_url), requests(3))
        assert fake.calls[CHAT, 500] == 4
    assert first.text == "said row 0"  # type: ignore[union-attr]
    assert third.text == "said row 2"  # type: ignore[union-attr]
    assert isinstance(second, EndpointError)
    assert second.reason == "no_answer"
    assert "4 tries" in str(second)
    assert "on fire" in str(second)
    assert (second.usage.failures, second.usage.retries, second.usage.calls) == (1, 3, 0)


def test_there_is_no_wait_after_the_last_try(door_to: MakeDoor) -> None:
    with FakeEndpoint(lambda _: Reply("no", status=500)) as fake:
        door = door_to(fake.base_url, endpoint={"tries": 1, "backoff_s": 60.0})
        began = time.monotonic()
        errors_of(complete(door, requests(1)))
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("status", "words", "code", "reason"),
    [
        (400, "maximum context length is 10 tokens", "context_length_exceeded", "too_long"),
        (413, "payload", None, "too_long"),
        (429, "Request too large for fake: Limit 10, Requested 20", "rate_limit_exceeded", "too_long"),
        (500, "the request exceeds the available context size", None, "too_long"),
        (400, "blocked by our content management policy", "content_filter", "refused"),
        (400, "no such thing as a row", None, "refused_request"),
        (422, "no such thing as a row", None, "refused_request"),
    ],
)
def test_a_request_that_can_never_be_answered_fails_its_row_after_one_call(
    door_to: MakeDoor, status: int, words: str, code: str | None, reason: str
) -> None:
    with FakeEndpoint(lambda _: Reply(words, status=status, code=code)) as fake:
        (error,) = errors_of(complete(door_to(fake.base_url), requests(1)))
        assert fake.calls == {(CHAT, status): 1}
    assert error.reason == reason


def test_a_prompt_beyond_the_context_of_the_fake_endpoint_is_too_long(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(context_tokens=20)) as fake:
        short, long = complete(door_to(fake.base_url), [Request("hi"), Request("word " * 100)])
    assert not isinstance(short, EndpointError)
    assert isinstance(long, EndpointError)
    assert long.reason == "too_long"


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_ends_the_run_with_the_next_step_and_without_the_key(door_to: MakeDoor, status: int) -> None:
    with FakeEndpoint(lambda _: Reply("bad key sk-secret", status=status)) as fake:
        door = door_to(fake.base_url, endpoint={"key": SecretStr("sk-secret")})
        with pytest.raises(RunStopped, match="DATAFLOW_LLM_API_KEY") as caught:
            complete(door, requests(30))
        assert fake.calls.total() <= 16
        assert "sk-secret" not in str(caught.value)
        heard: SimpleQueue[Answer] = SimpleQueue()
        door.start(Request("later"), heard.put)
        assert isinstance(heard.get(timeout=5), RunStopped)


def test_the_key_is_never_quoted_from_what_an_endpoint_says(door_to: MakeDoor) -> None:
    with FakeEndpoint(lambda _: Reply("you sent sk-secret", status=400)) as fake:
        door = door_to(fake.base_url, endpoint={"key": SecretStr("sk-secret")})
        (error,) = errors_of(complete(door, requests(1)))
    assert "you sent ***" in str(error)
    assert "sk-secret" not in repr(door.__dict__)


def test_a_wrong_model_is_named_with_the_near_one(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(models=("qwen-7b", "other"))) as fake:
        door = door_to(fake.base_url, endpoint={"model": "qwen-7"})
        with pytest.raises(RunStopped, match=r"no model 'qwen-7'; is 'qwen-7b' meant\? Set DATAFLOW_LLM_MODEL"):
            complete(door, requests(20))


def test_an_address_without_v1_is_corrected(door_to: MakeDoor) -> None:
    with FakeEndpoint() as fake:
        door = door_to(fake.base_url.removesuffix("/v1"))
        with pytest.raises(RunStopped, match=f"{fake.base_url} is: set DATAFLOW_LLM_BASE_URL"):
            complete(door, requests(3))


def test_a_redirect_is_not_followed_so_that_the_key_stays(door_to: MakeDoor) -> None:
    with FakeEndpoint() as other:
        away = Reply("moved", status=307, headers={"Location": f"{other.base_url}/chat/completions"})
        with FakeEndpoint(lambda _: away) as fake, pytest.raises(RunStopped, match="redirect"):
            complete(door_to(fake.base_url), requests(1))
        assert not other.calls


def test_an_endpoint_that_is_not_there_ends_the_run_soon(door_to: MakeDoor) -> None:
    door = door_to(f"http://127.0.0.1:{open_port()}/v1", endpoint={"tries": 5})
    with pytest.raises(RunStopped, match=r"cannot be reached \(Connection refused\).*DATAFLOW_LLM_BASE_URL"):
        complete(door, requests(50))


def test_an_endpoint_that_goes_away_ends_the_run_and_can_be_continued(door_to: MakeDoor) -> None:
    with FakeEndpoint() as fake:
        door = door_to(fake.base_url)
        complete(door, requests(5))
    with pytest.raises(RunStopped, match=r"is gone.*the same command continues"):
        complete(door, [Request(f"more {number}") for number in range(50)])


def test_an_endpoint_that_hangs_is_found_within_a_few_time_outs(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(hang=1.0, fails_first=None)) as fake:
        door = door_to(fake.base_url, endpoint={"timeout_s": 0.2, "in_flight": 8})
        began = time.monotonic()
        with pytest.raises(RunStopped, match="DATAFLOW_LLM_TIMEOUT_S"):
            complete(door, requests(500))
        assert time.monotonic() - began < 5


def test_one_request_that_hangs_fails_its_row_and_not_the_run(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(hang=1.0, fails_first=None)) as fake:
        door = door_to(fake.base_url, endpoint={"timeout_s": 0.05})
        (error,) = errors_of(complete(door, requests(1)))
    assert "no answer within 0.05 s" in str(error)


def test_pages_of_html_end_the_run_with_a_hint_at_the_address(door_to: MakeDoor) -> None:
    with (
        FakeEndpoint(behaviour=Behaviour(html=1.0, fails_first=None)) as fake,
        pytest.raises(RunStopped, match="DATAFLOW_LLM_BASE_URL"),
    ):
        complete(door_to(fake.base_url), requests(10))


def test_an_empty_reply_is_asked_for_again_and_then_fails_its_row(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(empty=1.0)) as fake:
        (error,) = errors_of(complete(door_to(fake.base_url), requests(1)))
        assert fake.calls == {(CHAT, 200): 4}
    assert error.reason == "empty_reply"
    assert error.usage.prompt_tokens > 0


def test_a_reply_of_a_megabyte_is_taken_and_one_of_many_is_not(door_to: MakeDoor) -> None:
    sizes = {"row 0": 2**20, "row 1": 2**23}
    with FakeEndpoint(lambda body: "x" * sizes[body["messages"][-1]["content"]]) as fake:
        taken, refused = complete(door_to(fake.base_url), requests(2))
    assert len(taken.text) == 2**20  # type: ignore[union-attr]
    assert isinstance(refused, EndpointError)
    assert refused.reason == "reply_too_large"


def test_a_withheld_reply_fails_and_a_cut_off_one_says_so(door_to: MakeDoor) -> None:
    with FakeEndpoint([Reply("I", finish_reason="content_filter")]) as fake:
        (error,) = errors_of(complete(door_to(fake.base_url), requests(1)))
    assert error.reason == "refused"
    with FakeEndpoint([Reply("I thi", finish_reason="length")]) as fake:
        (reply,) = complete(door_to(fake.base_url), requests(1))
    assert reply.finish_reason == "length"  # type: ignore[union-attr]


def test_half_a_character_is_passed_on_and_not_kept(door_to: MakeDoor, tmp_path: Any) -> None:
    with FakeEndpoint(lambda _: "a \ud800 b") as fake:
        door = door_to(fake.base_url, replies=tmp_path / "replies.sqlite")
        for _ in range(2):
            (reply,) = complete(door, [Request("half \ud800 a character")])
            assert reply.text == "a \ud800 b"  # type: ignore[union-attr]
        assert fake.calls.total() == 2


def test_never_more_are_in_flight_than_the_limit_whoever_asks(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(delay_s=0.01)) as fake:
        door = door_to(fake.base_url, endpoint={"in_flight": 7})
        threads = [
            threading.Thread(target=complete, args=(door, [Request(f"{part} {n}") for n in range(30)]))
            for part in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert fake.most_open == 7
        assert fake.calls == {(CHAT, 200): 120}


def test_a_limit_on_open_requests_is_met_by_fewer_of_them_and_no_row_fails(door_to: MakeDoor) -> None:
    with FakeEndpoint(echo, Behaviour(delay_s=0.005, open_at_once=4, retry_after_s=0.01)) as fake:
        replies = complete(door_to(fake.base_url, endpoint={"in_flight": 64, "tries": 2}), requests(200))
        assert fake.calls[CHAT, 200] == 200
        assert fake.calls[CHAT, 429] < 200
    assert [reply.text for reply in replies] == [f"said row {number}" for number in range(200)]  # type: ignore[union-attr]


def test_retry_after_holds_back_all_new_calls(door_to: MakeDoor) -> None:
    came: list[float] = []

    def answer(body: Body) -> Reply | str:
        came.append(time.monotonic())
        return Reply("slow down", status=429, headers={"Retry-After": "0.3"}) if len(came) == 1 else "fine"

    with FakeEndpoint(answer) as fake:
        door = door_to(fake.base_url, endpoint={"in_flight": 1})
        complete(door, requests(4))
    assert came[1] - came[0] > 0.28
    assert came[4] - came[1] < 0.28


def test_a_wait_beyond_all_patience_ends_the_run(door_to: MakeDoor) -> None:
    with (
        FakeEndpoint(lambda _: Reply("tomorrow", status=429, headers={"Retry-After": "86400"})) as fake,
        pytest.raises(RunStopped, match="86,400 s"),
    ):
        complete(door_to(fake.base_url), requests(3))


def test_a_limit_that_lets_nothing_through_ends_the_run(door_to: MakeDoor) -> None:
    with (
        FakeEndpoint(lambda _: Reply("slow down", status=429)) as fake,
        pytest.raises(RunStopped, match="let nothing through"),
    ):
        complete(door_to(fake.base_url, endpoint={"patience_s": 0.2}), requests(3))


def test_a_used_up_quota_is_no_rate_limit(door_to: MakeDoor) -> None:
    with (
        FakeEndpoint(lambda _: Reply("exceeded", status=429, code="insufficient_quota")) as fake,
        pytest.raises(RunStopped, match="quota"),
    ):
        complete(door_to(fake.base_url), requests(3))


@pytest.mark.parametrize("refused", ["schema", "json", "seed", "all"])
def test_what_an_endpoint_refuses_is_left_out_and_remembered(door_to: MakeDoor, refused: str) -> None:
    behaviour = {
        "schema": Behaviour(refuse_schema=True),
        "json": Behaviour(refuse_json=True),
        "seed": Behaviour(refuse_seed=True),
        "all": Behaviour(refuse_json=True, refuse_seed=True),
    }[refused]
    with FakeEndpoint(behaviour=behaviour) as fake:
        door = door_to(fake.base_url, endpoint={"tries": 1, "in_flight": 4})
        replies = complete(door, requests(40, reply_schema=SCHEMA, seed=1))
        assert not [reply for reply in replies if isinstance(reply, EndpointError)]
        assert not sum(reply.usage.retries for reply in replies)
        learned = fake.calls[CHAT, 400]
        assert 1 <= learned <= 24
        complete(door, [Request(f"more {n}", reply_schema=SCHEMA, seed=1) for n in range(10)])
        assert fake.calls[CHAT, 400] == learned
        last = fake.received[-1].body
    form = last.get("response_format", {}).get("type")
    assert form == {"schema": "json_object", "json": None, "seed": "json_schema", "all": None}[refused]
    assert ("seed" in last) == (refused in ("schema", "json"))
    assert (json.dumps(SCHEMA["properties"], separators=(",", ":")) in str(last["messages"][0]["content"])) == (
        refused != "seed"
    )


def test_a_refusal_that_stays_when_features_are_left_out_changes_nothing(door_to: MakeDoor) -> None:
    def answer(body: Body) -> Reply | str:
        bad = body["messages"][-1]["content"] == "row 0"
        return Reply("this row is odd", status=400) if bad else '{"good": true}'

    with FakeEndpoint(answer) as fake:
        door = door_to(fake.base_url)
        (error,) = errors_of(complete(door, requests(1, reply_schema=SCHEMA)))
        assert error.reason == "refused_request"
        complete(door, [Request("row 1", reply_schema=SCHEMA)])
        assert fake.received[-1].body["response_format"]["type"] == "json_schema"


def test_new_names_of_limits_and_missing_temperatures_are_learned(door_to: MakeDoor) -> None:
    def answer(body: Body) -> Reply | str:
        if "max_tokens" in body:
            return Reply("Unsupported parameter: use 'max_completion_tokens' instead.", status=400)
        if "temperature" in body:
            return Reply("Unsupported value: 'temperature' does not support 0.", status=400)
        return str(body["max_completion_tokens"])

    with FakeEndpoint(answer) as fake:
        (reply,) = complete(door_to(fake.base_url), requests(1, max_tokens=5))
    assert reply.text == "5"  # type: ignore[union-attr]


def test_equal_requests_in_flight_share_one_call_and_numbered_samples_do_not(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(delay_s=0.05)) as fake:
        same = [Request("same")] * 5 + [Request("same", sample=1)]
        replies = complete(door_to(fake.base_url), same)
        assert fake.calls.total() == 2
    assert Counter((reply.usage.calls, reply.usage.cached) for reply in replies) == {(1, 0): 2, (0, 1): 4}


def test_a_closed_door_answers_all_that_waits_and_comes_and_may_be_closed_again(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(hang=1.0, fails_first=None)) as fake:
        door = door_to(fake.base_url, endpoint={"timeout_s": 60.0})
        heard: SimpleQueue[Answer] = SimpleQueue()
        for request in requests(40):
            door.start(request, heard.put)
        while fake.most_open < 16:
            time.sleep(0.005)
        door.close()
        door.close()
        door.start(Request("late"), heard.put)
        assert all(isinstance(heard.get(timeout=5), RunStopped) for _ in range(41))
        assert heard.empty()
    assert not [thread for thread in threading.enumerate() if "dataflow-model" in thread.name]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_who_raises_on_hearing_an_answer_leaves_nobody_waiting(door_to: MakeDoor) -> None:
    with FakeEndpoint() as fake:
        door = door_to(fake.base_url)
        door.start(Request("a"), _raise)
        with pytest.raises(RunStopped, match="fault of ours: ZeroDivisionError"):
            _ask_until_it_stops(door)


def _ask_until_it_stops(door: ModelDoor) -> None:
    while True:  # those who ask before the answer is there are answered
        complete(door, requests(1))


def _raise(answer: Answer) -> None:
    raise ZeroDivisionError


def test_a_door_that_nobody_asks_starts_no_thread(door_to: MakeDoor) -> None:
    before = threading.active_count()
    door_to("http://127.0.0.1:1/v1").close()
    door_to("http://127.0.0.1:1/v1")
    assert threading.active_count() == before


def test_it_works_inside_a_running_event_loop(door_to: MakeDoor) -> None:
    async def main(base_url: str) -> list[Any]:
        return complete(door_to(base_url), requests(3))

    with FakeEndpoint(echo) as fake:
        assert len(asyncio.run(main(fake.base_url))) == 3


def test_a_process_that_forgets_to_close_its_door_ends_at_once_and_quietly() -> None:
    code = """
import sys
from dataflow_agent.operators.core import Request
from dataflow_agent.operators.core.serving import Endpoint, ModelDoor
door = ModelDoor(Endpoint(sys.argv[1], "m"))
door.start(Request("a"), print)
import time; time.sleep(0.5)
"""
    with FakeEndpoint(behaviour=Behaviour(hang=1.0, fails_first=None)) as fake:
        command = [sys.executable, "-W", "error", "-c", code, fake.base_url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://a/v1", "http://", "http://a:99999999/v1", "http://[", "http://a..b/v1"]
)
def test_an_address_that_is_none_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(InvalidInput, match="no address"):
        Endpoint(url, "m")


@pytest.mark.parametrize("key", ["sk-\nsecret", "sk-secret\x00", "a\r\nX-Other: b"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(InvalidInput, match="control character") as told:
        Endpoint("http://host/v1", "m", SecretStr(key))
    assert "secret" not in str(told.value)


def test_the_line_break_behind_a_key_is_not_sent(door_to: MakeDoor) -> None:
    with FakeEndpoint(behaviour=Behaviour(key="sk-right")) as fake:
        door = door_to(fake.base_url, endpoint={"key": SecretStr("sk-right\n")})
        assert not isinstance(complete(door, requests(1))[0], EndpointError)


def test_a_password_in_the_address_beside_a_key_is_refused_and_neither_is_shown() -> None:
    with pytest.raises(InvalidInput, match="take out one") as told:
        Endpoint("http://me:secret@host/v1", "m", SecretStr("sk-secret"))
    assert "secret" not in str(told.value)


def test_an_address_that_is_corrected_is_shown_without_what_is_secret_in_it(door_to: MakeDoor) -> None:
    with FakeEndpoint() as fake:
        base_url = fake.base_url.replace("//", "//me:secret@").removesuffix("/v1") + "?key=secret"
        with pytest.raises(RunStopped, match=f"{fake.base_url} is: set") as told:
            complete(door_to(base_url), requests(3))
    assert "secret" not in str(told.value)


def test_what_is_shown_of_an_address_holds_no_secrets() -> None:
    assert Endpoint("https://me:pw@host/v1?key=abc", "m").shown == "https://host/v1"


def test_probing_tells_what_an_endpoint_can_do() -> None:
    whole = Behaviour(models=("fake",))
    with FakeEndpoint(behaviour=whole) as fake:
        found = probe(Endpoint(fake.base_url, "fake"))
        assert fake.calls.total() == 6
    assert (found.schema, found.json_mode, found.tools, found.seed, found.logprobs) == (True,) * 5
    assert found.models == ("fake",)
    poor = Behaviour(refuse_json=True, refuse_tools=True, refuse_seed=True, refuse_logprobs=True)
    with FakeEndpoint(behaviour=poor) as fake:
        found = probe(Endpoint(fake.base_url, "fake"))
    assert (found.schema, found.json_mode, found.tools, found.seed, found.logprobs) == (False,) * 5


def test_probing_an_endpoint_with_a_wrong_key_says_so() -> None:
    with FakeEndpoint(behaviour=Behaviour(key="right")) as fake, pytest.raises(EndpointError, match="API_KEY"):
        probe(Endpoint(fake.base_url, "m", SecretStr("wrong")))
