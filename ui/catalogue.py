"""The commands `operators …`: what can be done to rows."""

from collections.abc import Sequence

from ..operators.core import InvalidInput, Operator, all_operators, near_name
from ..operators.core.operator import Kind
from ..operators.core.settings import Settings
from .answer import Answer
from .document import document
from .results import OperatorCard, OperatorLine, OperatorResult, OperatorsResult, summary_of
from .show import operator_view, operators_table

FOUND = 8


def list_operators(kind: Kind | None) -> Answer:
    """All operators, or those of one kind."""
    chosen = [cls for cls in all_operators().values() if kind in (None, cls.kind)]
    return _answer([_line(cls) for cls in chosen])


def show_operator(name: str) -> Answer:
    """One operator in full."""
    card = OperatorCard.of(_operator(name))
    result = OperatorResult(operator=card)
    return Answer(document("completed", card.summary, result=result), (operator_view(card),))


def search_operators(text: str, kind: Kind | None, settings: Settings) -> Answer:
    """The operators that a text means most, best first."""
    from ..tools.wiring import open_catalog

    known = all_operators()
    found = [hit for hit in open_catalog(settings).search(text, k=len(known), kind="operator") if hit.name in known]
    fitting = [hit for hit in found if kind in (None, known[hit.name].kind)]
    return _answer([_line(known[hit.name], hit.score) for hit in fitting[:FOUND]])


def _answer(lines: Sequence[OperatorLine]) -> Answer:
    said = f"{len(lines)} operator{'s' * (len(lines) != 1)}"
    return Answer(
        document("completed", said, result=OperatorsResult(operators=tuple(lines))), (operators_table(lines),)
    )


def _line(operator: type[Operator], score: float | None = None) -> OperatorLine:
    return OperatorLine(name=operator.name, kind=operator.kind, summary=summary_of(operator), score=score)


def _operator(name: str) -> type[Operator]:
    known = all_operators()
    if name in known:
        return known[name]
    near = near_name(name, known)
    hint = f"did you mean {near!r}?" if near else "see `dataflow-agent operators list`"
    raise InvalidInput.of("unknown_operator", f"there is no operator {name!r}; {hint}", got=name, allowed=near)
