"""Finds the values that a plan's filters list and a wish adds to, takes away or replaces: "UPS too"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from ...operators.core.expression import (
    Among,
    Column,
    Compare,
    Condition,
    Expression,
    IsNull,
    Junction,
    Not,
    Value,
    parse_expression,
)
from ...pipelines.edits import PlanEdit, RemoveStep, SetOption
from ...pipelines.workflow import Step
from ...tools.profile import Profile
from .clauses import Clause
from .conditions import complement, joined
from .grammar.values import Values
from .slots import EXPRESSION
from .vocabulary import DROP, KEEP, ROW_NOUNS

_FILTER: Final = "expression_filter"
_MORE: Final = frozenset("too also add include allow well plus additionally extra".split())
_WITHOUT: Final = frozenset("no not without minus out go".split())
_ONLY: Final = frozenset("only just".split())
_INSTEAD: Final = (("instead", "of"), ("rather", "than"))
_IDLE: Final = (
    ROW_NOUNS
    | _MORE
    | _ONLY
    | _WITHOUT
    | frozenset(
        "the a an and or , . ! please ones one as with in of from for rows them i we want need to be instead rather "
        "than should stay come back again now actually let's let make it use then can may must will".split()
    )
)


@dataclass(frozen=True)
class _Members:
    """The values of a column that a part of a filter lists.

    Args:
        excluded: whether these are the ones that go.
    """

    column: str
    values: tuple[Value, ...]
    excluded: bool = False

    def condition(self) -> Condition:
        """The rows that stay."""
        name = Column(self.column)
        kept = Compare(name, "=", self.values[0]) if len(self.values) == 1 else Among(name, self.values)
        return complement(kept) if self.excluded else kept


def rejoined(clause: Clause, steps: Sequence[Step], profile: Profile) -> PlanEdit | None:
    """The edit by which a filter of the plan lists other values; None where a clause asks for something else."""
    named, words = _named(clause, profile)
    if not named or any(one.excluded for one in named) or len({one.column for one in named}) != 1:
        return None
    for step, terms, at in _listing(steps, named[0].column):
        members = _members_of(terms[at])
        new = None if members is None else _changed(words, members, named, drops=clause.polarity == "drop")
        if members is None or new is None or set(new) == set(members.values):
            continue
        rest = [term for place, term in enumerate(terms) if place != at]
        changed = [*rest[:at], replace(members, values=new).condition(), *rest[at:]] if new else rest
        if not changed:
            return RemoveStep(step=step.id)
        return SetOption(step=step.id, option=EXPRESSION, value=str(Expression(joined("and", changed))))
    return None


def _changed(
    words: Sequence[str], members: _Members, named: Sequence[_Members], *, drops: bool
) -> tuple[Value, ...] | None:
    """The values that are listed then; none where the list goes, None where the clause does not speak of it."""
    said = {*words}
    values = [value for one in named for value in one.values]
    if any(pair in pairwise(words) for pair in _INSTEAD):
        new, old = named[0].values, named[-1].values
        known = len(named) > 1 and {*old} <= {*members.values}
        return tuple(dict.fromkeys([*(one for one in members.values if one not in old), *new])) if known else None
    keeps = bool(said & KEEP)
    drops = not keeps and (drops or bool(said & (DROP | _WITHOUT)))
    if drops is not members.excluded and (drops or (keeps and members.excluded)):
        left = tuple(value for value in members.values if value not in values)
        return left if len(left) < len(members.values) and (left or members.excluded) else None
    if said & _ONLY and not said & _MORE and not members.excluded:
        return tuple(values)
    return tuple(dict.fromkeys([*members.values, *values]))


def _listing(steps: Sequence[Step], column: str) -> Iterator[tuple[Step, list[Condition], int]]:
    """The filters that list values of a column, their conditions that all hold, and which of these it is."""
    for step in steps:
        text = step.options.get(EXPRESSION)
        if step.operator != _FILTER or step.where is not None or not isinstance(text, str):
            continue
        condition = parse_expression(text).condition
        both = isinstance(condition, Junction) and condition.word == "and"
        terms = [*condition.terms] if isinstance(condition, Junction) and both else [condition]
        for at, term in enumerate(terms):
            members = _members_of(term)
            if members is not None and members.column == column:
                yield step, terms, at


def _members_of(condition: Condition) -> _Members | None:
    """The values that a condition lists, where it does nothing else."""
    if isinstance(condition, Among) and isinstance(condition.item, Column):
        return _Members(condition.item.name, condition.values)
    if isinstance(condition, Compare) and condition.sign == "=" and isinstance(condition.left, Column):
        right = condition.right
        return _Members(condition.left.name, (right,)) if isinstance(right, Value) and right.kind == "text" else None
    inner = _denied(condition)
    kept = None if inner is None else _members_of(inner)
    return None if kept is None or kept.excluded else replace(kept, excluded=True)


def _denied(condition: Condition) -> Condition | None:
    """What is denied in "a != 1 or a is null" and "a not in (1, 2)"."""
    if isinstance(condition, Junction) and condition.word == "or" and len(condition.terms) == 2:
        return _denied(condition.terms[0]) if isinstance(condition.terms[1], IsNull) else None
    if isinstance(condition, Compare) and condition.sign == "!=":
        return Compare(condition.left, "=", condition.right)
    return condition.term if isinstance(condition, Not) else None


def _named(clause: Clause, profile: Profile) -> tuple[list[_Members], list[str]]:
    """The values that a clause names, and its other words; no values where it says anything more."""
    if clause.limits or clause.columns or clause.languages or clause.tables:
        return [], []
    values, tokens, at = Values(clause.marked, profile), clause.marked.tokens, clause.start
    found, words = list[_Members](), list[str]()
    while at < clause.end:
        read = next((one for one in (*values.read(at), *values.labels(at)) if one[0].condition is not None), None)
        members = None if read is None or read[0].condition is None else _members_of(read[0].condition)
        if members is not None and read is not None:
            found.append(members)
        elif read is not None or tokens[at].low not in _IDLE | KEEP | DROP:
            return [], []
        else:
            words.append(tokens[at].low)
        at = at + 1 if read is None else read[1]
    return found, words
