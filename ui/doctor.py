"""The command `doctor`: what this machine can do, and the line to type for what is missing."""

import importlib.metadata
import os
import platform
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from ..operators.core import all_operators
from ..operators.core.errors import InvalidInput
from ..operators.core.sandbox import find_sandbox
from ..operators.core.settings import Settings
from .answer import Answer
from .doctor_model import abilities, model_row, problem_of, smoke_test, smoke_test_row
from .document import document
from .results import DoctorResult, ExtraPart
from .show import heading, next_steps, sentence

PACKAGE = "dataflow-agent"
NOT_FOR_USERS = {"test", "dev"}
SHOWN_VERSIONS = ("polars", "pydantic", "langgraph", "langchain-core", "wordllama", "typer")
LOW_DISK_BYTES = 2**30


def examine(settings: Settings, *, probe: bool = False) -> Answer:
    """Look at this machine; without `probe` nothing is loaded, changed or asked from a network."""
    problem = problem_of(settings)
    able, silence = abilities(settings) if probe and problem is None else (None, None)
    home = settings.home.expanduser().absolute()
    result = DoctorResult(
        versions=dict(_versions()),
        extras=tuple(extras(importlib.metadata.metadata(PACKAGE).get_all("Provides-Extra") or [], _requirements())),
        home=str(home),
        home_writable=_existing(home).is_dir() and os.access(_existing(home), os.W_OK | os.X_OK),
        free_bytes=shutil.disk_usage(_existing(home)).free,
        cores=os.cpu_count() or 1,
        backend=settings.llm_backend,
        endpoint=bool(settings.llm_base_url),
        model=settings.llm_model,
        abilities=able,
        smoke_test=smoke_test(),
        sandbox=_sandbox_problem(),
        share_samples=settings.share_samples,
        operators=len(all_operators()),
    )
    warnings = [*_warnings(result), *filter(None, (problem, silence))]
    said = warnings[0] if warnings else "everything that rule-based work needs is here"
    return Answer(document("completed", said, warnings=warnings, result=result), (_view(result, warnings),))


def extras(names: Sequence[str], requirements: Sequence[str]) -> Iterator[ExtraPart]:
    """The optional parts of the package, from its metadata.

    Args:
        names: the extras it declares.
        requirements: its requirements as the metadata writes them, such as `gradio>=6; extra == "ui"`.
    """
    for name in sorted(set(names) - NOT_FOR_USERS):
        of_extra = [one for one in requirements if re.search(rf"""extra\s*==\s*['"]{re.escape(name)}['"]""", one)]
        missing = tuple(wanted for one in of_extra if not _installed(wanted := _distribution(one)))
        yield ExtraPart(name=name, installed=not missing, missing=missing, install=f'pip install "{PACKAGE}[{name}]"')


def _sandbox_problem() -> str | None:
    """Why code cannot be run safely here; a sandbox shows only in a trial whether it holds."""
    try:
        find_sandbox()
    except InvalidInput as error:
        return str(error)
    return None


def _requirements() -> list[str]:
    return importlib.metadata.requires(PACKAGE) or []


def _distribution(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return found[0] if found else requirement


def _installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _versions() -> Iterator[tuple[str, str]]:
    yield PACKAGE, importlib.metadata.version(PACKAGE)
    yield "python", platform.python_version()
    for name in SHOWN_VERSIONS:
        yield name, importlib.metadata.version(name) if _installed(name) else "missing"


def _existing(path: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _warnings(result: DoctorResult) -> Iterator[str]:
    missing = [name for name, version in result.versions.items() if version == "missing"]
    if missing:
        yield f"missing: {', '.join(missing)}; reinstall with `pip install --upgrade {PACKAGE}`"
    if not result.home_writable:
        yield f"the home folder {result.home} cannot be written; name another one in DATAFLOW_HOME"
    if result.free_bytes < LOW_DISK_BYTES:
        yield f"only {_size(result.free_bytes)} are free at {result.home}"


def _view(result: DoctorResult, warnings: Sequence[str]) -> RenderableType:
    rows = {
        "versions": ", ".join(f"{name} {version}" for name, version in result.versions.items()),
        "operators": f"{result.operators}",
        "home": f"{result.home} ({_size(result.free_bytes)} free)",
        "processor cores": f"{result.cores}",
        "language model": model_row(result),
        "a model may see": {"none": "nothing of the data", "names": "names of columns", "values": "names and values"}[
            result.share_samples
        ],
    }
    rows["sandbox for code"] = result.sandbox or "bubblewrap; a trial run saw no file, network or environment of yours"
    rows["smoke test"] = smoke_test_row(result.smoke_test)
    rows |= {
        f"extra {extra.name}": "installed" if extra.installed else f"missing: {extra.install}"
        for extra in result.extras
    }
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for name, value in rows.items():
        grid.add_row(name, sentence(value))
    problems: list[RenderableType] = [
        heading("To mend"),
        *(Padding(sentence(warning), (0, 0, 0, 2)) for warning in warnings),
    ]
    return Group(
        heading("This machine"),
        Padding(grid, (0, 0, 0, 2), expand=False),
        *(problems if warnings else []),
        next_steps(("demo", "see it work, without a key or a network"), ("operators list", "what it can do to rows")),
    )


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"
