"""Counts what several solutions of a question agree on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ._final_answer import find_answer

Verdict = Literal["agreed", "tie", "no_majority", "no_answer", "has_reference"]


@dataclass(frozen=True)
class Vote:
    """How a vote went.

    Args:
        verdict: `agreed`, or why there is no answer; `has_reference` where none was asked for.
        share: of all samples, those that came to the most frequent answer.
        answer: what was agreed on.
        solution: the first that comes to it.
    """

    verdict: Verdict
    share: float | None = None
    answer: str | None = None
    solution: str | None = None


def vote(solutions: Sequence[str], samples: int, min_share: float, same: Callable[[str, str], bool]) -> Vote:
    """Count the final answers of solutions.

    Args:
        solutions: the texts that came; one that states no final answer is no vote, whatever numbers it holds.
        samples: how many were asked for; shares are of these.
        min_share: least share that the most frequent answer needs, inclusive.
        same: whether two answers are equal; each is compared with the first of every kind.

    >>> vote([r"\\boxed{5}", r"\\boxed{6}", r"So \\boxed{5}"], 3, 0.5, str.__eq__).answer
    '5'
    """
    kinds: list[list[tuple[str, str]]] = []
    for solution in solutions:
        found = find_answer(solution, "none")
        if found is None:
            continue
        alike = next((kind for kind in kinds if same(kind[0][0], found.text)), None)
        if alike is None:
            kinds.append(alike := [])
        alike.append((found.text, solution))
    if not kinds:
        return Vote("no_answer")
    first, *others = sorted(kinds, key=len, reverse=True)
    share = len(first) / samples
    if others and len(others[0]) == len(first):
        return Vote("tie", share)
    if share < min_share:
        return Vote("no_majority", share)
    answer, solution = first[0]
    return Vote("agreed", share, answer, solution)
