"""Keeps vectors on disk in Chroma, as a derived index: what is stale or damaged is built anew, never mended."""

import hashlib
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..operators.core import InvalidInput
from ..operators.core.vectors import LostIndex, Vectors, best_first, checked, query_row
from ._folder import private_folder

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

DATABASE = "chroma.sqlite3"
UPSERT_ROWS = 1000
ABANDONED_S = 120.0
"""A version that nobody points to is deleted when its folder was last changed so many seconds ago."""

_COLLECTION = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,60}[a-zA-Z0-9]")
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 400,
    "max_neighbors": 32,
    "num_threads": 1,
}
"""Wide enough that up to a few thousand vectors are found without a miss; one thread, so that a build repeats."""


class _Built(BaseModel):
    """The pointer to the version that counts; written last, so that a version is whole or unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stamp: str
    folder: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    count: int
    dimension: int
    files: tuple[str, ...] = ()
    """What Chroma keeps beside its database: it does not notice when one of these is gone, it just finds less."""


@dataclass(frozen=True)
class _Opened:
    built: _Built
    client: "Client"
    vectors: "Collection"


class ChromaStore:
    """A `VectorStore` in Chroma.

    Every `replace` builds a Chroma folder of its own and then flips a pointer file, so that processes never write to
    what another one reads. A store opens the version pointed to and stays with it until its own `replace`, so that two
    processes with different content do not rebuild in turn. A folder that is damaged or of another Chroma version
    counts as absent.

    Args:
        path: folder that holds the pointers and versions; made with mode 0700.
        collection: name of this index, 3 to 62 letters, digits, dots, hyphens, underscores.
    """

    kind = "chroma"

    def __init__(self, path: Path, collection: str) -> None:
        if not _COLLECTION.fullmatch(collection):
            raise ValueError(f"a collection name has 3 to 62 letters, digits or ._- inside, got {collection!r}")
        self._path = private_folder(path.absolute())
        self._collection = collection
        self._pointer = self._path / f"{collection}.json"
        self._opened: _Opened | None = None
        self._lock = threading.RLock()

    def stamp(self) -> str | None:
        """See `VectorStore.stamp`."""
        with self._lock:
            opened = self._current()
            return opened.built.stamp if opened else None

    def count(self) -> int:
        """See `VectorStore.count`."""
        with self._lock:
            opened = self._current()
            return opened.built.count if opened else 0

    def replace(self, stamp: str, names: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
        """See `VectorStore.replace`.

        Raises:
            InvalidInput: the folder cannot be written.
        """
        matrix = checked(names, vectors, documents)
        digest = hashlib.sha256(stamp.encode()).hexdigest()[:12]
        folder = f"{self._collection}-{digest}-{secrets.token_hex(4)}"
        built = _Built(stamp=stamp, folder=folder, count=len(names), dimension=matrix.shape[1])
        with self._lock:
            opened = self._build(built, names, matrix, documents)
            self._point_to(opened.built)
            self.close()
            self._opened = opened
            self._sweep()

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """See `VectorStore.nearest`; approximate by nature, exact in practice up to some thousand vectors."""
        from chromadb.errors import ChromaError

        with self._lock:
            opened = self._current()
            if opened is None or not opened.built.count or k < 1:
                return []
            query = query_row(vector, opened.built.dimension)
            try:
                return _search(opened, query, k)
            except ChromaError as error:
                self._forget(opened.built)
                raise LostIndex(f"the index {self._collection!r} in {str(self._path)!r} is damaged: {error}") from error

    def close(self) -> None:
        """Let go of the files; the next call opens them again."""
        with self._lock:
            if self._opened:
                self._opened.client.close()
                self._opened = None

    def _current(self) -> _Opened | None:
        if self._opened is None:
            built = self._pointed_to()
            self._opened = self._open(built) if built else None
        return self._opened

    def _open(self, built: _Built) -> _Opened | None:
        from chromadb.errors import ChromaError

        folder = self._path / built.folder
        # Chroma would make an empty database in the place of one that is gone.
        if all((folder / name).is_file() for name in (DATABASE, *built.files)):
            # Chroma has no one error for damage: what cannot be opened is built anew.
            with suppress(ChromaError, ValueError, KeyError, OSError), ExitStack() as on_failure:
                client = _client(folder)
                on_failure.callback(client.close)
                vectors = client.get_collection(self._collection, embedding_function=None)
                if vectors.count() == built.count:
                    on_failure.pop_all()
                    return _Opened(built, client, vectors)
        self._forget(built)
        return None

    def _build(
        self, built: _Built, names: Sequence[str], matrix: NDArray[np.float32], documents: Sequence[str]
    ) -> _Opened:
        from chromadb.errors import ChromaError

        folder = private_folder(self._path / built.folder)
        try:
            with ExitStack() as on_failure:
                client = _client(folder)
                on_failure.callback(client.close)
                # No embedding function: the default one would download a model.
                vectors = client.create_collection(
                    self._collection, embedding_function=None, configuration={"hnsw": _HNSW}
                )
                for start in range(0, len(names), UPSERT_ROWS):
                    rows = slice(start, start + UPSERT_ROWS)
                    texts = [text.encode("utf-8", "replace").decode() for text in documents[rows]]
                    vectors.upsert(ids=list(names[rows]), embeddings=matrix[rows], documents=texts)
                on_failure.pop_all()
        except (ChromaError, OSError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise InvalidInput.of(
                "index_unwritable",
                f"the search index in {str(self._path)!r} cannot be written ({error}); "
                "free some disk space, make the folder writable, or name another one in DATAFLOW_HOME",
                got=str(self._path),
            ) from error
        beside = tuple(str(file.relative_to(folder)) for file in sorted(folder.glob("*/*")))
        return _Opened(built.model_copy(update={"files": beside}), client, vectors)

    def _pointed_to(self) -> _Built | None:
        try:
            return _Built.model_validate_json(self._pointer.read_bytes())
        except (OSError, ValidationError):
            return None

    def _point_to(self, built: _Built) -> None:
        draft = self._path / f"{built.folder}.tmp"
        draft.write_text(built.model_dump_json())
        if self._pointer.is_dir():
            shutil.rmtree(self._pointer)
        os.replace(draft, self._pointer)

    def _forget(self, built: _Built) -> None:
        self.close()
        if self._pointed_to() == built:
            self._pointer.unlink(missing_ok=True)

    def _sweep(self) -> None:
        ours = re.compile(re.escape(self._collection) + r"-[0-9a-f]{12}-[0-9a-f]{8}(\.tmp)?")
        current = self._pointed_to()
        for old in self._path.iterdir():
            if not ours.fullmatch(old.name) or (current and old.name == current.folder):
                continue
            with suppress(OSError):  # another process sweeps too
                if time.time() - old.stat().st_mtime > ABANDONED_S:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    # All that decides where data goes is set here: Chroma reads the rest from the environment and from `.env`.
    settings = Settings(
        _env_file=None,
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        chroma_otel_collection_endpoint="",
        anonymized_telemetry=False,
        migrations="apply",
        is_persistent=True,
        persist_directory=str(folder),
    )
    return cast("Client", chromadb.PersistentClient(path=folder, settings=settings))


def _search(opened: _Opened, vector: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
    total = opened.built.count
    wanted = min(k, total)
    asked = min(k + 8, total)
    while True:
        answer = opened.vectors.query(query_embeddings=vector.tolist(), n_results=asked, include=["distances"])
        names, distances = answer["ids"][0], (answer["distances"] or [[]])[0]
        found = best_first(zip(names, (1.0 - distance for distance in distances), strict=True), asked)
        # Equals beyond the cut may come first in name order, so look until the last one found is worse.
        if asked == total or len(found) <= wanted or found[-1][1] < found[wanted - 1][1]:
            return found[:wanted]
        asked = min(asked * 4, total)
