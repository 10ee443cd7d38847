"""Shared by all tests: a private home for each, and markers whose part must be there in CI."""

import importlib.util
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from dataflow_agent.operators.core import Operator, all_operators
from hypothesis import settings

# Time says nothing on a busy machine; and in CI the same examples come every time, so that a red run is the change's.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# A shell that starts the tests in the background lets them ignore Ctrl-C, which every process they start would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

PARTS: dict[str, Callable[[], bool]] = {
    "browser": lambda: shutil.which("chromium") is not None and importlib.util.find_spec("gradio") is not None,
    "gguf": lambda: importlib.util.find_spec("xllamacpp") is not None,
    "sandbox": lambda: shutil.which("bwrap") is not None,
    "torch": lambda: importlib.util.find_spec("torch") is not None,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests whose part is absent say so; with REQUIRE_ALL=1 they run and fail instead."""
    if os.environ.get("REQUIRE_ALL") == "1":
        return
    absent = {name for name, there in PARTS.items() if not there()}
    for item in items:
        for name in absent & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=f"{name} is not installed here; REQUIRE_ALL=1 makes this fail"))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, also for the processes it starts; no endpoint is configured."""
    for name in list(os.environ):
        if name.startswith("DATAFLOW_"):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DATAFLOW_HOME", str(folder))
    monkeypatch.setenv("DATAFLOW_CONFIG", str(folder / "no-config.toml"))
    return folder


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of an operator that holds runs up, as processes of runs import it; forgotten afterwards."""
    all_operators()
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parent / "pipelines"), *sys.path])
    module = importlib.import_module("waiting_operator")
    Operator.registry[module.WaitFor.name] = module.WaitFor
    yield module
    del Operator.registry[module.WaitFor.name]
