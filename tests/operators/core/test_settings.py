"""Settings: a key goes to the address it was set for, and to no other."""

from pathlib import Path

import pytest
from dataflow_agent.operators.core.settings import Settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("DATAFLOW_CONFIG", str(path))
    return path


def key_of(settings: Settings) -> str | None:
    return settings.llm_api_key.get_secret_value() if settings.llm_api_key else None


def test_changing_the_endpoint_clears_the_key_that_stood_beside_the_other(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('llm_base_url = "https://one/v1"\nllm_api_key = "sk-one"\nllm_in_flight = 3\n')
    assert key_of(Settings()) == "sk-one"
    monkeypatch.setenv("DATAFLOW_LLM_BASE_URL", "https://two/v1")
    assert key_of(Settings()) is None
    assert Settings().llm_in_flight == 3
    monkeypatch.setenv("DATAFLOW_LLM_API_KEY", "sk-two")
    assert key_of(Settings()) == "sk-two"
    assert key_of(Settings(llm_base_url="https://three/v1")) is None
    assert key_of(Settings(llm_base_url="https://two/v1")) == "sk-two"


def test_a_key_without_an_address_beside_it_goes_with_any(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text('llm_base_url = "https://one/v1"\n')
    monkeypatch.setenv("DATAFLOW_LLM_API_KEY", "sk-any")
    assert key_of(Settings()) == "sk-any"


def test_the_embedding_endpoint_has_a_key_of_its_own(config: Path) -> None:
    config.write_text('embed_base_url = "https://one/v1"\nembed_api_key = "sk-one"\nllm_api_key = "sk-model"\n')
    assert Settings(embed_base_url="https://two/v1").embed_api_key is None
    assert key_of(Settings(embed_base_url="https://two/v1")) == "sk-model"
    assert "sk-" not in repr(Settings())
