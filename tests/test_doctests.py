"""The examples in the docstrings are true."""

import doctest
import pkgutil
from importlib import import_module

import dataflow_agent
import pytest

FOLDERS = ("agent", "memory", "operators", "pipelines", "tools", "ui")
MODULES = [
    module.name
    for folder in FOLDERS
    for module in pkgutil.walk_packages(
        import_module(f"dataflow_agent.{folder}").__path__, f"{dataflow_agent.__name__}.{folder}."
    )
]


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_hold(name: str) -> None:
    failed, _ = doctest.testmod(import_module(name))
    assert failed == 0


def test_there_are_examples_to_run() -> None:
    modules = [import_module(name) for name in MODULES if name.startswith("dataflow_agent.operators.core")]
    assert sum(len(found.examples) for module in modules for found in doctest.DocTestFinder().find(module)) >= 5
