"""Requests in many words, and the steps, options, questions and refusals that they mean."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from dataflow_agent.agent.state import Draft
from dataflow_agent.operators.core import Operator
from dataflow_agent.operators.core.expression import parse_expression
from dataflow_agent.pipelines.validate import validate
from dataflow_agent.tools.profile import Profile

FOLDER = Path(__file__).parent / "phrasings"
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['request'][:60] or 'empty'}")
    for file in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
Plan = Callable[..., Draft]
Operators = dict[str, type[Operator]]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, operators: Operators) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    arrived = [name for name in found.get("without", []) if name in operators]
    if arrived:
        pytest.skip(f"means something else since {', '.join(arrived)} exists")
    return found


def test_a_request_gives_the_steps_it_means(
    case: dict[str, Any], plan: Plan, profiles: dict[str, Profile], operators: Operators
) -> None:
    data = case.get("profile", "web")
    draft = plan(case["request"], data)
    if case.get("open"):
        assert not draft.workflow.steps
        return
    if case.get("refused"):
        assert draft.refusal
        assert not draft.workflow.steps
        return
    assert draft.refusal is None
    if case.get("question"):
        assert draft.question
        return
    assert draft.question is None
    wanted = [_wanted(step) for step in case["steps"]]
    assert [step.operator for step in draft.workflow.steps] == [name for name, _, _ in wanted]
    for step, (name, options, where) in zip(draft.workflow.steps, wanted, strict=True):
        assert _canonical(step.where) == _canonical(where)
        if not case.get("loose"):
            assert _built(operators[name], step.options) == _built(operators[name], options, profiles[data])
    assert len(draft.not_covered) == case.get("not_covered", 0), draft.not_covered
    faults = validate(draft.workflow, profiles[data].schema)
    assert not [fault for fault in faults if fault.severity == "error" and fault.code != "missing_resource"]


def _wanted(step: dict[str, Any]) -> tuple[str, dict[str, Any], str | None]:
    (name,) = step.keys() - {"where"}
    return name, step[name], step.get("where")


def _built(operator: type[Operator], options: dict[str, Any], profile: Profile | None = None) -> Operator:
    """The operator with its text column bound, so that only what it does is compared."""
    bound = dict(options)
    main = profile.text_column() if profile else None
    for name, value in (("column", main), ("columns", [main])):
        if main and name in operator.model_fields and operator.model_fields[name].default is not None:
            bound.setdefault(name, value)
    if "expression" in bound:
        bound["expression"] = _canonical(bound["expression"])
    return operator.model_validate(bound)


def _canonical(condition: str | None) -> str | None:
    return None if condition is None else str(parse_expression(condition))
