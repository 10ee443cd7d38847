"""Runs workflows for the tests of determinism, in processes whose hash seed the environment sets.

A line of JSON on stdin asks for a run, and one on stdout tells what came of it. Every run is a child that is forked
before polars has started its threads, as in `kill_driver.py`.
"""

import hashlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import polars as pl
from dataflow_agent.operators.core import RunStopped, all_operators
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.ledger import Ledger
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.validate import Resources
from dataflow_agent.pipelines.workflow import Workflow
from kill_driver import in_child, say, sha256
from scattered_model import ScatteredContext


def main() -> None:
    """Serve until nothing more is asked for."""
    all_operators()
    for line in sys.stdin:
        wanted = json.loads(line)
        killed = wanted.pop("kill_at", None)
        if killed is not None:
            in_child(lambda wanted=wanted, part=killed: carried_out(**wanted, kill_at=part))
        say(in_child(lambda wanted=wanted: carried_out(**wanted)))


def carried_out(
    flow: str,
    data: str,
    place: str,
    part_rows: int,
    workers: int = 1,
    kill_at: int | None = None,
    lot: int | None = None,
) -> dict[str, Any]:
    """A run to its end, or to the end of a part, at which its process kills itself.

    Args:
        lot: what the order in which a model answers is drawn from; without it there is no model.
    """
    parts = iter(range(sys.maxsize))

    def strike(event: dict[str, Any]) -> None:
        if event["event"] == "part_done" and next(parts) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        ended = run(
            Workflow.from_yaml(Path(flow)),
            data,
            Path(place) / "out.jsonl",
            settings=Settings(home=Path(place) / "home"),
            part_rows=part_rows,
            workers=workers,
            overwrite=True,
            on_event=strike,
            context=None if lot is None else ScatteredContext(lot),
            available=None if lot is None else Resources(needs=frozenset({"llm", "embedder"})),
        )
    except RunStopped as stopped:
        return {"stopped": str(stopped)}
    reached = {step.id: step.rows_in for step in ended.report.steps}
    facts = {"digest": ended.ledger.digest(), "facts": facts_of(ended.ledger), "reached": reached}
    return {"output": sha256(Path(ended.output)), **facts}


def facts_of(ledger: Ledger) -> str:
    """A hash of what became of each row at each stage, whatever parts the rows came in."""
    stages: dict[tuple[str, ...], list[pl.DataFrame]] = {}
    for stage, frame in ledger.frames():
        stages.setdefault(stage.steps, []).append(frame)
    whole = hashlib.sha256()
    for steps, frames in stages.items():
        together = pl.concat(frames, how="diagonal_relaxed").sort("_row")
        told = [name for name in sorted(together.columns) if together[name].null_count() < together.height]
        whole.update(f"{steps}{together.select(told).write_ndjson()}".encode())
    return whole.hexdigest()


if __name__ == "__main__":
    main()
