"""An OpenAI-compatible endpoint: where it is, what it is asked with, and one exchange over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from ..errors import InvalidInput

if TYPE_CHECKING:
    import aiohttp

MISSING_EXTRA = 'aiohttp is not installed, without which no model can be asked: pip install "dataflow-agent[llm]"'
CONNECT_S = 10.0
MOST_BYTES = 8 * 2**20
"""A longer answer is not read to its end."""
KEEP_ALIVE_S = 4.0
"""Shorter than the 5 s after which uvicorn, and so vLLM, closes an idle connection: ours must not race with it."""
SHOWN_CHARS = 300


@dataclass(frozen=True)
class Endpoint:
    """Where a model answers, and how patiently it is asked.

    Args:
        base_url: its address, with the `/v1` that most have.
        model: name of the model there.
        key: sent as a bearer token; never shown.
        in_flight: most requests open at once.
        timeout_s: seconds after which one request is given up.
        tries: most requests for one answer, the first included; refusals by a rate limit are not counted.
        backoff_s: longest wait before the second try, in seconds; doubles with each further one.
        patience_s: seconds of refusals by a rate limit, or of a wait asked for, after which the run stops.

    Raises:
        InvalidInput: the address is none, or the key cannot be sent.
    """

    base_url: str
    model: str
    key: SecretStr | None = None
    in_flight: int = 16
    timeout_s: float = 120.0
    tries: int = 6
    backoff_s: float = 0.5
    patience_s: float = 600.0

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.base_url)
            host = (parts.hostname or "").encode("idna")
            usable = parts.scheme in ("http", "https") and bool(host) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable:
            message = f"{self.shown!r} is no address of an endpoint; one looks like http://127.0.0.1:8000/v1"
            raise InvalidInput.of("wrong_base_url", message)
        if self.secret and "@" in parts.netloc:
            message = f"the address {self.shown} holds a user name, and there is a key besides; take out one of them"
            raise InvalidInput.of("wrong_base_url", message)
        if any(sign < " " or sign == "\x7f" for sign in self.secret):
            message = (
                f"the key for {self.shown} holds a line break or another control character; set it as it was given"
            )
            raise InvalidInput.of("wrong_key", message)

    @property
    def secret(self) -> str:
        """The key as it is sent, without the line break that a file or a shell may have left; empty for none."""
        return self.key.get_secret_value().strip() if self.key else ""

    @property
    def shown(self) -> str:
        """The address without what may be secret in it."""
        try:
            parts = urlsplit(self.base_url)
        except ValueError:
            return "(unreadable)"
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    def url(self, path: str) -> str:
        """The address of one of its services, such as `/chat/completions`; a query stays."""
        parts = urlsplit(self.base_url)
        return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path, fragment=""))

    def quoted(self, said: str) -> str:
        """What the endpoint said, short, on one line, and without the key, which some endpoints repeat."""
        clean = said.replace(self.secret, "***") if self.secret else said
        line = " ".join(clean.split())
        return line if len(line) <= SHOWN_CHARS else f"{line[:SHOWN_CHARS]}…"


@dataclass(frozen=True)
class Answered:
    """An HTTP answer; `body` is None where it is longer than `MOST_BYTES`."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


class Connection:
    """The HTTP session of an endpoint; lives on one event loop.

    Redirects are not followed and proxies of the environment not used, so that the key goes to the endpoint only.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        import aiohttp

        headers = {"Content-Type": "application/json", "User-Agent": "dataflow-agent"}
        if endpoint.secret:
            headers["Authorization"] = f"Bearer {endpoint.secret}"
        self._endpoint = endpoint
        self._urls: dict[str, str] = {}
        self._session = aiohttp.ClientSession(
            headers=headers,
            connector=aiohttp.TCPConnector(limit=endpoint.in_flight, keepalive_timeout=KEEP_ALIVE_S),
            timeout=aiohttp.ClientTimeout(total=endpoint.timeout_s, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def post(self, path: str, body: bytes) -> Answered:
        """Send a body.

        Raises:
            aiohttp.ClientError: the endpoint cannot be reached, or ends the connection.
            TimeoutError: it takes too long.
        """
        url = self._urls.get(path) or self._urls.setdefault(path, self._endpoint.url(path))
        async with self._session.post(url, data=body, allow_redirects=False) as response:
            return Answered(response.status, response.headers, await _content(response))

    async def get(self, url: str, timeout_s: float) -> Answered:
        """Fetch an address of the endpoint; raises as `post` does."""
        import aiohttp

        limit = aiohttp.ClientTimeout(total=timeout_s)
        async with self._session.get(url, allow_redirects=False, timeout=limit) as response:
            return Answered(response.status, response.headers, await _content(response))

    async def close(self) -> None:
        """End all connections."""
        await self._session.close()


async def _content(response: "aiohttp.ClientResponse") -> bytes | None:
    pieces, size = [], 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > MOST_BYTES:
            response.close()
            return None
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
