"""The order of steps where the request leaves it open: treat texts first, then filter, the cheap before the dear."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

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
    "rows are put in order when it is known which ones there are",
    "how many rows stay is cut when all others are gone",
    "sets are told apart when it is known which rows stay",
    "columns get their last form when no other step needs them any more",
)
"""Why a step stands where it stands, by its rank."""

_PLACES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "paragraph_dedup": 2,
        "sort_rows": 9,
        "shuffle_rows": 9,
        "top_rows": 10,
        "sample_rows": 10,
        "coreset_select": 10,
        "mix_sources": 10,
        "split_dataset": 11,
        "reshape_rows": 12,
        "convert_format": 12,
    }
)
"""Operators whose place their kind does not tell."""
_SAMPLE: Final = "sample_rows"
FIXED: Final = 8
"""The place of an order that only says which rows stay: what is put in order for good comes behind."""


def rank(card: OperatorCard, options: Mapping[str, Any] = MappingProxyType({})) -> int | None:
    """The place of an operator in the usual order, an index of `STAGES`; None for one that others must not pass.

    Steps that write scores or make rows keep their place in the request, since others may depend on them. The first
    rows are those of the order that was said before.
    """
    if card.name in _PLACES:
        first = card.name == _SAMPLE and options.get("method") in ("first", "last")
        return _PLACES["sort_rows" if first else card.name]
    operator = card.cls
    if operator.kind in ("generate", "evaluate") or operator.effect in ("expand", "create", "reorder"):
        return None
    if operator.scope == "dataset":
        return 8 if any(option.is_share and option.side is None for option in card.options.values()) else 7
    # What it needs may hang on its options, which are not checked here: a plan is put in order before it is valid.
    needs = operator.model_construct(**options).needs
    return 6 if _MODEL_NEEDS & set(needs) else _rank_of_row_rule(card)


def _rank_of_row_rule(card: OperatorCard) -> int:
    """The place of what looks at one row and needs no model."""
    about = card.name_concepts
    if card.cls.kind == "refine":
        return 0 if about & _MARKUP else 3 if about & _SPACING else 1
    if about & _LINES:
        return 2
    return 5 if "languages" in card.options else 4


def arranged(
    items: Sequence[T],
    step_of: Callable[[T], tuple[OperatorCard, Mapping[str, Any]]],
    is_fixed: Callable[[T], bool] = lambda _: False,
) -> list[T]:
    """The items in the usual order; those without a rank stay, and none passes them.

    A sample that is asked for before all else stays there: the rest is to be done to the sample.

    Args:
        items: in the order of the request.
        step_of: the operator of an item and its options.
        is_fixed: whether an item stays beside its neighbour, among the steps that compare rows.
    """
    done: list[T] = []
    run: list[tuple[int, T]] = []
    for at, item in enumerate(items):
        card, options = step_of(item)
        place = FIXED if is_fixed(item) else rank(card, options)
        if place is None or (at == 0 and card.name == _SAMPLE):
            done += [*_sorted(run), item]
            run = []
        else:
            run.append((place, item))
    return done + _sorted(run)


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


def _sorted(ranked: Sequence[tuple[int, T]]) -> list[T]:
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]
