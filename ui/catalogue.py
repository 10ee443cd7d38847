"""The commands `operators …`: what can be done to rows."""

from collections.abc import Sequence

from ..operators.core import InvalidInput, Operator, all_operators, near_name
from ..operators.core.operator import Kind
from ..operators.core.settings import Settings
from .answer import Answer
from .document import OperatorCard, OperatorLine, OperatorResult, OperatorsResult, document, summary_of
from .show import operator_view, operators_table

TEST_DOUBLES = "testing_"
FOUND = 8


def list_operators(kind: Kind | None) -> Answer:
    """All operators, or those of one kind."""
    chosen = [cls for cls in offered().values() if kind in (None, cls.kind)]
    return _answer([_line(cls) for cls in chosen])


def show_operator(name: str) -> Answer:
    """One operator in full."""
    card = OperatorCard.of(_operator(name))
    result = OperatorResult(operator=card)
    return Answer(document("completed", card.summary, result=result), (operator_view(card),))


def search_operators(text: str, kind: Kind | None, settings: Settings) -> Answer:
    """The operators that a text means most, best first."""
    from ..memory.catalog import fresh_catalog, operator_entries  # noqa: PLC0415 - the embedder's model is loaded
    from ..memory.store import InMemoryStore  # noqa: PLC0415
    from ..operators.core.embedder import default_embedder  # noqa: PLC0415

    known = offered()
    chosen = {name: cls for name, cls in known.items() if kind in (None, cls.kind)}
    catalog = fresh_catalog(InMemoryStore(), default_embedder(), operator_entries(chosen))
    return _answer([_line(known[hit.name], hit.score) for hit in catalog.search(text, k=FOUND, kind="operator")])


def offered() -> dict[str, type[Operator]]:
    """The operators that people see; those made for tests are left out."""
    return {name: cls for name, cls in all_operators().items() if not name.startswith(TEST_DOUBLES)}


def _answer(lines: Sequence[OperatorLine]) -> Answer:
    said = f"{len(lines)} operator{'s' * (len(lines) != 1)}"
    return Answer(document("completed", said, result=OperatorsResult(operators=tuple(lines))), (operators_table(lines),))


def _line(operator: type[Operator], score: float | None = None) -> OperatorLine:
    return OperatorLine(name=operator.name, kind=operator.kind, summary=summary_of(operator), score=score)


def _operator(name: str) -> type[Operator]:
    known = offered()
    if name in known:
        return known[name]
    near = near_name(name, known)
    hint = f"did you mean {near!r}?" if near else "see `dataflow-agent operators list`"
    raise InvalidInput.of("unknown_operator", f"there is no operator {name!r}; {hint}", got=name, allowed=near)
