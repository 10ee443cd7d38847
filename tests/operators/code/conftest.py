"""What tests of operators that ask a model share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, Operator, Request
from dataflow_agent.operators.core.testing import Scripted, ScriptedLLM, apply_outcome, batch_of


@dataclass(frozen=True)
class Told:
    """What came of asking: the rows that go on, the fate of each row with its reason, and what was asked."""

    rows: list[dict[str, Any]]
    fates: list[tuple[str, str | None]]
    details: list[str | None]
    asked: list[Request]


Replies = Sequence[Scripted] | Callable[[Request], Scripted]
Tell = Callable[[Operator, Sequence[dict[str, Any]], Replies], Told]


@pytest.fixture(scope="session")
def told() -> Tell:
    """Runs an operator over rows with a scripted model: `told(operator, rows, replies)`."""

    def run(operator: Operator, rows: Sequence[dict[str, Any]], replies: Replies) -> Told:
        llm = ScriptedLLM(replies)
        outcome = apply_outcome(operator, batch_of(rows), Context(llm=llm))
        if outcome.records is None:
            kept: list[tuple[str, str | None]] = [("kept", None)] * len(rows)
            return Told(outcome.rows.rows(), kept, [None] * len(rows), llm.asked)
        records = outcome.records.to_dicts()
        fates = [(one["fate"], one["reason"]) for one in records]
        return Told(outcome.rows.rows(), fates, [one.get("detail") for one in records], llm.asked)

    return run
