"""The manifest of a run: the keys of its parts, what it read and what it wrote."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ...operators.core import Schema, Usage
from .parts import Part, PartStore, storing, write_whole
from .presence import is_alive

Status = Literal["running", "completed", "failed", "interrupted"]
MANIFEST = "manifest.json"


class PartKey(BaseModel):
    """Where one part of a run lies in the part store, and whether this run found it there."""

    recipe: str
    key: str
    rows: int
    reused: bool = False


class StageRecord(BaseModel):
    """One stage: its steps (a barrier's step first), and the parts that hold their rows and fates."""

    steps: tuple[str, ...]
    operators: tuple[str, ...]
    parts: list[PartKey] = []
    verdict: PartKey | None = None


class Spent(BaseModel):
    """What a run took of models as their doors counted it, also for parts that were never finished.

    `calls` are all requests that an endpoint may bill, repeated ones too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    @classmethod
    def of(cls, usage: Usage) -> "Spent":
        """The same as a document."""
        return cls(**{name: getattr(usage, name) for name in cls.model_fields})

    @property
    def tokens(self) -> int:
        """Read and written by the models."""
        return self.prompt_tokens + self.completion_tokens

    def usage(self) -> Usage:
        """The same as it is counted."""
        return Usage(**self.model_dump())

    def told(self) -> str:
        """What a run that did not get to its end says behind the reason; empty where no model was asked."""
        if not self.calls:
            return ""
        calls = "1 call" if self.calls == 1 else f"{self.calls:,} calls"
        cost = f" for {self.cost:.4g}" if self.cost else ""
        return f" (this run took {calls} and {self.tokens:,} tokens{cost}; whole replies are kept)"


class Manifest(BaseModel):
    """What a run is: written when it starts, after each stage, before the output's rename, and at its end."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    id: str
    status: Status = "running"
    message: str = ""
    started: str
    ended: str | None = None
    seconds: float = 0.0
    workflow: str
    workflow_digest: str
    inputs: tuple[str, ...]
    input_digest: str | None = None
    sample: int | None = None
    paid_rows: int | None = None
    source: list[PartKey] = []
    rejects: int = 0
    schema_in: Schema | None = None
    schema_out: Schema | None = None
    stages: list[StageRecord] = []
    barrier_bytes: int = 0
    spent: Spent = Spent()
    output: str
    output_sha256: str | None = None
    warnings: list[str] = []

    def save(self, run_folder: Path) -> None:
        """Write the manifest, whole or not at all.

        Raises:
            RunStopped: the system refuses, as when the disk is full.
        """
        with storing(run_folder):
            write_whole(run_folder / MANIFEST, self.model_dump_json(indent=1).encode())

    @classmethod
    def load(cls, run_folder: Path) -> "Manifest":
        """Read the manifest of a run; one whose process was killed is interrupted."""
        manifest = cls.model_validate_json((run_folder / MANIFEST).read_bytes())
        if manifest.status == "running" and not is_alive(run_folder):
            manifest.status = "interrupted"
            manifest.message = "its process was ended before the run was; the same command continues it"
        return manifest


def find_part(store: PartStore, key: PartKey) -> Part | None:
    """The part, or None when it was cleaned away since."""
    return store.find(key.recipe, key.key)


def manifests(runs: Path) -> Iterator[Manifest]:
    """The manifests of all runs, newest first; a folder without a readable one is passed over."""
    for folder in sorted(runs.glob("*"), reverse=True):
        try:
            yield Manifest.load(folder)
        except (OSError, ValueError):
            continue
