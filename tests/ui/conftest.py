"""A command line that is called in this process, with a home and a folder of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from dataflow_agent.ui.cli import call
from dataflow_agent.ui.document import shipped_schema


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(json.loads(shipped_schema()))


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, what it printed, and its document when it was asked for JSON."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object that is all of stdout, checked against the shipped schema."""
        found: dict[str, Any] = json.loads(self.out)
        _validator().validate(found)
        return found


Cli = Callable[..., Said]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Calls the command line in a folder of its own; no command may show a trace."""
    monkeypatch.setenv("DATAFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATAFLOW_CONFIG", str(tmp_path / "no-config.toml"))
    for variable in ("DATAFLOW_LLM_BASE_URL", "DATAFLOW_LLM_MODEL", "DATAFLOW_LLM_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)

    def say(*arguments: object) -> Said:
        code = call([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err, printed.err
        return Said(code, printed.out, printed.err)

    return say


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Five rows: two long texts, one of them twice, a short one, and one with markup."""
    path = tmp_path / "rows.jsonl"
    texts = [
        "alpha beta gamma delta",
        "one two three four",
        "alpha beta gamma delta",
        "short",
        "<b>bold</b> words are here",
    ]
    path.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts)))
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A workflow that changes, drops and merges."""
    path = tmp_path / "plan.yaml"
    path.write_text(
        "steps:\n"
        "- {id: strip_html, operator: strip_html, reason: tags are no words}\n"
        "- {id: words, operator: word_count_filter, options: {min_words: 2}}\n"
        "- {id: exact_dedup, operator: exact_dedup}\n"
    )
    return path
