"""Runs a pipeline that ships over small data, with a model that does as its script says."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.memory.store import open_store
from dataflow_agent.operators.core import Context, Request
from dataflow_agent.operators.core.testing import ScriptedLLM
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources

Says = Callable[[Request], str]
NEEDS = Resources(needs=frozenset({"llm", "embedder", "index", "database"}))


@dataclass(frozen=True)
class Golden:
    """What a pipeline made of rows, and what it asked the model."""

    result: RunResult
    asked: Sequence[Request]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows that came out."""
        return [json.loads(line) for line in Path(self.result.output).read_text().splitlines()]

    def end(self, row: str) -> tuple[str, str, str | None]:
        """What became of a row at which step, and why."""
        last = self.result.ledger.why(row).events[-1]
        return last.did, last.step, last.reason


@pytest.fixture
def golden(tmp_path: Path, home: Path) -> Callable[..., Golden]:
    """Runs `golden(name, rows, says, resources={…}, options={…}, columns={…})`."""

    def ran(
        name: str,
        rows: Sequence[Mapping[str, Any]],
        says: Says,
        *,
        resources: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Golden:
        data, llm, bound = tmp_path / "in.jsonl", ScriptedLLM(says), dict(resources or {})
        data.write_bytes(b"\n".join(map(orjson.dumps, rows)))
        result = run(
            pipeline(name).bound(columns or {}, options or {}),
            data,
            tmp_path / "out.jsonl",
            resources=bound,
            context=lambda: Context(llm=llm, resources=bound, open_index=partial(open_store, home)),
            available=Resources(needs=NEEDS.needs, bound=bound),
        )
        return Golden(result, llm.asked)

    return ran
