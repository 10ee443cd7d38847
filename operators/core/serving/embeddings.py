"""An embedder behind an OpenAI-compatible endpoint."""

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EndpointError, InvalidInput, RunStopped
from ..settings import Settings
from ..spending import Prices
from ..vectors import unit_rows
from .budget import Budget
from .causes import Trouble
from .chat import Taken, estimated_tokens
from .endpoint import Endpoint
from .line import Line
from .tries import Call
from .wire import as_json, from_json

PATH = "/embeddings"
TEXTS_AT_ONCE = 64
BLANK = " "
"""Sent in the place of a text without characters, which endpoints refuse; its vector is zeros here."""


class EndpointEmbedder:
    """Vectors from an endpoint, by the same line, limits and tries as a model's replies. Nothing is asked before the
    first text.

    Args:
        endpoint: where the embedding model is.
        budget: what may be spent.
        price: money for a million tokens; None where it is not known, which counts as nothing.
    """

    def __init__(self, endpoint: Endpoint, budget: Budget | None = None, *, price: float | None = None) -> None:
        self._endpoint = endpoint
        self._line = Line(endpoint, budget, prices=Prices(prompt=price))
        self._lock = threading.Lock()
        self._dimension: int | None = None

    @property
    def identity(self) -> str:
        """The model's name: its vectors are taken to be the same wherever it is served. Asks nothing."""
        return f"endpoint/{self._endpoint.model}"

    @property
    def dimension(self) -> int:
        """Length of a vector; found by a first call where none was made."""
        if self._dimension is None:
            self._vectors([BLANK + "a"])
        return self._dimension or 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; see `Embedder.embed`.

        Raises:
            EndpointError: some texts got no vectors after all tries.
            RunStopped: no call is answered any more.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._vectors(texts)
        vectors[[not text.strip() for text in texts]] = 0.0
        return vectors

    def close(self) -> None:
        """End all calls and the thread."""
        self._line.close()

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        heard: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        chunks = [list(texts[start : start + TEXTS_AT_ONCE]) for start in range(0, len(texts), TEXTS_AT_ONCE)]
        self._line.begin([self._call(chunk, number, heard) for number, chunk in enumerate(chunks)])
        found: dict[int, NDArray[np.float32]] = {}
        for _ in chunks:
            number, answer = heard.get()
            if isinstance(answer, EndpointError | RunStopped):
                raise answer
            found[number] = self._checked(answer)
        return np.concatenate([found[number] for number in range(len(chunks))])

    def _call(self, texts: list[str], number: int, heard: "SimpleQueue[tuple[int, Any]]") -> Call:
        body = as_json({"model": self._endpoint.model, "input": [text if text.strip() else BLANK for text in texts]})

        return Call(
            PATH,
            lambda _: body,
            partial(_read, texts=texts),
            lambda answer, _: heard.put((number, answer)),
            prompt_tokens=estimated_tokens(texts),
        )

    def _checked(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._lock:
            self._dimension = self._dimension or vectors.shape[1]
        if vectors.shape[1] != self._dimension:
            lengths = f"{vectors.shape[1]} and {self._dimension}"
            raise EndpointError(f"{self._endpoint.shown} gave vectors of lengths {lengths}", reason="wrong_vectors")
        return vectors


def open_embedder(settings: Settings, budget: Budget | None = None) -> EndpointEmbedder:
    """The embedder that the settings name by `embed_model`.

    Where no address is set for it, it is the model's, with the model's key; a key never goes to another address.

    Raises:
        InvalidInput: no model or no address is set.
    """
    own = settings.embed_base_url
    base_url, key = (own, settings.embed_api_key) if own else (settings.llm_base_url, settings.llm_api_key)
    if not settings.embed_model or not base_url:
        missing = "DATAFLOW_EMBED_BASE_URL" if settings.embed_model else "DATAFLOW_EMBED_MODEL"
        raise InvalidInput.of("no_embedder", f"no embedding endpoint is configured: set {missing}")
    endpoint = Endpoint(
        base_url,
        settings.embed_model,
        settings.embed_api_key or key,
        in_flight=settings.llm_in_flight,
        timeout_s=settings.llm_timeout_s,
        tries=settings.llm_retries + 1,
    )
    return EndpointEmbedder(endpoint, budget, price=settings.embed_price)


def _read(body: bytes, texts: Sequence[str]) -> Taken:
    """The vectors of an answer, each in its text's place whatever their order."""
    document = from_json(body)
    data = document.get("data") if isinstance(document, dict) else None
    rows = list(_indexed(data)) if isinstance(data, list) else []
    if sorted(index for index, _ in rows) != list(range(len(texts))):
        said = f"the answer does not hold one vector for each of {len(texts)} texts"
        return Taken(trouble=Trouble("garbled", said, reason="wrong_vectors", billed=True))
    try:
        matrix = np.array([vector for _, vector in sorted(rows, key=lambda row: row[0])], dtype=np.float64)
    except (TypeError, ValueError):
        matrix = np.zeros(0)
    if matrix.ndim != 2 or not matrix.shape[1] or not np.isfinite(matrix).all():
        said = "the answer's vectors are not numbers, or not all of one length"
        return Taken(trouble=Trouble("garbled", said, reason="wrong_vectors", billed=True))
    usage = document.get("usage") if isinstance(document, dict) else None
    told = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    estimated = not isinstance(told, int)
    tokens = estimated_tokens(texts) if estimated else told
    return Taken(unit_rows(matrix), prompt_tokens=tokens or 0, estimated=estimated)


def _indexed(data: list[Any]) -> Iterator[tuple[int, Any]]:
    for place, one in enumerate(data):
        if isinstance(one, dict) and isinstance(index := one.get("index", place), int):
            yield index, one.get("embedding")
