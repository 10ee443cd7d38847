"""The report of a run, rebuilt from what lies on disk: its manifest and the tallies kept beside its parts."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from ..operators.core import Usage
from .engine.manifest import Manifest, PartKey, Spent, StageRecord, Status, find_part
from .engine.parts import PartStore
from .engine.rowpass import MAX_SAMPLES

COUNTS = ("rows_in", "rows_out", "kept", "dropped", "merged", "failed", "expanded", "children", "created", "changed")
_USAGES = ("usage", "usage_saved")


class StepUsage(BaseModel):
    """What the calls of a model took; see `Usage` for what is counted how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: int = 0
    cached: int = 0
    retries: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    saved_tokens: int = 0
    cost: float = 0.0

    @classmethod
    def of(cls, usage: Usage) -> "StepUsage":
        """The same as a document."""
        return cls(**asdict(usage))

    @property
    def tokens(self) -> int:
        """Read and written by the model."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "StepUsage") -> "StepUsage":
        return self.of(Usage(**self.model_dump()) + Usage(**other.model_dump()))

    def __bool__(self) -> bool:
        return self != StepUsage()


class StepReport(BaseModel):
    """What one step did.

    `reused` counts rows whose fate was found in the cache; `seconds` and `usage` are what this run spent,
    `seconds_saved` and `usage_saved` what earlier runs had spent on the parts that were found. `facts` is what the step
    found out about the data as a whole.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    operator: str
    rows_in: int = 0
    rows_out: int = 0
    kept: int = 0
    dropped: int = 0
    merged: int = 0
    failed: int = 0
    expanded: int = 0
    children: int = 0
    created: int = 0
    changed: int = 0
    reused: int = 0
    seconds: float = 0.0
    seconds_saved: float = 0.0
    reasons: dict[str, int] = {}
    samples: tuple[dict[str, Any], ...] = ()
    usage: StepUsage = StepUsage()
    usage_saved: StepUsage = StepUsage()
    facts: dict[str, JsonValue] = {}


class Report(BaseModel):
    """A run in numbers. `rows_in` counts rows that were read, without rejected records.

    `spent` is all that the run took of models, as the caps count it: of a run that was stopped, the steps tell only
    what their finished parts took, and no step tells what an embedder behind an endpoint did.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    status: Status
    message: str = ""
    workflow: str
    inputs: tuple[str, ...]
    rows_in: int
    rows_out: int
    rejects: int
    steps: tuple[StepReport, ...]
    output: str
    output_sha256: str | None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    spent: Spent = Spent()

    @property
    def failed(self) -> int:
        """Rows on which some step failed."""
        return sum(step.failed for step in self.steps)

    @property
    def usage(self) -> StepUsage:
        """What this run spent on a model."""
        return sum((step.usage for step in self.steps), StepUsage())

    @property
    def usage_saved(self) -> StepUsage:
        """What earlier runs had spent on the parts that this one found done."""
        return sum((step.usage_saved for step in self.steps), StepUsage())


def build_report(manifest: Manifest, store: PartStore) -> Report:
    """The report of a run, from its manifest and its parts.

    Parts that were cleaned away since are missing from the counts, and a warning says so.
    """
    steps: list[StepReport] = []
    lost = 0
    for stage in manifest.stages:
        made, gone = _stage_reports(stage, store)
        steps.extend(made)
        lost += gone
    warnings = [*manifest.warnings]
    if lost:
        warnings.append(f"{lost} parts of this run were cleaned from the cache; the counts leave them out")
    rows_in = sum(key.rows for key in manifest.source)
    return Report(
        id=manifest.id,
        status=manifest.status,
        message=manifest.message,
        workflow=manifest.workflow,
        inputs=manifest.inputs,
        rows_in=rows_in,
        rows_out=steps[-1].rows_out if steps else rows_in * (manifest.status == "completed"),
        rejects=manifest.rejects,
        steps=tuple(steps),
        output=manifest.output,
        output_sha256=manifest.output_sha256,
        warnings=tuple(warnings),
        seconds=manifest.seconds,
        spent=manifest.spent,
    )


def load_report(run_folder: Path, store: PartStore) -> Report:
    """The report of the run in a folder."""
    return build_report(Manifest.load(run_folder), store)


def _stage_reports(stage: StageRecord, store: PartStore) -> tuple[list[StepReport], int]:
    totals: list[dict[str, Any]] = [dict.fromkeys((*COUNTS, "reused"), 0) for _ in stage.steps]
    for total in totals:
        total.update(seconds=0.0, seconds_saved=0.0, reasons={}, samples=[])
        total.update(usage=Usage(), usage_saved=Usage(), facts={})
    lost = 0
    if stage.verdict and totals:
        lost += _take_verdict(totals[0], stage.verdict, store)
    for key in stage.parts:
        part = find_part(store, key)
        if part is None:
            lost += 1
            continue
        for total, tally in zip(totals, part.meta["steps"], strict=True):
            _add(total, tally, reused=key.reused)
    for total in totals:
        total.update({name: StepUsage.of(total[name]) for name in _USAGES})
    named = zip(stage.steps, stage.operators, totals, strict=True)
    return [StepReport(id=step, operator=operator, **total) for step, operator, total in named], lost


def _take_verdict(total: dict[str, Any], key: PartKey, store: PartStore) -> int:
    """Add what a verdict tells of its step; gives how many parts are gone."""
    part = find_part(store, key)
    if part is None:
        return 1
    total["facts"] = part.meta.get("facts", {})
    _add_usage(total, part.meta, reused=key.reused)
    return 0


def _add_usage(total: dict[str, Any], told: Mapping[str, Any], *, reused: bool) -> None:
    total[_USAGES[reused]] += Usage(**told.get("usage", {}))


def _add(total: dict[str, Any], tally: dict[str, Any], *, reused: bool) -> None:
    for name in COUNTS:
        total[name] += tally[name]
    total["seconds_saved" if reused else "seconds"] += tally["seconds"]
    _add_usage(total, tally, reused=reused)
    if reused:
        total["reused"] += tally["rows_in"]
    for reason, count in tally["reasons"].items():
        total["reasons"][reason] = total["reasons"].get(reason, 0) + count
    total["samples"].extend(tally["samples"][: MAX_SAMPLES - len(total["samples"])])
