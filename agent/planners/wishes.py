"""What was understood of a clause: the steps that it asks for, or why it stays open."""

from dataclasses import dataclass

from ..state import Check
from .cards import OperatorCard
from .clauses import Clause
from .doubts import Doubt
from .slots import Options


@dataclass(frozen=True)
class Wish:
    """One step that a clause asks for.

    Args:
        options: what the clause states, columns left out.
        columns: the columns it names for this.
        where: the rows it is for, as an expression.
        proofs: pieces of the clause, each with how it is proven.
        concepts: what the operator was chosen by.
        note: what was taken for granted, said with the plan.
        fixed: whether a step right before or behind it depends on it, so that it stays there and as it is.
    """

    clause: Clause
    card: OperatorCard
    options: Options
    columns: tuple[str, ...] = ()
    where: str | None = None
    proofs: tuple[tuple[str, Check], ...] = ()
    concepts: tuple[str, ...] = ()
    note: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Reading:
    """What was understood of a clause.

    Args:
        not_covered: pieces of it that no operator serves.
        doubt: what must be decided first.
        scope: a condition that is meant for the clauses it belongs to.
        lacks: what is missing for what is not covered, in a sentence.
        note: what was taken for granted about it, said with the plan.
    """

    clause: Clause
    wishes: tuple[Wish, ...] = ()
    not_covered: tuple[str, ...] = ()
    doubt: Doubt | None = None
    scope: str | None = None
    lacks: str | None = None
    note: str = ""
