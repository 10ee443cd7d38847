"""Faults of the columns that a step reads and writes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..operators.core.columns import Reads, accepts, markers
from ..operators.core.errors import Fault
from ..operators.core.operator import Operator
from ..operators.core.schema import DTYPES, DType, Schema
from ._options import fault, listed, near, quoted
from .edits import BindColumn, MoveStep, PlanEdit
from .workflow import Step


@dataclass(frozen=True)
class Reading:
    """A column that a step reads, the types it may have, and the option that names it, if one does."""

    column: str
    dtypes: tuple[DType, ...]
    option: str | None


@dataclass(frozen=True)
class Place:
    """Where a step stands in the workflow."""

    at: int
    step: str


@dataclass
class Trail:
    """What is known of the columns before the step at `at`.

    `certain` is False once a step could not be understood: it may have written any column. `removed` are the columns
    that a step took away since; `makers` are the steps that make a column, in order.
    """

    schema: Schema
    makers: dict[str, list[Place]]
    at: int = 0
    certain: bool = True
    removed: dict[str, Place] = field(default_factory=dict)

    def lose(self) -> None:
        """Nothing is sure about the columns any more."""
        self.certain, self.removed = False, {}

    def advance(self, step: str, after: Schema) -> None:
        """The step is passed and leaves these columns."""
        gone, there = {name: Place(self.at, step) for name in self.schema.names}, set(after.names)
        self.removed = {name: place for name, place in {**self.removed, **gone}.items() if name not in there}
        self.schema = after


def readings(operator: Operator) -> list[Reading]:
    """Each column that a step reads, once for each option that names it."""
    reads = operator.reads()
    found = [
        Reading(column, mark.dtypes, option)
        for option in type(operator).model_fields
        for mark in markers(type(operator), option)
        if isinstance(mark, Reads)
        for column in _named(operator, option)
        if column in reads
    ]
    named = {reading.column for reading in found}
    return found + [Reading(column, types, None) for column, types in reads.items() if column not in named]


def column_faults(step: Step, operator: Operator, reads: list[Reading], trail: Trail) -> Iterator[Fault]:
    """A fault for each column that is missing or of a wrong type."""
    for reading in reads:
        if reading.column not in trail.schema:
            if trail.certain or reading.column in trail.removed:
                yield _missing(step, operator, reading, trail)
        elif not accepts(reading.dtypes, trail.schema[reading.column].dtype):
            yield _wrong_type(step, operator, reading, trail.schema)


def overwritten(step: Step, operator: Operator, reads: list[Reading], schema: Schema) -> Iterator[Fault]:
    """A warning for each column that is written over though the step does not read it, nor only where it is null."""
    read = {reading.column for reading in reads}
    for column in operator.writes():
        only_gaps = step.where is not None and " ".join(step.where.split()) == f"{column} is null"
        if column in schema and column not in read and not only_gaps:
            message = f"writes the column {quoted(column)}, and what that holds is lost; name another column to keep it"
            yield fault("overwrites_column", step, message, warning=True, got=column)


def _named(operator: Operator, option: str) -> tuple[str, ...]:
    value = getattr(operator, option)
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _missing(step: Step, operator: Operator, reading: Reading, trail: Trail) -> Fault:
    column, names = reading.column, trail.schema.names
    removed = trail.removed.get(column)
    later = next((place for place in trail.makers.get(column, ()) if place.at > trail.at), None)
    suggestion: PlanEdit | None
    if removed:
        hint = f"step {removed.step!r} removed it"
        suggestion = MoveStep(step=step.id, index=removed.at)
    elif later:
        hint = f"step {later.step!r} writes it, but comes later"
        suggestion = MoveStep(step=step.id, index=later.at)
    else:
        suggestion = _binding(step, operator, reading, trail.schema)
        meant = _substitute(reading, trail.schema)
        hint = f"did you mean {quoted(meant)}? " if meant else ""
        hint += f"The columns here: {listed(names)}"
    message = f"there is no column {quoted(column)}{_by(reading)}; {hint}"
    return fault("missing_column", step, message, got=column, allowed=[*names], suggestion=suggestion)


def _wrong_type(step: Step, operator: Operator, reading: Reading, schema: Schema) -> Fault:
    dtype = schema[reading.column].dtype
    fitting = [column.name for column in schema.specs() if accepts(reading.dtypes, column.dtype)]
    wanted = " or ".join(reading.dtypes)
    return fault(
        "wrong_column_type",
        step,
        f"the column {quoted(reading.column)}{_by(reading)} holds {dtype}, where {wanted} is needed; "
        f"columns that fit: {listed(fitting)}",
        got=dtype,
        allowed=[*reading.dtypes],
        suggestion=_binding(step, operator, reading, schema),
    )


def _by(reading: Reading) -> str:
    return f" (option {quoted(reading.option)})" if reading.option else ""


def _substitute(reading: Reading, schema: Schema) -> str | None:
    """The column that is surely meant: one that fits and is spelled nearly so, or the only text."""
    fitting = [column.name for column in schema.specs() if accepts(reading.dtypes, column.dtype)]
    texts = schema.of_dtype("text")
    similar = near(reading.column, fitting)
    return similar or (texts[0] if "text" in reading.dtypes != DTYPES and len(texts) == 1 else None)


def _binding(step: Step, operator: Operator, reading: Reading, schema: Schema) -> BindColumn | None:
    """Binds every column of the option that can be mended, so that several such edits agree."""
    if reading.option is None or _substitute(reading, schema) is None:
        return None
    value = getattr(operator, reading.option)
    columns = _named(operator, reading.option)
    mended = tuple(_mended(Reading(column, reading.dtypes, reading.option), schema) for column in columns)
    return BindColumn(step=step.id, option=reading.option, column=mended[0] if isinstance(value, str) else mended)


def _mended(reading: Reading, schema: Schema) -> str:
    fits = reading.column in schema and accepts(reading.dtypes, schema[reading.column].dtype)
    return reading.column if fits else _substitute(reading, schema) or reading.column
