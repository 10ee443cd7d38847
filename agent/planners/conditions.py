"""Conditions on columns as trees of the expression grammar: built, joined and turned round."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ...operators.core.expression import (
    Column,
    Compare,
    Condition,
    Expression,
    IsBlank,
    IsNull,
    Junction,
    Length,
    Not,
    TextTest,
    Value,
)
from .directions import Interval
from .quantities import plain


@dataclass(frozen=True)
class ConditionMention:
    """A condition and where it stands; token positions, end exclusive."""

    start: int
    end: int
    condition: Condition

    @property
    def text(self) -> str:
        """The condition in the grammar of row expressions."""
        return str(Expression(self.condition))


def complement(condition: Condition) -> Condition:
    """What holds for exactly the rows for which `condition` does not: also where a value is missing.

    >>> str(complement(Compare(Column("a"), "=", Value("number", 1))))
    'a != 1 or a is null'
    """
    if isinstance(condition, Junction):
        return _complement_of_several(condition)
    if isinstance(condition, IsBlank | IsNull):
        return Not(condition)
    if isinstance(condition, Not):
        inner = condition.term
        return inner if isinstance(inner, IsBlank | IsNull) else _or_missing(inner)
    if isinstance(condition, Compare):
        return _or_missing(Compare(condition.left, _OPPOSITE[condition.sign], condition.right))
    return _or_missing(Not(condition))


def _complement_of_several(condition: Junction) -> Condition:
    single = _compared_or_missing(condition)
    if single is not None:
        return negate(single)
    opposite = [complement(term) for term in condition.terms]
    if condition.word == "and":
        return joined("or", opposite)
    present = [term for term in opposite if isinstance(term, Not) and isinstance(term.term, IsBlank | IsNull)]
    return joined("and", [_without_nulls(term, present) for term in opposite])


def _compared_or_missing(condition: Junction) -> Compare | None:
    """The comparison in "a != 1 or a is null", whose opposite is a plain one."""
    if condition.word != "or" or len(condition.terms) != 2:
        return None
    compared, missing = condition.terms
    if not isinstance(compared, Compare) or not isinstance(missing, IsNull):
        return None
    return compared if compared.left == missing.column else None


_OPPOSITE: Final = MappingProxyType({"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"})


def within(operand: Column | Length, interval: Interval) -> Condition:
    """The condition that a number lies in an interval."""
    if interval.low is not None and interval.low == interval.high:
        return Compare(operand, "=", _number(interval.low))
    bounds: list[Condition] = []
    if interval.low is not None:
        bounds.append(Compare(operand, ">" if interval.low_open else ">=", _number(interval.low)))
    if interval.high is not None:
        bounds.append(Compare(operand, "<" if interval.high_open else "<=", _number(interval.high)))
    return joined("and", bounds)


def any_test(column: str, test: str, texts: Sequence[str]) -> Condition:
    """A text test that holds for one of several texts."""
    return joined("or", [TextTest(Column(column), test, Value("text", text)) for text in texts])


def negate(condition: Condition) -> Condition:
    """The opposite, for rows that have a value."""
    if isinstance(condition, Compare):
        return Compare(condition.left, _OPPOSITE[condition.sign], condition.right)
    if isinstance(condition, Junction):
        return joined("or" if condition.word == "and" else "and", [negate(term) for term in condition.terms])
    return condition.term if isinstance(condition, Not) else Not(condition)


def _without_nulls(condition: Condition, present: Sequence[Not]) -> Condition:
    """The condition without "or it is null" where that cannot be any more."""
    if not isinstance(condition, Junction) or condition.word != "or":
        return condition
    gone = [term.term for term in present]
    return joined("or", [term for term in condition.terms if term not in gone])


def _or_missing(condition: Condition) -> Condition:
    inner = condition.term if isinstance(condition, Not) else condition
    if isinstance(inner, Junction):  # only inside Not, which a request reaches by "not (a or b)"
        names: list[Condition] = [IsNull(Column(name)) for name in Expression(inner).columns()]
        return joined("or", [condition, *names])
    column = _column_of(inner)
    return joined("or", [condition, IsNull(column)])


def _column_of(condition: object) -> Column:
    for part in ("left", "item", "column"):
        operand = getattr(condition, part, None)
        if operand is not None:
            return operand if isinstance(operand, Column) else operand.column
    raise TypeError(f"no column in {condition!r}")


def joined(word: str, terms: Sequence[Condition]) -> Condition:
    """Several conditions under "and" or "or"; one stays itself."""
    flat: list[Condition] = []
    for term in terms:
        parts = term.terms if isinstance(term, Junction) and term.word == word else [term]
        flat.extend(part for part in parts if part not in flat)
    return flat[0] if len(flat) == 1 else Junction("and" if word == "and" else "or", tuple(flat))


def _number(value: float) -> Value:
    return Value("number", plain(value))
