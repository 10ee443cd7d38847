"""Reading and writing whole datasets, as the engine does part by part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from dataflow_agent.operators.core.dataset import Dataset, Parsed, Reject, conform, open_writer, unify
from dataflow_agent.operators.core.schema import Schema


@dataclass(frozen=True)
class Read:
    """All rows of a dataset in its final schema."""

    parts: list[Parsed]
    frames: list[pl.DataFrame]
    schema: Schema
    warnings: list[str]

    @property
    def frame(self) -> pl.DataFrame:
        return pl.concat(self.frames, how="vertical_relaxed")

    @property
    def rejects(self) -> list[Reject]:
        return [reject for part in self.parts for reject in part.rejects]

    def values(self, column: str) -> list[object]:
        return self.frame[column].to_list()


def read_all(*paths: Path, max_rows: int = 2048, max_bytes: int = 2**25) -> Read:
    parts = [block.parse() for block in Dataset.open(paths).blocks(max_rows=max_rows, max_bytes=max_bytes)]
    schema, warnings = unify(part.schema for part in parts)
    return Read(parts, [conform(part.frame, part.schema, schema) for part in parts], schema, warnings)


def write_all(path: Path, schema: Schema, frames: Sequence[pl.DataFrame]) -> bytes:
    with open_writer(path, schema) as writer:
        for frame in frames:
            writer.write(frame)
        writer.commit()
    return path.read_bytes()


@pytest.fixture(scope="session")
def read() -> Callable[..., Read]:
    """Reads files to their rows, with block limits as keywords."""
    return read_all


@pytest.fixture(scope="session")
def write() -> Callable[[Path, Schema, Sequence[pl.DataFrame]], bytes]:
    """Writes frames to a path; the bytes that stand there then."""
    return write_all


@pytest.fixture(scope="session")
def convert() -> Callable[..., bytes]:
    """Reads files and writes their rows to the last path; the bytes that stand there then."""

    def run(*paths: Path, **limits: int) -> bytes:
        rows = read_all(*paths[:-1], **limits)
        return write_all(paths[-1], rows.schema, rows.frames)

    return run


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bytes | str], Path]:
    """Makes a file with content in a folder of its own."""

    def make(name: str, content: bytes | str = b"") -> Path:
        path = tmp_path_factory.mktemp("data") / name
        if content:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make
