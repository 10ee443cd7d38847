"""Workflows as frozen data: what is run, and nothing of where or with what."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from ..operators.core.errors import Fault, InvalidInput
from ..operators.core.expression import RowExpression

StepId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
MAX_STEPS = 200


class Step(BaseModel):
    """One operator with the options its author gave, over the rows for which `where` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: StepId
    operator: str
    options: dict[str, JsonValue] = Field(default_factory=dict)
    where: RowExpression | None = None


class Workflow(BaseModel):
    """An ordered list of steps. Holds no code, paths, endpoints or budgets, so it can be shared.

    `resources` are names that `--resource NAME=PATH|URL` binds to something when the workflow is run.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=200)] = "workflow"
    seed: int = 0
    resources: tuple[str, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(max_length=MAX_STEPS)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Workflow":
        ids = [step.id for step in self.steps]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"step ids must be unique, {', '.join(map(repr, twice))} occurs more than once")
        return self

    def step(self, step_id: str) -> Step:
        """The step with this id.

        Raises:
            KeyError: there is none.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def digest(self) -> str:
        """Content hash: equal for workflows that do the same, whatever their names and the order of their options."""
        document = json.dumps(self.model_dump(mode="json", exclude={"name"}), sort_keys=True)
        return hashlib.sha256(document.encode()).hexdigest()

    def to_yaml(self) -> str:
        """The workflow as YAML; `from_yaml` gives an equal one back."""
        return yaml.dump(self._document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)

    def save(self, path: str | Path) -> None:
        """Write the workflow as YAML, or as JSON where the path ends in .json."""
        target = Path(path)
        text = self.model_dump_json(indent=2) if target.suffix == ".json" else self.to_yaml()
        target.write_text(text, encoding="utf-8")

    @classmethod
    def from_yaml(cls, path: str | Path) -> "Workflow":
        """Read a workflow from a YAML or JSON file.

        Raises:
            InvalidInput: the file is missing or no workflow; names every field that is wrong.
        """
        source = Path(path)
        try:
            text = source.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput.of("unreadable_workflow", f"the workflow {source} cannot be read: {error}") from None
        return cls.parse_text(text, str(source))

    @classmethod
    def parse_text(cls, text: str, name: str = "the text") -> "Workflow":
        """Read a workflow from YAML or JSON text.

        Raises:
            InvalidInput: the text is no workflow; names every field that is wrong.
        """
        try:
            document = _document_of(text)
        except yaml.YAMLError as error:
            raise InvalidInput.of("unreadable_workflow", f"{name} is neither YAML nor JSON: {error}") from None
        except RecursionError:
            raise InvalidInput.of("unreadable_workflow", f"{name} is nested too deeply for a workflow") from None
        return cls.parse(document)

    @classmethod
    def parse(cls, document: Any) -> "Workflow":
        """Build a workflow from plain data; `reason` of a step is a comment and is left out.

        Raises:
            InvalidInput: names every field that is wrong.
        """
        if not isinstance(document, dict):
            raise InvalidInput.of("unreadable_workflow", "a workflow is a mapping with the key 'steps'")
        try:
            return cls.model_validate(_without_reasons(document))
        except ValidationError as error:
            raise InvalidInput(_faults(error)) from None

    def _document(self) -> dict[str, Any]:
        document = self.model_dump(mode="json", exclude_defaults=True)
        steps = [{"id": step["id"], **step} for step in document["steps"]]
        return {"format": self.format, "name": self.name, **document, "steps": steps}


def free_id(operator: str, taken: set[str]) -> str:
    """An unused step id for an operator: its name, else the name with the next number.

    >>> free_id("strip_html", {"strip_html"})
    'strip_html-2'
    """
    if operator not in taken:
        return operator
    number = 2
    while f"{operator}-{number}" in taken:
        number += 1
    return f"{operator}-{number}"


class _Dumper(yaml.SafeDumper):
    """Writes texts with special characters in double quotes, where YAML escapes them; elsewhere some are lost."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        plain = data.replace("\n", "").isprintable()
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=None if plain else '"')


_Dumper.add_representer(str, _Dumper.represent_str)


class _Loader(yaml.SafeLoader):
    """Refuses keys given twice, of which one would be lost, and aliases, by which a small file can grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("a workflow holds no aliases (*name); write the value out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        _refuse_twice(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        return super().construct_mapping(node, deep)


def _refuse_twice(keys: Iterable[str]) -> None:
    seen = Counter(keys)
    twice = [repr(key) for key, times in seen.items() if times > 1]
    if twice:
        raise yaml.YAMLError(f"{', '.join(twice)} is given twice in one mapping")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _refuse_twice(key for key, _ in pairs)
    return dict(pairs)


def _document_of(text: str) -> Any:
    # JSON first: YAML 1.1 reads some of it otherwise (1e22 as text, tabs not at all, half of a surrogate pair).
    try:
        return json.loads(text, object_pairs_hook=_pairs)
    except ValueError:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader that refuses more


def _without_reasons(document: dict[str, Any]) -> dict[str, Any]:
    steps = document.get("steps")
    if not isinstance(steps, list):
        return document
    plain = [{k: v for k, v in step.items() if k != "reason"} if isinstance(step, dict) else step for step in steps]
    return {**document, "steps": plain}


def _faults(error: ValidationError) -> list[Fault]:
    return [
        Fault(
            code="invalid_workflow",
            message=f"workflow: {'.'.join(map(str, problem['loc'])) or 'document'}: {problem['msg']}",
        )
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    ]
