"""Warnings about the order of steps: what is right by itself, and wrong after or before another step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..operators.core.dataset_families import DatasetFilter
from ..operators.core.errors import Fault
from ..operators.core.operator import Operator
from ._options import fault, quoted
from .edits import MoveStep, PlanEdit, RemoveStep
from .workflow import Step


@dataclass(frozen=True)
class Placed:
    """A step that is valid by itself, at its place, with the columns it reads and writes."""

    at: int
    step: Step
    operator: Operator
    reads: frozenset[str]
    writes: frozenset[str]

    @property
    def rewrites(self) -> frozenset[str]:
        """The columns it changes in place."""
        return self.reads & self.writes


def order_hazards(steps: Sequence[Placed]) -> Iterator[Fault]:
    """All warnings about the order of steps."""
    for i, placed in enumerate(steps):
        for column in sorted(placed.reads):
            users = list(_users(column, steps[i + 1 :]))
            yield from _lost_lines(placed, column, users)
            yield from _counted_markup(placed, column, users)
            yield from _early_dedup(placed, column, users)
    for one, other in pairwise(steps):
        yield from _repeated(one, other)


def _users(column: str, steps: Sequence[Placed]) -> Iterator[Placed]:
    """The steps that still meet the same content: up to the first that writes the column anew."""
    for placed in steps:
        if column in placed.writes - placed.reads:
            return
        if column in placed.reads:
            yield placed


def _lost_lines(joiner: Placed, column: str, users: list[Placed]) -> Iterator[Fault]:
    if column not in joiner.rewrites or getattr(joiner.operator, "keep_newlines", True):
        return
    for user in users:
        if "reads_lines" in user.operator.order_hints:
            message = f"looks at the lines of {quoted(column)}, but step {joiner.step.id!r} before it joins all lines"
            yield _warn("lines_removed_before", user, message, MoveStep(step=user.step.id, index=joiner.at))


def _counted_markup(rule: Placed, column: str, users: list[Placed]) -> Iterator[Fault]:
    removers = (user for user in users if "removes_markup" in user.operator.order_hints and column in user.rewrites)
    remover = next(removers, None)
    if "reads_words" in rule.operator.order_hints and remover:
        message = (
            f"judges the words of {quoted(column)} while markup still counts as words: "
            f"step {remover.step.id!r} removes it later"
        )
        yield _warn("rule_before_markup_removed", rule, message, MoveStep(step=rule.step.id, index=remover.at))


def _early_dedup(dedup: Placed, column: str, users: list[Placed]) -> Iterator[Fault]:
    if not isinstance(dedup.operator, DatasetFilter):
        return
    later = [user for user in users if user.operator.kind == "refine" and column in user.rewrites]
    if not later or any(isinstance(user.operator, DatasetFilter) and user.at > later[-1].at for user in users):
        return
    message = (
        f"compares {quoted(column)} before step {later[-1].step.id!r} makes more of its texts equal, "
        "so duplicates can remain"
    )
    yield _warn("dedup_before_refine", dedup, message, MoveStep(step=dedup.step.id, index=later[-1].at))


def _repeated(one: Placed, other: Placed) -> Iterator[Fault]:
    same = (one.operator, one.step.where) == (other.operator, other.step.where)
    if same and other.at == one.at + 1 and not one.operator.stochastic:
        message = f"does the same as step {one.step.id!r} right before it"
        yield _warn("repeated_step", other, message, RemoveStep(step=other.step.id))


def _warn(code: str, placed: Placed, message: str, suggestion: PlanEdit) -> Fault:
    return fault(code, placed.step, f"{message}; it may be meant otherwise", warning=True, suggestion=suggestion)
