"""Steps of a workflow run over rows by the engine, in parts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.workflow import Step, Workflow


@dataclass(frozen=True)
class Engine:
    """Runs workflows over rows; one home for all, so that what an earlier run made is found again."""

    folder: Path

    def write(self, name: str, rows: Sequence[Any]) -> Path:
        """A JSONL file."""
        path = self.folder / name
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    def result(self, rows: Sequence[Any], *steps: Step, seed: int = 0, home: str = "home", **options: Any) -> RunResult:
        """The run over the rows of one input, two rows a part unless told otherwise."""
        return self.over([self.write("in.jsonl", rows)], *steps, seed=seed, home=home, **options)

    def over(self, data: list[Path], *steps: Step, seed: int = 0, home: str = "home", **options: Any) -> RunResult:
        """The run over input files."""
        settings = Settings(home=self.folder / home)
        flow = Workflow(steps=steps, seed=seed)
        chosen = {"part_rows": 2, **options}
        return run(flow, data, self.folder / f"out-{home}.jsonl", overwrite=True, settings=settings, **chosen)

    def rows(self, rows: Sequence[Any], *steps: Step, **options: Any) -> list[dict[str, Any]]:
        """The rows that come out."""
        return read(self.result(rows, *steps, **options))


def read(result: RunResult) -> list[dict[str, Any]]:
    """The rows of a run's output."""
    return [json.loads(line) for line in Path(result.output).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine in a folder of its own."""
    return Engine(tmp_path)
