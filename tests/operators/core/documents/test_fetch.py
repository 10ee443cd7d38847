"""Documents are fetched from allowed addresses only, whole, and within limits of size and time."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents.addresses import Address, is_public
from dataflow_agent.operators.core.documents.fetch import Fetched, Fetching, fetch, is_url

Speak = Callable[[socket.socket, bytes], None]
MEBIBYTE = 2**20


@contextmanager
def serving(speak: Speak) -> Iterator[tuple[int, list[bytes]]]:
    """A server on this machine that says what it likes; its port, and the requests that it heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            while True:
                try:
                    connected, _ = listening.accept()
                except OSError:
                    return
                with connected:
                    request = connected.recv(65536)
                    heard.append(request)
                    try:
                        speak(connected, request)
                    except OSError:
                        continue  # the client had enough

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def saying(*pieces: bytes) -> Speak:
    def speak(connected: socket.socket, _: bytes) -> None:
        for piece in pieces:
            connected.sendall(piece)

    return speak


def whole(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def within(*ports: int, seconds: float = 10, max_bytes: int = MEBIBYTE) -> Fetching:
    """Only this machine at these ports; every name leads to it."""

    def policy(address: Address, port: int) -> bool:
        return str(address) == "127.0.0.1" and port in ports

    return Fetching(max_bytes=max_bytes, seconds=seconds, policy=policy, resolve=lambda _host, _port: ["127.0.0.1"])


def refused(url: str, how: Fetching) -> RowError:
    with pytest.raises(RowError) as caught:
        fetch(url, how)
    return caught.value


def test_a_document_comes_with_what_the_server_says_it_is() -> None:
    with serving(saying(whole(b"# Tides", "Content-Type: text/Markdown; charset=utf-8"))) as (port, heard):
        found = fetch(f"http://docs.example:{port}/a b.md?x=1#part", within(port))
    assert found == Fetched(b"# Tides", "text/markdown", f"http://docs.example:{port}/a b.md?x=1#part")
    lines = heard[0].split(b"\r\n")
    assert lines[0] == b"GET /a%20b.md?x=1 HTTP/1.1"
    assert f"Host: docs.example:{port}".encode() in lines


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
        "fd00::1", "ff02::1", "fec0::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_no_address_that_is_not_of_the_public_internet_is_allowed(address: str) -> None:
    assert not is_public(ip_address(address), 80)
    error = refused("http://docs.example/", Fetching(MEBIBYTE, 5, resolve=lambda _host, _port: [address]))
    assert error.reason == "address_refused"


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ip_address(address), 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_no_way_of_writing_this_machine_leads_to_it(host: str) -> None:
    with serving(saying(whole(b"secret"))) as (port, heard):
        error = refused(f"http://{host}:{port}/", Fetching(MEBIBYTE, 5))
    assert error.reason in ("address_refused", "fetch_failed", "invalid_url")
    assert not heard


def test_a_name_with_one_private_address_among_others_is_refused() -> None:
    with serving(saying(whole(b"x"))) as (port, heard):
        how = replace(within(port), resolve=lambda _host, _port: ["127.0.0.1", "10.0.0.1"])
        assert refused(f"http://docs.example:{port}/", how).reason == "address_refused"
    assert not heard


def test_the_name_is_asked_for_once_and_the_address_that_was_checked_is_connected_to() -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with serving(saying(whole(b"x"))) as (port, _):
        how = replace(within(port), resolve=lambda _host, _port: next(answers))
        assert fetch(f"http://docs.example:{port}/", how).content == b"x"
    assert next(answers) == ["10.0.0.1"]


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    with serving(saying(whole(b"x"))) as (port, _):
        how = Fetching(MEBIBYTE, 5, policy=lambda *_: True, resolve=lambda _host, _port: ["127.0.0.2", "127.0.0.1"])
        assert fetch(f"http://docs.example:{port}/", how).content == b"x"


def test_redirects_are_followed_and_checked_anew() -> None:
    with serving(saying(whole(b"inside"))) as (private, secret):
        moved = whole(b"", f"Location: http://127.0.0.1:{private}/", status="302 Found")
        with serving(saying(moved)) as (port, _):
            assert refused(f"http://docs.example:{port}/", within(port)).reason == "address_refused"
            assert not secret
            found = fetch(f"http://docs.example:{port}/", within(port, private))
    assert found == Fetched(b"inside", None, f"http://127.0.0.1:{private}/")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://docs.example/a", "http://a:b@docs.example/"])
def test_a_redirect_to_what_is_not_fetched_is_refused(target: str) -> None:
    with serving(saying(whole(b"", f"Location: {target}", status="301 Moved"))) as (port, _):
        assert refused(f"http://docs.example:{port}/", within(port)).reason == "invalid_url"


def test_redirects_in_a_circle_end() -> None:
    with serving(saying(whole(b"", "Location: /again", status="308 Permanent Redirect"))) as (port, heard):
        error = refused(f"http://docs.example:{port}/", within(port))
    assert (error.reason, len(heard)) == ("fetch_failed", 6)


@pytest.mark.parametrize(
    "url",
    ["ftp://docs.example/", "file:///etc/passwd", "http://user@docs.example/", "http://u:p@docs.example/",
     "http:///a", "http://docs.example:port/", "http://docs.example:99999/", "http://[::1/",
     "gopher://docs.example/", "http://a b/"],
)  # fmt: skip
def test_what_is_no_url_of_the_web_is_refused(url: str) -> None:
    error = refused(url, within(80))
    assert error.reason == "invalid_url"
    assert "u:p" not in str(error)


def test_line_ends_in_a_url_add_no_header() -> None:
    with serving(saying(whole(b"x"))) as (port, heard):
        fetch(f"http://docs.example:{port}/a\r\nX-Evil: 1", within(port))
    assert b"\r\nX-Evil" not in heard[0]


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "403 Forbidden", "204 No Content"])
def test_an_error_page_is_no_document(status: str) -> None:
    with serving(saying(whole(b"" if status[:3] == "204" else b"<html>sorry</html>", status=status))) as (port, _):
        error = refused(f"http://docs.example:{port}/", within(port))
    assert (error.reason, error.detail) == ("fetch_failed", f"the server answers {status}")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 1000, mtime=0)[:-12],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot packed at all",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nwhatever",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"",
    ],
)
def test_what_is_cut_off_or_no_http_is_no_document(said: bytes) -> None:
    with serving(saying(said)) as (port, _):
        assert refused(f"http://docs.example:{port}/", within(port)).reason == "fetch_failed"


