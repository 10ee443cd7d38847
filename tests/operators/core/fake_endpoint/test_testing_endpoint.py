"""The fake endpoint says its script, keeps what it was asked, and runs in a thread or as a process of its own."""

import http.client
import json
import signal
import subprocess
import sys

import pytest
from dataflow_agent.operators.core.testing_endpoint import (
    Body,
    Call,
    FakeEndpoint,
    Reply,
    endpoint_process,
    main,
)

from .conftest import CHAT, EMBEDDINGS, chat, embed, error_of, port_of, send

pytest.importorskip("aiohttp")


def test_a_list_of_answers_is_said_in_order_and_then_it_fails() -> None:
    with FakeEndpoint([Reply("one"), "two"]) as endpoint:
        answers = [send(endpoint, chat()) for _ in range(3)]
    assert [answer.text for answer in answers[:2]] == ["one", "two"]
    assert answers[2].status == 500
    assert "nothing left to say" in error_of(answers[2])["message"]


def test_a_function_answers_by_the_body_with_a_text_or_a_reply() -> None:
    def said(body: Body) -> str | Reply:
        asked = body["messages"][0]["content"]
        return Reply(finish_reason="content_filter") if asked == "no" else asked.upper()

    with FakeEndpoint(said) as endpoint:
        assert send(endpoint, chat("yes")).text == "YES"
        assert send(endpoint, chat("no")).choice["finish_reason"] == "content_filter"


def test_a_scripted_error_has_its_status_code_and_headers() -> None:
    script = [Reply("slow down", status=429, code="insufficient_quota", headers={"Retry-After": "7"})]
    with FakeEndpoint(script) as endpoint:
        answer = send(endpoint, chat())
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert (error_of(answer)["message"], error_of(answer)["code"]) == ("slow down", "insufficient_quota")


def test_tool_calls_are_told_as_openai_tells_them() -> None:
    with FakeEndpoint([Reply(calls=(Call("f", {"a": 1}), Call("g", "{a:")))]) as endpoint:
        choice = send(endpoint, chat()).choice
    assert choice["finish_reason"] == "tool_calls"
    assert [call["function"] for call in choice["message"]["tool_calls"]] == [
        {"name": "f", "arguments": '{"a": 1}'},
        {"name": "g", "arguments": "{a:"},
    ]


def test_a_function_that_raises_is_status_500_and_the_endpoint_goes_on() -> None:
    answers = iter([1, 0])
    with FakeEndpoint(lambda _: str(1 // next(answers))) as endpoint:
        assert [send(endpoint, chat()).status for _ in range(2)] == [200, 500]
        assert endpoint.calls == {(CHAT, 200): 1, (CHAT, 500): 1}


def test_connections_are_kept_for_more_requests() -> None:
    with FakeEndpoint() as endpoint:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(endpoint.base_url))
        used = set()
        for _ in range(3):
            connection.request("POST", CHAT, json.dumps(chat()))
            assert connection.getresponse().read()
            used.add(connection.sock)
        connection.close()
    assert len(used) == 1
    assert None not in used


def test_requests_are_kept_as_they_came() -> None:
    with FakeEndpoint() as endpoint:
        send(endpoint, chat("Grüße \U0001f600"), Authorization="Bearer k")
        send(endpoint, embed("a"), EMBEDDINGS)
    first, second = endpoint.received
    assert (first.path, first.headers["authorization"], first.body) == (CHAT, "Bearer k", chat("Grüße \U0001f600"))
    assert (second.path, second.body) == (EMBEDDINGS, embed("a"))


def test_requests_need_not_be_kept() -> None:
    with FakeEndpoint(keep=False) as endpoint:
        send(endpoint, chat())
    assert endpoint.received == []
    assert endpoint.calls == {(CHAT, 200): 1}


def test_a_text_of_several_megabytes_is_taken_and_a_lone_surrogate_is_said() -> None:
    with FakeEndpoint(["\ud83d"]) as endpoint:
        assert send(endpoint, chat("x" * 5_000_000)).text == "\ud83d"


def test_an_ended_endpoint_refuses_connections() -> None:
    with FakeEndpoint() as endpoint:
        base_url = endpoint.base_url
    with pytest.raises(ConnectionRefusedError):
        send(base_url, chat())


def test_a_port_that_is_taken_is_an_error_where_the_endpoint_starts() -> None:
    with FakeEndpoint() as first, pytest.raises(OSError, match="address already in use"):
        FakeEndpoint(port=port_of(first.base_url)).__enter__()


def test_as_a_process_it_takes_its_behaviour_from_options_and_tells_its_counts() -> None:
    options = ("--delay-ms", "1", "--fail", "1", "--fails-first", "1", "--models", "m", "n", "--refuse-seed")
    with endpoint_process(*options) as base_url:
        statuses = [send(base_url, body).status for body in (chat(), chat(), chat(seed=1), {**chat(), "model": "x"})]
        counts = send(base_url, b"", "/counts", "GET").document
    assert statuses[0] in (500, 503)
    assert statuses[1:] == [200, 400, 404]
    assert counts["calls"] == {f"{CHAT} {status}": 1 for status in statuses}
    assert counts["most_open"] == 1
    assert counts["cpu_s"] > 0
    with pytest.raises(ConnectionRefusedError):
        send(base_url, chat())


def test_as_a_process_without_a_pipe_it_ends_by_ctrl_c() -> None:
    command = [sys.executable, "-m", "dataflow_agent.operators.core.testing_endpoint"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert send(process.stdout.readline().strip(), chat()).status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.mark.parametrize("options", [["--wrong", "2"], ["--fail", "much"], ["--wrnog", "0.1"]])
def test_wrong_options_are_told_and_nothing_is_served(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    assert options[0].removeprefix("--") in capsys.readouterr().err


def test_a_port_that_is_taken_is_told_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with FakeEndpoint() as endpoint, pytest.raises(SystemExit):
        main(["--port", str(port_of(endpoint.base_url))])
    assert "already in use" in capsys.readouterr().err
