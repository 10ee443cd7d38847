"""Which planner a request gets, and which one stands in when a model's endpoint does not answer."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Literal

from ...operators.core import InvalidInput
from ...operators.core.settings import Settings
from ...tools.wiring import names_model
from ..state import Planner

PlannerName = Literal["auto", "llm", "offline"]
NAMES = ("auto", "llm", "offline")


def chosen_planner(wanted: PlannerName | Planner, settings: Settings) -> tuple[Planner, Callable[[], Planner] | None]:
    """The planner, and what makes the one for when it cannot reach its model.

    Raises:
        InvalidInput: there is no such planner, or `llm` is asked for and the settings name no model that can be used,
            or the library for it is not installed.
    """
    if not isinstance(wanted, str):
        return wanted, _offline
    if wanted not in NAMES:
        message = f"there is no planner {wanted!r}; choose one of {', '.join(NAMES)}"
        raise InvalidInput.of("unknown_planner", message, got=wanted, allowed=[*NAMES])
    missing = _missing(settings)
    if wanted == "offline" or (wanted == "auto" and missing):
        return _offline(has_model=names_model(settings)), None
    if missing:
        message = f"the planner 'llm' needs a model: {missing}, or use --planner offline"
        raise InvalidInput.of("no_endpoint", message, got=wanted)
    if wanted == "llm" and settings.llm_backend == "local":
        from ...operators.core.serving.local import model_path

        model_path(settings)
    from .llm import LLMPlanner
    from .model import MISSING_EXTRA

    if wanted == "llm" and find_spec("langchain_openai") is None:
        raise InvalidInput.of("missing_extra", f"the planner 'llm' needs a library: {MISSING_EXTRA}", got=wanted)
    return LLMPlanner(settings), partial(_offline, has_model=True)


def _missing(settings: Settings) -> str:
    """What must be set before a model can be asked for plans; nothing where it can."""
    if settings.llm_backend == "vllm":
        return "vLLM in the process runs steps only; set DATAFLOW_LLM_BACKEND to endpoint or local"
    needed = {"DATAFLOW_LLM_BASE_URL": settings.llm_base_url, "DATAFLOW_LLM_MODEL": settings.llm_model}
    if settings.llm_backend == "local":
        needed.pop("DATAFLOW_LLM_BASE_URL")
    names = [name for name, value in needed.items() if not value]
    return f"set {' and '.join(names)}" if names else ""


def _offline(*, has_model: bool = False) -> Planner:
    from .offline import OfflinePlanner

    return OfflinePlanner(has_model=has_model)
