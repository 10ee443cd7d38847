"""What `doctor` says of the language model: which one is configured, what it lacks, what it can do."""

import importlib.util
from pathlib import Path

from ..operators.core.errors import DataFlowError, InvalidInput
from ..operators.core.serving import Endpoint, endpoint_of, probe
from ..operators.core.serving.endpoint import MISSING_EXTRA
from ..operators.core.serving.local import LocalServer, model_path
from ..operators.core.serving.model_file import SMOKE_TEST, SMOKE_TEST_INSTALL, installed_smoke_test
from ..operators.core.serving.vllm_engine import check_vllm
from ..operators.core.settings import Settings
from .results import Abilities, DoctorResult, SmokeTest

NONE = "not configured; plans are made offline (set DATAFLOW_LLM_BASE_URL and DATAFLOW_LLM_MODEL)"
UNNAMED = "not named: set DATAFLOW_LLM_MODEL"


def problem_of(settings: Settings) -> str | None:
    """Why the configured model cannot be asked; None where it can, as far as a look tells, or none is configured."""
    try:
        if settings.llm_backend == "local":
            model_path(settings)
        elif settings.llm_backend == "vllm":
            check_vllm(settings)
        elif settings.llm_base_url:
            endpoint_of(settings)
    except InvalidInput as error:
        return str(error)
    return None


def abilities(settings: Settings) -> tuple[Abilities | None, str | None]:
    """What the configured model can do, or why that is not known; a local one is started for it, and stopped."""
    if settings.llm_backend == "vllm":
        return None, "vLLM in this process is not probed, since it takes minutes to load"
    if settings.llm_backend == "endpoint" and not settings.llm_base_url:
        return None, "there is no model to probe: set DATAFLOW_LLM_BASE_URL and DATAFLOW_LLM_MODEL"
    if importlib.util.find_spec("aiohttp") is None:
        return None, MISSING_EXTRA
    try:
        return _probed(settings), None
    except DataFlowError as error:
        return None, str(error)


def smoke_test() -> SmokeTest:
    """The smoke test's file, or how to get it."""
    found = installed_smoke_test()
    return SmokeTest(file=str(found) if found else None, install=SMOKE_TEST_INSTALL)


def model_row(result: DoctorResult) -> str:
    """The configured model in words."""
    if result.backend == "local":
        row = f"served from a file on this machine: {_file(result.model)}"
    elif result.backend == "vllm":
        row = f"vLLM in this process, model {result.model or UNNAMED}"
    elif result.endpoint:
        row = f"at an endpoint, model {result.model or UNNAMED}"
    else:
        return NONE
    return row if result.abilities is None else f"{row}; {_words(result.abilities)}"


def smoke_test_row(model: SmokeTest) -> str:
    """How to try the plumbing without a model of one's own."""
    what = f"{SMOKE_TEST} shows that the plumbing works, and is never a source of data to keep"
    if model.file is None:
        return f"{what}: {model.install}"
    return f"{what}: DATAFLOW_LLM_BACKEND=local DATAFLOW_LLM_MODEL={model.file}"


def _probed(settings: Settings) -> Abilities:
    if settings.llm_backend != "local":
        return _asked(endpoint_of(settings))
    with LocalServer(model_path(settings), context=settings.llm_context) as server:
        server.start()
        return _asked(Endpoint(server.base_url, server.path.name, server.key, timeout_s=settings.llm_timeout_s))


def _asked(endpoint: Endpoint) -> Abilities:
    found = probe(endpoint)
    return Abilities(
        reply_schema=found.schema,
        json_mode=found.json_mode,
        tool_calls=found.tools,
        seed=found.seed,
        logprobs=found.logprobs,
        models=found.models,
    )


def _words(able: Abilities) -> str:
    each = {
        "reply schemas": able.reply_schema,
        "JSON mode": able.json_mode,
        "tool calls": able.tool_calls,
        "seeds": able.seed,
        "log-probabilities": able.logprobs,
    }
    can = ", ".join(name for name, is_able in each.items() if is_able)
    cannot = ", ".join(name for name, is_able in each.items() if not is_able)
    return f"it knows {can or 'plain text only'}" + (f"; not {cannot}" if cannot else "")


def _file(model: str | None) -> str:
    if not model:
        return f"{UNNAMED} to the path of a GGUF"
    path = Path(model).expanduser()
    return f"{path} ({path.stat().st_size / 2**20:,.0f} MiB)" if path.is_file() else f"{path} (missing)"
