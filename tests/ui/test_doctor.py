"""`doctor`: what is there, what is missing and how to get it; never a key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import all_operators
from dataflow_agent.operators.core.testing_endpoint import FakeEndpoint
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


def test_it_says_where_the_model_is_and_what_it_lacks(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_BACKEND", "local")
    monkeypatch.setenv("DATAFLOW_LLM_MODEL", str(tmp_path / "none.gguf"))
    found = cli("doctor", "--json").document
    assert found["result"]["backend"] == "local"
    assert any("none.gguf" in warning and "no model file" in warning for warning in found["warnings"])
    (tmp_path / "some.gguf").write_bytes(b"GGUF" + bytes(3 * 2**20))
    monkeypatch.setenv("DATAFLOW_LLM_MODEL", str(tmp_path / "some.gguf"))
    assert "(3 MiB)" in cli("doctor").out
    assert not any("gguf" in warning for warning in cli("doctor", "--json").document["warnings"])


def test_an_endpoint_without_the_name_of_a_model_is_a_warning(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_BASE_URL", "http://localhost:1/v1")
    assert any("DATAFLOW_LLM_MODEL" in warning for warning in cli("doctor", "--json").document["warnings"])


def test_the_smoke_test_is_offered_as_what_it_is(cli: Cli) -> None:
    said = " ".join(cli("doctor").out.split())
    assert "never a source of data to keep" in said
    assert "SmolLM2-135M" in said


def test_a_probe_tells_what_the_endpoint_answered(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeEndpoint() as fake:
        monkeypatch.setenv("DATAFLOW_LLM_BASE_URL", fake.base_url)
        monkeypatch.setenv("DATAFLOW_LLM_MODEL", "some-model")
        assert cli("doctor", "--json").document["result"]["abilities"] is None
        assert not fake.received, "nothing is asked unless told to"
        able = cli("doctor", "--probe", "--json").document["result"]["abilities"]
        assert able["reply_schema"]
        assert fake.received
        assert "reply schemas" in cli("doctor", "--probe").out


def test_a_probe_of_what_does_not_answer_is_a_warning(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("DATAFLOW_LLM_MODEL", "some-model")
    said = cli("doctor", "--probe", "--json")
    assert said.code == 0
    assert said.document["result"]["abilities"] is None
    assert any("127.0.0.1:1" in warning for warning in said.document["warnings"])
    monkeypatch.delenv("DATAFLOW_LLM_BASE_URL")
    assert any(
        "DATAFLOW_LLM_BASE_URL" in warning for warning in cli("doctor", "--probe", "--json").document["warnings"]
    )


@pytest.mark.gguf
def test_a_probe_starts_a_model_file_and_stops_it(cli: Cli, monkeypatch: pytest.MonkeyPatch, smollm2: Path) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_BACKEND", "local")
    monkeypatch.setenv("DATAFLOW_LLM_MODEL", str(smollm2))
    able = cli("doctor", "--probe", "--json").document["result"]["abilities"]
    assert able["reply_schema"]
    assert able["json_mode"]


@pytest.mark.sandbox
def test_it_says_that_code_can_be_run_safely(cli: Cli) -> None:
    assert cli("doctor", "--json").document["result"]["sandbox"] is None
    assert "a trial run saw no file" in " ".join(cli("doctor").out.split())


def test_without_a_sandbox_it_says_what_to_install(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install bubblewrap" in cli("doctor", "--json").document["result"]["sandbox"]
    assert "apt-get install bubblewrap" in " ".join(cli("doctor").out.split())
