"""All faults of a workflow at once, before anything runs, and the columns that it leaves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import JsonValue

from ..operators.core.asking import NAME_A_MODEL
from ..operators.core.database.binding import has_sql
from ..operators.core.errors import DataFlowError, Fault, InvalidInput
from ..operators.core.expression import parse_expression
from ..operators.core.operator import Need, Operator
from ..operators.core.schema import Schema
from ._columns import Place, Reading, Trail, column_faults, overwritten, readings
from ._hazards import Placed, order_hazards
from ._options import Examined, build, examine, fault, listed, near, quoted
from .edits import printable
from .workflow import Step, Workflow

NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "llm": f"a language model: {NAME_A_MODEL}",
        "embedder": "an embedder: `dataflow-agent doctor` says what is missing",
        "index": "a vector index: `dataflow-agent doctor` says what is missing",
        "network": "the network: allow it with --allow-network",
        "sandbox": "a sandbox: apt-get install bubblewrap; `dataflow-agent doctor` says what else is missing",
        "database": 'drivers of databases: pip install "dataflow-agent[sql]"',
    }
)
MOVES_ROWS = {"reorder": "reorders rows", "expand": "replaces rows by others", "create": "creates rows"}
MOST = 300


def _offline() -> frozenset[Need]:
    database: frozenset[Need] = frozenset({"database"} if has_sql() else ())
    return database | {"embedder", "index"}


@dataclass(frozen=True)
class Resources:
    """What a machine offers to a run.

    Args:
        names: resources that are bound.
        needs: what operators may need and is there; by default what needs nothing but installed libraries.
        bound: resources with the path or URL behind each; these count as `names` too, and operators whose columns
            depend on a resource look into it.
    """

    names: frozenset[str] = frozenset()
    needs: frozenset[Need] = field(default_factory=_offline)
    bound: Mapping[str, str] = field(default_factory=dict)


def validate(workflow: Workflow, schema: Schema, resources: Resources | None = None) -> list[Fault]:
    """Check every step against the columns that will exist when it runs.

    Args:
        schema: the dataset's columns and their types.
        resources: what this machine offers; by default what works offline everywhere.

    Returns:
        All faults, in step order; those with the severity `error` stop a run. A fault that only follows from an
        earlier one is not repeated.
    """
    offered = resources or Resources()
    examined = [examine(step) for step in workflow.steps]
    trail = Trail(schema, _makers(workflow.steps, examined))
    faults = [*_workflow_faults(workflow, offered)]
    for trail.at, (step, found) in enumerate(zip(workflow.steps, examined, strict=True)):
        faults += [*found.faults, *_where_faults(step, trail), *_unmet_needs(step, found, offered)]
        if found.stand_in:
            faults += _faults_in_place(step, found.stand_in, trail, offered)
        elif not found.writes_nothing:
            trail.lose()
    valid = [(step, found.operator) for step, found in zip(workflow.steps, examined, strict=True)]
    faults += order_hazards(_placed(valid))
    order = {step.id: at for at, step in enumerate(workflow.steps)}
    return sorted(faults, key=lambda one: -1 if one.step is None else order[one.step])


def schema_after(workflow: Workflow, schema: Schema, resources: Mapping[str, str] | None = None) -> Schema:
    """The columns that come out of a workflow.

    Args:
        schema: the dataset's columns and their types.
        resources: names that the workflow uses, bound to paths or URLs.

    Raises:
        InvalidInput: a step cannot be built.
    """
    for step in workflow.steps:
        operator, faults = build(step)
        if operator is None:
            raise InvalidInput(faults)
        schema = operator.output_schema(schema, resources or {})
    return schema


def columns_needed(workflow: Workflow, resources: Mapping[str, str]) -> Schema:
    """The columns that a workflow reads and none of its steps before makes, each with a type that its reader takes.

    They end at a step that cannot be understood: `validate` says what is wrong with it.
    """
    needed = there = Schema()
    for step in workflow.steps:
        operator, _ = build(step)
        if operator is None:
            break
        where = parse_expression(step.where).columns() if step.where else ()
        reads = [*readings(operator), *(Reading(column, ("json",), None) for column in where)]
        before, there = there, _assumed(there, reads)
        for name in there.names:
            needed = needed if name in before else needed.with_column(name, there[name].dtype)
        try:
            there = operator.output_schema(there, resources)
        except InvalidInput:
            break
    return needed


def _workflow_faults(workflow: Workflow, resources: Resources) -> Iterator[Fault]:
    if not workflow.steps:
        yield Fault(code="empty_workflow", message="the workflow has no steps; add at least one")
    bound = resources.names | resources.bound.keys()
    for name in workflow.resources:
        if name not in bound:
            found = near(name, bound)
            hint = f"; {quoted(found)} is bound, did you mean that?" if found else ""
            yield Fault(
                code="missing_resource",
                message=f"the workflow needs a resource: bind it with --resource {printable(name)}=PATH|URL{hint}",
                got=name,
                allowed=sorted(bound),
            )


def _faults_in_place(step: Step, operator: Operator, trail: Trail, resources: Resources) -> list[Fault]:
    """The faults of a step among the columns that are there; takes the trail past the step."""
    missing: list[Fault] = []
    faults: list[Fault] = []
    try:
        reads = readings(operator)
        missing += column_faults(step, operator, reads, trail)
        faults += overwritten(step, operator, reads, trail.schema)
        assumed = _assumed(trail.schema, reads)
        after = operator.output_schema(assumed, resources.bound)
        faults += _misplaced_where(step, operator, trail.schema, after)
        faults += _complaints(step, operator, assumed, trail)
        trail.advance(step.id, after.without(set(assumed.names) - set(trail.schema.names)))
    except Exception as error:  # noqa: BLE001 - an operator is anyone's code; its bug is a fault of the plan, not ours
        # With a column missing, or any column possible, the error may only follow from that.
        faults += [] if missing or not trail.certain else _operator_faults(step, error)
        trail.lose()
    return missing + faults


def _assumed(schema: Schema, reads: Sequence[Reading]) -> Schema:
    """The columns as if none were missing, so that a step with a missing one can be followed."""
    for reading in reads:
        if reading.column not in schema:
            schema = schema.with_column(reading.column, reading.dtypes[0] if len(reading.dtypes) == 1 else "json")
    return schema


def _where_faults(step: Step, trail: Trail) -> Iterator[Fault]:
    if step.where is None:
        return
    condition = parse_expression(step.where)
    schema = trail.schema
    if not trail.certain:
        for name in condition.columns():
            schema = schema if name in schema else schema.with_column(name, "json")
    for message in condition.check(schema):
        yield fault("invalid_where", step, f"where: {message}", got=step.where, allowed=[*trail.schema.names])


def _misplaced_where(step: Step, operator: Operator, before: Schema, after: Schema) -> Iterator[Fault]:
    if step.where is None:
        return
    effect = operator.row_effect()
    gone = [name for name in before.names if name not in after]
    changed = [name for name in before.names if name in after and before[name].dtype != after[name].dtype]
    if effect in MOVES_ROWS:
        why = MOVES_ROWS[effect]
    elif gone:
        why = f"removes columns ({listed(gone)})"
    elif changed:
        why = f"changes the type of {listed(changed)}, which the rows outside would still have"
    else:
        return
    hint = "leave it out, or choose rows in a step before"
    yield fault(
        "where_not_allowed", step, f"{step.operator} cannot have a where, since it {why}; {hint}", got=step.where
    )


def _complaints(step: Step, operator: Operator, schema: Schema, trail: Trail) -> Iterator[Fault]:
    if not trail.certain:
        return
    for message in operator.check_schema(schema):
        yield fault("unfit_columns", step, printable(message, MOST), allowed=[*trail.schema.names])


def _unmet_needs(step: Step, found: Examined, resources: Resources) -> Iterator[Fault]:
    needing = found.operator or found.known  # what an operator needs may hang on its options
    for need in needing.needs if needing else ():
        if need not in resources.needs:
            offered: list[JsonValue] = [*sorted(resources.needs)]
            yield fault("missing_need", step, f"{step.operator} needs {NEEDS[need]}", got=need, allowed=offered)


def _operator_faults(step: Step, error: Exception) -> list[Fault]:
    if isinstance(error, InvalidInput):
        own = ((one, f"step {step.id!r}: {one.message}") for one in error.faults)
        return [one.model_copy(update={"step": step.id, "message": message}) for one, message in own]
    known = isinstance(error, DataFlowError)
    text = str(error) if known else f"{step.operator} cannot say what it does: {type(error).__name__}: {error}"
    return [fault("unusable_step" if known else "broken_operator", step, printable(text, MOST))]


def _makers(steps: Sequence[Step], examined: Sequence[Examined]) -> dict[str, list[Place]]:
    """The steps that write a column without reading it, by column."""
    makers: dict[str, list[Place]] = {}
    for placed in _placed([(step, found.stand_in) for step, found in zip(steps, examined, strict=True)]):
        for column in placed.writes - placed.reads:
            makers.setdefault(column, []).append(Place(placed.at, placed.step.id))
    return makers


def _placed(steps: Iterable[tuple[Step, Operator | None]]) -> list[Placed]:
    """The steps whose operators can say what they read and write; that others cannot is a fault by itself."""
    placed = []
    for at, (step, operator) in enumerate(steps):
        if operator is not None:
            with suppress(Exception):
                placed.append(Placed(at, step, operator, frozenset(operator.reads()), frozenset(operator.writes())))
    return placed


__all__ = ["NEEDS", "Resources", "build", "schema_after", "validate"]
