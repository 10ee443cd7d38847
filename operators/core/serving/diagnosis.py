"""Finds out why an endpoint says 404: it has no such model, or no such service at this address."""

from collections.abc import Sequence

from ..errors import near_name
from .endpoint import Answered, Connection, Endpoint
from .wire import from_json

MODELS = "/models"
LOOK_S = 5.0
MOST_NAMES = 12


async def not_found(connection: Connection, endpoint: Endpoint, said: str) -> str:
    """What to tell of status 404, with the names of the models that there are.

    Args:
        said: what the endpoint said.
    """
    shown = endpoint.shown.rstrip("/")
    models = await models_at(connection, endpoint.url(MODELS))
    if models and endpoint.model not in models:
        return f"{endpoint.shown} has no model {endpoint.model!r}; {_names(endpoint.model, models)}"
    if models is None and await models_at(connection, endpoint.url("/v1" + MODELS)) is not None:
        return f"{endpoint.shown} is not found, but {shown}/v1 is: set DATAFLOW_LLM_BASE_URL to that"
    if models is None and "model" not in said.lower():
        advice = "most addresses end with /v1: see DATAFLOW_LLM_BASE_URL"
        return f"{shown}/chat/completions is not found; {advice}"
    quoted = f" ({said})" if said else ""
    return f"{endpoint.shown} does not find the model {endpoint.model!r}{quoted}; set DATAFLOW_LLM_MODEL"


async def models_at(connection: Connection, url: str) -> list[str] | None:
    """The names of the models that an endpoint lists; None where it lists none."""
    import aiohttp

    try:
        answered = await connection.get(url, LOOK_S)
    except (aiohttp.ClientError, OSError):
        return None
    return _listed(answered)


def _listed(answered: Answered) -> list[str] | None:
    document = from_json(answered.body) if answered.status == 200 and answered.body else None
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, list):
        return None
    return [one["id"] for one in data if isinstance(one, dict) and isinstance(one.get("id"), str)]


def _names(model: str, models: Sequence[str]) -> str:
    near = near_name(model, models)
    if near is not None:
        return f"is {near!r} meant? Set DATAFLOW_LLM_MODEL"
    more = f" and {len(models) - MOST_NAMES} more" if len(models) > MOST_NAMES else ""
    return f"it has {', '.join(models[:MOST_NAMES])}{more}: set DATAFLOW_LLM_MODEL"
