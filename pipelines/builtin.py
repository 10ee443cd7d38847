"""The pipelines that ship with the package: workflows with a reason for each step, one file each in `library`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml

from ..operators.core.errors import InvalidInput, near_name
from .binding import rebound
from .workflow import Workflow

LIBRARY = "library"
SAMPLES = "samples"


@dataclass(frozen=True)
class Pipeline:
    """A workflow that ships, and what is said of it.

    Args:
        name: that of its file and of its workflow.
        title: what it does, in a line.
        description: the same at length; the first paragraph by itself says what happens to rows.
        phrases: requests that mean it.
        columns: the columns that its steps are written for, each with what it holds; `bound` gives them other names.
        sample: name of a data file that ships, to try it on.
        reasons: a sentence for each step id.
    """

    name: str
    title: str
    description: str
    phrases: tuple[str, ...]
    columns: Mapping[str, str]
    sample: str
    workflow: Workflow
    reasons: Mapping[str, str] = field(default_factory=dict)

    def bound(self, columns: Mapping[str, str]) -> Workflow:
        """The workflow over columns of other names.

        Args:
            columns: for some of its columns the name that the data has.

        Raises:
            InvalidInput: it has no such column.
        """
        unknown = [name for name in columns if name not in self.columns]
        if unknown:
            message = f"{self.name} has no column {unknown[0]!r}; it has {', '.join(self.columns)}"
            raise InvalidInput.of("unknown_column", message, got=unknown[0], allowed=[*self.columns])
        return rebound(self.workflow, columns)

    def sample_file(self) -> Traversable:
        """The data file to try it on."""
        return files(__package__).joinpath(SAMPLES, self.sample)


def builtins() -> dict[str, Pipeline]:
    """Every pipeline that ships, by name, in name order."""
    return dict(_library())


def pipeline(name: str) -> Pipeline:
    """The pipeline of this name.

    Raises:
        InvalidInput: there is none; names the nearest.
    """
    known = _library()
    if name in known:
        return known[name]
    near = near_name(name, known)
    hint = f"did you mean {near!r}?" if near else f"there are {', '.join(known)}"
    raise InvalidInput.of("unknown_pipeline", f"there is no pipeline {name!r}; {hint}", got=name, allowed=[*known])


def builtin(name: str) -> Workflow:
    """The workflow of a pipeline, over the columns it is written for; `pipeline(name).bound(…)` takes others.

    Raises:
        InvalidInput: there is none.
    """
    return pipeline(name).workflow


@cache
def _library() -> dict[str, Pipeline]:
    found = (one for one in files(__package__).joinpath(LIBRARY).iterdir() if one.name.endswith(".yaml"))
    return {one.name.removesuffix(".yaml"): _read(one) for one in sorted(found, key=lambda one: one.name)}


def _read(file: Traversable) -> Pipeline:
    name = file.name.removesuffix(".yaml")
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    steps = document.pop("steps")
    return Pipeline(
        name=name,
        title=document.pop("title"),
        description=document.pop("description").strip(),
        phrases=tuple(document.pop("phrases")),
        columns=document.pop("columns"),
        sample=document.pop("sample"),
        workflow=Workflow.parse({**document, "name": name, "steps": steps}),
        reasons={step["id"]: step["reason"] for step in steps},
    )
