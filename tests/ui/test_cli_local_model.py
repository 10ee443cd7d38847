"""A run that asks a model file of this machine, from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
PLAN = """
name: label
steps:
  - id: label
    operator: llm_generate
    options:
      prompt: "Is this text long? {text}"
      max_tokens: 200
      reply_schema: {type: object, properties: {is_long: {type: boolean}}, required: [is_long]}
"""


@pytest.mark.gguf
def test_a_run_with_the_smoke_test_says_that_its_data_is_not_to_be_kept(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, smollm2: Path
) -> None:
    monkeypatch.setenv("DATAFLOW_LLM_BACKEND", "local")
    monkeypatch.setenv("DATAFLOW_LLM_MODEL", str(smollm2))
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "rows.jsonl").write_text('{"text": "alpha beta"}\n{"text": "gamma"}\n')
    said = cli("apply", "plan.yaml", "-i", "rows.jsonl", "-o", "out.jsonl", "--json").document
    assert said["status"] == "completed"
    assert said["run"]["rows_out"] == 2
    assert any("never a source of data to keep" in warning for warning in said["warnings"])