def test_a_packed_body_is_unpacked() -> None:
    body = b"The moon pulls the sea. " * 20_000
    packed = gzip.compress(body, mtime=0)
    with serving(saying(whole(packed, "Content-Encoding: gzip"))) as (port, _):
        assert fetch(f"http://docs.example:{port}/", within(port)).content == body


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\n\r\nThe sea",
        b"HTTP/1.0 200 OK\r\n\r\nThe sea",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nThe \r\n3\r\nsea\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"The sea", mtime=0),
    ],
)
def test_a_body_ends_with_the_connection_or_with_its_last_piece(said: bytes) -> None:
    with serving(saying(said)) as (port, _):
        assert fetch(f"http://docs.example:{port}/", within(port)).content == b"The sea"


def test_a_packed_bomb_ends_at_the_limit() -> None:
    bomb = gzip.compress(bytes(64 * MEBIBYTE))
    with serving(saying(whole(bomb, "Content-Encoding: gzip"))) as (port, _):
        assert refused(f"http://docs.example:{port}/", within(port)).reason == "too_large"


def test_a_body_is_refused_by_its_length_and_an_endless_one_by_its_size() -> None:
    limit = 1000
    with serving(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")) as (port, _):
        assert refused(f"http://docs.example:{port}/", within(port, max_bytes=limit)).reason == "too_large"
    with serving(saying(whole(b"x" * limit))) as (port, _):
        assert len(fetch(f"http://docs.example:{port}/", within(port, max_bytes=limit)).content) == limit

    def endless(connected: socket.socket, _: bytes) -> None:
        connected.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connected.sendall(b"x" * 65536)

    with serving(endless) as (port, _):
        assert refused(f"http://docs.example:{port}/", within(port)).reason == "too_large"


@pytest.mark.parametrize(
    "before", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"]
)
def test_bytes_that_trickle_do_not_hold_it_up(before: bytes) -> None:
    def trickle(connected: socket.socket, _: bytes) -> None:
        connected.sendall(before)
        while True:
            time.sleep(0.02)
            connected.sendall(b"x")

    started = time.monotonic()
    with serving(trickle) as (port, _):
        assert refused(f"http://docs.example:{port}/", within(port, seconds=0.3)).reason == "out_of_time"
    assert time.monotonic() - started < 5


def test_only_what_has_a_scheme_is_a_url() -> None:
    assert [is_url(text) for text in ("http://a", " https://a ", "FILE://x", "a/b.pdf", "a: b", "C:\\a", "//a/b")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
