"""The doors to models: an OpenAI-compatible endpoint, a model served on this machine, vLLM in this process."""

from pathlib import Path
from typing import TypedDict

from ..errors import Fault, InvalidInput
from ..llm import LLM
from ..settings import Settings
from ..spending import Prices, Spending
from ..usage import NOTHING, Usage
from .budget import Budget
from .door import ModelDoor
from .embeddings import EndpointEmbedder, open_embedder
from .endpoint import Endpoint
from .probing import Capabilities, probe
from .replies import ReplyStore, replies_file

__all__ = [
    "Budget",
    "Capabilities",
    "Endpoint",
    "EndpointEmbedder",
    "ModelDoor",
    "ReplyStore",
    "budget_of",
    "endpoint_of",
    "open_embedder",
    "open_model",
    "probe",
    "replies_file",
]


def budget_of(settings: Settings, spending: Spending, before: Usage = NOTHING) -> Budget:
    """What a run may take of the settings' models.

    Args:
        before: what was spent under the same caps already.
    """
    return Budget(spending, Prices(prompt=settings.llm_price_in, completion=settings.llm_price_out), before)


def open_model(settings: Settings, *, home: Path | None, spending: Spending, budget: Budget | None = None) -> LLM:
    """The door to the model of the settings. Nothing is connected, started or loaded before its first request.

    Args:
        home: the user's folder, in whose cache replies are kept; without it none are.
        spending: what may be taken. With `use_cache` false no kept reply is read; new ones are kept all the same.
        budget: counts what is taken, where others take from it too.

    Raises:
        InvalidInput: no model is named, or what the backend needs is not installed.
    """
    kept: _Kept = {
        "replies": None if home is None else replies_file(home),
        "read_replies": spending.use_cache,
        "budget": budget or budget_of(settings, spending),
    }
    if settings.llm_backend == "local":
        from .local import open_local

        return open_local(settings, home=home, **kept)
    if settings.llm_backend == "vllm":
        from .vllm_engine import open_vllm

        return open_vllm(settings, **kept)
    return ModelDoor(endpoint_of(settings), **kept)


class _Kept(TypedDict):
    """What all doors take."""

    replies: Path | None
    read_replies: bool
    budget: Budget


def endpoint_of(settings: Settings) -> Endpoint:
    """The endpoint that the settings name.

    Raises:
        InvalidInput: address or model are not set.
    """
    needed = {"DATAFLOW_LLM_BASE_URL": settings.llm_base_url, "DATAFLOW_LLM_MODEL": settings.llm_model}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise InvalidInput(Fault(code="no_model", message=f"no model is configured: set {name}") for name in missing)
    return Endpoint(
        settings.llm_base_url or "",
        settings.llm_model or "",
        settings.llm_api_key,
        in_flight=settings.llm_in_flight,
        timeout_s=settings.llm_timeout_s,
        tries=settings.llm_retries + 1,
    )
