"""Why a request got no usable answer, and so what follows: another try, a failed row, or the end of the run."""

import os
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal, get_args

from .breaker import Silence
from .endpoint import MOST_BYTES, Answered, Endpoint
from .wire import from_json

Kind = Silence | Literal["limited", "failing", "garbled", "empty", "questioned", "row", "not_found", "fatal"]
"""`failing`: the endpoint says that it fails; `questioned`: it may not know a part of the request; `row`: this request
can never be answered; `fatal`: none can."""
SILENCES = get_args(Silence)
KEY_ADVICE = "set the right key in DATAFLOW_LLM_API_KEY"


@dataclass(frozen=True)
class Trouble:
    """What went wrong with one try.

    Args:
        reason: the code of the row that fails by it.
        wait_s: how long the endpoint asks to wait, in seconds.
        billed: whether the endpoint may have worked for it.
    """

    kind: Kind
    message: str
    reason: str = "no_answer"
    wait_s: float | None = None
    billed: bool = False


_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (length|window|size)|maximum (context|sequence) length|"
    r"max_model_len|n_ctx|(prompt|input|text|request)( is)? too (long|large)|too many (input )?tokens|string_above_max",
    re.IGNORECASE,
)
_MODERATED = re.compile(
    r"content_filter|content_policy|content management policy|moderation|responsible ?ai|safety system", re.IGNORECASE
)
_PAID_UP = re.compile(r"insufficient_quota|insufficient (credit|balance|fund)", re.IGNORECASE)
_ABOUT_FEATURE = re.compile(r"response_format|json_schema", re.IGNORECASE)


def status_trouble(answered: Answered, endpoint: Endpoint, *, had_success: bool) -> Trouble:
    """What an answer means that is not of status 200.

    Args:
        had_success: whether this endpoint has answered a request before.
    """
    status, said = answered.status, _error_text(answered.body)
    quoted = endpoint.quoted(said)
    told = f"status {status}" + (f": {quoted}" if quoted else "")
    wait_s = retry_after(answered.headers)
    if status == 429 or (status == 503 and wait_s is not None):
        return _limited(told, said, wait_s)
    if status in (502, 503, 504):
        return Trouble("gateway", told, billed=status == 504)
    if status in (408, 409, 425) or (status >= 500 and status != 501):
        return _failing(told, said)
    if status == 403 and had_success:
        return Trouble("row", f"the endpoint refused this request: {told}", reason="refused")
    if status == 404 and not _ABOUT_FEATURE.search(said):
        return Trouble("not_found", quoted)
    return _barred(status, told, endpoint) or _refusal(status, told, said)


def _barred(status: int, told: str, endpoint: Endpoint) -> Trouble | None:
    """What ends the run, since no request would fare better."""
    if 300 <= status < 400:
        where = f"{endpoint.shown} answers with a redirect, which is not followed; set the final address in"
        return Trouble("fatal", f"{where} DATAFLOW_LLM_BASE_URL")
    if status in (401, 403):
        # Its words are left out: they may hold parts of the key.
        return Trouble("fatal", f"{endpoint.shown} refuses the key (status {status}); {KEY_ADVICE}")
    if status == 402:
        return Trouble("fatal", f"{endpoint.shown} wants to be paid ({told})")
    return None


def _limited(told: str, said: str, wait_s: float | None) -> Trouble:
    if _PAID_UP.search(said):
        return Trouble("fatal", f"the quota of the endpoint is used up ({told})")
    if _TOO_LONG.search(said):
        return Trouble("row", f"the request is too long: {told}", reason="too_long")
    return Trouble("limited", told, wait_s=wait_s)


def _failing(told: str, said: str) -> Trouble:
    # llama.cpp and its kin report some prompts that are too long as an error of their own.
    if _TOO_LONG.search(said):
        return Trouble("row", f"the request is too long for the model: {told}", reason="too_long")
    return Trouble("failing", told, billed=True)


def _refusal(status: int, told: str, said: str) -> Trouble:
    if status == 413 or _TOO_LONG.search(said):
        return Trouble("row", f"the request is too long for the model: {told}", reason="too_long")
    if _MODERATED.search(said):
        return Trouble("row", f"the endpoint refused the content: {told}", reason="refused")
    kind: Kind = "questioned" if status in (400, 404, 422, 501) else "row"
    return Trouble(kind, f"the endpoint refused the request: {told}", reason="refused_request")


def status_told(body: bytes) -> int:
    """The status that an error tells of itself, where a gateway passes it on with status 200; else 500."""
    document: Any = from_json(body)
    error = document.get("error") if isinstance(document, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500


def too_large() -> Trouble:
    """The answer was longer than what is read."""
    said = f"the endpoint sent more than {MOST_BYTES // 2**20} MB; the answer was not read further"
    return Trouble("row", said, reason="reply_too_large", billed=True)


def transport_trouble(error: Exception, endpoint: Endpoint) -> Trouble:
    """What an error of HTTP below the level of answers means."""
    import aiohttp

    where = endpoint.shown
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Trouble("fatal", f"the certificate of {where} cannot be verified, so no key was sent to it")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Trouble("unreachable", _why_unreachable(getattr(error, "os_error", None)))
    if isinstance(error, TimeoutError):
        return Trouble("timed_out", f"no answer within {endpoint.timeout_s:g} s", billed=True)
    if isinstance(error, aiohttp.InvalidURL):
        return Trouble("fatal", f"{where} is no address of an endpoint; see DATAFLOW_LLM_BASE_URL")
    return Trouble("dropped", f"the connection ended before the answer ({type(error).__name__})", billed=True)


def _why_unreachable(cause: OSError | None) -> str:
    if cause is None:
        return "no connection in time"
    # asyncio puts words of its own in the place of the system's; those of a name that is not found are not numbered so.
    known = cause.errno is not None and cause.errno > 0 and not isinstance(cause, socket.gaierror)
    return os.strerror(cause.errno or 0) if known else str(cause.strerror or cause)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait that an answer asks for, as a number or as a date.

    >>> retry_after({"Retry-After": "1.5"})
    1.5
    """
    said = headers.get("Retry-After")
    if said is None:
        return None
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(said).timestamp() - time.time()
        except ValueError:
            return None
    return seconds if 0 <= seconds < float("inf") else 0.0


def _error_text(body: bytes | None) -> str:
    """What an error says, with its code and the parameter it blames; empty for a page of HTML."""
    document: Any = from_json(body or b"")
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return error if isinstance(error, str) else ""
    parts = [error.get("message") or error.get("detail"), error.get("code"), error.get("type"), error.get("param")]
    return " ".join(f"{part}" for part in dict.fromkeys(parts) if part and not isinstance(part, int))
