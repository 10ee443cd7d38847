"""Numbers and dates of a claim that its evidence does not hold, or says of something else."""

import re
from collections.abc import Sequence

from ._grounding_clauses import Clause
from ._grounding_fault import Fault
from ._grounding_numbers import DIMENSIONS, Quantity, as_year

_REFERS = re.compile(r"(?:^|, )(?:he|she|it|they|er|sie|es)\b", re.IGNORECASE)


def numbers_fault(claim: Sequence[Clause], evidence: Sequence[Clause]) -> Fault | None:
    """A number or date of the claim that the evidence does not hold."""
    quantities = [one for clause in evidence for one in clause.quantities]
    dates = [one for clause in evidence for one in clause.dates]
    for clause in claim:
        for number in clause.quantities:
            if not (any(number.says(one) for one in quantities) or any(as_year(number, date) for date in dates)):
                return Fault("number_mismatch", f"the source does not say {number.shown.strip()!r} here")
        for date in clause.dates:
            if not any(date.says(one) for one in dates):
                return Fault("date_mismatch", f"the source does not say {date.shown.strip()!r} here")
    return None


def binding_fault(claim: Sequence[Clause], evidence: Sequence[Clause], *, asked: bool = False) -> Fault | None:
    """A number that the evidence has, but in a clause that says it of something else.

    That is so if another clause shares all that this one shares with the claim and more, and has a number of
    the same kind that is not the claim's: "5 % in 2019, 7 % in 2020" for "7 % in 2019".
    """
    whole = frozenset[str]().union(*(clause.terms for clause in claim))
    mine = [number for clause in claim for number in clause.quantities]
    for number in mine:
        for holder in (clause for clause in evidence if any(number.says(one) for one in clause.quantities)):
            shared = (holder.terms & whole) - {one.key for one in holder.quantities if number.says(one)}
            others = (one for one in evidence if one is not holder and not _REFERS.search(one.text))
            rivals = [one for one in others if _has_rival(one, number, mine)]
            told = [one.terms & whole for one in rivals]
            better = any(
                shared < one or (asked and 2 * len(shared) <= len(one) and not _has_key(shared)) for one in told
            )
            if better and not _told_elsewhere(number, holder, evidence):
                return Fault("number_mismatch", f"the source says {number.shown.strip()!r} of something else")
    return None


def _has_key(terms: frozenset[str]) -> bool:
    return any(term.startswith("#") for term in terms)


def _told_elsewhere(number: Quantity, holder: Clause, evidence: Sequence[Clause]) -> bool:
    """Whether another clause holds the number too."""
    return any(one is not holder and any(number.says(other) for other in one.quantities) for one in evidence)


def _has_rival(clause: Clause, number: Quantity, mine: Sequence[Quantity]) -> bool:
    """Whether a clause has a number of the kind that is none of the claim's."""
    if any(number.says(one) for one in clause.quantities):
        return False
    if number.kind == "year" and any(date.year and not as_year(number, date) for date in clause.dates):
        return True
    alike = (one for one in clause.quantities if _dimension(one) == _dimension(number))
    return any(not any(own.says(one) for own in mine) for one in alike)


def _dimension(number: Quantity) -> str:
    return DIMENSIONS.get(number.kind, number.kind)


__all__ = ["binding_fault", "numbers_fault"]
