"""The part store: results of stages on disk, found by what made them and what went in."""

import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from ...operators.core import RunStopped
from ...operators.core.settings import make_private_folder

ROW_GROUP = 16_384
"""Rows of a Parquet row group: what is read at least when a slice of a long file is asked for."""


def digest_of(*values: Any) -> str:
    """SHA-256 over JSON-able values, the same in every process."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def digest_of_frame(frame: pl.DataFrame) -> str:
    """SHA-256 over the values of a frame of plain columns."""
    return hashlib.sha256(",".join(frame.columns).encode() + frame.write_ndjson().encode()).hexdigest()


@dataclass(frozen=True)
class Part:
    """One committed result: its files, what is known of it, and whether it was found or made just now."""

    folder: Path
    key: str
    meta: dict[str, Any]
    reused: bool = field(default=False, compare=False)

    def path(self, kind: str) -> Path:
        """The file of one kind: rows, ledger, sketch, verdict, created."""
        return self.folder / f"{self.key}.{kind}.parquet"

    def frame(self, kind: str) -> pl.DataFrame:
        """Read one file of the part."""
        return pl.read_parquet(self.path(kind), memory_map=False)

    def digest(self, kind: str) -> str:
        """SHA-256 of one file of the part."""
        return str(self.meta["files"][kind]["sha256"])


class PartStore:
    """Parts below one folder, `<recipe>/<key>.<kind>.parquet` with a `<key>.json` that commits them.

    Files are written to a temporary name and renamed, the JSON last, so a part is whole or not there. Several
    processes may write the same part at once: they write the same bytes. The time of the JSON is when the part was
    last used.

    Raises:
        RunStopped: the system refuses to write, as when the disk is full.
    """

    def __init__(self, folder: Path) -> None:
        with storing(folder):
            self.folder = make_private_folder(folder)

    def find(self, recipe: str, key: str) -> Part | None:
        """The committed part, or None when there is none or a file of it is not what was committed."""
        folder = self.folder / recipe
        try:
            meta = orjson.loads((folder / f"{key}.json").read_bytes())
            sizes = {kind: (folder / f"{key}.{kind}.parquet").stat().st_size for kind in meta["files"]}
        except (OSError, orjson.JSONDecodeError, KeyError):
            return None
        if any(meta["files"][kind]["bytes"] != size for kind, size in sizes.items()):
            return None
        with suppress(OSError):  # parts of a home that may only be read are found all the same
            os.utime(folder / f"{key}.json")
        return Part(folder, key, meta, reused=True)

    def put(
        self,
        recipe: str,
        key: str,
        frames: Mapping[str, pl.DataFrame],
        meta: Mapping[str, Any],
        *,
        lasting: bool = True,
    ) -> Part:
        """Write and commit a part; one that is there is replaced.

        Args:
            lasting: False for a result that no later run may find, since rows of it failed, or a model was asked
                anew. It gets a key of its own, so that the ledgers of all runs stay what they are.
        """
        contents = {kind: _parquet(frame) for kind, frame in frames.items()}
        files = {
            kind: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for kind, content in contents.items()
        }
        if not lasting:
            key = digest_of("failed", key, files)
        folder = self.folder / recipe
        whole = {**meta, "files": files}
        with storing(self.folder):
            make_private_folder(folder)
            for kind, content in contents.items():
                write_whole(folder / f"{key}.{kind}.parquet", content)
            write_whole(folder / f"{key}.json", orjson.dumps(whole))
        return Part(folder, key, whole)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        OSError: the system refuses; see `storing`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """While something is written below a folder: where the system refuses, the run stops and says why.

    Raises:
        RunStopped: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise RunStopped(
            f"{folder}: writing stopped ({error.strerror or error}); make room there, then give the same command "
            "again; finished parts are kept"
        ) from error


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    # Parts are written and read far more often than they are kept for long: LZ4 takes half the time of zstd for them.
    frame.rechunk().write_parquet(buffer, compression="lz4", statistics=False, row_group_size=ROW_GROUP)
    return buffer.getvalue()
