"""The order of steps where the request leaves it open: treat texts first, then filter, the cheap before the dear."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from .cards import OperatorCard

T = TypeVar("T")

_MARKUP: Final = frozenset({"html", "markdown", "latex", "xml", "reference", "image"})
_SPACING: Final = frozenset({"whitespace", "spac", "newline"})
_LINES: Final = frozenset({"line", "paragraph", "bullet"})
_MODEL_NEEDS: Final = frozenset({"llm", "embedder", "index", "network", "sandbox", "database"})

STAGES: Final = (
    "markup goes first, so that later steps see plain text",
    "texts are treated before rows are counted or compared",
    "rules about lines come before white space is changed",
    "white space is normalised once the texts are treated, before rows are counted or compared",
    "cheap filters come before dear ones, so that these see fewer rows",
    "a language model of texts is slower than counting, so it sees fewer rows",
    "what needs a model or a service sees only rows that passed the rules",
    "rows are compared with each other when all texts have their last form",
    "similar rows are searched among those that are not equal",
)
"""Why a step stands where it stands, by its rank."""


def rank(card: OperatorCard) -> int | None:
    """The place of an operator in the usual order, an index of `STAGES`; None for one that others must not pass.

    Steps that write scores or make rows keep their place in the request, since others may depend on them.
    """
    operator = card.cls
    if operator.kind in ("generate", "evaluate") or operator.effect in ("expand", "create", "reorder"):
        return None
    about = card.name_concepts
    if operator.scope == "dataset":
        return 8 if any(option.is_share and option.side is None for option in card.options.values()) else 7
    if _MODEL_NEEDS & set(operator.needs):
        return 6
    if operator.kind == "refine":
        return 0 if about & _MARKUP else 3 if about & _SPACING else 1
    if about & _LINES:
        return 2
    return 5 if "languages" in card.options else 4


def arranged(items: Sequence[T], card_of: Callable[[T], OperatorCard]) -> list[T]:
    """The items in the usual order; those without a rank stay, and none passes them.

    Args:
        items: in the order of the request.
        card_of: the operator of an item.
    """
    done: list[T] = []
    run: list[T] = []
    for item in items:
        if rank(card_of(item)) is None:
            done += _sorted(run, card_of)
            done.append(item)
            run = []
        else:
            run.append(item)
    return done + _sorted(run, card_of)


def place_of(card: OperatorCard, others: Sequence[OperatorCard]) -> int:
    """Where a new step goes among the steps of a plan: behind the last one of its rank or a lower one."""
    own = rank(card)
    if own is None:
        return len(others)
    for at in range(len(others), 0, -1):
        before = rank(others[at - 1])
        if before is None or before <= own:
            return at
    return 0


def _sorted(items: Sequence[T], card_of: Callable[[T], OperatorCard]) -> list[T]:
    return sorted(items, key=lambda item: rank(card_of(item)) or 0)
