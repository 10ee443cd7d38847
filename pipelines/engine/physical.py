"""From a workflow to stages: neighbouring row-scope steps fuse, dataset-scope steps are barriers between them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ...operators.core import Context, DatasetOperator, Operator, RowOperator, Schema
from ...operators.core.prompts import DATA_RULE
from ...operators.core.structured import AGAIN, TRIES
from ..validate import build
from ..workflow import Step, Workflow
from .parts import digest_of

ENGINE_VERSION = 2
"""Counts changes of what the engine itself writes into parts; part of every recipe."""
DEAR = frozenset({"llm", "embedder"})
"""Needs whose results are kept at once, since they cost money or minutes."""
MAIN_ONLY = frozenset({"llm", "index", "database", "sandbox"})
"""Needs that worker processes do not have, or whose use takes all cores; so is an embedder that asks an endpoint."""


@dataclass(frozen=True)
class PlannedStep:
    """A step with its operator and the columns before and after it.

    `fingerprint` is the hash of all that decides its result but the rows. `seed` is what the operator draws from: made
    of the workflow's seed and of how often the operator occurred before. `local`: it needs what only the main process
    has.
    """

    step: Step
    operator: Operator
    before: Schema
    after: Schema
    fingerprint: str
    seed: int
    local: bool = False

    def context(self, ctx: Context) -> Context:
        """The means of this step."""
        return replace(ctx, seed=self.seed)


@dataclass(frozen=True)
class Stage:
    """What happens to a part in one pass: apply the verdict of the barrier before, then the row steps, then sketch.

    `barrier` is the dataset-scope step whose verdict is applied first; `sketched` the one that comes next.
    """

    barrier: PlannedStep | None
    steps: tuple[PlannedStep, ...]
    sketched: PlannedStep | None

    @property
    def all_steps(self) -> tuple[PlannedStep, ...]:
        """The steps whose fates this stage records, in order."""
        return (self.barrier, *self.steps) if self.barrier else self.steps

    @property
    def asks(self) -> bool:
        """Whether a model is asked about the rows; such a stage begins at no barrier."""
        return any(asks(planned) for planned in self.steps) or (self.sketched is not None and asks(self.sketched))

    @property
    def local(self) -> bool:
        """Whether the stage needs what only the main process has."""
        steps = (*self.all_steps, self.sketched) if self.sketched else self.all_steps
        return any(planned.local for planned in steps)

    @property
    def recipe(self) -> str:
        """Hash of everything that decides the rows that come out, but the rows that go in."""
        return digest_of("rows", [planned.fingerprint for planned in self.all_steps])[:40]


def asks(planned: PlannedStep) -> bool:
    """Whether a step asks a language model."""
    return "llm" in planned.operator.needs


Models = Callable[[], Mapping[str, str]]
"""Tells which model serves each need; asked only when a step needs one."""


def plan_stages(
    workflow: Workflow,
    schema: Schema,
    resources: Mapping[str, str],
    models: Models = dict,
    remote_embedder: Callable[[], bool] = bool,
) -> list[Stage]:
    """Cut a valid workflow into stages over rows with these columns.

    Args:
        remote_embedder: tells whether vectors come from an endpoint; asked only when a step needs them.
    """
    stages: list[Stage] = []
    barrier: PlannedStep | None = None
    steps: list[PlannedStep] = []
    for planned in planned_steps(workflow, schema, resources, models, remote_embedder):
        if isinstance(planned.operator, DatasetOperator):
            if asks(planned) and (steps or barrier):
                stages.append(Stage(barrier, tuple(steps), None))
                barrier, steps = None, []
            stages.append(Stage(barrier, tuple(steps), planned))
            barrier, steps = planned, []
        elif DEAR & set(planned.operator.needs):
            if steps or barrier:
                stages.append(Stage(barrier, tuple(steps), None))
            stages.append(Stage(None, (planned,), None))
            barrier, steps = None, []
        else:
            steps.append(planned)
    if steps or barrier:
        stages.append(Stage(barrier, tuple(steps), None))
    return stages


def planned_steps(
    workflow: Workflow,
    schema: Schema,
    resources: Mapping[str, str],
    models: Models = dict,
    remote_embedder: Callable[[], bool] = bool,
) -> Iterable[PlannedStep]:
    """Each step with its operator, its columns and its fingerprint; the workflow must be valid. See `plan_stages`."""
    occurrences: dict[str, int] = {}
    for step in workflow.steps:
        operator, faults = build(step)
        if operator is None:
            raise ValueError(f"step {step.id!r} is not valid: {faults[0].message}")
        if not isinstance(operator, RowOperator | DatasetOperator):
            raise TypeError(f"operator {operator.name!r} is neither a RowOperator nor a DatasetOperator")
        after = operator.output_schema(schema, resources)
        occurrence = occurrences[operator.name] = occurrences.get(operator.name, 0) + 1
        made_of = {
            "engine": ENGINE_VERSION,
            "operator": operator.name,
            "version": operator.version,
            "options": operator.model_dump(mode="json"),
            "prompts": operator.prompts(),
            "where": step.where,
            "schema": schema.model_dump(mode="json"),
            "resources": operator.resource_fingerprints(resources),
            "models": {need: models().get(need) for need in sorted(DEAR & set(operator.needs))},
            "seed": [workflow.seed, occurrence] if operator.stochastic else None,
        }
        if "llm" in operator.needs:
            made_of["said"] = [DATA_RULE, AGAIN, TRIES]
        seed = workflow.seed if occurrence == 1 else int(digest_of("seed", workflow.seed, occurrence)[:16], 16)
        local = bool(MAIN_ONLY & set(operator.needs)) or ("embedder" in operator.needs and remote_embedder())
        yield PlannedStep(step, operator, schema, after, digest_of(made_of), seed, local)
        schema = after
