"""What an operator needs, and whether chance has a part in it, where its options decide."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .operator import Need, Operator


class NeedsByOptions:
    """Stands for `needs` in a class: what all of its operators need, and what one needs with its options."""

    def __init__(self, needs: "Callable[[Any], tuple[Need, ...]]") -> None:
        self._needs = needs

    def __get__(self, operator: "Operator | None", owner: type) -> "tuple[Need, ...]":
        return () if operator is None else self._needs(operator)


class StochasticIfAsking:
    """Stands for `stochastic` in a class: an operator is it if it needs a language model, whose replies are drawn."""

    def __get__(self, operator: "Operator | None", owner: "type[Operator]") -> bool:
        return "llm" in (owner if operator is None else operator).needs
