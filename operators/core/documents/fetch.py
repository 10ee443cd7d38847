"""Fetches a document from a public address of the web, within a limit of size and of time."""

import http.client
import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote, urljoin, urlsplit

from ..errors import RowError
from .addresses import Address, Policy, Resolver, allowed_addresses, is_public, resolved

MOST_REDIRECTS: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_PIECE: Final = 64 * 1024
_UNQUOTED: Final = "/?&=%:@+,;!$'()*~#[]-._"
_PACKED: Final = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


@dataclass(frozen=True)
class Fetched:
    """A document as a server sent it.

    Args:
        content: its bytes, unpacked where the transfer had packed them.
        media_type: what the server says it is, None where it says nothing.
        url: where it was found, after redirects.
    """

    content: bytes
    media_type: str | None
    url: str


@dataclass(frozen=True)
class Fetching:
    """How documents are fetched.

    Args:
        max_bytes: most bytes of one, as sent and unpacked.
        seconds: most seconds for one, redirects among them.
        policy: which addresses may be connected to.
        resolve: finds the addresses of a host.
        tls: what certificates are trusted by; what the system trusts if not given.
    """

    max_bytes: int
    seconds: float
    policy: Policy = is_public
    resolve: Resolver = resolved
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Place:
    """A URL, taken apart.

    Args:
        host: its name or address, as a server is asked for it.
        target: path and query, as a request names them.
    """

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str


def is_url(source: str) -> bool:
    """Whether a source names a place on the web, or tries to; all others are paths.

    >>> is_url("HTTPS://example.org/a.pdf"), is_url("file:///etc/passwd"), is_url("reports/a.pdf")
    (True, True, False)
    """
    scheme, mark, _ = source.strip().partition("://")
    return bool(mark) and scheme.replace("+", "").replace("-", "").replace(".", "").isalnum()


def place_of(url: str) -> Place:
    """What a URL names.

    Raises:
        RowError: `invalid_url`: it is of another scheme than http and https, has no host, or has a name or password.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError:
        raise RowError("invalid_url", "the address is no URL") from None
    scheme: Literal["http", "https"] | None = {"http": "http", "https": "https"}.get(parts.scheme)  # type: ignore[assignment]
    if scheme is None:
        raise RowError("invalid_url", f"only http and https are fetched, not {parts.scheme[:20]!r}")
    if not host or any(not character.isprintable() or character.isspace() for character in host):
        raise RowError("invalid_url", "the URL names no host")
    if "@" in parts.netloc:
        raise RowError("invalid_url", "the URL holds a name or a password; leave them out")
    target = quote(parts.path or "/", safe=_UNQUOTED) + (
        f"?{quote(parts.query, safe=_UNQUOTED)}" if parts.query else ""
    )
    return Place(scheme, host, _PORTS[scheme] if port is None else port, target)


def fetch(url: str, how: Fetching) -> Fetched:
    """The document at a URL.

    At every address and after every redirect anew, the host's addresses are found, all are checked, and one of those
    checked is connected to, so that a name that changes its addresses gains nothing.

    Raises:
        RowError: `invalid_url`; `address_refused`; `too_large`; `out_of_time`; `fetch_failed`: no server answers, or it
            sends no whole document.
    """
    until = time.monotonic() + how.seconds
    try:
        for _ in range(MOST_REDIRECTS + 1):
            place = place_of(url)
            with _connected(place, how, until) as connection:
                found = _answer(connection, place, url, how.max_bytes)
            if isinstance(found, Fetched):
                return found
            url = urljoin(url, found)
    except TimeoutError:
        raise RowError("out_of_time", f"fetching it took longer than {how.seconds:g} seconds") from None
    except (OSError, http.client.HTTPException, zlib.error) as error:
        raise RowError("fetch_failed", f"the server sends no whole document ({_told(error)})") from None
    raise RowError("fetch_failed", f"it is behind more than {MOST_REDIRECTS} redirects")


def _told(error: Exception) -> str:
    """What went wrong, without what the server said."""
    return getattr(error, "strerror", None) or type(error).__name__


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked, for the host of a URL."""

    def __init__(self, place: Place, connected: "_Timed") -> None:
        super().__init__(place.host, place.port)
        self.default_port = _PORTS[place.scheme]  # so that the header `Host` names no port that goes without saying
        self.sock = self._connected = connected

    def connect(self) -> None:
        """It is connected already, and never again: what `host` leads to is not asked a second time."""
        raise ConnectionError("the server closed the connection")

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._connected.end()


