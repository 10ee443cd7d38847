"""Runs over documents: unchanged ones are not read again, and those that fail are told without their content."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow

OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "notes"
    (inside / "deep").mkdir(parents=True)
    (inside / "a.md").write_text("# Tides")
    (inside / "deep" / "b.txt").write_text("The moon pulls the sea.")
    return inside


def read(data: Path, tmp_path: Path, **options: Any) -> tuple[RunResult, list[dict[str, Any]]]:
    workflow = Workflow(steps=(Step(id="read", operator="document_to_markdown", options=options),))
    settings = Settings(home=tmp_path / "home", llm_base_url=None, llm_model=None)
    result = run(workflow, data, tmp_path / "out.jsonl", overwrite=True, settings=settings)
    return result, [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]


def is_reused(result: RunResult) -> bool:
    return result.report.steps[0].reused == result.report.steps[0].rows_in


def test_documents_are_read_again_only_when_their_content_changes(folder: Path, tmp_path: Path) -> None:
    first, rows = read(folder, tmp_path)
    assert [(row["path"], row["text"]) for row in rows] == [
        ("a.md", "# Tides"),
        ("deep/b.txt", "The moon pulls the sea."),
    ]
    assert "bytes" not in rows[0]
    assert not is_reused(first)
    os.utime(folder / "a.md", (1, 1))
    assert is_reused(read(folder, tmp_path)[0])
    (folder / "a.md").write_text("# Ebb")
    changed, rows = read(folder, tmp_path)
    assert not is_reused(changed)
    assert rows[0]["text"] == "# Ebb"


def test_documents_that_rows_name_are_read_again_when_they_are_written(folder: Path, tmp_path: Path) -> None:
    table = folder / "list.jsonl"
    table.write_text('{"source": "a.md"}\n{"source": "deep/b.txt"}\n')
    first, rows = read(table, tmp_path, source="source")
    assert [row["text"] for row in rows] == ["# Tides", "The moon pulls the sea."]
    assert not is_reused(first)
    assert is_reused(read(table, tmp_path, source="source")[0])
    (folder / "a.md").write_text("# Ebb")
    assert [row["text"] for row in read(table, tmp_path, source="source")[1]] == ["# Ebb", "The moon pulls the sea."]


def test_a_document_that_fails_is_told_without_its_content(folder: Path, tmp_path: Path) -> None:
    (folder / "old.doc").write_bytes(OLD_WORD)
    result, rows = read(folder, tmp_path)
    assert len(rows) == 2
    (failed,) = (tmp_path / "home" / "runs" / result.id / "failed.jsonl").read_text().splitlines()
    told = json.loads(failed)
    assert told["reason"] == "unsupported_format"
    assert told["values"] == {"path": "old.doc", "media_type": "application/msword"}
