"""Which store an index gets on this machine."""

from pathlib import Path

from ..operators.core.vectors import InMemoryStore, VectorStore
from .chroma_store import ChromaStore


def open_store(home: Path, name: str) -> VectorStore:
    """The store for one index under `home`: Chroma where it is installed and loads, else in memory; `kind` says which.

    Args:
        home: the folder of this user's data.
        name: name of the index, 3 characters or more.
    """
    try:
        import chromadb  # noqa: F401 - costs a second, and is an extra
    except (ImportError, RuntimeError, ValueError):  # absent; an old SQLite; a setting of its own that it refuses
        return InMemoryStore()
    return ChromaStore(home / "index", name)
