"""The pipelines that ship with the package: workflows with a reason for each step, one file each in `library`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import JsonValue

from ..operators.core.errors import InvalidInput, near_name
from .binding import rebound
from .validate import build
from .workflow import Workflow

LIBRARY = "library"
SAMPLES = "samples"
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class PipelineOption:
    """What may be set of a pipeline as a whole.

    Args:
        description: what it means, with its unit.
        sets: the options of steps that get the value, each as step id and option.
        default: what the pipeline takes when nothing is said.
    """

    description: str
    sets: tuple[tuple[str, str], ...]
    default: JsonValue = None


@dataclass(frozen=True)
class Pipeline:
    """A workflow that ships, and what is said of it: a function from options and column names to a workflow.

    Args:
        name: that of its file and of its workflow.
        title: what it does, in a line.
        description: the same at length; the first paragraph by itself says what happens to rows.
        phrases: requests that mean it.
        columns: the columns that its steps are written for, each with what it holds; `bound` gives them other names.
        sample: name of a data file that ships, to try it on.
        reasons: a sentence for each step id.
        options: what may be set of it as a whole, by name; every option of every step can be changed besides.
    """

    name: str
    title: str
    description: str
    phrases: tuple[str, ...]
    columns: Mapping[str, str]
    sample: str
    workflow: Workflow
    reasons: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, PipelineOption] = field(default_factory=dict)

    def bound(self, columns: Mapping[str, str], options: Mapping[str, JsonValue] = NOTHING) -> Workflow:
        """The workflow over columns of other names, with other options.

        Args:
            columns: for some of its columns the name that the data has.
            options: for some of its options another value.

        Raises:
            InvalidInput: it has no such column or option, or a value is none that the option can have.
        """
        _refuse_unknown(self.name, "column", columns, self.columns)
        _refuse_unknown(self.name, "option", options, self.options)
        return rebound(self._with(options), columns)

    def _with(self, options: Mapping[str, JsonValue]) -> Workflow:
        if not options:
            return self.workflow
        given: dict[str, dict[str, JsonValue]] = {}
        for name, value in options.items():
            for step_id, option in self.options[name].sets:
                given.setdefault(step_id, {})[option] = value
        steps = tuple(
            step.model_copy(update={"options": {**step.options, **given.get(step.id, {})}})
            for step in self.workflow.steps
        )
        faults = [fault for step in steps if step.id in given for fault in build(step)[1]]
        if faults:
            raise InvalidInput(faults)
        return self.workflow.model_copy(update={"steps": steps})

    def calls(self, rows: int, columns: Mapping[str, str] = NOTHING) -> tuple[int, int]:
        """Fewest and most requests to a model for so many rows, were none dropped and all children made on the way."""
        fewest = most = 0
        for operator, _ in map(build, self.bound(columns).steps):
            if operator is not None:
                low, high = operator.calls(rows)
                fewest, most, rows = fewest + low, most + high, rows * operator.fan_out()
        return fewest, most

    def sample_file(self) -> Traversable:
        """The data file to try it on."""
        return files(__package__).joinpath(SAMPLES, self.sample)


def _refuse_unknown(pipeline: str, what: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = [*known]
    for name in given:
        if name not in names:
            has = f"it has {', '.join(names)}" if names else "it has none"
            message = f"{pipeline} has no {what} {name!r}; {has}"
            raise InvalidInput.of(f"unknown_{what}", message, got=name, allowed=[*names])


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
    options = document.pop("options", {})
    workflow = Workflow.parse(
        {key: document.pop(key) for key in ("seed", "resources") if key in document}
        | {
            "name": name,
            "steps": steps,
        }
    )
    return Pipeline(
        name=name,
        title=document.pop("title"),
        description=document.pop("description").strip(),
        phrases=tuple(document.pop("phrases")),
        columns=document.pop("columns"),
        sample=document.pop("sample"),
        workflow=workflow,
        reasons={step["id"]: step["reason"] for step in steps},
        options={option: _option(workflow, told) for option, told in options.items()},
    )


def _option(workflow: Workflow, told: Mapping[str, Any]) -> PipelineOption:
    """An option as its file describes it: `sets` lists `step.option`; its default is what the first of them has."""
    sets = tuple((step, option) for step, _, option in (place.rpartition(".") for place in told["sets"]))
    operator, _ = build(workflow.step(sets[0][0]))
    default = None if operator is None else operator.model_dump(mode="json")[sets[0][1]]
    return PipelineOption(told["description"], sets, default)