class _Timed:
    """A socket as far as http.client uses it, that gives up at a moment, however little by little the bytes come."""

    def __init__(self, plain: socket.socket, until: float) -> None:
        self._socket, self._until = plain, until

    def sendall(self, sent: bytes) -> None:
        self._socket.settimeout(_left(self._until))
        self._socket.sendall(sent)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self._socket, self._until), _PIECE)

    def close(self) -> None:
        """Nothing: http.client closes it before the body is read, where the body ends with the connection."""

    def end(self) -> None:
        self._socket.close()


class _Received(io.RawIOBase):
    def __init__(self, plain: socket.socket, until: float) -> None:
        self._socket, self._until = plain, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(_left(self._until))
        return self._socket.recv_into(buffer)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(place: Place, how: Fetching, until: float) -> _Connection:
    """A connection to the first of the host's addresses that answers."""
    addresses = allowed_addresses(place.host, place.port, how.policy, how.resolve)
    failed: OSError | None = None
    for address in addresses:
        try:
            plain = socket.create_connection((str(address), place.port), timeout=_left(until))
        except TimeoutError:
            raise
        except OSError as error:
            failed = error
            continue
        return _Connection(place, _Timed(_secured(plain, place, address, how, until), until))
    raise failed or OSError("no address")


def _secured(plain: socket.socket, place: Place, address: Address, how: Fetching, until: float) -> socket.socket:
    try:
        # Where it leads is told by the connection itself, not only by what was asked for.
        if plain.getpeername()[0] != str(address):
            raise RowError("address_refused", f"{place.host[:200]!r} answers from another address than it was found at")
        if place.scheme == "http":
            return plain
        plain.settimeout(_left(until))
        return (how.tls or ssl.create_default_context()).wrap_socket(plain, server_hostname=place.host)
    except BaseException:
        plain.close()
        raise


def _answer(connection: _Connection, place: Place, url: str, max_bytes: int) -> Fetched | str:
    """The document, or where it is instead."""
    connection.request("GET", place.target, headers={"Accept": "*/*", "Accept-Encoding": "identity"})
    response = connection.getresponse()
    moved = response.getheader("Location")
    if response.status in _MOVED and moved:
        return moved
    if response.status != http.client.OK:
        known = http.client.responses.get(response.status, "")
        raise RowError("fetch_failed", f"the server answers {response.status} {known}".rstrip())
    if (response.length or 0) > max_bytes:
        raise _too_large(max_bytes)
    content = bytearray()
    for piece in _unpacked(response):
        content += piece
        if len(content) > max_bytes:
            raise _too_large(max_bytes)
    media_type = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    return Fetched(bytes(content), media_type or None, url)


def _unpacked(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body in pieces, none of them large, whatever it unpacks to."""
    packing = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if packing == "identity":
        yield from _pieces(response)
        return
    if packing not in _PACKED:
        raise RowError("fetch_failed", f"the server packs it as {packing[:20]!r}, which was not asked for")
    unpacking = zlib.decompressobj(_PACKED[packing])
    for piece in _pieces(response):
        waiting = piece
        while waiting:
            yield unpacking.decompress(waiting, _PIECE)
            waiting = unpacking.unconsumed_tail
    while rest := unpacking.decompress(b"", _PIECE):
        yield rest
    if not unpacking.eof:
        raise RowError("fetch_failed", "the packed document is cut off")


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read(_PIECE):
        yield piece
    if response.length:
        raise RowError("fetch_failed", f"the connection ended {response.length:,} bytes before the document")


def _too_large(max_bytes: int) -> RowError:
    return RowError("too_large", f"it is larger than {max_bytes / 2**20:g} MB")
