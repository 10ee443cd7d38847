"""`doctor`: what is there, what is missing and how to get it; never a key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import all_operators
from dataflow_agent.ui.doctor import extras

Cli = Callable[..., Any]


def test_an_extra_is_there_when_all_that_it_needs_is_there() -> None:
    requirements = [
        "polars>=1",
        'pytest>=8; extra == "here"',
        "no-such-one>=2; extra == 'half'",
        'rich; extra == "half"',
    ]
    here, half = sorted(extras(["here", "half", "dev"], requirements), key=lambda one: one.name, reverse=True)
    assert (here.name, here.installed, here.missing) == ("here", True, ())
    assert (half.name, half.installed, half.missing) == ("half", False, ("no-such-one",))
    assert half.install == 'pip install "dataflow-agent[half]"'


def test_it_says_what_this_machine_has(cli: Cli, tmp_path: Path) -> None:
    found = cli("doctor", "--json").document["result"]
    assert found["home"] == str(tmp_path / "home")
    assert found["home_writable"]
    assert found["free_bytes"] > 0
    assert found["operators"] == len(all_operators())
    assert found["endpoint"] is False
    assert {"python", "polars", "dataflow-agent"} <= set(found["versions"])
    assert not (tmp_path / "home").exists(), "looking changes nothing"


def test_a_configured_endpoint_is_told_without_its_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_BASE_URL", "http://localhost:1/v1")
    monkeypatch.setenv("DATAFLOW_LLM_MODEL", "some-model")
    monkeypatch.setenv("DATAFLOW_LLM_API_KEY", "sk-secret")
    for said in (cli("doctor"), cli("doctor", "--json")):
        assert said.code == 0
        assert "some-model" in said.out
        assert "sk-secret" not in said.out + said.err


def test_a_home_that_cannot_be_made_is_a_warning(cli: Cli, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setenv("DATAFLOW_HOME", str(data / "below-a-file"))
    found = cli("doctor", "--json").document
    assert found["result"]["home_writable"] is False
    assert any("DATAFLOW_HOME" in warning for warning in found["warnings"])
