"""The door that settings name: nothing is opened before it is asked, and faults say what to set."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import InvalidInput, Request, complete
from dataflow_agent.operators.core.serving import ModelDoor, open_model, replies_file
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.spending import NO_CAPS, Spending
from dataflow_agent.operators.core.testing_endpoint import FakeEndpoint

pytest.importorskip("aiohttp")


def opened(url: str, home: Path | None, spending: Spending = NO_CAPS, **more: Any) -> ModelDoor:
    door = open_model(Settings(llm_base_url=url, llm_model="m", **more), home=home, spending=spending)
    assert isinstance(door, ModelDoor)
    return door


def test_replies_are_kept_in_the_cache_of_the_home_and_prices_are_those_of_the_settings(tmp_path: Path) -> None:
    with FakeEndpoint() as fake:
        for _ in range(2):
            with opened(fake.base_url, tmp_path, llm_price_in=1_000_000) as door:
                (reply,) = complete(door, [Request("a")])
        assert fake.calls.total() == 1
        assert reply.usage.cached == 1
        with opened(fake.base_url, tmp_path, Spending(use_cache=False), llm_price_in=1_000_000) as door:
            (reply,) = complete(door, [Request("a")])
        assert reply.usage.cost == reply.usage.prompt_tokens > 0
    assert replies_file(tmp_path).is_file()


def test_the_limits_are_those_of_the_settings() -> None:
    door = opened("http://127.0.0.1:1/v1", None, llm_in_flight=3)
    assert (door.identity, door.in_flight) == ("m", 3)


def test_all_that_is_not_set_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        open_model(Settings(), home=None, spending=NO_CAPS)
    said = str(caught.value)
    assert "DATAFLOW_LLM_BASE_URL" in said
    assert "DATAFLOW_LLM_MODEL" in said


def test_opening_a_door_loads_no_http_library() -> None:
    code = (
        "import sys; from dataflow_agent.operators.core.settings import Settings\n"
        "from dataflow_agent.operators.core.serving import open_model\n"
        "from dataflow_agent.operators.core.spending import NO_CAPS\n"
        "open_model(Settings(llm_base_url='http://127.0.0.1:1/v1', llm_model='m'), home=None, spending=NO_CAPS)\n"
        "print(sorted({'aiohttp', 'openai', 'vllm', 'xllamacpp'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_aiohttp_the_first_call_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from dataflow_agent.operators.core import Request, RunStopped, complete\n"
        "from dataflow_agent.operators.core.serving import Endpoint, ModelDoor\n"
        "try: complete(ModelDoor(Endpoint('http://127.0.0.1:1/v1', 'm')), [Request('a')])\n"
        "except RunStopped as stopped: print(stopped)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "dataflow-agent[llm]"' in done.stdout
